"""What happens to a cost line after it was entered: rates, duplicates, payments, deductions."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.reimbursement.events.claim import CostLineFacts, OfClaim
from services.reimbursement.events.invoice import Currency, LineId
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import ClaimId, Line, PersonId, Sha256, Slug
from shared.kernel.money import Cents, PositiveCents, Ratio


class CostLineCorrected(CostLineFacts, name="CostLineCorrected"):
    """A participant corrected a line of its draft; all facts are stated again and checked again."""


class ExchangeRateFixed(OfClaim, name="ExchangeRateFixed"):
    """A foreign line got its one rate, for good; it was worth nothing before (R-22)."""

    line_id: LineId
    currency: Currency
    source: Slug
    """The published table, `actual_debit`, or `original_line` for a credit note."""
    wanted_on: date
    published_on: date
    """The day of the rate: the wanted one, or the last before it that had one."""
    rate: Ratio
    """Dollars for one unit of the currency."""
    amount_cents: Cents
    """The line net of recoverable tax, converted HALF_UP once."""
    tax_cents: Cents


class DuplicateSuspected(OfClaim, name="DuplicateSuspected"):
    """Another claim rests on what looks like the same invoice; the line counts 0 (R-23)."""

    line_id: LineId
    because: Literal["invoice", "evidence"]
    of_claim_id: ClaimId
    of_line_id: LineId


class DuplicateCleared(OfClaim, name="DuplicateCleared"):
    """A person found that the two are not the same cost; the line counts (R-23)."""

    line_id: LineId
    reason: Line
    cleared_by: PersonId


class DuplicateConfirmed(OfClaim, name="DuplicateConfirmed"):
    """A person found that the line repeats another one; it never counts (R-23)."""

    line_id: LineId
    reason: Line
    confirmed_by: PersonId


class SupplierPaymentRecorded(OfClaim, name="SupplierPaymentRecorded"):
    """The participant paid its supplier this much on that day; several payments add up (R-19)."""

    line_id: LineId
    amount_hundredths: PositiveCents
    """In hundredths of the line's currency, without sign."""
    paid_on: date
    proof: Sha256
    recorded_by: PersonId


class CostLineDeducted(OfClaim, name="CostLineDeducted"):
    """What the supplier was not paid in time no longer counts, from that day on (R-13)."""

    line_id: LineId
    owed_hundredths: Cents
    paid_hundredths: Cents
    """By the last day, in hundredths of the line's currency, without sign."""
    kept: Ratio
    """The exact part that was paid, and goes on counting."""
    deducted_cents: Cents
    """Of the eligible amount, or of the claimed one where it is not assessed yet."""
    deducted_on: date


class SupplierPaymentsReviewed(OfClaim, name="SupplierPaymentsReviewed"):
    """It was looked up once what suppliers were paid in time; the rest is deducted (R-13)."""

    deducted: tuple[LineId, ...]
    reviewed_on: date


class CostLineReclaimed(CostLineFacts, name="CostLineReclaimed"):
    """A deducted cost came back, because its supplier is paid now; it keeps its period (R-13)."""

    deducted_claim_id: ClaimId
    deducted_line_id: LineId


class DeductionReturnTaken(OfClaim, name="DeductionReturnTaken"):
    """A later claim takes up what was deducted from this line; on the deducted line's claim."""

    line_id: LineId
    by_claim_id: ClaimId
    by_line_id: LineId
    amount_cents: Cents


class DeductionReturnReleased(OfClaim, name="DeductionReturnReleased"):
    """The later claim's line was withdrawn; what was deducted may be claimed again."""

    line_id: LineId
    by_claim_id: ClaimId
    by_line_id: LineId


class ClaimQueried(OfClaim, name="ClaimQueried"):
    """The assessor asked the participant something; the assessment waits for the answer."""

    query_id: Annotated[str, Field(pattern=r"^query_[0-9a-f]{32}$")]
    question: Line
    lines: tuple[LineId, ...]
    """The lines that it is about; empty for the claim as a whole."""
    asked_by: PersonId


class QueryAnswered(OfClaim, name="QueryAnswered"):
    """The participant answered; the assessment goes on."""

    query_id: Annotated[str, Field(pattern=r"^query_[0-9a-f]{32}$")]
    answer: Line
    evidence: Sha256 | None = None
    answered_by: PersonId


class RefusedRow(Fact):
    """A row of a file that was not entered, by its number in the file, and why."""

    row: Annotated[int, Field(ge=1)]
    code: Slug
    rule: str | None
    field: str | None = None
    """The column that is at fault, where one is."""


class LinesImported(OfClaim, name="LinesImported"):
    """A file of cost lines was read: each row became a line or was refused with its reason."""

    file_sha256: Sha256
    format: Literal["csv", "xlsx"]
    rows: Annotated[int, Field(ge=0)]
    accepted: Annotated[int, Field(ge=0)]
    refused: tuple[RefusedRow, ...]
    imported_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    CostLineCorrected,
    ExchangeRateFixed,
    DuplicateSuspected,
    DuplicateCleared,
    DuplicateConfirmed,
    SupplierPaymentRecorded,
    CostLineDeducted,
    SupplierPaymentsReviewed,
    CostLineReclaimed,
    DeductionReturnTaken,
    DeductionReturnReleased,
    ClaimQueried,
    QueryAnswered,
    LinesImported,
)
