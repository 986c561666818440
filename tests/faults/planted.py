"""Bugs put in on purpose: a campaign that does not find them proves nothing about the rest."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from shared.kernel.envelope import Envelope
from shared.runtime.deciding import Deciding
from shared.runtime.drafts import Draft
from shared.runtime.failpoints import reach
from shared.runtime.items import Answer, Asked
from shared.runtime.journal import Batch, Entry, Head, Journal
from shared.runtime.messaging import Relay, Subscriber
from shared.runtime.projections import StoredRows
from shared.runtime.rebuild import Fill
from shared.runtime.sqlite import SqliteDatabase
from shared.runtime.writer import Writer
from tests.faults.topics import TopicTransport

Plant = Callable[[], None]


def _put(owner: type, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)


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


def cursor_moves_before_publishing() -> None:
    """The relay notes as sent what it has not sent yet, and stores that."""
    step = Relay.step

    def early(relay: Relay) -> bool:
        relay._writer.note_relayed(relay._writer.head.sequence)
        return step(relay)

    _put(Relay, "step", early)


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


def skips_silently() -> None:
    """One message in ten is settled and forgotten."""
    receive = Writer.receive
    count = 0

    def careless(writer: Writer, messages: Any) -> None:
        nonlocal count
        count += 1
        receive(writer, messages[1:] if count % 10 == 0 else messages)

    _put(Writer, "receive", careless)


def waiting_events_are_dropped() -> None:
    """What comes before its predecessor or cause is thrown away."""
    _put(Deciding, "_wait", lambda *about: None)


def causes_are_not_waited_for() -> None:
    """The witness takes effects before their causes."""

    def missing(deciding: Deciding, draft: Draft, envelope: Envelope, entry: Entry) -> str | None:
        far = envelope.version > entry.version + 1
        return f"{envelope.stream}@{envelope.version - 1}" if far else None

    _put(Deciding, "_missing", missing)


def expected_version_is_not_checked() -> None:
    """A stale command is recorded all the same."""
    _put(Writer, "_check_version", lambda *about: None)


def key_is_not_stored_with_the_event() -> None:
    """The answer of a key is remembered nowhere."""
    write = Journal.write

    def forgetful(
        journal: Journal, connection: Connection, batch: Batch, head: Head, marks: Mapping[str, int]
    ) -> None:
        write(journal, connection, replace(batch, answers=[]), head, marks)

    _put(Journal, "write", forgetful)


def another_body_under_the_same_key_is_accepted() -> None:
    """What a key stands for is not looked at."""
    ask = Writer._ask

    def lenient(writer: Writer, draft: Draft, asked: Asked) -> Answer:
        return ask(writer, draft, replace(asked, fingerprint="any"))

    _put(Writer, "_ask", lenient)


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


def rebuild_does_not_catch_up() -> None:
    """What was recorded during a rebuild is not in what it shows."""
    _put(Fill, "catch_up", lambda *about: None)


def reactions_happen_twice() -> None:
    """Each event sets off its policies a second time."""
    react = Deciding._react

    def eager(deciding: Deciding, draft: Draft, said: Any) -> None:
        react(deciding, draft, said)
        react(deciding, draft, [each for each in said if each[0].origin != "mirror"])

    _put(Deciding, "_react", eager)


PLANTED: Mapping[str, Plant] = {
    plant.__name__: plant
    for plant in (
        answers_without_committing, cursor_moves_before_publishing,
        relay_loses_the_last_of_a_batch, settles_before_the_effect, skips_silently,
        waiting_events_are_dropped, causes_are_not_waited_for, expected_version_is_not_checked,
        key_is_not_stored_with_the_event, another_body_under_the_same_key_is_accepted,
        rows_are_written_now_and_then, rebuild_does_not_catch_up, reactions_happen_twice,
    )
}  # fmt: skip

SLOW = frozenset(
    {
        "answers_without_committing", "relay_loses_the_last_of_a_batch",
        "settles_before_the_effect", "skips_silently",
    }
)  # fmt: skip
"""Found because something never comes, which takes the patience of a test to say."""
