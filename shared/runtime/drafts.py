"""What would be committed: layers over the journal that later items see and refusals leave."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from shared.runtime.journal import Batch, Entry, Head, Journal, Line, Marks, StoredAnswer, Waiting
from shared.runtime.parked import Parked, of_subject, one
from shared.runtime.projections import Rows, StoredRows


class Layer(Protocol):
    """Something that a draft can lie upon."""

    head: Head

    def entry(self, stream: str) -> Entry:
        """A stream as this layer sees it."""
        ...

    def answer(self, actor: str, key: str) -> StoredAnswer | None:
        """The first success of a key."""
        ...

    def has(self, event_id: str) -> bool:
        """Whether an event is journaled."""
        ...

    def hash_at(self, stream: str, version: int) -> str | None:
        """The hash of the event at this place of a stream, if there is one."""
        ...

    def waiting_for(self, needs: Sequence[str]) -> list[Waiting]:
        """What waits for one of these."""
        ...

    def parked(self, subject: str) -> list[Parked]:
        """What is parked of a subject, in the order in which it came."""
        ...

    def parked_as(self, parked_id: str) -> Parked | None:
        """One parked message by its id."""
        ...

    def has_arrived(self, origin: str, sequence: int) -> bool:
        """Whether this event of an origin was journaled, waits or is parked."""
        ...


class Draft:
    """The additions of one item, seen by what comes after it, gone without a trace if refused."""

    __slots__ = (
        "answers", "arrived", "batch", "below", "event_ids", "head", "rows", "streams",
    )  # fmt: skip

    def __init__(self, below: Layer, rows: Sequence[Rows | StoredRows]) -> None:
        self.below = below
        self.head = below.head
        self.streams: dict[str, Entry] = {}
        self.answers: dict[tuple[str, str], StoredAnswer] = {}
        self.event_ids: set[str] = set()
        self.arrived: dict[tuple[str, int], None] = {}
        self.batch = Batch()
        self.rows = [Rows(layer) for layer in rows]

    @property
    def changed(self) -> bool:
        """Whether there is anything to commit."""
        batch = self.batch
        return bool(batch.lines or batch.waits or batch.answers or batch.parks)

    def above(self) -> "Draft":
        """A new layer over this one."""
        return Draft(self, self.rows)

    def entry(self, stream: str) -> Entry:
        """A stream as this layer sees it."""
        return self.streams.get(stream) or self.below.entry(stream)

    def answer(self, actor: str, key: str) -> StoredAnswer | None:
        """The first success of this key, in this layer or below."""
        return self.answers.get((actor, key)) or self.below.answer(actor, key)

    def has(self, event_id: str) -> bool:
        """Whether this event is journaled, as this layer sees it."""
        return event_id in self.event_ids or self.below.has(event_id)

    def hash_at(self, stream: str, version: int) -> str | None:
        """The hash of the event at this place of a stream, if there is one."""
        for line in self.batch.lines:
            if line.stream == stream and line.version == version:
                return line.hash
        return self.below.hash_at(stream, version)

    def waiting_for(self, needs: Sequence[str]) -> list[Waiting]:
        """What waits for one of these and was not released yet."""
        mine = self.batch.waits
        below = [held for held in self.below.waiting_for(needs) if held.event_id not in mine]
        return [*below, *(held for held in mine.values() if held and held.waits_for in needs)]

    def parked(self, subject: str) -> list[Parked]:
        """What is parked of a subject, in the order in which it came."""
        mine, below = self.batch.parks, self.below.parked(subject)
        if not mine:
            return below
        rows = [row for row in below if row.parked_id not in mine]
        rows += [row for row in mine.values() if row and row.subject == subject]
        return sorted(rows, key=lambda row: row.parked_id)

    def parked_as(self, parked_id: str) -> Parked | None:
        """One parked message by its id."""
        mine = self.batch.parks
        return mine[parked_id] if parked_id in mine else self.below.parked_as(parked_id)

    def has_arrived(self, origin: str, sequence: int) -> bool:
        """Whether this event of an origin was journaled, waits or is parked."""
        return (origin, sequence) in self.arrived or self.below.has_arrived(origin, sequence)

    def record(self, line: Line, entry: Entry, mentions: Sequence[str]) -> None:
        """Add one event at the end of the journal and of its stream."""
        self.batch.lines.append(line)
        self.batch.subjects.extend((subject, line.event_id) for subject in mentions)
        self.event_ids.add(line.event_id)
        self.streams[line.stream] = entry
        own = line.received_at is None
        self.head = Head(
            line.position,
            line.sequence if own else self.head.sequence,
            line.recorded_at if own else self.head.recorded_at,
            self.head.relayed,
            self.head.turn,
        )

    def keep(self, newer: "Draft") -> None:
        """Take over everything of a layer that lay upon this one."""
        self.head = newer.head
        self.streams.update(newer.streams)
        self.answers.update(newer.answers)
        self.event_ids |= newer.event_ids
        self.arrived.update(newer.arrived)
        self.batch.lines += newer.batch.lines
        self.batch.subjects += newer.batch.subjects
        self.batch.answers += newer.batch.answers
        self.batch.waits.update(newer.batch.waits)
        self.batch.parks.update(newer.batch.parks)
        self.batch.paused.update(newer.batch.paused)
        self.batch.again = newer.batch.again or self.batch.again
        for mine, theirs in zip(self.rows, newer.rows, strict=True):
            mine.keep(theirs)


class Memory:
    """Folded states lately used: bounded, and only ever what a commit has accepted."""

    def __init__(self, size_max: int) -> None:
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._size_max = size_max

    def get(self, stream: str) -> Entry | None:
        """The stream's entry, if it is remembered."""
        entry = self._entries.get(stream)
        if entry is not None:
            self._entries.move_to_end(stream)
        return entry

    def keep(self, streams: dict[str, Entry]) -> None:
        """Remember what was committed; the longest unused go."""
        for stream, entry in streams.items():
            self._entries[stream] = entry
            self._entries.move_to_end(stream)
        while len(self._entries) > self._size_max:
            self._entries.popitem(last=False)

    def forget(self, streams: Sequence[str]) -> None:
        """Somebody else wrote to these: fold them again."""
        for stream in streams:
            self._entries.pop(stream, None)


