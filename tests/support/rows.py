"""Rows of projections in memory, for testing what one event changes without a database."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.dialects import sqlite

from shared.kernel.events import Event, Heard
from shared.kernel.periods import to_micros
from shared.kernel.streams import subject_of
from shared.runtime.projections import Projection, Recorded, Row, Rows, StoredTable


class NoRows:
    """An empty database that knows its tables."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.tables = {
            table.name: StoredTable(table, 1, sqlite.dialect())
            for projection in projections
            for table in projection.tables
        }

    def get(self, table: str, *key: str) -> Row | None:
        """Nothing is here."""
        return None


def no_rows(projections: Sequence[Projection]) -> Rows:
    """The tables of these projections, empty."""
    return Rows(NoRows(projections))  # type: ignore[arg-type]


def rows_after(
    projections: Sequence[Projection], stream: str, events: Iterable[Event | Heard], at: datetime
) -> Rows:
    """The tables of these projections after one stream's events, all recorded at one instant."""
    rows = no_rows(projections)
    for position, event in enumerate(events, start=1):
        recorded = Recorded(
            event=event,
            position=position,
            origin="here",
            sequence=position,
            event_id=f"event-{position}",
            type=event.event_name,
            stream=stream,
            version=position,
            subject=subject_of(stream),
            recorded_micros=to_micros(at),
            effective_micros=to_micros(at),
            actor="officer-1",
            body="",
        )
        for projection in projections:
            projection.apply(rows, recorded)
    return rows
