"""The journal's own statements: head, streams, answers, marks, and the one write of a group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.engine.interfaces import Dialect

from shared.kernel.canonical import canonical, read_json
from shared.kernel.chain import NO_HASH
from shared.kernel.decider import Domain
from shared.kernel.envelope import Envelope, Sealed
from shared.kernel.events import Event, Heard
from shared.kernel.periods import to_micros
from shared.kernel.upcasting import upcast
from shared.runtime.database import Prepared, dialect_insert
from shared.runtime.failpoints import reach
from shared.runtime.parked import PARKED, Parked, ParkedRows, paused, subjects

COLUMNS = (
    "position", "origin", "sequence", "event_id", "stream", "version", "type", "schema", "subject",
    "recorded_at", "effective_at", "received_at", "envelope", "body", "prevhash", "hash",
)  # fmt: skip
JOURNAL = table("journal", *map(column, COLUMNS))
EVENT_SUBJECT = table("event_subject", column("subject"), column("event_id"))
HEAD = table(
    "journal_head",
    *map(column, ("only", "position", "sequence", "recorded_at", "relayed", "turn")),
)
LOCK_HEAD = select(
    HEAD.c.position, HEAD.c.sequence, HEAD.c.recorded_at, HEAD.c.relayed, HEAD.c.turn
).with_for_update()
MARK = table("mark", column("origin"), column("sequence"))
WAITING_COLUMNS = (
    "event_id", "origin", "sequence", "waits_for", "received_at", "envelope", "body", "hash",
)  # fmt: skip
WAITING = table("waiting", *map(column, WAITING_COLUMNS))
ANSWER_COLUMNS = ("actor", "key", "fingerprint", "status", "version", "sequence", "body")
ANSWER = table("answer", *map(column, ANSWER_COLUMNS))
ANSWERS = select(*ANSWER.c).where(
    tuple_(ANSWER.c.actor, ANSWER.c.key).in_(bindparam("keys", expanding=True))
)
"""By both columns of the index: by the key alone every answer ever given would be read."""


class Line(NamedTuple):
    """One row of the journal, in the order of its columns."""

    position: int
    origin: str
    sequence: int
    event_id: str
    stream: str
    version: int
    type: str
    schema: int
    subject: str
    recorded_at: int
    effective_at: int
    received_at: int | None
    envelope: str
    body: str
    prevhash: str
    hash: str


class Waiting(NamedTuple):
    """One received event that waits, in the order of its columns."""

    event_id: str
    origin: str
    sequence: int
    waits_for: str
    received_at: int
    envelope: str
    body: str
    hash: str

    @property
    def sealed(self) -> Sealed:
        """The event as it arrived."""
        return Sealed(self.envelope, self.body, self.hash)


class StoredAnswer(NamedTuple):
    """The first success of an idempotency key."""

    fingerprint: str
    status: int
    version: int
    sequence: int
    body: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the writer knows of one stream: its end, its state and where it began."""

    version: int
    state: Any
    hash: str
    first_effective: int
    """Microseconds; meaningless while the version is 0."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the journal: last position, last own sequence, last recorded instant (µs)."""

    position: int
    sequence: int
    recorded_at: int
    relayed: int = 0
    turn: int = 0
    """Counts changes of anything at all: another one than ours was somebody else's."""


@dataclass(slots=True)
class Marks:
    """Per origin, up to which sequence everything has arrived, and what arrived beyond a hole."""

    reached: dict[str, int] = field(default_factory=dict)
    beyond: dict[str, set[int]] = field(default_factory=dict)
    aside: frozenset[str] = frozenset()
    """The subjects of which anything is parked, or was given up."""
    paused: frozenset[str] = frozenset()
    """The consumers that are to take nothing in."""

    def arrived(self, origin: str, sequence: int) -> None:
        """Count one event as arrived and close the holes that it fills."""
        reached = self.reached.get(origin, 0)
        if sequence <= reached:
            return
        beyond = self.beyond.setdefault(origin, set())
        beyond.add(sequence)
        while reached + 1 in beyond:
            reached += 1
            beyond.discard(reached)
        self.reached[origin] = reached

    def has(self, origin: str, sequence: int) -> bool:
        """Whether this event has arrived."""
        reached = self.reached.get(origin, 0)
        return sequence <= reached or sequence in self.beyond.get(origin, ())

    def copy(self) -> "Marks":
        """A copy to change while nothing is committed."""
        beyond = {origin: set(held) for origin, held in self.beyond.items()}
        return Marks(dict(self.reached), beyond, self.aside, self.paused)


