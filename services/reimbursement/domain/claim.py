"""A claim: one participant's costs of one fiscal quarter, from its period to its payment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.domain.payment import Payment, PaymentEvent, pay
from services.reimbursement.events.agreement import ClaimPeriodOpened, CostKind
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
    EvidenceAttached,
    Necessity,
)
from services.reimbursement.events.payment import (
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
)
from shared.kernel.commands import Actor
from shared.kernel.decider import Fold
from shared.kernel.refusals import NotFound, NotOnBehalf, Refusal

Status: TypeAlias = Literal[
    "absent",
    "open",
    "draft",
    "filed",
    "under_review",
    "assessed",
    "approved",
    "rejected",
    "settled",
    "payment_authorised",
    "issued",
    "paid",
    "failed",
]
COUNTED: frozenset[Status] = frozenset(
    {"approved", "settled", "payment_authorised", "issued", "paid", "failed"}
)
"""From the approval on, a claim's costs count towards the entitlement."""


class ClaimNotFound(NotFound):
    """There is no such claim period, or it is not for you to know."""

    french = "Il n'y a pas de telle période de réclamation, ou vous n'avez pas à la connaître."


class CostLineNotFound(NotFound):
    """The claim has no such cost line; it may have been withdrawn."""

    french = "La réclamation n'a pas cette ligne de coût; elle a peut-être été retirée."


class NotTheClaimant(NotOnBehalf):
    """Staff act on a participant's claim only in its name: say so with `On-Behalf-Of`."""

    french = "Le personnel n'agit pour un participant qu'en son nom : indiquez `On-Behalf-Of`."


class ClaimAlreadyFiled(Refusal):
    """This quarter was already claimed; what is filed changes by correction only."""

    rule = "R-3"
    french = "Ce trimestre a déjà été réclamé; seule une correction change ce qui est déposé."


class ClaimNotFiled(Refusal):
    """The claim was not filed yet, so there is nothing to assess or decide."""

    rule = "R-3"
    french = "La réclamation n'est pas encore déposée; il n'y a rien à évaluer ni à décider."


class ClaimAlreadyDecided(Refusal):
    """The claim is already assessed or decided at this step; it is not done twice."""

    rule = "R-11"
    french = "La réclamation est déjà évaluée ou décidée à cette étape; cela ne se refait pas."


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document behind a line, by its hash."""

    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cost, net of recoverable tax; `eligible_cents` is absent until it is assessed."""

    line_id: str
    kind: CostKind
    description: str | None
    supplier: str
    invoice_number: str
    invoiced_on: date
    incurred_from: date
    incurred_to: date
    paid_on: date | None
    amount_cents: int
    tax_cents: int
    place: str
    related_party: bool
    document: str
    evidence: tuple[Evidence, ...] = ()
    eligible_cents: int | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the claim is worth: cumulative amounts but for gross, offset and payable, in cents."""

    gross_cents: int
    entitled_cents: int
    holdback_cents: int
    paid_before_cents: int
    offset_cents: int
    payable_cents: int
    unfunded_cents: int


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
    assessors: frozenset[str] = frozenset()
    assessment: Assessment | None = None
    approvers: tuple[str, ...] = ()
    payable_cents: int = 0
    payment: Payment | None = None

    @property
    def can_change(self) -> bool:
        """Whether lines may still come and go."""
        return self.status in ("open", "draft")

    @property
    def total_cents(self) -> int:
        """The sum of all lines."""
        return sum(line.amount_cents for line in self.lines.values())

    @property
    def finished(self) -> bool:
        """Whether nothing is open any more: never used, rejected, settled or paid (R-16)."""
        return self.status in ("absent", "rejected", "settled", "paid") or (
            self.can_change and not self.lines
        )

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


def require_changeable(claim: Claim, by: Actor) -> None:
    """Raise a refusal unless this person may change this claim's lines now (I-13, R-3)."""
    require_known(claim, by)
    if not by.acts_for((claim.organisation_id,)):
        raise NotTheClaimant
    if not claim.can_change:
        raise ClaimAlreadyFiled


def require_status(claim: Claim, *allowed: Status) -> None:
    """Raise ClaimNotFiled before filing, ClaimAlreadyDecided in any other status not allowed."""
    if claim.can_change:
        raise ClaimNotFiled
    if claim.status not in allowed:
        raise ClaimAlreadyDecided


def _recorded(claim: Claim, event: CostLineRecorded) -> Claim:
    line = CostLine(
        line_id=event.line_id,
        kind=event.kind,
        description=event.description,
        supplier=event.supplier,
        invoice_number=event.invoice_number,
        invoiced_on=event.invoiced_on,
        incurred_from=event.incurred_from,
        incurred_to=event.incurred_to,
        paid_on=event.paid_on,
        amount_cents=event.amount_cents,
        tax_cents=event.tax_cents,
        place=event.place,
        related_party=event.related_party,
        document=event.document,
    )
    return replace(claim, status="draft", lines={**claim.lines, line.line_id: line})


def _with_line(claim: Claim, line: CostLine) -> Claim:
    return replace(claim, lines={**claim.lines, line.line_id: line})


LineEvent: TypeAlias = CostLineRecorded | CostLineWithdrawn | EvidenceAttached | CostLineAssessed


def _with_line_event(claim: Claim, event: LineEvent) -> Claim:
    match event:
        case CostLineRecorded():
            return _recorded(claim, event)
        case CostLineWithdrawn():
            others = {name: line for name, line in claim.lines.items() if name != event.line_id}
            return replace(claim, lines=others)
        case EvidenceAttached():
            line = claim.lines[event.line_id]
            evidence = (*line.evidence, Evidence(event.sha256, event.kind))
            return _with_line(claim, replace(line, evidence=evidence))
        case CostLineAssessed():
            line = claim.lines[event.line_id]
            decided = replace(
                line, eligible_cents=event.eligible_cents, reason_code=event.reason_code
            )
            return replace(
                _with_line(claim, decided),
                status="under_review",
                assessors=claim.assessors | {event.assessed_by},
            )
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
    )


def _assessed(claim: Claim, event: ClaimAssessed) -> Claim:
    assessment = Assessment(
        gross_cents=event.gross_cents,
        entitled_cents=event.entitled_cents,
        holdback_cents=event.holdback_cents,
        paid_before_cents=event.paid_before_cents,
        offset_cents=event.offset_cents,
        payable_cents=event.payable_cents,
        unfunded_cents=event.unfunded_cents,
    )
    return replace(
        claim,
        status="assessed",
        assessment=assessment,
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
        case _:
            assert_never(event)
    return replace(claim, status=status, payment=pay(claim.payment, event))


ClaimEvent: TypeAlias = ClaimPeriodOpened | LineEvent | Decision | PaymentEvent


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
        case CostLineRecorded() | CostLineWithdrawn() | EvidenceAttached() | CostLineAssessed():
            return _with_line_event(claim, event)
        case PaymentAuthorised() | PaymentIssued() | PaymentConfirmed() | PaymentFailed():
            return _with_payment(claim, event)
        case _:
            return _with_decision(claim, event)


def assessed_lines(claim: Claim) -> Sequence[tuple[CostLine, int]]:
    """The lines with their eligible amounts, in cents; a line not yet assessed is left out."""
    return [
        (line, line.eligible_cents)
        for line in claim.lines.values()
        if line.eligible_cents is not None
    ]


FOLDS = {"claim": Fold(Claim(), evolve)}
