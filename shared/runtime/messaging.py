"""The two threads that connect a journal with its neighbours: relay out, subscriber in."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import structlog

from shared.kernel.envelope import Sealed
from shared.kernel.refusals import Refusal
from shared.runtime.failpoints import reach
from shared.runtime.items import Stopping
from shared.runtime.reading import Snapshot
from shared.runtime.relaying import RelayTurn
from shared.runtime.transport import Subscription, Transport
from shared.runtime.writer import Writer

log = structlog.get_logger()

POLL_SECONDS = 0.5
"""How long a thread waits for news before it looks whether it should stop."""
RETRY_SECONDS = 1.0
"""How long the relay leaves a transport alone that did not answer."""


class Relay:
    """Publishes the journal's own events in order; the journal itself is the outbox.

    The cursor moves after each acknowledged batch, never before: at least once. Of several
    processes of one service the one whose turn it is relays, and the others wait for it to end.
    """

    def __init__(
        self,
        origin: str,
        writer: Writer,
        snapshot: Callable[[], AbstractContextManager[Snapshot]],
        transport: Transport,
        batch_max: int,
        turn: RelayTurn,
    ) -> None:
        self._writer = writer
        self._origin = origin
        self._snapshot = snapshot
        self._transport = transport
        self._batch_max = batch_max
        self._turn = turn
        self._again: tuple[int, int] | None = None
        self._news = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        """Begin to publish what is not yet published."""
        self._news.set()
        self._thread.start()

    def wake(self) -> None:
        """There is something new."""
        self._news.set()

    def republish(self, after: int, through: int) -> None:
        """Publish these own events again, beside the new ones; the cursor does not move."""
        self._again = (after, through)
        self._news.set()

    def stop(self) -> None:
        """Publish the batch in hand and end."""
        self._stop.set()
        self._news.set()
        self._thread.join()

    def step(self) -> bool:
        """Publish the next events, if there are any; returns whether there may be more."""
        if self._again is not None:
            self._repeat(*self._again)
            return True
        if not self._turn.hold():
            self._stop.wait(POLL_SECONDS)  # Another one relays: what is new here is news for it.
            return False
        last = self._writer.head.sequence
        if last <= self._writer.relayed:
            return False
        reach("relay.before_publish")
        reached = self._transport.publish(self._origin, last, self._unsent)
        reach("relay.after_publish")
        self._writer.note_relayed(reached)
        reach("relay.after_note")
        return reached < last

    def _repeat(self, after: int, through: int) -> None:
        with self._snapshot() as state:
            found = state.own_after(after, self._batch_max)
        events = [each for each in found if each[0] <= through]
        reached = through
        if events:
            reached = self._transport.publish(self._origin, events[-1][0], lambda: events)
        if self._again == (after, through):  # Not asked for anew in the meantime.
            self._again = (reached, through) if reached < through else None

    def _unsent(self) -> Sequence[tuple[int, Sealed]]:
        with self._snapshot() as state:
            unsent = state.own_after(self._writer.relayed, self._batch_max)
        reach("relay.after_read")
        return unsent

    def _run(self) -> None:
        while not self._stop.is_set():
            self._news.wait(POLL_SECONDS)
            self._news.clear()
            try:
                while self.step() and not self._stop.is_set():
                    pass
                self.failure = None
            except Exception as failure:  # Whatever it was: what was not sent is sent again.
                self._note(failure)
                self._stop.wait(RETRY_SECONDS)
                self._news.set()
        self._turn.release()

    def _note(self, failure: Exception) -> None:
        code = named(failure)
        if code != self.failure:
            log.error("relay-failed", error=type(failure).__name__)
        self.failure = code


def named(failure: Exception) -> str:
    """What health says of a failure: its code or class, nothing of its text."""
    return failure.code() if isinstance(failure, Refusal) else type(failure).__name__


class Subscriber:
    """Takes foreign events into the journal, then tells the transport that they are safe.

    What cannot be taken in is parked there; a database or a broker that fails is tried again.
    While an operator has paused it, it stays connected and takes nothing.
    """

    def __init__(
        self, name: str, writer: Writer, subscription: Subscription, batch_max: int
    ) -> None:
        self.name = name
        self._writer = writer
        self._subscription = subscription
        self._batch_max = batch_max
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="subscriber", daemon=True)
        self.failure: str | None = None
        self.on_idle: Callable[[], object] = lambda: None
        """Called when a poll came back with nothing."""

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand and end."""
        self._stop.set()
        self._subscription.wake()
        self._thread.join()
        self._subscription.close()

    @property
    def paused(self) -> bool:
        """Whether an operator has paused it."""
        return self.name in self._writer.marks.paused

    def step(self, seconds: float) -> int:
        """Take in one batch; returns how many messages it had."""
        if self.paused:
            self._subscription.hold(seconds)
            return 0
        messages = self._subscription.poll(self._batch_max, seconds)
        if messages:
            reach("subscriber.after_poll")
            self._writer.receive(messages)
            reach("subscriber.after_receive")
        self._subscription.settle()
        if messages:
            reach("subscriber.after_settle")
        else:
            self.on_idle()
        return len(messages)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.step(POLL_SECONDS)
                self.failure = None
            except Stopping:
                return
            except Exception as failure:  # Whatever it was: what was not settled comes again.
                self._note(failure)
                self._stop.wait(RETRY_SECONDS)

    def _note(self, failure: Exception) -> None:
        code = named(failure)
        if code != self.failure:
            log.error("subscriber-failed", name=self.name, error=type(failure).__name__)
        self.failure = code