class Ground:
    """The lowest layer: the journal as committed, through the memory of the writer."""

    def __init__(
        self,
        head: Head,
        memory: Memory,
        answers: dict[tuple[str, str], StoredAnswer],
        *,
        arrived: Marks,
        connection: Connection,
        journal: Journal,
    ) -> None:
        self.head = head
        self._arrived = arrived
        self._memory = memory
        self._answers = answers
        self._connection = connection
        self._journal = journal
        self._known: dict[str, bool] = {}

    def fetch(self, streams: Sequence[str]) -> None:
        """Load the streams that are not in memory, in one go."""
        missing = sorted({stream for stream in streams if self._memory.get(stream) is None})
        if missing:
            self._memory.keep(self._journal.entries(self._connection, missing))

    def foresee(self, streams: Sequence[str], event_ids: Sequence[str]) -> None:
        """Load what received events will be looked up by, in one go each."""
        self.fetch(streams)
        if event_ids:
            found = self._journal.known(self._connection, event_ids)
            self._known = {event_id: event_id in found for event_id in event_ids}

    def entry(self, stream: str) -> Entry:
        """A stream as committed."""
        entry = self._memory.get(stream)
        if entry is None:
            loaded = self._journal.entries(self._connection, [stream])
            self._memory.keep(loaded)
            entry = loaded[stream]
        return entry

    def answer(self, actor: str, key: str) -> StoredAnswer | None:
        """The stored first success of a key of this group."""
        return self._answers.get((actor, key))

    def has(self, event_id: str) -> bool:
        """Whether this event is journaled."""
        known = self._known.get(event_id)
        return bool(self._journal.known(self._connection, [event_id])) if known is None else known

    def hash_at(self, stream: str, version: int) -> str | None:
        """The hash of the event at this place of a stream, if there is one."""
        return self._journal.hash_at(self._connection, stream, version)

    def waiting_for(self, needs: Sequence[str]) -> list[Waiting]:
        """What waits for one of these."""
        return self._journal.waiting_for(self._connection, needs)

    def parked(self, subject: str) -> list[Parked]:
        """What is parked of a subject, in the order in which it came."""
        return of_subject(self._connection, subject) if subject in self._arrived.aside else []

    def parked_as(self, parked_id: str) -> Parked | None:
        """One parked message by its id."""
        return one(self._connection, parked_id)

    def has_arrived(self, origin: str, sequence: int) -> bool:
        """Whether this event of an origin was journaled, waits or is parked."""
        return self._arrived.has(origin, sequence)
