"""What can be asked of an agreement, from its terms to its closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.reimbursement.events.agreement import (
    AgreedRate,
    IpResult,
    OutcomeIndicators,
    ParticipantCap,
)
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTerms(Command):
    """Say between which civil days costs count (both inclusive), and the participants' caps."""

    project_id: str
    eligible_from: date
    end_date: date
    participant_caps: Sequence[ParticipantCap]
    rates: Sequence[AgreedRate] = ()
    """Where they differ from the decision's one rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAgreement(Command):
    """Sign for one party; `organisation_id` is absent for the funder."""

    project_id: str
    party: Literal["participant", "funder"]
    organisation_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteAgreement(Command):
    """Put an agreement in force and open its claim periods; terms may be stated with it."""

    project_id: str
    eligible_from: date | None
    end_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteWhenReady(Command):
    """Put an agreement in force if nothing is missing any more; else stay quiet."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitFinalReport(Command):
    """Hand in the final report by its hash."""

    project_id: str
    sha256: str
    indicators: OutcomeIndicators


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptFinalReport(Command):
    """Accept the final report; the holdback may be released from then on."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIpOutcome(Command):
    """Say what intellectual property arose; an empty list is an answer."""

    project_id: str
    results: Sequence[IpResult]
    benefit_to_others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteProject(Command):
    """Say that the project's work is done, as of the effective day."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAgreement(Command):
    """Close an agreement under which nothing is open any more."""

    project_id: str
