"""What can be asked of one state of a journal: positions, streams, events, histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    func,
    or_,
    select,
    union_all,
)

from shared.kernel.decider import Domain
from shared.kernel.envelope import Sealed
from shared.kernel.periods import end_of_day, to_micros
from shared.kernel.refusals import Refusal
from shared.runtime.journal import (
    ANSWER,
    EVENT_SUBJECT,
    HEAD,
    JOURNAL,
    MARK,
    WAITING,
    StoredAnswer,
    read_event,
)
from shared.runtime.parked import PARKED

SEALED = (JOURNAL.c.position, JOURNAL.c.envelope, JOURNAL.c.body, JOURNAL.c.hash)
OWN_AFTER = (
    select(JOURNAL.c.sequence, JOURNAL.c.envelope, JOURNAL.c.body, JOURNAL.c.hash)
    .where(
        JOURNAL.c.origin == bindparam("origin"),
        JOURNAL.c.sequence > bindparam("sequence", type_=BigInteger),
    )
    .order_by(JOURNAL.c.sequence)
    .limit(bindparam("limit", type_=BigInteger))
)
"""Built once: relays and local subscriptions ask it at every commit."""


class ToldInPart(Refusal):
    """A fact true by that day rests on one that is true only later; ask by `known_at` instead."""

    french = "Un fait vrai ce jour-là repose sur un autre qui ne l'est que plus tard."


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point on both axes of time: what was known then, of what was true by that day."""

    known_at: datetime | None = None
    """Of each owner's events, those recorded by this instant (inclusive); absent means all."""
    as_of: date | None = None
    """Of those, the ones effective by the end of this civil day; absent means all."""
    position: int | None = None
    """Of this journal's events, those up to this place (inclusive); absent means all."""

    def within(self, query: Select[Any]) -> Select[Any]:
        """The query with this point's limits."""
        if self.known_at is not None:
            query = query.where(JOURNAL.c.recorded_at <= to_micros(self.known_at))
        if self.as_of is not None:
            query = query.where(JOURNAL.c.effective_at < to_micros(end_of_day(self.as_of)))
        if self.position is not None:
            query = query.where(JOURNAL.c.position <= self.position)
        return query


NOW = Point()
"""All that is known."""


class Stored(NamedTuple):
    """One event at its place in this journal."""

    position: int
    sealed: Sealed


class Snapshot:
    """One state of one service's database; everything read from it belongs together."""

    def __init__(self, connection: Connection, domain: Domain) -> None:
        self.connection = connection
        self.domain = domain

    @cached_property
    def _head(self) -> tuple[int, int]:
        head = self.connection.execute(select(HEAD.c.position, HEAD.c.sequence)).one()
        return head.position, head.sequence

    @property
    def position(self) -> int:
        """The journal's last position."""
        return self._head[0]

    @property
    def marks(self) -> Mapping[str, int]:
        """By origin (this service too): up to which sequence everything is folded in."""
        arrived = dict(self.connection.execute(select(MARK.c.origin, MARK.c.sequence)).all())
        first = func.min
        waiting = select(WAITING.c.origin, first(WAITING.c.sequence)).group_by(WAITING.c.origin)
        aside = (
            select(PARKED.c.origin, first(PARKED.c.sequence))
            .where(PARKED.c.sequence.is_not(None), PARKED.c.state != "skipped")
            .group_by(PARKED.c.origin)
        )
        for origin, sequence in self.connection.execute(union_all(waiting, aside)):
            arrived[origin] = min(arrived.get(origin, 0), sequence - 1)
        return {self.domain.service: self._head[1], **arrived}

    def state(self, stream: str, point: Point = NOW) -> tuple[Any, int]:
        """A stream's state and last version, folded from its own rows, at a point in time.

        What became true later is left out, and so there may be holes; raises ToldInPart where what
        is left cannot be folded without it.
        """
        fold = self.domain.folds[stream.partition("-")[0]]
        query = point.within(
            select(JOURNAL.c.type, JOURNAL.c.schema, JOURNAL.c.body, JOURNAL.c.version)
            .where(JOURNAL.c.stream == stream)
            .order_by(JOURNAL.c.version)
        )
        state, last, whole = fold.initial, 0, True
        for type_, schema, body, version in self.connection.execute(query):
            event = read_event(self.domain, type_, schema, body)
            whole = whole and version == last + 1
            try:
                state = state if event is None else fold.evolve(state, event)
            except Exception as fault:
                if whole:
                    raise
                raise ToldInPart from fault
            last = version
        return state, last

    def events(
        self, after: int, limit: int, types: Sequence[str] = (), subject: str | None = None
    ) -> list[Stored]:
        """Events after a position, oldest first: a service's own, or all in audit.

        A type may be given whole (`grantline.intake.ProposalSubmitted.v1`) or by its event name.
        """
        query = select(*SEALED).where(JOURNAL.c.position > after)
        if not self.domain.witnesses:
            query = query.where(JOURNAL.c.origin == self.domain.service)
        if types:
            matches = [
                JOURNAL.c.type == name if "." in name else JOURNAL.c.type.like(f"%.{name}.v%")
                for name in types
            ]
            query = query.where(or_(*matches))
        if subject is not None:
            query = query.where(JOURNAL.c.position.in_(positions_of(subject, after)))
        return self._stored(query.order_by(JOURNAL.c.position).limit(limit))

    def history(self, subject: str, after: int = 0, limit: int | None = None) -> list[Stored]:
        """Every event about or naming a project or organisation, in journal order."""
        query = select(*SEALED).where(JOURNAL.c.position.in_(positions_of(subject, after)))
        return self._stored(query.order_by(JOURNAL.c.position).limit(limit))

    def answer(self, actor: str, key: str) -> StoredAnswer | None:
        """The first success of this actor's idempotency key."""
        query = select(*ANSWER.c).where(ANSWER.c.actor == actor, ANSWER.c.key == key)
        found = self.connection.execute(query).first()
        return None if found is None else StoredAnswer(*found[2:])

    def own_after(self, sequence: int, limit: int) -> list[tuple[int, Sealed]]:
        """This service's own events after one of its sequences, with their sequences."""
        asked = {"origin": self.domain.service, "sequence": sequence, "limit": limit}
        found = self.connection.execute(OWN_AFTER, asked)
        return [(row[0], Sealed(*row[1:])) for row in found]

    def _stored(self, query: Select[Any]) -> list[Stored]:
        return [Stored(row[0], Sealed(*row[1:])) for row in self.connection.execute(query)]


def positions_of(subject: str, after: int = 0) -> CompoundSelect[Any]:
    """Where a subject's history stands in the journal: what is about it, and what names it.

    Each half reads an index of its own; joined by OR they would read the journal on PostgreSQL.
    """
    about = select(JOURNAL.c.position).where(
        JOURNAL.c.subject == subject, JOURNAL.c.position > after
    )
    naming = (
        select(JOURNAL.c.position)
        .join_from(EVENT_SUBJECT, JOURNAL, EVENT_SUBJECT.c.event_id == JOURNAL.c.event_id)
        .where(EVENT_SUBJECT.c.subject == subject, JOURNAL.c.position > after)
    )
    return union_all(about, naming)


def lines_after(connection: Connection, position: int, limit: int) -> Sequence[Any]:
    """Whole rows of the journal after a position, for those who fold it again."""
    query = (
        select(*(column for column in JOURNAL.c if column.name not in {"prevhash", "hash"}))
        .where(JOURNAL.c.position > position)
        .order_by(JOURNAL.c.position)
        .limit(limit)
    )
    return connection.execute(query).all()
