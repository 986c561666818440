"""Bugs put in on purpose: a campaign that does not find them proves nothing about the rest."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from shared.kernel.chain import NO_HASH
from shared.kernel.envelope import Envelope, Sealed, seal
from shared.kernel.events import Heard
from shared.kernel.operations import PolicyRefused, RecordOperation
from shared.runtime import deciding
from shared.runtime.deciding import Deciding
from shared.runtime.drafts import Draft
from shared.runtime.failpoints import reach
from shared.runtime.generations import Generation
from shared.runtime.items import Answer, Asked
from shared.runtime.journal import Batch, Entry, Head, Journal, Line
from shared.runtime.messaging import Relay, Subscriber
from shared.runtime.projections import StoredRows
from shared.runtime.rebuild import Fill
from shared.runtime.sqlite import SqliteDatabase
from shared.runtime.writer import Writer
from tests.faults.checker import CLASSES
from tests.faults.topics import TopicSubscription, TopicTransport
from tests.support.ledger import PurseEmpty, Reserve


@dataclass(frozen=True, slots=True)
class Bug:
    """A fault that is put into this process, and the anomalies that give it away."""

    put_in: Callable[[], None]
    signs: frozenset[str]
    """Kinds of anomalies; a crash is none of them, unless the fault is one of crashing."""


NOTHING = Bug(
    lambda: None, frozenset({*CLASSES, "broken event", "fails", "hangs", "never quiet", "parked"})
)
"""The control: whatever is found of it was not put in."""
PLANTED: dict[str, Bug] = {}


def planted(*signs: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Note a bug by its name."""

    def note(put_in: Callable[[], None]) -> Callable[[], None]:
        PLANTED[put_in.__name__] = Bug(put_in, frozenset(signs))
        return put_in

    return note


def _put(owner: Any, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)


@planted("lost", "never quiet")
def answers_without_committing() -> None:
    """Every seventh group is answered and rolled back."""
    count = 0

    @contextmanager
    def writing(database: SqliteDatabase) -> Iterator[Connection]:
        nonlocal count
        count += 1
        transaction = database.writer.begin()
        try:
            yield database.writer
        except BaseException:
            transaction.rollback()
            raise
        transaction.rollback() if count % 7 == 0 else transaction.commit()

    _put(SqliteDatabase, "writing", writing)


@planted("unseen")
def cursor_moves_before_publishing() -> None:
    """The relay notes as sent what it has not sent yet, and stores that."""
    step = Relay.step

    def early(relay: Relay) -> bool:
        relay._writer.note_relayed(relay._writer.head.sequence)
        return step(relay)

    _put(Relay, "step", early)


@planted("unseen", "never quiet")
def relay_loses_the_last_of_a_batch() -> None:
    """The cursor moves by batches, one event of which was not sent."""
    publish = TopicTransport.publish

    def short(transport: TopicTransport, origin: str, last: int, unsent: Any) -> int:
        events = unsent()
        if len(events) > 1:
            publish(transport, origin, last, lambda: events[:-1])
            return int(events[-1][0])
        return publish(transport, origin, last, lambda: events)

    _put(TopicTransport, "publish", short)


@planted("unseen", "never quiet")
def settles_before_the_effect() -> None:
    """Offsets are committed first, then the events are taken in."""

    def step(subscriber: Subscriber, seconds: float) -> int:
        messages = subscriber._subscription.poll(subscriber._batch_max, seconds)
        subscriber._subscription.settle()
        if messages:
            reach("subscriber.after_poll")
            subscriber._writer.receive(messages)
        return len(messages)

    _put(Subscriber, "step", step)


@planted("unseen", "never quiet")
def skips_silently() -> None:
    """One message in ten is settled and forgotten."""
    receive = Writer.receive
    count = 0

    def careless(writer: Writer, messages: Any) -> None:
        nonlocal count
        count += 1
        receive(writer, messages[1:] if count % 10 == 0 else messages)

    _put(Writer, "receive", careless)


@planted("unseen")
def waiting_events_are_dropped() -> None:
    """What comes before its predecessor or cause is thrown away."""
    _put(Deciding, "_wait", lambda *about: None)


@planted("cycle")
def causes_are_not_waited_for() -> None:
    """The witness takes effects before their causes."""

    def missing(deciding: Deciding, draft: Draft, envelope: Envelope, entry: Entry) -> str | None:
        far = envelope.version > entry.version + 1
        return f"{envelope.stream}@{envelope.version - 1}" if far else None

    _put(Deciding, "_missing", missing)


@planted("inconsistent")
def expected_version_is_not_checked() -> None:
    """A stale command is recorded all the same."""
    _put(Writer, "_check_version", lambda *about: None)


