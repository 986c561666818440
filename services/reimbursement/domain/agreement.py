"""A project agreement: its parties, terms and signatures, what it grants, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.events.agreement import (
    AgreedRate,
    AgreementClosed,
    AgreementDrafted,
    AgreementExecuted,
    AgreementSigned,
    AgreementTermsStated,
    BudgetLine,
    CeilingShared,
    CostKind,
    FinalReportAccepted,
    FinalReportSubmitted,
    IpOutcomeReported,
    Participant,
    ParticipantCap,
    ProjectCompleted,
    RetentionStarted,
)
from shared.kernel.commands import Actor
from shared.kernel.decider import Fold
from shared.kernel.periods import quarters
from shared.kernel.refusals import NotFound, NotOnBehalf, Refusal

FUNDER = "funder"
"""The key of the funder's signature; participants' are their organisation ids."""

Status: TypeAlias = Literal[
    "absent", "drafted", "signature_pending", "active", "completed", "closed"
]
AgreementEvent: TypeAlias = (
    AgreementDrafted
    | AgreementTermsStated
    | AgreementSigned
    | AgreementExecuted
    | CeilingShared
    | FinalReportSubmitted
    | FinalReportAccepted
    | IpOutcomeReported
    | ProjectCompleted
    | AgreementClosed
    | RetentionStarted
)


class AgreementNotFound(NotFound):
    """There is no agreement of this project, or it is not for you to know."""

    french = "Il n'y a pas d'entente pour ce projet, ou vous n'avez pas à la connaître."


class AgreementNotActive(Refusal):
    """The agreement of this project is not in force: it must be executed and not yet closed."""

    rule = "R-1"
    french = "L'entente de ce projet n'est pas en vigueur : signée par tous et non fermée."


class NotAParty(Refusal):
    """This organisation is no party of the agreement, or not a funded one where that matters."""

    french = "Cette organisation n'est pas partie à l'entente, ou n'y est pas financée."


@dataclass(frozen=True, slots=True)
class Terms:
    """Between which civil days costs count, both inclusive, and who is capped at what."""

    eligible_from: date
    end_date: date
    participant_caps: tuple[ParticipantCap, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed for a party, and on which civil day."""

    signed_by: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class FinalReport:
    """The final report by its hash; accepted by another person than who handed it in."""

    sha256: str
    submitted_by: str
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entitled:
    """What a participant got of the room under the ceiling, cumulative, in cents."""

    entitled_cents: int = 0


@dataclass(frozen=True, slots=True)
class Breach:
    """Which rule of the consortium is broken, and since which civil day."""

    rule: str
    since: date


@dataclass(frozen=True, slots=True)
class Agreement:
    """One project's agreement; amounts are cents, the rates exact."""

    project_id: str = ""
    status: Status = "absent"
    programme: str = ""
    title: str = ""
    lead_organisation_id: str = ""
    participants: tuple[Participant, ...] = ()
    rate: Fraction = Fraction(0)
    ceiling_cents: int = 0
    envelope_id: str = ""
    budget: tuple[BudgetLine, ...] = ()
    conditions: tuple[str, ...] = ()
    decided_on: date = date.min
    policy_version: str = ""
    terms: Terms | None = None
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    rates: tuple[AgreedRate, ...] = ()
    holdback_pct: Fraction = Fraction(0)
    single_approver_up_to_cents: int = 0
    reallocation_free_pct: Fraction = Fraction(0)
    overhead_pct: Fraction = Fraction(0)
    retention_years: int = 0
    executed_on: date | None = None
    shares: Mapping[str, Entitled] = field(default_factory=dict)
    batches: int = 0
    final_report: FinalReport | None = None
    ip_outcome_reported: bool = False
    completed_on: date | None = None
    closed_on: date | None = None
    retained_until: date | None = None
    breach: Breach | None = None
    """The earliest breach that is not cured: costs from that day on are held."""

    @property
    def organisation_ids(self) -> tuple[str, ...]:
        """All participants."""
        return tuple(party.organisation_id for party in self.participants)

    @property
    def funded(self) -> tuple[str, ...]:
        """The participants that may claim."""
        return tuple(party.organisation_id for party in self.participants if party.funded)

    @property
    def in_force(self) -> bool:
        """Whether it was executed and is not closed: costs may be claimed and paid under it."""
        return self.status in ("active", "completed")

    @property
    def room_cents(self) -> int:
        """What nobody is entitled to yet, under the ceiling (R-17)."""
        return self.ceiling_cents - sum(share.entitled_cents for share in self.shares.values())

    @property
    def eligible_from(self) -> date:
        """The first civil day whose costs count; never where no terms are stated."""
        return self.terms.eligible_from if self.terms else date.max

    @property
    def end_date(self) -> date:
        """The last civil day whose costs count; never where no terms are stated."""
        return self.terms.end_date if self.terms else date.min

    def last_eligible_day(self, organisation_id: str) -> date:
        """The last civil day on which this participant's costs count."""
        return self.end_date

    @property
    def suspended(self) -> bool:
        """Whether nothing is claimed or paid now (R-10)."""
        return self.suspended_on(date.max)

    def suspended_on(self, day: date) -> bool:
        """Whether the project was suspended on this civil day: its costs don't count (R-10)."""
        return False

    def budget_on(self, kind: CostKind, day: date) -> int | None:
        """The project's budget of a cost kind in force on this civil day, in cents (R-8).

        Absent where the agreement has no budget at all, so that nothing limits the kind.
        """
        if not self.budget:
            return None
        return sum(line.amount_cents for line in self.budget if line.kind == kind)

    def rate_changes(self, organisation_id: str, kind: CostKind) -> frozenset[date]:
        """The civil days from which another rate applies to a participant's cost kind (R-18)."""
        own = [
            agreed
            for agreed in self.rates
            if (agreed.organisation_id, agreed.kind) == (organisation_id, kind)
        ]
        ends = {agreed.applies_to for agreed in own if agreed.applies_to is not None}
        return frozenset(ends | {agreed.applies_from for agreed in own})

    @property
    def final_report_accepted(self) -> bool:
        """Whether the holdback may be released (R-13)."""
        return self.final_report is not None and self.final_report.accepted_on is not None

    def cap_of(self, organisation_id: str) -> int | None:
        """The most that a participant is ever entitled to, in cents; absent where none is stated.

        The ceiling binds the sum over participants, not each of them (R-2, R-17).
        """
        caps = self.terms.participant_caps if self.terms else ()
        stated = [cap.cap_cents for cap in caps if cap.organisation_id == organisation_id]
        return min(stated, default=None)

    def rate_on(self, organisation_id: str, kind: CostKind, day: date) -> Fraction:
        """The rate in force for a participant's cost kind on its incurred day, 0 where none is."""
        for agreed in self.rates:
            if (agreed.organisation_id, agreed.kind) == (organisation_id, kind) and (
                agreed.applies_from <= day
                and (agreed.applies_to is None or day < agreed.applies_to)
            ):
                return agreed.rate
        return Fraction(0)


