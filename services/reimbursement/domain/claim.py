"""A claim: one participant's costs of one fiscal quarter, from its period to its payment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias, assert_never

from services.reimbursement.domain.account import note
from services.reimbursement.domain.aftermath import (
    Aftermath,
    Correction,
    CorrectionEvent,
    HoldEvent,
    evolve_corrections,
    evolve_holds,
)
from services.reimbursement.domain.claim_refusals import (
    ClaimAlreadyDecided,
    ClaimNotFiled,
    ClaimNotFound,
    CostLineNotFound,
    NotTheClaimant,
)
from services.reimbursement.domain.claim_talk import Assessment, Import, Query, Talk
from services.reimbursement.domain.cost_line import (
    CostLine,
    EnteredEvent,
    LineEvent,
    entered,
    evolve_line,
)
from services.reimbursement.domain.payment import NotedEvent, Payment, PaymentEvent, pay
from services.reimbursement.events.agreement import ClaimPeriodOpened
from services.reimbursement.events.claim import (
    ClaimApprovalGiven,
    ClaimApproved,
    ClaimAssessed,
    ClaimFiled,
    ClaimRejected,
    ClaimSettled,
    CostLineAssessed,
    CostLineRecorded,
    CostLineWithdrawn,
    Necessity,
)
from services.reimbursement.events.correction import (
    CorrectionApprovalGiven,
    CorrectionApproved,
    CorrectionOpened,
    CorrectionWithdrawn,
    CostLineAdjusted,
)
from services.reimbursement.events.holding import PaymentHeld, PaymentHoldReleased
from services.reimbursement.events.line_course import (
    ClaimQueried,
    CostLineCorrected,
    CostLineReclaimed,
    LinesImported,
    QueryAnswered,
    SupplierPaymentsReviewed,
)
from services.reimbursement.events.payment import (
    BankDebitNoted,
    LateConfirmationNoted,
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
)
from shared.kernel.commands import Actor
from shared.kernel.decider import Fold

Status: TypeAlias = Literal[
    "absent",
    "open",
    "draft",
    "filed",
    "under_review",
    "queried",
    "assessed",
    "approved",
    "rejected",
    "settled",
    "payment_authorised",
    "issued",
    "paid",
    "failed",
    "returned",
]
COUNTED: frozenset[Status] = frozenset(
    {"approved", "settled", "payment_authorised", "issued", "paid", "failed", "returned"}
)
"""From the approval on, a claim's costs count towards the entitlement."""
UNPAID_DAYS = timedelta(days=91)
"""Older filings don't say when unpaid lines are deducted: at the start of day 91 (R-13)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One participant's claim of one quarter."""

    claim_id: str = ""
    project_id: str = ""
    organisation_id: str = ""
    quarter: str = ""
    status: Status = "absent"
    opens_on: date = date.min
    due_on: date = date.min
    lines: Mapping[str, CostLine] = field(default_factory=dict)
    necessity: tuple[Necessity, ...] = ()
    claimed_cents: int = 0
    content_hash: str = ""
    certifier: str = ""
    filed_on: date | None = None
    late: bool = False
    deducted_on: date | None = None
    """The day at whose start whatever suppliers were not paid is deducted (R-13)."""
    suppliers_reviewed_on: date | None = None
    queries: tuple[Query, ...] = ()
    latest_import: Import | None = None
    assessors: frozenset[str] = frozenset()
    assessment: Assessment | None = None
    approvers: tuple[str, ...] = ()
    payable_cents: int = 0
    payment: Payment | None = None
    after: Aftermath = field(default_factory=Aftermath)
    """What followed the approval: holds, earlier payments, corrections."""

    @property
    def identity(self) -> dict[str, Any]:
        """What every event about it names: the claim, and whose it is."""
        return {
            "claim_id": self.claim_id,
            "project_id": self.project_id,
            "organisation_id": self.organisation_id,
        }

    @property
    def can_change(self) -> bool:
        """Whether lines may still come and go."""
        return self.status in ("open", "draft")

    @property
    def total_cents(self) -> int:
        """The sum of all lines; a pending rate or a suspected duplicate counts 0."""
        return sum(line.amount_cents for line in self.lines.values())

    @property
    def finished(self) -> bool:
        """Whether nothing is open any more: never used, rejected, settled or paid (R-16)."""
        at_rest = self.status in ("absent", "rejected", "settled", "paid")
        return (at_rest and self.after.finished) or (self.can_change and not self.lines)

    def line(self, line_id: str) -> CostLine:
        """The line of this id. Raises CostLineNotFound."""
        found = self.lines.get(line_id)
        if found is None:
            raise CostLineNotFound
        return found


