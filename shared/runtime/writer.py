"""The one thread of a service that writes: it takes items from a bounded queue and commits groups.

All items of a group are decided in memory, each seeing the earlier ones; then one transaction
holds their events, answers and projection rows. A refused item costs the others nothing.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import structlog
from sqlalchemy import Connection

from shared.kernel.canonical import canonical
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.envelope import Sealed
from shared.kernel.periods import to_micros
from shared.kernel.refusals import Refusal, Stale
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.deciding import Context, Deciding
from shared.runtime.drafts import Draft, Ground, Memory
from shared.runtime.items import (
    Answer,
    Arrived,
    Asked,
    Item,
    KeyReused,
    Outcome,
    Overloaded,
    Settle,
    Stopping,
    Task,
)
from shared.runtime.journal import Head, Journal, Marks, StoredAnswer
from shared.runtime.projections import Generation, StoredRows
from shared.runtime.settings import Settings

log = structlog.get_logger()

IDLE_SECONDS = 0.2
"""How long an idle writer waits before it notes how far the relay has come."""


class Writer:
    """Owns the journal's end: nobody else appends."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        deciding: Deciding,
        rows: list[StoredRows],
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._journal = journal
        self._deciding = deciding
        self._rows = rows
        self._settings = settings
        self._clock = clock
        self._memory = Memory(settings.streams_cached_max)
        self._queue: queue.SimpleQueue[tuple[Item | Task, Settle] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._in_hand: list[Settle] = []
        self.on_commit: Callable[[Head], None] = lambda head: None
        self.failure: BaseException | None = None
        with database.writer.begin():
            self.head = journal.lock_head(database.writer)
            self.marks: Marks = journal.marks(database.writer)
            self._waiting = journal.waiting_count(database.writer)
        deciding.waiting = self._waiting
        self._relayed = self.head.relayed

    def start(self) -> None:
        """Begin to take items."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more items, commit those that wait, and end."""
        self._stopping = True
        self._queue.put(None)
        self._thread.join()

    @property
    def waiting(self) -> int:
        """Received events that wait for a predecessor or a cause."""
        return self._waiting

    @property
    def queued(self) -> int:
        """Items that wait to be written."""
        return self._queue.qsize()

    @property
    def relayed(self) -> int:
        """The last own sequence that the transport has acknowledged."""
        return self._relayed

    def note_relayed(self, sequence: int) -> None:
        """Note the relay's cursor; it is stored with the next group, or when all is quiet."""
        self._relayed = sequence

    async def submit(self, asked: Asked) -> Answer:
        """Have a command decided and recorded; returns after the commit.

        Raises the Refusal of its decider, Stale, KeyReused, Overloaded or Stopping.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def settle(outcome: Outcome) -> None:
            if future.done():
                return
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                assert outcome is not None
                future.set_result(outcome)

        self._loop = loop
        self._put(asked, settle)
        return await future

    def receive(self, events: Sequence[Sealed]) -> None:
        """Take in foreign events; returns after the commit. Raises BrokenEvent, and then the
        events before the broken one are recorded, the others are not."""
        self._wait_for(Arrived(events))

    def run(self, work: Callable[[Connection], Any]) -> Any:
        """Run maintenance on the writer's connection, in a transaction of its own."""
        return self._wait_for(Task(work))

    def _wait_for(self, item: "Arrived | Task") -> Any:
        future: Future[Any] = Future()

        def settle(outcome: Outcome) -> None:
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        self._put(item, settle)
        return future.result()

    def _put(self, item: "Item | Task", settle: Settle) -> None:
        if self._stopping or self.failure is not None:
            raise Stopping
        if self._queue.qsize() >= self._settings.queue_items_max:
            raise Overloaded
        self._queue.put((item, settle))

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except BaseException as failure:  # The journal's state is unknown: stop, and say so.
            self.failure = failure
            log.exception("writer-failed")
            self._refuse_the_rest(failure)

    def _turn(self) -> bool:
        group: list[tuple[Item, Settle]] = []
        try:
            entry = self._queue.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            self._store_relayed()
            return True
        while entry is not None:
            item, settle = entry
            if isinstance(item, Task):
                self._commit(group)
                group = []
                self._do(item, settle)
            else:
                group.append((item, settle))
            if len(group) >= self._settings.group_items_max or self._queue.empty():
                break
            entry = self._queue.get_nowait()
        self._commit(group)
        if entry is None:
            self._store_relayed()
            self._refuse_the_rest(Stopping())
        return entry is not None

    def _refuse_the_rest(self, why: BaseException) -> None:
        self._settle([(settle, why) for settle in self._in_hand], None)
        while not self._queue.empty():
            if entry := self._queue.get_nowait():
                self._settle([(entry[1], why)], None)

    def _do(self, task: Task, settle: Settle) -> None:
        outcome: Any
        try:
            with self._database.writer.begin():
                outcome = task.work(self._database.writer)
        except Exception as failure:
            outcome = failure
        settle(outcome)

    def _store_relayed(self) -> None:
        if self._relayed > self.head.relayed:
            connection = self._database.writer
            with connection.begin():
                head = self._journal.lock_head(connection)
                moved = Head(head.position, head.sequence, head.recorded_at, self._relayed)
                self._journal.move_head(connection, moved)
            self.head = Head(
                self.head.position, self.head.sequence, self.head.recorded_at, self._relayed
            )

    def _commit(self, group: list[tuple[Item, Settle]]) -> None:
        if not group:
            return
        self._in_hand = [settle for _, settle in group]
        connection = self._database.writer
        transaction = connection.begin()
        try:
            draft, outcomes = self._decided(connection, [item for item, _ in group])
            changed = bool(draft.batch.lines or draft.batch.waits or draft.batch.answers)
            marks = self._marks_after(draft)
            if changed:
                self._write(connection, draft, marks)
                transaction.commit()
            else:
                transaction.rollback()
        except BaseException as failure:
            if transaction.is_active:
                transaction.rollback()
            self._deciding.waiting = self._waiting
            if not isinstance(failure, Exception):
                raise
            self._in_hand = []
            self._settle([(settle, failure) for _, settle in group], None)
            log.error("group-failed", error=type(failure).__name__)
            return
        if changed:
            self._committed(draft, marks)
        settled = [(settle, outcome) for (_, settle), outcome in zip(group, outcomes, strict=True)]
        self._in_hand = []
        self._settle(settled, self.head if changed else None)

    def _decided(
        self, connection: Connection, items: Sequence[Item]
    ) -> tuple[Draft, list[Outcome]]:
        head = self._journal.lock_head(connection)
        if head.position != self.head.position:
            self._catch_up(connection, head)
        asked = [item for item in items if isinstance(item, Asked)]
        keys = [(item.command.by.person, item.key) for item in asked]
        ground = Ground(
            head,
            self._memory,
            lambda streams: self._journal.entries(connection, streams),
            self._journal.answers(connection, keys) if keys else {},
            has=lambda event_id: self._journal.has(connection, event_id),
            waiting_for=lambda needs: self._journal.waiting_for(connection, needs),
        )
        ground.fetch([stream for item in asked for stream in self._named(item.command)])
        group = Draft(ground, self._rows)
        return group, [self._item(group, item) for item in items]

    def _named(self, command: Command) -> list[str]:
        decider: Decider | None = self._deciding.domain.deciders.get(type(command))
        return decider.named(command) if decider else []

    def _catch_up(self, connection: Connection, head: Head) -> None:
        """Another process of this service wrote: forget what it changed."""
        self._memory.forget(self._journal.changed_since(connection, self.head.position))
        for rows in self._rows:
            rows.forget()
        self.marks = self._journal.marks(connection)
        self._waiting = self._deciding.waiting = self._journal.waiting_count(connection)
        self.head = head

    def _item(self, group: Draft, item: Item) -> Outcome:
        if isinstance(item, Arrived):
            return self._arrive(group, item)
        above = group.above()
        try:
            answer = self._ask(above, item)
        except Refusal as refusal:
            return refusal
        except Exception as fault:
            log.exception("command-failed", command=type(item.command).__name__)
            return fault
        group.keep(above)
        return answer

    def _ask(self, draft: Draft, asked: Asked) -> Answer:
        actor = asked.command.by.person
        earlier = draft.answer(actor, asked.key)
        if earlier is not None:
            if earlier.fingerprint != asked.fingerprint:
                raise KeyReused
            _, status, version, sequence, body = earlier
            return Answer(status, body.encode(), version, sequence, repeated=True)
        self._check_version(draft, asked)
        context = Context(command_id=asked.key, correlation_id=asked.correlation_id)
        decision = self._deciding.command(draft, asked.command, context)
        entry = draft.entry(decision.first)
        body = canonical(asked.show(entry.state))
        answer = Answer(
            asked.status, body.encode(), entry.version, draft.head.sequence, repeated=False
        )
        stored = StoredAnswer(
            asked.fingerprint, asked.status, entry.version, draft.head.sequence, body
        )
        draft.answers[actor, asked.key] = stored
        draft.batch.answers.append((actor, asked.key, *stored))
        return answer

    def _check_version(self, draft: Draft, asked: Asked) -> None:
        if asked.if_match is None:
            return
        first = self._deciding.domain.deciders[type(asked.command)].first_stream(asked.command)
        current = draft.entry(first).version
        if current != asked.if_match:
            raise Stale(current_version=current)

    def _arrive(self, group: Draft, arrived: Arrived) -> Outcome:
        received_at = to_micros(self._clock.now())
        for sealed in arrived.events:
            above = group.above()
            try:
                self._deciding.received(above, sealed, received_at)
            except Exception as fault:
                return fault
            group.keep(above)
        return None

    def _marks_after(self, draft: Draft) -> Marks:
        if not draft.arrived:
            return self.marks
        marks = self.marks.copy()
        for origin, sequence in draft.arrived:
            marks.arrived(origin, sequence)
        return marks

    def _write(self, connection: Connection, draft: Draft, marks: Marks) -> None:
        end = draft.head
        head = Head(end.position, end.sequence, end.recorded_at, max(end.relayed, self._relayed))
        moved = {
            origin: sequence
            for origin, sequence in marks.reached.items()
            if sequence != self.marks.reached.get(origin)
        }
        self._journal.write(connection, draft.batch, head, moved)
        for stored, rows in zip(self._rows, draft.rows, strict=True):
            stored.write(connection, rows.changed)
        if draft.batch.waits:
            self._waiting = self._journal.waiting_count(connection)
        draft.head = head

    def _committed(self, draft: Draft, marks: Marks) -> None:
        self.head = draft.head
        self.marks = marks
        self._memory.keep(draft.streams)
        for stored, rows in zip(self._rows, draft.rows, strict=True):
            stored.committed(rows.changed)
        self._deciding.waiting = self._waiting

    def _settle(self, outcomes: list[tuple[Settle, Outcome]], head: Head | None) -> None:
        def settle_all() -> None:
            for settle, outcome in outcomes:
                settle(outcome)
            if head is not None:
                self.on_commit(head)

        if self._loop is None or self._loop.is_closed():
            settle_all()
        else:
            self._loop.call_soon_threadsafe(settle_all)

    def shadow(self, generation: Generation, rows: StoredRows) -> None:
        """From now on (inside a task) apply every event to this generation as well."""
        self._deciding.generations.append(generation)
        self._rows.append(rows)

    def switch(self) -> None:
        """Inside a task: the shadow becomes the only generation."""
        del self._deciding.generations[:-1]
        del self._rows[:-1]

    def unshadow(self) -> None:
        """Inside a task: give the shadow up."""
        del self._deciding.generations[1:]
        del self._rows[1:]
