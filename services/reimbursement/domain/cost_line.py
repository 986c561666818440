"""One cost line of a claim: what was stated, what happened to it, and what of it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.events.agreement import CostKind
from services.reimbursement.events.claim import (
    CostLineAssessed,
    CostLineFacts,
    CostLineRecorded,
    EvidenceAttached,
    Proposed,
    Province,
)
from services.reimbursement.events.invoice import Invoice, InvoiceTax, LineRef, LineTax, Stated
from services.reimbursement.events.line_course import (
    CostLineCorrected,
    CostLineDeducted,
    CostLineReclaimed,
    DeductionReturnReleased,
    DeductionReturnTaken,
    DuplicateCleared,
    DuplicateConfirmed,
    DuplicateSuspected,
    ExchangeRateFixed,
    SupplierPaymentRecorded,
)
from shared.kernel.money import portion

DOLLARS = "CAD"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document behind a line, by its hash."""

    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class FixedRate:
    """The one exchange rate of a foreign line, and where it comes from (R-22)."""

    source: str
    wanted_on: date
    published_on: date
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What another line a line looks like, and what a person found (R-23)."""

    status: Literal["suspected", "cleared", "confirmed"]
    because: str
    of_claim_id: str
    of_line_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierPayment:
    """What the supplier got on one day, in hundredths of the line's currency (R-19)."""

    amount_hundredths: int
    paid_on: date
    proof: str


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
    place: Province
    related_party: bool
    document: str
    stated: Stated
    recorded_by: str
    evidence: tuple[Evidence, ...] = ()
    rate: FixedRate | None = None
    duplicate: Duplicate | None = None
    payments: tuple[SupplierPayment, ...] = ()
    eligible_cents: int | None = None
    reason_code: str | None = None
    reason: str | None = None
    proposed: Proposed | None = None
    kept: Fraction | None = None
    """The part that its supplier was paid in time; absent where nothing was deducted (R-13)."""
    returned_cents: Mapping[str, int] = field(default_factory=dict)
    """What later claims took up of what was deducted, by their lines."""
    reclaims: LineRef | None = None
    """The deducted line that this one brings back."""
    adjusted_cents: int = 0
    """What corrections changed after the approval, with its sign."""

    @property
    def rate_pending(self) -> bool:
        """Whether the line has no exchange rate yet: it counts 0 and blocks (R-22)."""
        return self.stated.invoice.currency != DOLLARS and self.rate is None

    @property
    def suspended_as_duplicate(self) -> bool:
        """Whether the line counts 0 because it repeats another one, or may (R-23)."""
        return self.duplicate is not None and self.duplicate.status != "cleared"

    @property
    def deducted_cents(self) -> int:
        """What no longer counts because its supplier was not paid in time (R-13)."""
        if self.kept is None:
            return 0
        worth = self.amount_cents if self.eligible_cents is None else self.eligible_cents
        return worth - portion(self.kept, worth)

    @property
    def counted_cents(self) -> int:
        """What counts towards the entitlement: eligible, less deducted, and as corrected."""
        return (self.eligible_cents or 0) - self.deducted_cents + self.adjusted_cents

    def paid_by(self, day: date) -> int:
        """What the supplier got up to this day, inclusive, without sign, in hundredths (R-19)."""
        owed = abs(self.stated.owed_hundredths)
        if self.paid_on is not None and self.paid_on <= day:
            return owed
        parts = [paid.amount_hundredths for paid in self.payments if paid.paid_on <= day]
        return min(sum(parts), owed)

    def paid_share(self, day: date) -> Fraction:
        """Which part of the line its supplier got up to this day; nothing owed is paid."""
        owed = abs(self.stated.owed_hundredths)
        return Fraction(self.paid_by(day), owed) if owed else Fraction(1)

    def returnable_cents(self, day: date) -> int:
        """What was deducted, is paid by this day and was not brought back yet (R-13)."""
        if self.kept is None or self.eligible_cents is None:
            return 0
        paid = portion(self.paid_share(day), self.eligible_cents)
        kept = portion(self.kept, self.eligible_cents)
        return paid - kept - sum(self.returned_cents.values())