@planted("one key", "duplicate")
def key_is_not_stored_with_the_event() -> None:
    """The answer of a key is remembered nowhere."""
    write = Journal.write

    def forgetful(
        journal: Journal, connection: Connection, batch: Batch, head: Head, marks: Mapping[str, int]
    ) -> None:
        write(journal, connection, replace(batch, answers=[]), head, marks)

    _put(Journal, "write", forgetful)


@planted("one key")
def another_body_under_the_same_key_is_accepted() -> None:
    """What a key stands for is not looked at."""
    ask = Writer._ask

    def lenient(writer: Writer, draft: Draft, asked: Asked) -> Answer:
        return ask(writer, draft, replace(asked, fingerprint="any"))

    _put(Writer, "_ask", lenient)


@planted("projection", "fails")  # What follows looks for its row.
def rows_are_written_now_and_then() -> None:
    """Every fifth group forgets its projection rows."""
    write = StoredRows.write
    count = 0

    def lazy(rows: StoredRows, connection: Connection, changed: Any) -> None:
        nonlocal count
        count += 1
        if count % 5:
            write(rows, connection, changed)

    _put(StoredRows, "write", lazy)


@planted("projection", "fails")
def rebuild_does_not_catch_up() -> None:
    """What was recorded during a rebuild is not in what it shows."""
    _put(Fill, "catch_up", lambda *about: None)


@planted("effects")
def reactions_happen_twice() -> None:
    """What is heard sets off its policies a second time."""
    react = Deciding._react

    def eager(deciding: Deciding, draft: Draft, said: Any, *about: Any) -> None:
        react(deciding, draft, said, *about)
        react(deciding, draft, [each for each in said if isinstance(each.event, Heard)])

    _put(Deciding, "_react", eager)


@planted("aborted read")
def refused_commands_leave_events() -> None:
    """What a reservation has decided is kept, and the caller is told no."""
    ask = Writer._ask

    def torn(writer: Writer, draft: Draft, asked: Asked) -> Answer:
        answer = ask(writer, draft, asked)
        if isinstance(asked.command, Reserve) and not answer.repeated:
            draft.below.keep(draft)  # type: ignore[attr-defined]
            raise PurseEmpty
        return answer

    _put(Writer, "_ask", torn)


@planted("effects")
def refused_policies_are_not_recorded() -> None:
    """What a policy was refused is told to nobody."""
    decide = Deciding._decide

    def silent(deciding: Deciding, draft: Draft, command: Any, context: Any) -> Any:
        if isinstance(command, RecordOperation) and isinstance(command.event, PolicyRefused):
            return None, []
        return decide(deciding, draft, command, context)

    _put(Deciding, "_decide", silent)


@planted("projection")
def projections_see_events_twice() -> None:
    """Each event is shown two times."""
    apply = Generation.apply

    def twice(generation: Generation, rows: Any, recorded: Any) -> None:
        apply(generation, rows, recorded)
        apply(generation, rows, recorded)

    _put(Generation, "apply", twice)


@planted("unseen", "never quiet")
def relay_starts_from_the_latest() -> None:
    """After a restart, only what is new is sent."""
    start = Relay.start

    def late(relay: Relay) -> None:
        relay._writer.note_relayed(relay._writer.head.sequence)
        start(relay)

    _put(Relay, "start", late)


@planted("unseen", "never quiet")
def subscriber_starts_from_the_latest() -> None:
    """After a restart, only what is new is read."""
    begin = TopicSubscription.__init__

    def late(subscription: TopicSubscription, *about: Any) -> None:
        begin(subscription, *about)
        for origin in subscription._origins:
            topic = subscription._transport.topic(origin)
            subscription._settled[origin] = topic.stat().st_size if topic.exists() else 0
        subscription._given = dict(subscription._settled)

    _put(TopicSubscription, "__init__", late)


@planted("gap")
def sequences_have_holes() -> None:
    """Now and then a number of the owner's own sequence is given to nobody."""
    record = Draft.record
    count = 0

    def skipping(draft: Draft, line: Line, *about: Any) -> None:
        nonlocal count
        record(draft, line, *about)
        count += line.received_at is None
        if line.received_at is None and count % 9 == 0:
            draft.head = replace(draft.head, sequence=draft.head.sequence + 1)

    _put(Draft, "record", skipping)


@planted("broken event", "gap")
def events_are_not_chained() -> None:
    """An event does not say which one it follows, and nobody looks."""

    def loose(attributes: dict[str, Any], body: str) -> Sealed:
        return seal({**attributes, "prevhash": NO_HASH}, body)

    _put(deciding, "seal", loose)