def claim_ids(agreement: Agreement, terms: Terms | None) -> Sequence[str]:
    """The ids of all claim periods: each funded participant in each quarter of the terms (R-3)."""
    if terms is None:
        return ()
    return tuple(
        f"{agreement.project_id}.{organisation_id}.{quarter}"
        for organisation_id in agreement.funded
        for quarter in quarters(terms.eligible_from, terms.end_date)
    )


def require_known(agreement: Agreement, by: Actor) -> None:
    """Raise AgreementNotFound where there is none, or none that this person may know of."""
    if agreement.status == "absent" or not may_read(agreement, by):
        raise AgreementNotFound


def may_read(agreement: Agreement, by: Actor) -> bool:
    """Whether a person may see an agreement: its participants, staff, auditors."""
    return by.may_read(agreement.organisation_ids)


def require_acting_for(organisation_ids: Sequence[str], by: Actor) -> None:
    """One of these parties acts, or staff in its name (I-13). Raises NotOnBehalf."""
    if not by.acts_for(organisation_ids):
        raise NotOnBehalf


def require_in_force(agreement: Agreement) -> None:
    """Raise AgreementNotActive unless costs may be claimed and paid under it."""
    if not agreement.in_force:
        raise AgreementNotActive


def _drafted(event: AgreementDrafted) -> Agreement:
    return Agreement(
        project_id=event.project_id,
        status="drafted",
        programme=event.programme,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=event.participants,
        rate=event.rate,
        ceiling_cents=event.ceiling_cents,
        envelope_id=event.envelope_id,
        budget=event.budget,
        conditions=event.conditions,
        decided_on=event.decided_on,
        policy_version=event.policy_version,
    )


def _executed(agreement: Agreement, event: AgreementExecuted) -> Agreement:
    return replace(
        agreement,
        status="active",
        participants=event.participants,
        budget=event.budget,
        ceiling_cents=event.ceiling_cents,
        terms=Terms(event.eligible_from, event.end_date, event.participant_caps),
        rates=event.rates,
        holdback_pct=event.holdback_pct,
        single_approver_up_to_cents=event.approval_bands.single_approver_up_to_cents,
        reallocation_free_pct=event.reallocation_free_pct,
        overhead_pct=event.overhead_pct,
        retention_years=event.retention_years,
        executed_on=event.executed_on,
    )


def _signed(agreement: Agreement, event: AgreementSigned) -> Agreement:
    signature = Signature(event.signed_by, event.signed_on)
    return replace(
        agreement,
        status="signature_pending",
        signatures={**agreement.signatures, event.organisation_id or FUNDER: signature},
    )


def _shared(agreement: Agreement, event: CeilingShared) -> Agreement:
    shares = dict(agreement.shares)
    for part in event.parts:
        before = shares.get(part.organisation_id, Entitled()).entitled_cents
        shares[part.organisation_id] = Entitled(before + part.part_cents)
    return replace(agreement, shares=shares, batches=event.batch)


def evolve(agreement: Agreement, event: AgreementEvent) -> Agreement:
    """The agreement after one event more."""
    match event:
        case AgreementDrafted():
            return _drafted(event)
        case AgreementTermsStated():
            terms = Terms(event.eligible_from, event.end_date, event.participant_caps)
            return replace(agreement, terms=terms)
        case AgreementSigned():
            return _signed(agreement, event)
        case AgreementExecuted():
            return _executed(agreement, event)
        case CeilingShared():
            return _shared(agreement, event)
        case FinalReportSubmitted():
            return replace(agreement, final_report=FinalReport(event.sha256, event.submitted_by))
        case FinalReportAccepted():
            assert agreement.final_report is not None, "only a submitted report is accepted"
            report = replace(agreement.final_report, accepted_on=event.accepted_on)
            return replace(agreement, final_report=report)
        case IpOutcomeReported():
            return replace(agreement, ip_outcome_reported=True)
        case ProjectCompleted():
            return replace(agreement, status="completed", completed_on=event.completed_on)
        case AgreementClosed():
            return replace(agreement, status="closed", closed_on=event.closed_on)
        case RetentionStarted():
            return replace(agreement, retained_until=event.until)
        case _:
            assert_never(event)


FOLDS = {"agreement": Fold(Agreement(), evolve)}