def require_known(claim: Claim, by: Actor) -> None:
    """Raise ClaimNotFound where there is no period, or none that this person may know of."""
    if claim.status == "absent" or not may_read(claim, by):
        raise ClaimNotFound


def may_read(claim: Claim, by: Actor) -> bool:
    """Whether a person may see a claim: its own organisation, staff, auditors."""
    return by.may_read((claim.organisation_id,))


def require_claimant(claim: Claim, by: Actor) -> None:
    """Raise a refusal unless this person may act for this claim's participant (I-13)."""
    require_known(claim, by)
    if not by.acts_for((claim.organisation_id,)):
        raise NotTheClaimant


def require_status(claim: Claim, *allowed: Status) -> None:
    """Raise ClaimNotFiled before filing, ClaimAlreadyDecided in any other status not allowed."""
    if claim.can_change:
        raise ClaimNotFiled
    if claim.status not in allowed:
        raise ClaimAlreadyDecided


def _with_line(claim: Claim, line: CostLine) -> Claim:
    return replace(claim, lines={**claim.lines, line.line_id: line})


LineCourse: TypeAlias = EnteredEvent | CostLineWithdrawn | LineEvent


def _with_line_event(claim: Claim, event: LineCourse) -> Claim:
    match event:
        case CostLineRecorded() | CostLineCorrected() | CostLineReclaimed():
            line = entered(event, claim.lines.get(event.line_id))
            return replace(_with_line(claim, line), status="draft")
        case CostLineWithdrawn():
            others = {name: line for name, line in claim.lines.items() if name != event.line_id}
            return replace(claim, lines=others)
        case CostLineAssessed():
            decided = _with_line(claim, evolve_line(claim.lines[event.line_id], event))
            assessors = claim.assessors | {event.assessed_by}
            return replace(decided, status="under_review", assessors=assessors)
        case _:
            return _with_line(claim, evolve_line(claim.lines[event.line_id], event))


def _with_talk(claim: Claim, event: Talk) -> Claim:
    match event:
        case ClaimQueried():
            return replace(claim, status="queried", queries=(*claim.queries, Query.of(event)))
        case QueryAnswered():
            queries = tuple(query.with_answer(event) for query in claim.queries)
            return replace(claim, status="under_review", queries=queries)
        case LinesImported():
            return replace(claim, latest_import=Import.of(event))
        case SupplierPaymentsReviewed():
            return replace(claim, suppliers_reviewed_on=event.reviewed_on)
        case _:
            assert_never(event)


def _filed(claim: Claim, event: ClaimFiled) -> Claim:
    return replace(
        claim,
        status="filed",
        necessity=event.necessity,
        claimed_cents=event.claimed_cents,
        content_hash=event.content_hash,
        certifier=event.certifier,
        filed_on=event.filed_on,
        late=event.late,
        deducted_on=event.deducted_on or event.filed_on + UNPAID_DAYS,
    )


def _assessed(claim: Claim, event: ClaimAssessed) -> Claim:
    return replace(
        claim,
        status="assessed",
        assessment=Assessment.of(event),
        assessors=claim.assessors | {event.assessed_by},
        payable_cents=event.payable_cents,
    )


Decision: TypeAlias = (
    ClaimFiled | ClaimAssessed | ClaimApprovalGiven | ClaimApproved | ClaimSettled | ClaimRejected
)


