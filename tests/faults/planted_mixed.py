"""Bugs put in on purpose where the services meet real servers and each other."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from shared.kernel.refusals import Unavailable
from shared.runtime.drafts import Memory
from shared.runtime.journal import Batch, Head, Journal
from shared.runtime.kafka import KafkaTransport
from shared.runtime.messaging import Subscriber
from shared.runtime.projections import StoredRows
from shared.runtime.topics import topic_of
from shared.runtime.transport import Unsent
from shared.runtime.writer import Writer
from tests.support.ledger import TillMissing


class Bug(NamedTuple):
    """A fault that is put into a process, and the anomalies of which one gives it away."""

    put_in: Callable[[], None]
    signs: frozenset[str]


def _put(owner: Any, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)


def offsets_before_the_journal() -> None:
    """What was read need not come again, and only then is it taken in."""

    def step(subscriber: Subscriber, seconds: float) -> int:
        messages = subscriber._subscription.poll(subscriber._batch_max, seconds)
        subscriber._subscription.settle()
        if messages:
            subscriber._writer.receive(messages)
        return len(messages)

    _put(Subscriber, "step", step)


def acknowledgements_are_not_awaited() -> None:
    """The relay's cursor moves when the events are in the client's memory."""

    def publish(transport: KafkaTransport, origin: str, last: int, unsent: Unsent) -> int:
        events, producer = unsent(), transport._producing()
        for _, sealed in events:
            transport._send(producer, topic_of(origin), sealed)
        return events[-1][0] if events else last

    _put(KafkaTransport, "publish", publish)


def unknown_is_told_as_refused() -> None:
    """A server that went away in the middle of a commit is told as a refusal."""
    tell = Writer._tell

    def sure(writer: Writer, group: Any, items: Any, why: Exception) -> None:
        tell(writer, group, items, TillMissing() if isinstance(why, Unavailable) else why)

    _put(Writer, "_tell", sure)


def keys_are_not_stored() -> None:
    """Asked again, a command is done again."""
    write = Journal.write

    def forgetful(
        journal: Journal, connection: Connection, batch: Batch, head: Head, marks: Mapping[str, int]
    ) -> None:
        write(journal, connection, replace(batch, answers=[]), head, marks)

    _put(Journal, "write", forgetful)


def rows_of_others_are_not_seen() -> None:
    """A process trusts what it remembers of rows that another one has changed since."""
    _put(StoredRows, "forget", lambda rows: None)


def states_of_others_are_not_seen() -> None:
    """A process trusts what it remembers of streams that another one has written to since."""
    _put(Memory, "forget", lambda memory, streams: None)


PLANTED: Mapping[str, Bug] = {
    "offsets_before_the_journal": Bug(offsets_before_the_journal, frozenset({"unseen"})),
    "acknowledgements_are_not_awaited": Bug(
        acknowledgements_are_not_awaited, frozenset({"unseen"})
    ),
    "unknown_is_told_as_refused": Bug(unknown_is_told_as_refused, frozenset({"aborted read"})),
    "keys_are_not_stored": Bug(keys_are_not_stored, frozenset({"duplicate"})),
    "rows_of_others_are_not_seen": Bug(
        rows_of_others_are_not_seen, frozenset({"projection", "money"})
    ),
    "states_of_others_are_not_seen": Bug(
        states_of_others_are_not_seen, frozenset({"unseen", "never known"})
    ),
}
