"""What can be asked about the participants of an agreement in force."""

from dataclasses import dataclass
from datetime import date

from services.reimbursement.events.consortium import ConsortiumRule
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinParticipant(Command):
    """A member joins the project on the effective day."""

    project_id: str
    organisation_id: str
    name: str
    funded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawParticipant(Command):
    """A participant leaves; its costs of up to the last eligible day are payable."""

    project_id: str
    organisation_id: str
    reason: str
    last_eligible_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchConsortium(Command):
    """Hold the consortium against the programme's rules on a day; quiet where nothing changed."""

    project_id: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireCurePeriod(Command):
    """Say that a breach was not cured in time; else stay quiet."""

    project_id: str
    rule: ConsortiumRule
    since: date
