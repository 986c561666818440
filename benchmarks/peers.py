"""The peer: the library `eventsourcing`, with the same file, costs and read model as ours.

Its settings are its defaults (SQLite in WAL mode; `synchronous` is FULL, SQLite's default and also
ours; PostgreSQL in a pool of connections), with its aggregate cache on and everything off that
would slow a cached command down.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresProcessRecorder
from eventsourcing.sqlite import SQLiteCursor, SQLiteProcessRecorder
from eventsourcing.system import ProcessApplication
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow
from psycopg.sql import SQL

from benchmarks.office import CEILING_CENTS
from benchmarks.rounds import say
from benchmarks.samples import cost
from benchmarks.site import Place

CACHED = {
    "AGGREGATE_CACHE_MAXSIZE": "1000",
    "AGGREGATE_CACHE_FASTFORWARD": "n",
    "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
}
TABLES = (
    "CREATE TABLE IF NOT EXISTS file_list"
    " (file_id TEXT PRIMARY KEY, costs BIGINT, total_cents BIGINT)",
    "CREATE TABLE IF NOT EXISTS spending_list (organisation_id TEXT, kind TEXT,"
    " costs BIGINT, total_cents BIGINT, PRIMARY KEY (organisation_id, kind))",
)
ADD_TO_FILE = (
    "INSERT INTO file_list AS f VALUES (?, 1, ?) ON CONFLICT (file_id) DO UPDATE SET"
    " costs = f.costs + 1, total_cents = f.total_cents + excluded.total_cents"
)
ADD_TO_SPENDING = (
    "INSERT INTO spending_list AS s VALUES (?, ?, 1, ?) ON CONFLICT (organisation_id, kind)"
    " DO UPDATE SET costs = s.costs + 1, total_cents = s.total_cents + excluded.total_cents"
)


class PeerFile(Aggregate):
    """A file and the sum of its costs."""

    class CostNoted(Aggregate.Event):
        """A cost was noted; dates are texts, so that no transcoding is asked of the peer."""

        project_id: str
        organisation_id: str
        kind: str
        supplier: str
        invoice_number: str
        invoiced_on: str
        incurred_from: str
        incurred_to: str
        amount_cents: int
        tax_cents: int
        description: str
        evidence_sha256: str

        def apply(self, aggregate: Any) -> None:
            """Add it up."""
            aggregate.costs += 1
            aggregate.total_cents += self.amount_cents

    def __init__(self, title: str) -> None:
        self.title = title
        self.costs = 0
        self.total_cents = 0

    def note_cost(self, cost: dict[str, Any]) -> None:
        """Note a cost, up to the ceiling."""
        if self.total_cents + cost["amount_cents"] > CEILING_CENTS:
            raise ValueError("ceiling")
        self.trigger_event(self.CostNoted, **cost)


class PeerOffice(Application[UUID]):
    """Notes costs in files."""

    log_section_size = 100  # Its followers may read so many at once, ten times its default.

    def open_file(self, title: str) -> UUID:
        """Open a file."""
        file = PeerFile(title)
        self.save(file)
        return file.id

    def note_cost(self, file_id: UUID, cost: dict[str, Any]) -> None:
        """One command: a cached file, one event, one commit."""
        file: PeerFile = self.repository.get(file_id)
        file.note_cost(cost)
        self.save(file)


class ShowingOnSqlite(SQLiteProcessRecorder):
    """Keeps the read model's rows in the transaction that moves the follower on."""

    def construct_create_table_statements(self) -> list[str]:
        """The same two tables as ours."""
        created = super().construct_create_table_statements()
        return [*created, *(f"{table} WITHOUT ROWID" for table in TABLES)]

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        if (cost := kwargs.get("cost")) is not None:
            for statement, row in _shown(cost):
                c.execute(statement, row)
        return super()._insert_events(c, stored_events, **kwargs)


class ShowingOnPostgres(PostgresProcessRecorder):
    """The same on PostgreSQL, in the pipeline that moves the follower on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements += [SQL(table).format() for table in TABLES]

    def _insert_events(
        self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> None:
        if (cost := kwargs.get("cost")) is not None:
            for statement, row in _shown(cost):
                curs.execute(statement.replace("?", "%s").encode(), row)
        super()._insert_events(curs, stored_events, **kwargs)


def _shown(cost: Any) -> Sequence[tuple[str, tuple[Any, ...]]]:
    return (
        (ADD_TO_FILE, (cost.originator_id.hex, cost.amount_cents)),
        (ADD_TO_SPENDING, (cost.organisation_id, cost.kind, cost.amount_cents)),
    )


class PeerFollower(ProcessApplication[UUID]):
    """Follows the office and shows what our projections show."""

    pull_section_size = 100

    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        """Show each cost."""
        if isinstance(domain_event, PeerFile.CostNoted):
            processing_event.collect_events(cost=domain_event)


def _kept(place: Place, name: str) -> dict[str, str]:
    """Settings that keep an application's events at a place."""
    if place.postgres is None:
        database = str(place.folder / f"{name}.db")
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": database}
    found = conninfo_to_dict(place.address("office" if name == "peer" else "desk"))
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(found["dbname"]),
        "POSTGRES_HOST": str(found["host"]),
        "POSTGRES_PORT": str(found["port"]),
        "POSTGRES_USER": str(found["user"]),
        "POSTGRES_PASSWORD": "not-asked-for",
    }


def open_office(place: Place) -> PeerOffice:
    """The peer's application in a database of its own."""
    return PeerOffice({**CACHED, **_kept(place, "peer")})


def open_follower(place: Place, office: PeerOffice) -> PeerFollower:
    """A follower that has seen nothing yet, in a database of its own."""
    recorder = ShowingOnSqlite if place.postgres is None else ShowingOnPostgres
    topic = f"{__name__}:{recorder.__name__}"
    follower = PeerFollower({**_kept(place, "follower"), "PROCESS_RECORDER_TOPIC": topic})
    follower.follow(office.name, office.notification_log)
    return follower


def filled(place: Place, events: int, projects: int) -> PeerOffice:
    """The peer's office with so many events in it, costs of so many projects."""
    say(f"writing {events:,} events of the peer, {place.kind}")
    peer = open_office(place)
    files = [peer.open_file("Essais") for _ in range(10)]
    for number in range(events - len(files)):
        made = cost(number, projects).model_dump(mode="json")
        peer.note_cost(files[number % len(files)], made)
    return peer