@dataclass(slots=True)
class Batch:
    """Everything that one transaction adds to the journal's own tables."""

    lines: list[Line] = field(default_factory=list)
    subjects: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    waits: dict[str, "Waiting | None"] = field(default_factory=dict)
    """By event id: an event that now waits, or nothing for one that no longer does."""
    parks: dict[str, Parked | None] = field(default_factory=dict)
    """By id: a message that is now parked, or nothing for one that no longer is."""
    paused: dict[str, bool] = field(default_factory=dict)
    """By consumer, whether it is paused from now on."""
    again: tuple[int, int] | None = None
    """Which own events are to be published again: after one sequence, through another."""


def read_event(domain: Domain, type_: str, schema: int, body: str) -> Event | Heard | None:
    """A stored body as the event that this service knows, upcast; nothing if it reads no such.

    Raises ValidationError or LookupError where a known event cannot be read.
    """
    model = domain.known.get(type_)
    if model is None:
        return None
    if schema == model.schema_version:
        return model.model_validate_json(body)
    old = upcast(
        read_json(body.encode()), model.event_name, schema, model.schema_version, domain.upcasters
    )
    return model.model_validate_json(canonical(old))


class Journal:
    """Reads and writes the journal's tables on the writer's connection, inside its transaction."""

    def __init__(self, domain: Domain, dialect: Dialect) -> None:
        self._domain = domain
        self._insert = Prepared(insert(JOURNAL), dialect)
        self._insert_subject = Prepared(insert(EVENT_SUBJECT), dialect)
        self._insert_answer = Prepared(insert(ANSWER), dialect)
        self._insert_waiting = Prepared(insert(WAITING), dialect)
        self._release = Prepared(
            delete(WAITING).where(WAITING.c.event_id == bindparam("released")), dialect
        )
        names = ("position", "sequence", "recorded_at", "relayed", "turn")
        moved: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        self._move = Prepared(update(HEAD).values(moved), dialect)
        mark = dialect_insert(dialect, MARK)
        reached = {"sequence": mark.excluded.sequence}
        self._mark = Prepared(
            mark.on_conflict_do_update(index_elements=["origin"], set_=reached), dialect
        )
        self._parked = ParkedRows(dialect)

    def lock_head(self, connection: Connection) -> Head:
        """Take the head for this transaction: positions follow the order of commits."""
        return Head(*connection.execute(LOCK_HEAD).one())

    def write(
        self, connection: Connection, batch: Batch, head: Head, marks: Mapping[str, int]
    ) -> None:
        """Insert everything of one group and move the head: one round trip for each table."""
        self._insert.many(connection, batch.lines)  # type: ignore[arg-type]
        reach("journal.after_lines")
        self._insert_subject.many(connection, batch.subjects)
        self._insert_answer.many(connection, batch.answers)
        self._release.many(connection, [(event_id,) for event_id in batch.waits])
        self._insert_waiting.many(connection, [row for row in batch.waits.values() if row])
        if batch.parks or batch.paused:
            self._parked.write(connection, batch.parks, batch.paused)
        self.move_head(connection, head)
        self._mark.many(connection, [*marks.items()])

    def move_head(self, connection: Connection, head: Head) -> None:
        """Store where the journal ends and how far it was relayed."""
        self._move.many(
            connection,
            [(head.position, head.sequence, head.recorded_at, head.relayed, head.turn)],
        )

    def entries(self, connection: Connection, streams: Sequence[str]) -> dict[str, Entry]:
        """The streams as they stand in the journal, each folded from its own rows."""
        folded = [stream for stream in streams if self._domain.fold_of(stream) is not None]
        sealed = [stream for stream in streams if self._domain.fold_of(stream) is None]
        return {
            **{stream: self._empty(stream) for stream in streams},
            **self._folded(connection, folded),
            **self._ends(connection, sealed),
        }

    def _empty(self, stream: str) -> Entry:
        fold = self._domain.fold_of(stream)
        return Entry(0, fold.initial if fold else None, NO_HASH, 0)

    def _folded(self, connection: Connection, streams: Sequence[str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        query = (
            select(
                JOURNAL.c.stream, JOURNAL.c.version, JOURNAL.c.type, JOURNAL.c.schema,
                JOURNAL.c.effective_at, JOURNAL.c.body, JOURNAL.c.hash,
            )
            .where(JOURNAL.c.stream.in_(streams))
            .order_by(JOURNAL.c.stream, JOURNAL.c.version)
        )  # fmt: skip
        for stream, version, type_, schema, effective_at, body, hash_ in (
            connection.execute(query) if streams else ()
        ):
            entry = found.get(stream) or self._empty(stream)
            found[stream] = followed(
                self._domain,
                entry,
                stream,
                read_event(self._domain, type_, schema, body),
                (version, hash_, effective_at),
            )
        return found

    def _ends(self, connection: Connection, streams: Sequence[str]) -> dict[str, Entry]:
        if not streams:
            return {}
        last = (
            select(JOURNAL.c.stream, func.max(JOURNAL.c.version).label("version"))
            .where(JOURNAL.c.stream.in_(streams))
            .group_by(JOURNAL.c.stream)
            .subquery()
        )
        query = select(
            JOURNAL.c.stream, JOURNAL.c.version, JOURNAL.c.hash, JOURNAL.c.effective_at
        ).join(last, (JOURNAL.c.stream == last.c.stream) & (JOURNAL.c.version == last.c.version))
        return {
            stream: Entry(version, None, hash_, effective_at)
            for stream, version, hash_, effective_at in connection.execute(query)
        }

    def changed_since(self, connection: Connection, position: int) -> list[str]:
        """The streams that another process of this service has written to since."""
        query = select(JOURNAL.c.stream).where(JOURNAL.c.position > position).distinct()
        return list(connection.execute(query).scalars())

    def answers(
        self, connection: Connection, keys: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], StoredAnswer]:
        """The stored first successes of these keys, by actor and key."""
        found = connection.execute(ANSWERS, {"keys": sorted(set(keys))})
        return {(row.actor, row.key): StoredAnswer(*row[2:]) for row in found}

    def hash_at(self, connection: Connection, stream: str, version: int) -> str | None:
        """The hash of one event, if it is here."""
        query = select(JOURNAL.c.hash).where(
            JOURNAL.c.stream == stream, JOURNAL.c.version == version
        )
        return connection.execute(query).scalar()

    def known(self, connection: Connection, event_ids: Sequence[str]) -> frozenset[str]:
        """Which of these events are journaled."""
        query = select(JOURNAL.c.event_id).where(JOURNAL.c.event_id.in_(event_ids))
        return frozenset(connection.execute(query).scalars())

    def waiting_for(self, connection: Connection, needs: Sequence[str]) -> list[Waiting]:
        """The events that wait for one of these, in the order of their origin."""
        query = (
            select(*WAITING.c)
            .where(WAITING.c.waits_for.in_(needs))
            .order_by(WAITING.c.origin, WAITING.c.sequence)
        )
        return [Waiting(*row) for row in connection.execute(query)]

    def waiting_count(self, connection: Connection) -> int:
        """How many events wait."""
        return connection.execute(select(func.count()).select_from(WAITING)).scalar_one()

    def marks(self, connection: Connection) -> Marks:
        """How far each origin has arrived, holes included."""
        stored = dict(connection.execute(select(MARK.c.origin, MARK.c.sequence)).all())
        marks = Marks(stored, aside=subjects(connection), paused=paused(connection))
        for source in (JOURNAL, WAITING, PARKED):
            for origin, reached in list(marks.reached.items()):
                later = select(source.c.sequence).where(
                    source.c.origin == origin, source.c.sequence > reached
                )
                for sequence in connection.execute(later.order_by(source.c.sequence)).scalars():
                    marks.arrived(origin, sequence)
        return marks


def followed(
    domain: Domain,
    entry: Entry,
    stream: str,
    event: Event | Heard | None,
    at: tuple[int, str, int],
) -> Entry:
    """A stream one event later (`at`: version, hash, effective µs); sealed ones change no state."""
    version, hash_, effective_at = at
    fold = domain.fold_of(stream)
    state = entry.state if fold is None or event is None else fold.evolve(entry.state, event)
    return Entry(version, state, hash_, entry.first_effective if entry.version else effective_at)


def line_of(envelope: Envelope, sealed: Sealed, position: int, received_at: int) -> Line:
    """The row of a received event."""
    return Line(
        position, envelope.origin, envelope.sequence, envelope.event_id, envelope.stream,
        envelope.version, envelope.type, envelope.schema, envelope.subject,
        to_micros(envelope.recorded_at), to_micros(envelope.effective_at), received_at,
        sealed.envelope, sealed.body, envelope.prevhash, sealed.hash,
    )  # fmt: skip