LineEvent: TypeAlias = (
    EvidenceAttached
    | CostLineAssessed
    | ExchangeRateFixed
    | DuplicateSuspected
    | DuplicateCleared
    | DuplicateConfirmed
    | SupplierPaymentRecorded
    | CostLineDeducted
    | DeductionReturnTaken
    | DeductionReturnReleased
)
"""What changes one line that is there."""
EnteredEvent: TypeAlias = CostLineRecorded | CostLineCorrected | CostLineReclaimed
"""What states a whole line."""


def _stated(event: CostLineFacts) -> Stated:
    """What a line rests on; for older records, all of an invoice in dollars."""
    if event.stated is not None:
        return event.stated
    invoice = Invoice(
        currency=DOLLARS,
        amount_hundredths=event.amount_cents,
        taxes=(InvoiceTax(tax="recoverable", amount_hundredths=event.tax_cents),),
        service_from=event.incurred_from,
        service_to=event.incurred_to,
        shared_between=(),
    )
    tax = LineTax(
        tax="recoverable",
        amount_hundredths=event.tax_cents,
        recovery=Fraction(1),
        recovered_hundredths=event.tax_cents,
    )
    return Stated(
        invoice=invoice, share=Fraction(1), price_hundredths=event.amount_cents, taxes=(tax,)
    )


def entered(event: EnteredEvent, before: CostLine | None) -> CostLine:
    """The line as stated; a correction keeps its evidence and payments, and nothing else."""
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
        stated=_stated(event),
        recorded_by=event.recorded_by,
    )
    if isinstance(event, CostLineReclaimed):
        deducted = LineRef(claim_id=event.deducted_claim_id, line_id=event.deducted_line_id)
        return replace(line, reclaims=deducted)
    if before is not None:
        return replace(line, evidence=before.evidence, payments=before.payments)
    return line


def evolve_line(line: CostLine, event: LineEvent) -> CostLine:
    """The line after one event more."""
    match event:
        case EvidenceAttached():
            return replace(line, evidence=(*line.evidence, Evidence(event.sha256, event.kind)))
        case ExchangeRateFixed():
            fixed = FixedRate(event.source, event.wanted_on, event.published_on, event.rate)
            return replace(
                line, rate=fixed, amount_cents=event.amount_cents, tax_cents=event.tax_cents
            )
        case CostLineAssessed():
            return replace(
                line,
                eligible_cents=event.eligible_cents,
                reason_code=event.reason_code,
                reason=event.reason,
                proposed=event.proposed,
            )
        case DuplicateSuspected() | DuplicateCleared() | DuplicateConfirmed():
            return replace(line, duplicate=_judged(line, event))
        case SupplierPaymentRecorded():
            paid = SupplierPayment(event.amount_hundredths, event.paid_on, event.proof)
            return replace(line, payments=(*line.payments, paid))
        case CostLineDeducted():
            return replace(line, kept=event.kept)
        case DeductionReturnTaken():
            returned = {**line.returned_cents, event.by_line_id: event.amount_cents}
            return replace(line, returned_cents=returned)
        case DeductionReturnReleased():
            left = {
                by: cents for by, cents in line.returned_cents.items() if by != event.by_line_id
            }
            return replace(line, returned_cents=left)
        case _:
            assert_never(event)


def _judged(
    line: CostLine, event: DuplicateSuspected | DuplicateCleared | DuplicateConfirmed
) -> Duplicate:
    match event:
        case DuplicateSuspected():
            return Duplicate("suspected", event.because, event.of_claim_id, event.of_line_id)
        case DuplicateCleared() | DuplicateConfirmed():
            assert line.duplicate is not None, "only a suspected duplicate is judged"
            found: Literal["cleared", "confirmed"] = (
                "cleared" if isinstance(event, DuplicateCleared) else "confirmed"
            )
            return replace(line.duplicate, status=found, reason=event.reason)
        case _:
            assert_never(event)
