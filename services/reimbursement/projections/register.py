"""Historic agreements as registers published them, and what each owner grants in all."""

from services.reimbursement.events.register import (
    HistoricAgreementAmended,
    HistoricAgreementRecorded,
    RegisterImported,
)
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table, text

HISTORIC = table(
    "historic_agreement",
    key("project_id"),
    text("register_id", index=True),
    text("owner"),
    text("recipient"),
    text("programme"),
    text("province"),
    text("city"),
    integer("start_year"),
    integer("original_cents"),
    integer("value_cents"),
    integer("amendments"),
    integer("position", index=True),
)
OWNERS = table(
    "register_owner",
    key("register_id"),
    text("owner"),
    integer("agreements"),
    integer("amendments"),
    integer("value_cents"),
    integer("refused_rows"),
    integer("position", index=True),
)


def show_historic(rows: Rows, recorded: Recorded) -> None:
    """Each historic agreement with its last total."""
    match recorded.event:
        case HistoricAgreementRecorded() as event:
            rows.put(
                "historic_agreement",
                project_id=event.project_id,
                register_id=event.register_id,
                owner=event.owner,
                recipient=event.recipient,
                programme=event.programme,
                province=event.province,
                city=event.city,
                start_year=event.start_year,
                original_cents=event.value_cents,
                value_cents=event.value_cents,
                amendments=0,
                position=recorded.position,
            )
        case HistoricAgreementAmended() as event:
            rows.change(
                "historic_agreement",
                event.project_id,
                value_cents=event.value_cents,
                amendments=event.amendment,
            )
        case _:
            pass  # That a file was read changes no agreement.


def show_owners(rows: Rows, recorded: Recorded) -> None:
    """How many agreements and amendments of each owner are known, and what they come to."""
    match recorded.event:
        case HistoricAgreementRecorded() as event:
            earlier = rows.get("register_owner", event.register_id) or {
                "register_id": event.register_id,
                "owner": event.owner,
                "agreements": 0,
                "amendments": 0,
                "value_cents": 0,
                "refused_rows": 0,
                "position": recorded.position,
            }
            counted = {
                "agreements": earlier["agreements"] + 1,
                "value_cents": earlier["value_cents"] + event.value_cents,
            }
            rows.put("register_owner", **{**earlier, **counted})
        case HistoricAgreementAmended() as event:
            known = rows.get("register_owner", event.register_id)
            assert known is not None, "only a recorded agreement is amended"
            rows.change(
                "register_owner",
                event.register_id,
                amendments=known["amendments"] + 1,
                value_cents=known["value_cents"] + event.value_cents - event.before_cents,
            )
        case RegisterImported() as event if event.refused:
            seen = rows.get("register_owner", event.register_id)
            if seen is not None:
                refused = seen["refused_rows"] + len(event.refused)
                rows.change("register_owner", event.register_id, refused_rows=refused)
        case _:
            pass  # What was read without a fault is counted by its agreements.


PROJECTIONS: tuple[Projection, ...] = (
    Projection("historic_agreement", revision=1, tables=(HISTORIC,), apply=show_historic),
    Projection("register_owner", revision=1, tables=(OWNERS,), apply=show_owners),
)
