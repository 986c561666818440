"""The one thread of a service that writes: it takes items from a bounded queue and commits groups.

All items of a group are decided in memory, each seeing the earlier ones; then one transaction
holds their events, answers and projection rows. A refused item costs the others nothing.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from shared.kernel.canonical import canonical
from shared.kernel.operations import OPERATING
from shared.kernel.periods import to_micros
from shared.kernel.refusals import Refusal, Stale, Unavailable
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.deciding import Context
from shared.runtime.delivery import Delivery
from shared.runtime.drafts import Draft, Ground, Memory
from shared.runtime.failpoints import reach
from shared.runtime.generations import Generation
from shared.runtime.inbox import Inbox, Pending
from shared.runtime.items import (
    Answer,
    Arrived,
    Asked,
    Item,
    KeyReused,
    Outcome,
    Task,
    WriterFailed,
    nothing_more,
)
from shared.runtime.journal import Head, Journal, Marks, StoredAnswer
from shared.runtime.operating import Operating
from shared.runtime.projections import StoredRows
from shared.runtime.receiving import NOT_STORABLE, Receiving, foreseen, not_storable
from shared.runtime.settings import Settings
from shared.runtime.tally import Tally

log = structlog.get_logger()

IDLE_SECONDS = 0.2
"""How long an idle writer waits before it notes how far the relay has come."""


class Writer:
    """Owns the journal's end: nobody else appends."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        doing: tuple[Receiving, Operating],
        rows: list[StoredRows],
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._journal = journal
        self._receiving, self._operating = doing
        self._deciding = deciding = self._receiving.deciding
        self._rows = rows
        self._settings = settings
        self._clock = clock
        self._memory = Memory(settings.streams_cached_max)
        self._inbox = Inbox(settings.queue_items_max)
        self.tally = Tally(clock.now)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self.on_commit: Callable[[Head], None] = lambda head: None
        """Called by the writer's thread after each commit, before anybody is answered."""
        self.on_foreign: Callable[[Connection], None] = lambda connection: None
        """Called under the head's lock when another process has changed anything."""
        self.on_again: Callable[[int, int], None] = lambda after, through: None
        """Called likewise when own events are to be published again."""
        self.failure: BaseException | None = None
        with database.writing() as connection:
            self.head = journal.lock_head(connection)
            self.marks: Marks = journal.marks(connection)
            self._waiting = deciding.waiting = journal.waiting_count(connection)
        self._relayed = self.head.relayed

    def start(self) -> None:
        """Begin to take items."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more items, commit those that wait, and end."""
        self._inbox.close()
        self._thread.join()

    @property
    def waiting(self) -> int:
        """Received events that wait for a predecessor or a cause."""
        return self._waiting

    @property
    def queued(self) -> int:
        """Items that wait to be written."""
        return len(self._inbox)

    @property
    def relayed(self) -> int:
        """The last own sequence that the transport has acknowledged."""
        return self._relayed

    def note_relayed(self, sequence: int) -> None:
        """Note the relay's cursor; it is stored with the next group, or when all is quiet."""
        self.tally.relayed(sequence - self._relayed)
        self._relayed = sequence

    async def submit(self, asked: Asked) -> Answer:
        """Have a command decided and recorded; returns after the commit.

        Raises the Refusal of its decider, Stale, KeyReused, Overloaded, Stopping or WriterFailed.
        """
        answer: Answer = await self._inbox.ask(asked)
        return answer

    def ask(self, asked: Asked) -> Answer:
        """The same as `submit`, in a thread that waits. Raises the same."""
        answer: Answer = self._inbox.hand(asked)
        return answer

    def receive(self, messages: Sequence[Delivery]) -> None:
        """Take in messages of other services; returns after the commit. What cannot be taken in is
        parked. Raises SQLAlchemyError when the store fails; then nothing is recorded."""
        self._inbox.hand(Arrived(messages))

    def run(
        self, work: Callable[[Connection], Any], then: Callable[[], None] = nothing_more
    ) -> Any:
        """Run maintenance on the writer's connection, in a transaction of its own; and then,
        only if that was committed and before anything else is decided, something in memory."""
        return self._inbox.hand(Task(work, then))

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except BaseException as failure:  # The journal's state is unknown: stop, and say so.
            self.failure = failure
            log.exception("writer-failed")
            self._inbox.fail(WriterFailed())

    def _turn(self) -> bool:
        group: list[Pending] = []
        try:
            pending = self._inbox.take(IDLE_SECONDS)
        except queue.Empty:
            self._store_relayed()
            return True
        while pending is not None:
            if isinstance(pending.item, Task):
                self._commit(group)
                group = []
                self._do(pending, pending.item)
            else:
                group.append(pending)
            if len(group) >= self._settings.group_items_max or not len(self._inbox):
                break
            pending = self._inbox.take(IDLE_SECONDS)
        self._commit(group)
        if pending is None:
            self._store_relayed()
        return pending is not None

    def _do(self, pending: Pending, task: Task) -> None:
        outcome: Any
        try:
            with self._database.writing() as connection:
                self._lock(connection)
                outcome = task.work(connection)
                reach("writer.before_task_commit")
            reach("writer.after_task_commit")
            task.then()
        except Exception as failure:
            outcome = failure
        self._inbox.settle([(pending, outcome)])

    def _store_relayed(self) -> None:
        if self._relayed <= self.head.relayed:
            return
        try:
            with self._database.writing() as connection:
                found = self._lock(connection)
                relayed = max(found.relayed, self._relayed)
                head = replace(found, relayed=relayed, turn=found.turn + 1)
                self._journal.move_head(connection, head)
                reach("writer.before_cursor_commit")
        except (SQLAlchemyError, Unavailable) as failure:  # Sent again after a restart, at worst.
            log.error("relay-cursor-not-stored", error=type(failure).__name__)
            return
        reach("writer.after_cursor_commit")
        self.head = head

    def _commit(self, group: Sequence[Pending]) -> None:
        if not group:
            return
        reach("writer.before_begin")
        items = [each.item for each in group if not isinstance(each.item, Task)]
        began = self._clock.monotonic()
        try:
            with self._database.writing() as connection:
                draft, outcomes = self._decided(connection, items)
                decided = self._clock.monotonic()
                reach("writer.after_decide")
                if changed := draft.changed:
                    marks = self._marks_after(draft)
                    waiting = self._write(connection, draft, marks)
                    reach("writer.before_commit")
        except Exception as failure:
            self._deciding.waiting = self._waiting
            self.tally.failed_commits += 1
            log.error("group-failed", error=type(failure).__name__)
            if isinstance(failure, Unavailable):  # Nobody's fault, and it may even be committed.
                self._tell(group, items, failure)
            elif len(group) > 1:  # One of them did it: the others shall not pay.
                for pending in group:
                    self._commit([pending])
            else:
                self._failed(group[0], items[0], failure)
            return
        reach("writer.after_commit")
        if changed:
            self._committed(draft, marks, waiting)
        took = (decided - began, self._clock.monotonic() - began)
        self.tally.group(items, outcomes, draft.batch, took)
        reach("writer.before_answer")
        self._inbox.settle(list(zip(group, outcomes, strict=True)))
        reach("writer.after_answer")

    def _tell(self, group: Sequence[Pending], items: Sequence[Item], why: Exception) -> None:
        for item in items:
            self.tally.came_to(item, why)
        self._inbox.settle([(pending, why) for pending in group])

    def _failed(self, pending: Pending, item: Item, failure: Exception) -> None:
        """One item alone failed: tell it, unless the store refused a message for what it is."""
        of_message = isinstance(failure, IntegrityError | DataError)
        once_more = isinstance(item, Arrived) and item.messages[0].reason == NOT_STORABLE
        if not isinstance(item, Arrived) or not of_message or once_more:
            self._tell([pending], [item], failure)
            return
        messages = item.messages if len(item.messages) > 1 else [not_storable(item.messages[0])]
        outcomes: list[Outcome] = []
        for message in messages:
            self._commit([Pending(Arrived([message]), outcomes.append)])
        self._inbox.settle([(pending, next((fault for fault in outcomes if fault), None))])

    def _decided(
        self, connection: Connection, items: Sequence[Item]
    ) -> tuple[Draft, list[Outcome]]:
        head = self._lock(connection)
        reach("writer.after_lock")
        asked = [item for item in items if isinstance(item, Asked)]
        keys = [(item.command.by.person, item.key) for item in asked]
        ground = Ground(
            head,
            self._memory,
            self._journal.answers(connection, keys) if keys else {},
            connection=connection,
            journal=self._journal,
            arrived=self.marks,
        )
        ground.fetch([stream for item in asked for stream in self._deciding.named(item.command)])
        arrived = [each for item in items if isinstance(item, Arrived) for each in item.messages]
        ground.foresee(*foreseen(arrived))
        group = Draft(ground, self._rows)
        return group, [self._item(group, item) for item in items]

    def _lock(self, connection: Connection) -> Head:
        """Take the head, and know what others have done since; or what we did, unknown to us."""
        head = self._journal.lock_head(connection)
        if head.turn != self.head.turn:
            self._catch_up(connection, head)
        return head

    def _catch_up(self, connection: Connection, head: Head) -> None:
        """Another process of this service wrote: forget what it changed."""
        self.on_foreign(connection)
        self._memory.forget(self._journal.changed_since(connection, self.head.position))
        for rows in self._rows:
            rows.forget()
        self.marks = self._journal.marks(connection)
        self._waiting = self._deciding.waiting = self._journal.waiting_count(connection)
        self._relayed = max(self._relayed, head.relayed)
        self.head = head

    def _item(self, group: Draft, item: Item) -> Outcome:
        if isinstance(item, Arrived):
            self._arrive(group, item)
            return None
        above = group.above()
        try:
            answer = self._ask(above, item)
        except Refusal as refusal:
            return refusal
        except SQLAlchemyError:  # The transaction is spoilt, for its whole group.
            raise
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
        command = asked.command
        if isinstance(command, OPERATING):
            command = self._operating.completed(draft, command)
        decision = self._deciding.command(draft, command, context)
        entry = draft.entry(decision.first)
        if isinstance(command, OPERATING):
            shown = self._operating.done(draft, command, decision)
        else:
            shown = asked.show(entry.state)
        body, at = canonical(shown), (entry.version, draft.head.sequence)
        answer = Answer(asked.status, body.encode(), *at, repeated=False)
        stored = StoredAnswer(asked.fingerprint, asked.status, *at, body)
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

    def _arrive(self, group: Draft, arrived: Arrived) -> None:
        received_at = to_micros(self._clock.now())
        for message in arrived.messages:
            self._receiving.take(group, message, received_at)

    def _marks_after(self, draft: Draft) -> Marks:
        batch = draft.batch
        if not draft.arrived and not batch.parks and not batch.paused:
            return self.marks
        marks = self.marks.copy()
        marks.paused -= batch.paused.keys()
        marks.paused |= {name for name, now in batch.paused.items() if now}
        marks.aside |= {row.subject for row in draft.batch.parks.values() if row}
        for origin, sequence in draft.arrived:
            marks.arrived(origin, sequence)
        return marks

    def _write(self, connection: Connection, draft: Draft, marks: Marks) -> int:
        """Write everything of a group; returns how many received events wait after it."""
        end = draft.head
        head = replace(end, relayed=max(end.relayed, self._relayed), turn=end.turn + 1)
        moved = {
            origin: sequence
            for origin, sequence in marks.reached.items()
            if sequence != self.marks.reached.get(origin)
        }
        self._journal.write(connection, draft.batch, head, moved)
        reach("writer.after_journal")
        for stored, rows in zip(self._rows, draft.rows, strict=True):
            stored.write(connection, rows.changed)
        draft.head = head
        return self._journal.waiting_count(connection) if draft.batch.waits else self._waiting

    def _committed(self, draft: Draft, marks: Marks, waiting: int) -> None:
        self.head = draft.head
        self.marks = marks
        self._memory.keep(draft.streams)
        for stored, rows in zip(self._rows, draft.rows, strict=True):
            stored.committed(rows.changed)
        self._waiting = self._deciding.waiting = waiting
        if draft.batch.again:
            self.on_again(*draft.batch.again)
        self.on_commit(self.head)

    @property
    def shown(self) -> Generation:
        """The generation that every event is applied to."""
        return self._deciding.generations[0]

    def show(self, generation: Generation, rows: StoredRows) -> None:
        """From now on apply every event to this generation."""
        self._deciding.generations[:] = [generation]
        self._rows[:] = [rows]
