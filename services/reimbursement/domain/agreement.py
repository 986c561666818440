"""A project agreement: its parties, terms and signatures, what it grants, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from services.reimbursement.domain.agreement_status import IN_FORCE, Status
from services.reimbursement.domain.amendment import Amendment
from services.reimbursement.domain.audits import Audits
from services.reimbursement.domain.party import FUNDER, Signature
from services.reimbursement.domain.tax import Recovery
from services.reimbursement.domain.terms import Agreed, Amended, Terms, with_amendments
from services.reimbursement.events.agreement import (
    AgreedRate,
    BudgetLine,
    CostKind,
    Participant,
)
from shared.kernel.commands import Actor
from shared.kernel.periods import quarters
from shared.kernel.refusals import NotFound, NotOnBehalf, Refusal


class AgreementNotFound(NotFound):
    """There is no agreement of this project, or it is not for you to know."""

    french = "Il n'y a pas d'entente pour ce projet, ou vous n'avez pas à la connaître."


class AgreementNotActive(Refusal):
    """The agreement of this project is not in force: it must be executed and not yet closed."""

    rule = "R-1"
    french = "L'entente de ce projet n'est pas en vigueur : signée par tous et non fermée."


class ProjectIsSuspended(Refusal):
    """The project is suspended: nothing is claimed or paid until it resumes."""

    rule = "R-10"
    french = "Le projet est suspendu : rien n'est réclamé ni payé avant sa reprise."


class NotAParty(Refusal):
    """This organisation is no party of the agreement, or not a funded one where that matters."""

    french = "Cette organisation n'est pas partie à l'entente, ou n'y est pas financée."


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
    """Which rule of the consortium is broken, since which civil day, and until when to cure it."""

    rule: str
    since: date
    cure_until: date
    """Inclusive."""
    expired_on: date | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """The civil days on which the project was suspended: the first one, and the first after it."""

    since: date
    resumed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something promised that was reached."""

    milestone: str
    reached_on: date


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
    satisfied: frozenset[int] = frozenset()
    """Which conditions are satisfied, by number from 1."""
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
    recoveries: tuple[Recovery, ...] = ()
    """Which shares of their taxes participants get back, as declared (R-20)."""
    audits: Audits = field(default_factory=Audits)
    version: int = 0
    """1 as executed, one more with every amendment that all parties signed."""
    amendments: Mapping[str, Amendment] = field(default_factory=dict)
    joined: Mapping[str, date] = field(default_factory=dict)
    """Who joined after the execution, and when."""
    withdrawn: Mapping[str, date] = field(default_factory=dict)
    """Who left, and its last eligible day."""
    suspensions: tuple[Suspension, ...] = ()
    breaches: Mapping[str, Breach] = field(default_factory=dict)
    """The rules of the consortium that are broken now."""
    terminated_on: date | None = None
    last_eligible_date: date | None = None
    """Of an agreement that was terminated."""
    milestones: tuple[Milestone, ...] = ()
    stacking_exceeded: bool = False
    """Whether all governments together give more than they may (R-14)."""
    drawn_elsewhere_cents: int = 0
    """What was paid from envelopes that the commitment was moved away from."""
    _executed: Agreed = field(default_factory=Agreed)
    _in_effect: tuple[Amended, ...] = ()
    _ended_latest: date = date.min
    """The latest end date there ever was: claim periods were opened until then."""

    @property
    def organisation_ids(self) -> tuple[str, ...]:
        """All participants."""
        return tuple(party.organisation_id for party in self.participants)

    @property
    def funded(self) -> tuple[str, ...]:
        """The participants that may claim."""
        return tuple(party.organisation_id for party in self.participants if party.funded)

    @property
    def present(self) -> tuple[Participant, ...]:
        """The participants that did not withdraw."""
        return tuple(
            party for party in self.participants if party.organisation_id not in self.withdrawn
        )

    @property
    def in_force(self) -> bool:
        """Whether costs may be claimed and paid under it: executed, not suspended, not closed."""
        return self.status in IN_FORCE

    @property
    def ended(self) -> bool:
        """Whether the work is done, or the agreement was terminated."""
        return self.completed_on is not None or self.terminated_on is not None

    @property
    def conditions_open(self) -> bool:
        """Whether a condition of the award is not satisfied yet."""
        return len(self.satisfied) < len(self.conditions)

    @property
    def breach(self) -> Breach | None:
        """The earliest breach that is not cured: costs from that day on are held (9.3)."""
        return min(self.breaches.values(), key=lambda breach: breach.since, default=None)

    @property
    def signers(self) -> Sequence[str]:
        """Who signs the agreement and its amendments: who did not withdraw, and the funder."""
        return [*(party.organisation_id for party in self.present), FUNDER]

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

    def first_eligible_day(self, organisation_id: str) -> date:
        """The first civil day on which this participant's costs count: later for who joined."""
        return max(self.eligible_from, self.joined.get(organisation_id, date.min))

    @property
    def first_day(self) -> date:
        """The first eligible day, or the beginning of time where none is stated yet."""
        return self.terms.eligible_from if self.terms else date.min

    def last_eligible_day(self, organisation_id: str) -> date:
        """The last civil day on which this participant's costs count.

        The agreement's end date, or the day that a withdrawal or a termination names before it.
        """
        left = self.withdrawn.get(organisation_id, date.max)
        return min(self.end_date, left, self.last_eligible_date or date.max)

    @property
    def suspended(self) -> bool:
        """Whether nothing is claimed or paid now (R-10)."""
        return self.status == "suspended"

    def suspended_on(self, day: date) -> bool:
        """Whether the project was suspended on this civil day: its costs don't count (R-10)."""
        return any(
            pause.since <= day and (pause.resumed_on is None or day < pause.resumed_on)
            for pause in self.suspensions
        )

    def agreed_on(self, day: date) -> Agreed:
        """What applies on a civil day, by all amendments that took effect (R-8)."""
        begun = [change for change in self._in_effect if change.effective_from <= day]
        return with_amendments(self._executed, begun)

    @property
    def ended_latest(self) -> date:
        """The latest end date that there ever was; claim periods were opened until then."""
        return self._ended_latest

    @property
    def agreed(self) -> Agreed:
        """What applies by all amendments that took effect, with the rates of all periods."""
        return with_amendments(self._executed, self._in_effect)

    def agreed_by(self, version: int) -> Agreed:
        """What a version of the agreement says, whether it is in effect yet or not."""
        signed = [
            Amended(amendment.version, amendment.effective_from, amendment.changes)
            for amendment in self.amendments.values()
            if amendment.status in ("agreed", "in_effect") and amendment.version <= version
        ]
        return with_amendments(self._executed, signed)

    def budget_on(self, kind: CostKind, day: date) -> int | None:
        """The project's budget of a cost kind in force on this civil day, in cents (R-8).

        Absent where the agreement has no budget at all, so that nothing limits the kind.
        """
        agreed = self.agreed_on(day)
        return agreed.budget_of(kind) if agreed.budget else None

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


def claim_ids(agreement: Agreement, terms: Terms | None = None) -> Sequence[str]:
    """The ids of all claim periods: each funded participant in each quarter of its days (R-3).

    By the agreement's own days, or by others that may be agreed upon; none where there are none.
    """
    days = terms or agreement.terms
    if days is None:
        return ()
    until = max(days.end_date, agreement.ended_latest)
    return tuple(
        f"{agreement.project_id}.{organisation_id}.{quarter}"
        for organisation_id in agreement.funded
        for quarter in quarters(
            max(days.eligible_from, agreement.joined.get(organisation_id, date.min)), until
        )
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


def require_acting_unless_staff(organisation_ids: Sequence[str], by: Actor) -> None:
    """One of these parties acts, or any staff on its own. Raises NotOnBehalf."""
    if not by.is_staff:
        require_acting_for(organisation_ids, by)


def require_in_force(agreement: Agreement) -> None:
    """Raise ProjectIsSuspended or AgreementNotActive unless costs may be claimed and paid."""
    if agreement.suspended:
        raise ProjectIsSuspended
    if not agreement.in_force:
        raise AgreementNotActive
