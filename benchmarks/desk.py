"""A service that hears the office: it keeps all its events and shows what was spent on what."""

from shared.kernel.decider import Domain, Fold
from shared.kernel.events import Heard
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport
from shared.runtime.web.routes import Api


class CostHeard(Heard, origin="office", name="CostNoted"):
    """A cost was noted in a project's file."""

    project_id: str
    organisation_id: str
    kind: str
    amount_cents: int


def total(state: int, event: CostHeard) -> int:
    """The sum of a file's costs."""
    return state + event.amount_cents


TOTALS = table("total_list", key("project_id"), integer("costs"), integer("total_cents"))
HEARD = table(
    "heard_list", key("organisation_id"), key("kind"), integer("costs"), integer("total_cents")
)


def _added(rows: Rows, name: str, amount_cents: int, **keys: str) -> None:
    row = rows.get(name, *keys.values())
    rows.put(
        name,
        **keys,
        costs=(row["costs"] if row else 0) + 1,
        total_cents=(row["total_cents"] if row else 0) + amount_cents,
    )


def show_totals(rows: Rows, recorded: Recorded) -> None:
    """One row a file."""
    match recorded.event:
        case CostHeard() as event:
            _added(rows, "total_list", event.amount_cents, project_id=event.project_id)
        case _:
            pass


def show_heard(rows: Rows, recorded: Recorded) -> None:
    """One row for each organisation and cost kind."""
    match recorded.event:
        case CostHeard() as event:
            keys = {"organisation_id": event.organisation_id, "kind": event.kind}
            _added(rows, "heard_list", event.amount_cents, **keys)
        case _:
            pass


PROJECTIONS = (
    Projection("total_list", revision=1, tables=(TOTALS,), apply=show_totals),
    Projection("heard_list", revision=1, tables=(HEARD,), apply=show_heard),
)
DESK = Domain(
    service="desk", events=(), heard=(CostHeard,), folds={"file": Fold(0, total)}, deciders={}
)


def create(settings: Settings, transport: Transport) -> Service:
    """The service, not yet open."""
    return Service(settings, DESK, PROJECTIONS, Api("desk", access={}), transport)
