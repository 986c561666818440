"""Fees by fee year: what was assessed, came in, was waived or taken back, and is still owed."""

from typing import Any

from services.membership.events.fees import (
    FeeAssessed,
    FeePaid,
    FeePaymentReversed,
    FeeWaived,
)
from shared.runtime.projections import Projection, Recorded, Row, Rows, integer, key, table, text

FEES = table(
    "fee_list",
    key("organisation_id"),
    key("fee_year"),
    text("fee_class"),
    text("programme", index=True),
    text("policy_version"),
    text("schedule_version"),
    text("assessed_on"),
    integer("amount_cents"),
    integer("paid_cents"),
    integer("waived_cents"),
    integer("outstanding_cents"),
    text("status", index=True),
    integer("position", index=True),
)
"""`status`: `owed`, `settled`, or `taken_back` until the year is assessed anew."""


def show_fees(rows: Rows, recorded: Recorded) -> None:
    """One row a fee year."""
    match recorded.event:
        case FeeAssessed() as event:
            rows.put(
                "fee_list",
                organisation_id=event.organisation_id,
                fee_year=str(event.fee_year),
                fee_class=event.fee_class,
                programme=event.programme,
                policy_version=event.policy_version,
                schedule_version=event.schedule_version or event.policy_version,
                assessed_on=event.assessed_on.isoformat(),
                amount_cents=event.amount_cents,
                paid_cents=0,
                waived_cents=0,
                outstanding_cents=event.amount_cents,
                status="owed" if event.amount_cents else "settled",
                position=recorded.position,
            )
        case FeePaid() as event:
            row = _row(rows, event)
            _change(rows, row, paid_cents=row["paid_cents"] + event.amount_cents)
        case FeeWaived() as event:
            row = _row(rows, event)
            _change(rows, row, waived_cents=row["waived_cents"] + event.amount_cents)
        case FeePaymentReversed(mistake="payment") as event:
            row = _row(rows, event)
            _change(rows, row, paid_cents=row["paid_cents"] - event.amount_cents)
        case FeePaymentReversed() as event:
            taken = {"paid_cents": 0, "waived_cents": 0, "outstanding_cents": 0}
            place = (event.organisation_id, str(event.fee_year))
            rows.change("fee_list", *place, status="taken_back", **taken)
        case _:
            pass  # Everything else moves no fee.


def _row(rows: Rows, event: FeePaid | FeeWaived | FeePaymentReversed) -> Row:
    row = rows.get("fee_list", event.organisation_id, str(event.fee_year))
    assert row is not None, "what is paid, waived or taken back was assessed"
    return row


def _change(rows: Rows, row: Row, **changes: Any) -> None:
    changed = {**row, **changes}
    owed_cents = changed["amount_cents"] - changed["paid_cents"] - changed["waived_cents"]
    settled = "owed" if owed_cents else "settled"
    rows.put("fee_list", **{**changed, "outstanding_cents": owed_cents, "status": settled})


FEE_LIST = Projection("fee_list", revision=2, tables=(FEES,), apply=show_fees)