def _with_decision(claim: Claim, event: Decision) -> Claim:
    match event:
        case ClaimFiled():
            return _filed(claim, event)
        case ClaimAssessed():
            return _assessed(claim, event)
        case ClaimApprovalGiven():
            return replace(claim, approvers=(*claim.approvers, event.approved_by))
        case ClaimApproved():
            return replace(
                claim,
                status="approved",
                approvers=(*claim.approvers, event.approved_by),
                payable_cents=event.payable_cents,
            )
        case ClaimSettled():
            return replace(claim, status="settled")
        case ClaimRejected():
            return replace(claim, status="rejected", payable_cents=0)
        case _:
            assert_never(event)


def _with_payment(claim: Claim, event: PaymentEvent) -> Claim:
    status: Status
    match event:
        case PaymentAuthorised():
            status = "payment_authorised"
        case PaymentIssued():
            status = "issued"
        case PaymentConfirmed():
            status = "paid"
        case PaymentFailed():
            status = "failed"
        case PaymentReturned():
            status = "returned"
        case _:
            assert_never(event)
    past = claim.after.past_payments
    if isinstance(event, PaymentAuthorised) and claim.payment is not None:
        past = (*past, claim.payment)
    after = replace(claim.after, past_payments=past)
    return replace(claim, status=status, payment=pay(claim.payment, event), after=after)


Aftereffect: TypeAlias = HoldEvent | CorrectionEvent | NotedEvent


def _with_aftereffect(claim: Claim, event: Aftereffect) -> Claim:
    match event:
        case PaymentHeld() | PaymentHoldReleased():
            return replace(claim, after=evolve_holds(claim.after, event))
        case LateConfirmationNoted() | BankDebitNoted():
            payment, past = note(claim.payment, claim.after.past_payments, event)
            after = replace(claim.after, past_payments=past)
            return replace(claim, payment=payment, after=after)
        case CorrectionApproved():
            corrected = adjusted(claim, claim.after.corrections[event.correction_id])
            return replace(corrected, after=evolve_corrections(claim.after, event))
        case _:
            return replace(claim, after=evolve_corrections(claim.after, event))


def adjusted(claim: Claim, correction: Correction) -> Claim:
    """The claim as it counts with a correction; what was filed and assessed stays in its lines."""
    lines = dict(claim.lines)
    for line_id, adjustment in correction.lines.items():
        line = lines[line_id]
        lines[line_id] = replace(line, adjusted_cents=line.adjusted_cents + adjustment.delta_cents)
    return replace(claim, lines=lines)


ClaimEvent: TypeAlias = (
    ClaimPeriodOpened | LineCourse | Talk | Decision | PaymentEvent | Aftereffect
)


def evolve(claim: Claim, event: ClaimEvent) -> Claim:
    """The claim after one event more."""
    match event:
        case ClaimPeriodOpened():
            return Claim(
                claim_id=event.claim_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                quarter=event.quarter,
                status="open",
                opens_on=event.opens_on,
                due_on=event.due_on,
            )
        case ClaimQueried() | QueryAnswered() | LinesImported() | SupplierPaymentsReviewed():
            return _with_talk(claim, event)
        case (
            PaymentAuthorised()
            | PaymentIssued()
            | PaymentConfirmed()
            | PaymentFailed()
            | PaymentReturned()
        ):
            return _with_payment(claim, event)
        case (
            PaymentHeld()
            | PaymentHoldReleased()
            | LateConfirmationNoted()
            | BankDebitNoted()
            | CorrectionOpened()
            | CostLineAdjusted()
            | CorrectionApprovalGiven()
            | CorrectionApproved()
            | CorrectionWithdrawn()
        ):
            return _with_aftereffect(claim, event)
        case (
            ClaimFiled()
            | ClaimAssessed()
            | ClaimApprovalGiven()
            | ClaimApproved()
            | ClaimSettled()
            | ClaimRejected()
        ):
            return _with_decision(claim, event)
        case _:
            return _with_line_event(claim, event)


def assessed_lines(claim: Claim) -> Sequence[tuple[CostLine, int]]:
    """The lines with what counts of them, in cents; a line not yet assessed is left out."""
    return [
        (line, line.counted_cents)
        for line in claim.lines.values()
        if line.eligible_cents is not None
    ]


FOLDS = {"claim": Fold(Claim(), evolve)}
