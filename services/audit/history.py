"""Reading the history that the journal holds: one subject's rows and no others, as known then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from services.audit.inbound import Told
from shared.kernel.canonical import read_json
from shared.kernel.envelope import Sealed
from shared.kernel.periods import from_micros
from shared.runtime.journal import JOURNAL
from shared.runtime.reading import NOW, SEALED, Point, Stored, positions_of

_TOLD = (
    JOURNAL.c.type,
    JOURNAL.c.origin,
    JOURNAL.c.stream,
    JOURNAL.c.event_id,
    JOURNAL.c.effective_at,
    JOURNAL.c.recorded_at,
    JOURNAL.c.envelope,
    JOURNAL.c.body,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events of a history somebody wants to see."""

    point: Point = NOW
    types: Sequence[str] = ()
    """Whole types (`grantline.intake.ProposalSubmitted.v1`) or event names; none means all."""
    origin: str | None = None
    """One service; absent means all."""


def is_known(connection: Connection, subject: str) -> bool:
    """Whether any event at all is about this subject or names it."""
    return connection.execute(positions_of(subject).limit(1)).first() is not None


def history(
    connection: Connection, subject: str, wanted: Wanted, *, after: int, limit: int
) -> list[Stored]:
    """The events about or naming a subject after a position, in causal order, sealed."""
    return [
        Stored(row[0], Sealed(*row[1:]))
        for row in connection.execute(history_query(subject, wanted, after, limit))
    ]


def history_query(subject: str, wanted: Wanted, after: int, limit: int) -> Select[Any]:
    """What `history` asks of the database."""
    query = select(*SEALED).where(JOURNAL.c.position.in_(positions_of(subject, after)))
    if wanted.types:
        matches = [
            JOURNAL.c.type == name if "." in name else JOURNAL.c.type.like(f"%.{name}.v%")
            for name in wanted.types
        ]
        query = query.where(or_(*matches))
    if wanted.origin is not None:
        query = query.where(JOURNAL.c.origin == wanted.origin)
    return wanted.point.within(query).order_by(JOURNAL.c.position).limit(limit)


def told_of(connection: Connection, subject: str, point: Point) -> Iterator[Told]:
    """The events about or naming a subject at a point in time, oldest first, for replay."""
    return _told(connection, told_query(subject, point))


def told_query(subject: str, point: Point) -> Select[Any]:
    """What `told_of` asks of the database."""
    query = select(*_TOLD).where(JOURNAL.c.position.in_(positions_of(subject)))
    return point.within(query).order_by(JOURNAL.c.position)


def told_on(connection: Connection, streams: Sequence[str], point: Point) -> Iterator[Told]:
    """The events of some streams at a point in time, each stream's in its own order."""
    return _told(connection, streams_query(streams, point))


def streams_query(streams: Sequence[str], point: Point) -> Select[Any]:
    """What `told_on` asks of the database."""
    query = select(*_TOLD).where(JOURNAL.c.stream.in_(streams))
    return point.within(query).order_by(JOURNAL.c.stream, JOURNAL.c.version)


def _told(connection: Connection, query: Select[Any]) -> Iterator[Told]:
    for row in connection.execute(query):
        yield Told(
            type=row.type,
            origin=row.origin,
            stream=row.stream,
            event_id=row.event_id,
            actor=read_json(row.envelope.encode())["actor"],
            effective_at=from_micros(row.effective_at),
            recorded_at=from_micros(row.recorded_at),
            body=row.body,
        )
