"""Lists of claims and of payments."""

from services.reimbursement.domain.claim import UNPAID_DAYS
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
)
from services.reimbursement.events.line_course import (
    ClaimQueried,
    CostLineCorrected,
    CostLineReclaimed,
    ExchangeRateFixed,
    QueryAnswered,
    SupplierPaymentsReviewed,
)
from services.reimbursement.events.payment import (
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
)
from services.reimbursement.projections.cost_line import COST_LINES, show_cost_lines
from shared.runtime.projections import Projection, Recorded, Row, Rows, integer, key, table, text

CLAIMS = table(
    "claim_list",
    key("claim_id"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("quarter", index=True),
    text("status", index=True),
    text("due_on"),
    text("filed_on"),
    integer("late"),
    integer("lines"),
    integer("unpaid_lines"),
    integer("claimed_cents"),
    integer("gross_cents"),
    integer("entitled_cents"),
    integer("holdback_cents"),
    integer("payable_cents"),
    integer("paid_cents"),
    text("content_hash"),
    integer("position", index=True),
)
DEDUCTIONS = table(
    "deduction_list", key("claim_id"), text("due_on", index=True), integer("not_before")
)
"""Filed claims with lines whose suppliers were not paid when they were entered.

`not_before` is in microseconds: an account begins with its first approval (X5).
"""


def show_claims(rows: Rows, recorded: Recorded) -> None:
    """Each claim period, how far its claim is, and what it is worth."""
    match recorded.event:
        case ClaimPeriodOpened() as event:
            rows.put(
                "claim_list",
                claim_id=event.claim_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                quarter=event.quarter,
                status="open",
                due_on=event.due_on.isoformat(),
                lines=0,
                unpaid_lines=0,
                claimed_cents=0,
                paid_cents=0,
                position=recorded.position,
            )
        case (CostLineRecorded() | CostLineReclaimed()) as event:
            _count(rows, event.claim_id, 1, event.amount_cents, event.paid_on is None)
        case CostLineCorrected() as event:
            line = _line(rows, event)
            unpaid = (event.paid_on is None) - (line["paid_on"] is None)
            _count(rows, event.claim_id, 0, event.amount_cents - line["amount_cents"], unpaid)
        case ExchangeRateFixed() as event:
            _count(rows, event.claim_id, 0, event.amount_cents, 0)
        case CostLineWithdrawn() as event:
            line = _line(rows, event)
            _count(rows, event.claim_id, -1, -line["amount_cents"], -(line["paid_on"] is None))
        case ClaimFiled() as event:
            rows.change(
                "claim_list",
                event.claim_id,
                status="filed",
                filed_on=event.filed_on.isoformat(),
                late=int(event.late),
                content_hash=event.content_hash,
            )
            _wait_for_payments(rows, event, recorded.effective_micros)
        case (CostLineAssessed() | QueryAnswered()) as event:
            rows.change("claim_list", event.claim_id, status="under_review")
        case ClaimQueried() as event:
            rows.change("claim_list", event.claim_id, status="queried")
        case SupplierPaymentsReviewed() as event:
            rows.remove("deduction_list", event.claim_id)
        case _:
            _show_decisions(rows, recorded)
            _show_paid(rows, recorded)


def _line(rows: Rows, event: CostLineCorrected | CostLineWithdrawn) -> Row:
    line = rows.get("cost_line_list", event.claim_id, event.line_id)
    assert line is not None, "only a line that is there changes"
    return line


def _count(rows: Rows, claim_id: str, lines: int, cents: int, unpaid: int) -> None:
    row = rows.get("claim_list", claim_id)
    assert row is not None, "only an open period takes lines"
    rows.change(
        "claim_list",
        claim_id,
        status="draft",
        lines=row["lines"] + lines,
        claimed_cents=row["claimed_cents"] + cents,
        unpaid_lines=row["unpaid_lines"] + unpaid,
    )


def _wait_for_payments(rows: Rows, event: ClaimFiled, effective_micros: int) -> None:
    """Suppliers that are not paid yet are looked at again at the start of day 91 (R-13)."""
    row = rows.get("claim_list", event.claim_id)
    assert row is not None, "only a claim period is filed"
    if row["unpaid_lines"]:
        due_on = event.deducted_on or event.filed_on + UNPAID_DAYS
        rows.put(
            "deduction_list",
            claim_id=event.claim_id,
            due_on=due_on.isoformat(),
            not_before=effective_micros,
        )


def _show_decisions(rows: Rows, recorded: Recorded) -> None:
    match recorded.event:
        case ClaimAssessed() as event:
            rows.change(
                "claim_list",
                event.claim_id,
                status="assessed",
                gross_cents=event.gross_cents,
                entitled_cents=event.entitled_cents,
                holdback_cents=event.holdback_cents,
                payable_cents=event.payable_cents,
            )
        case ClaimApprovalGiven() as event:
            rows.change("claim_list", event.claim_id, status="assessed")
        case ClaimApproved() as event:
            rows.change(
                "claim_list",
                event.claim_id,
                status="approved",
                entitled_cents=event.entitled_cents,
                holdback_cents=event.holdback_cents,
                payable_cents=event.payable_cents,
            )
            if rows.get("deduction_list", event.claim_id) is not None:
                latest = recorded.effective_micros
                rows.change("deduction_list", event.claim_id, not_before=latest)
        case ClaimSettled() as event:
            rows.change("claim_list", event.claim_id, status="settled")
        case ClaimRejected() as event:
            rows.change("claim_list", event.claim_id, status="rejected", payable_cents=0)
            rows.remove("deduction_list", event.claim_id)
        case _:
            pass  # Evidence and what happens elsewhere don't change a claim's row.


def _show_paid(rows: Rows, recorded: Recorded) -> None:
    """A payment of the account itself belongs to no claim."""
    match recorded.event:
        case PaymentAuthorised(claim_id=str(claim_id), amount_cents=cents):
            rows.change("claim_list", claim_id, status="payment_authorised", paid_cents=cents)
        case PaymentIssued(claim_id=str(claim_id)):
            rows.change("claim_list", claim_id, status="issued")
        case PaymentConfirmed(claim_id=str(claim_id)):
            rows.change("claim_list", claim_id, status="paid")
        case PaymentFailed(claim_id=str(claim_id)):
            rows.change("claim_list", claim_id, status="failed", paid_cents=0)
        case PaymentReturned(claim_id=str(claim_id)):
            rows.change("claim_list", claim_id, status="returned", paid_cents=0)
        case _:
            pass  # Only payments are shown here.


def show_claims_and_lines(rows: Rows, recorded: Recorded) -> None:
    """Claims first: taking a line away needs to know what it was."""
    show_claims(rows, recorded)
    show_cost_lines(rows, recorded)


PROJECTIONS: tuple[Projection, ...] = (
    Projection(
        "claim_list",
        revision=2,
        tables=(CLAIMS, COST_LINES, DEDUCTIONS),
        apply=show_claims_and_lines,
    ),
)
