"""The peer: the library `eventsourcing`, with the same file, costs and read model as ours.

Its settings are its defaults (SQLite in WAL mode; `synchronous` is FULL, SQLite's default and also
ours), with its aggregate cache on and everything off that would slow a cached command down.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteCursor, SQLiteProcessRecorder
from eventsourcing.system import ProcessApplication

from benchmarks.office import CEILING_CENTS

CACHED = {
    "AGGREGATE_CACHE_MAXSIZE": "1000",
    "AGGREGATE_CACHE_FASTFORWARD": "n",
    "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
}
SQLITE = {"PERSISTENCE_MODULE": "eventsourcing.sqlite"}


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


class ShowingRecorder(SQLiteProcessRecorder):
    """Keeps the read model's rows in the transaction that moves the follower on."""

    def construct_create_table_statements(self) -> list[str]:
        """The same two tables as ours."""
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS file_list (file_id TEXT PRIMARY KEY, costs INTEGER,"
            " total_cents INTEGER) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS spending_list (organisation_id TEXT, kind TEXT,"
            " costs INTEGER, total_cents INTEGER, PRIMARY KEY (organisation_id, kind))"
            " WITHOUT ROWID",
        ]

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        cost = kwargs.get("cost")
        if cost is not None:
            c.execute(
                "INSERT INTO file_list VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET"
                " costs = costs + 1, total_cents = total_cents + excluded.total_cents",
                (cost.originator_id.hex, cost.amount_cents),
            )
            c.execute(
                "INSERT INTO spending_list VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET"
                " costs = costs + 1, total_cents = total_cents + excluded.total_cents",
                (cost.organisation_id, cost.kind, cost.amount_cents),
            )
        return super()._insert_events(c, stored_events, **kwargs)


class PeerFollower(ProcessApplication[UUID]):
    """Follows the office and shows what our projections show."""

    pull_section_size = 100

    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        """Show each cost."""
        if isinstance(domain_event, PeerFile.CostNoted):
            processing_event.collect_events(cost=domain_event)


def open_office(folder: Path) -> PeerOffice:
    """The peer's application on a database file of its own."""
    return PeerOffice({**SQLITE, **CACHED, "SQLITE_DBNAME": str(folder / "peer.db")})


def open_follower(folder: Path, office: PeerOffice, name: str) -> PeerFollower:
    """A follower that has seen nothing yet, on a database file of its own."""
    follower = PeerFollower(
        {
            **SQLITE,
            "SQLITE_DBNAME": str(folder / f"{name}.db"),
            "PROCESS_RECORDER_TOPIC": f"{__name__}:ShowingRecorder",
        }
    )
    follower.follow(office.name, office.notification_log)
    return follower
