"""Lists of claims, of their cost lines, and of payments."""

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
    EvidenceAttached,
)
from services.reimbursement.events.payment import (
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
)
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table, text

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
    integer("claimed_cents"),
    integer("gross_cents"),
    integer("entitled_cents"),
    integer("holdback_cents"),
    integer("payable_cents"),
    integer("paid_cents"),
    text("content_hash"),
    integer("position", index=True),
)
COST_LINES = table(
    "cost_line_list",
    key("claim_id"),
    key("line_id"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("kind", index=True),
    text("supplier"),
    text("invoice_number"),
    text("invoiced_on"),
    text("incurred_from"),
    text("incurred_to"),
    text("place"),
    text("document", index=True),
    integer("amount_cents"),
    integer("tax_cents"),
    integer("evidence"),
    integer("eligible_cents"),
    text("reason_code"),
    integer("position", index=True),
)
PAYMENTS = table(
    "payment_list",
    key("payment_id"),
    text("project_id", index=True),
    text("organisation_id", index=True),
    text("claim_id", index=True),
    integer("amount_cents"),
    text("status", index=True),
    text("reference"),
    text("authorised_on"),
    text("issued_on"),
    text("confirmed_on"),
    text("failed_on"),
    integer("position", index=True),
)


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
                claimed_cents=0,
                paid_cents=0,
                position=recorded.position,
            )
        case CostLineRecorded() as event:
            _count(rows, event.claim_id, 1, event.amount_cents)
        case CostLineWithdrawn() as event:
            line = rows.get("cost_line_list", event.claim_id, event.line_id)
            assert line is not None, "only a line that is there is withdrawn"
            _count(rows, event.claim_id, -1, -line["amount_cents"])
        case ClaimFiled() as event:
            rows.change(
                "claim_list",
                event.claim_id,
                status="filed",
                filed_on=event.filed_on.isoformat(),
                late=int(event.late),
                content_hash=event.content_hash,
            )
        case CostLineAssessed() as event:
            rows.change("claim_list", event.claim_id, status="under_review")
        case _:
            _show_decisions(rows, recorded)
            _show_paid(rows, recorded)


def _count(rows: Rows, claim_id: str, lines: int, cents: int) -> None:
    row = rows.get("claim_list", claim_id)
    assert row is not None, "only an open period takes lines"
    rows.change(
        "claim_list",
        claim_id,
        status="draft",
        lines=row["lines"] + lines,
        claimed_cents=row["claimed_cents"] + cents,
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
        case ClaimSettled() as event:
            rows.change("claim_list", event.claim_id, status="settled")
        case ClaimRejected() as event:
            rows.change("claim_list", event.claim_id, status="rejected", payable_cents=0)
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
        case _:
            pass  # Only payments are shown here.


def show_cost_lines(rows: Rows, recorded: Recorded) -> None:
    """Each line as it is claimed and as it is assessed; a withdrawn one is gone."""
    match recorded.event:
        case CostLineRecorded() as event:
            rows.put(
                "cost_line_list",
                claim_id=event.claim_id,
                line_id=event.line_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                kind=event.kind,
                supplier=event.supplier,
                invoice_number=event.invoice_number,
                invoiced_on=event.invoiced_on.isoformat(),
                incurred_from=event.incurred_from.isoformat(),
                incurred_to=event.incurred_to.isoformat(),
                place=event.place,
                document=event.document,
                amount_cents=event.amount_cents,
                tax_cents=event.tax_cents,
                evidence=0,
                position=recorded.position,
            )
        case EvidenceAttached() as event:
            row = rows.get("cost_line_list", event.claim_id, event.line_id)
            assert row is not None, "evidence is attached to a line"
            rows.change(
                "cost_line_list", event.claim_id, event.line_id, evidence=row["evidence"] + 1
            )
        case CostLineAssessed() as event:
            rows.change(
                "cost_line_list",
                event.claim_id,
                event.line_id,
                eligible_cents=event.eligible_cents,
                reason_code=event.reason_code,
            )
        case CostLineWithdrawn() as event:
            rows.remove("cost_line_list", event.claim_id, event.line_id)
        case _:
            pass  # Decisions on the whole claim don't change its lines.


def show_claims_and_lines(rows: Rows, recorded: Recorded) -> None:
    """Claims first: taking a line away needs to know what it was."""
    show_claims(rows, recorded)
    show_cost_lines(rows, recorded)


def show_payments(rows: Rows, recorded: Recorded) -> None:
    """Each payment and how far it is."""
    match recorded.event:
        case PaymentAuthorised() as event:
            rows.put(
                "payment_list",
                payment_id=event.payment_id,
                project_id=event.project_id,
                organisation_id=event.organisation_id,
                claim_id=event.claim_id,
                amount_cents=event.amount_cents,
                status="authorised",
                authorised_on=event.authorised_on.isoformat(),
                position=recorded.position,
            )
        case PaymentIssued() as event:
            rows.change(
                "payment_list",
                event.payment_id,
                status="issued",
                reference=event.reference,
                issued_on=event.issued_on.isoformat(),
            )
        case PaymentConfirmed() as event:
            rows.change(
                "payment_list",
                event.payment_id,
                status="confirmed",
                confirmed_on=event.confirmed_on.isoformat(),
            )
        case PaymentFailed() as event:
            rows.change(
                "payment_list",
                event.payment_id,
                status="failed",
                failed_on=event.failed_on.isoformat(),
            )
        case _:
            pass  # Only payments are shown here.


PROJECTIONS: tuple[Projection, ...] = (
    Projection("claim_list", revision=1, tables=(CLAIMS, COST_LINES), apply=show_claims_and_lines),
    Projection("payment_list", revision=1, tables=(PAYMENTS,), apply=show_payments),
)
