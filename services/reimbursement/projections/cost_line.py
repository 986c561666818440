"""The list of cost lines of all claims."""

from typing import Any

from services.reimbursement.events.claim import (
    CostLineAssessed,
    CostLineFacts,
    CostLineRecorded,
    CostLineWithdrawn,
    EvidenceAttached,
)
from services.reimbursement.events.line_course import (
    CostLineCorrected,
    CostLineDeducted,
    CostLineReclaimed,
    DuplicateCleared,
    DuplicateConfirmed,
    DuplicateSuspected,
    ExchangeRateFixed,
)
from shared.runtime.projections import Recorded, Rows, integer, key, table, text

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
    text("true_quarter"),
    text("paid_on"),
    text("place"),
    text("document", index=True),
    integer("amount_cents"),
    integer("tax_cents"),
    text("currency"),
    text("share"),
    text("duplicate", index=True),
    text("deducted_line_id"),
    integer("evidence"),
    integer("eligible_cents"),
    integer("deducted_cents"),
    text("reason_code"),
    integer("position", index=True),
)


def show_cost_lines(rows: Rows, recorded: Recorded) -> None:
    """Each line as it is claimed and as it is assessed; a withdrawn one is gone."""
    match recorded.event:
        case CostLineRecorded() as event:
            _put(rows, event, recorded.position)
        case CostLineReclaimed() as event:
            _put(rows, event, recorded.position, deducted_line_id=event.deducted_line_id)
        case CostLineCorrected() as event:
            rows.change("cost_line_list", event.claim_id, event.line_id, **_facts(event))
        case EvidenceAttached() as event:
            row = rows.get("cost_line_list", event.claim_id, event.line_id)
            assert row is not None, "evidence is attached to a line"
            _change(rows, event.claim_id, event.line_id, evidence=row["evidence"] + 1)
        case CostLineWithdrawn() as event:
            rows.remove("cost_line_list", event.claim_id, event.line_id)
        case _:
            _show_course(rows, recorded)


def _show_course(rows: Rows, recorded: Recorded) -> None:
    """What happens to a line that is there."""
    match recorded.event:
        case ExchangeRateFixed() as event:
            amounts = {"amount_cents": event.amount_cents, "tax_cents": event.tax_cents}
            _change(rows, event.claim_id, event.line_id, **amounts)
        case DuplicateSuspected() as event:
            _change(rows, event.claim_id, event.line_id, duplicate="suspected")
        case DuplicateCleared() as event:
            _change(rows, event.claim_id, event.line_id, duplicate="cleared")
        case DuplicateConfirmed() as event:
            _change(rows, event.claim_id, event.line_id, duplicate="confirmed")
        case CostLineDeducted() as event:
            _change(rows, event.claim_id, event.line_id, deducted_cents=event.deducted_cents)
        case CostLineAssessed() as event:
            _change(
                rows,
                event.claim_id,
                event.line_id,
                eligible_cents=event.eligible_cents,
                reason_code=event.reason_code,
            )
        case _:
            pass  # Decisions on the whole claim don't change its lines.


def _change(rows: Rows, claim_id: str, line_id: str, **changes: Any) -> None:
    rows.change("cost_line_list", claim_id, line_id, **changes)


def _put(rows: Rows, event: CostLineFacts, position: int, **more: Any) -> None:
    rows.put(
        "cost_line_list",
        claim_id=event.claim_id,
        line_id=event.line_id,
        project_id=event.project_id,
        organisation_id=event.organisation_id,
        evidence=0,
        position=position,
        **_facts(event),
        **more,
    )


def _facts(event: CostLineFacts) -> dict[str, Any]:
    """What a line states; a correction states all of it anew, and nothing is suspected yet."""
    stated = event.stated
    return {
        "kind": event.kind,
        "supplier": event.supplier,
        "invoice_number": event.invoice_number,
        "invoiced_on": event.invoiced_on.isoformat(),
        "incurred_from": event.incurred_from.isoformat(),
        "incurred_to": event.incurred_to.isoformat(),
        "true_quarter": stated.true_quarter if stated else None,
        "paid_on": event.paid_on.isoformat() if event.paid_on else None,
        "place": event.place,
        "document": event.document,
        "amount_cents": event.amount_cents,
        "tax_cents": event.tax_cents,
        "currency": stated.invoice.currency if stated else "CAD",
        "share": str(stated.share) if stated else "1",
        "duplicate": None,
    }
