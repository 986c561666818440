"""What waits for the writer and what it has in hand: all of it is answered, whatever happens."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from shared.runtime.arrivals import call_on
from shared.runtime.items import Item, Outcome, Overloaded, Settle, Stopping, Task


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """An item that somebody waits for, and the event loop on which they are told."""

    item: "Item | Task"
    settle: Settle
    loop: asyncio.AbstractEventLoop | None = None


class Inbox:
    """A bounded queue from many threads and event loops to the one thread that writes."""

    def __init__(self, items_max: int) -> None:
        self._items_max = items_max
        self._queue: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._in_hand: set[Pending] = set()
        self._held: dict[asyncio.AbstractEventLoop, list[Pending]] = {}

    def __len__(self) -> int:
        """How many items wait."""
        return self._queue.qsize()

    async def ask(self, item: Item) -> Any:
        """Wait for an item's outcome on this event loop. Raises Overloaded or Stopping.

        What one turn of the loop asks for goes to the writer together: it is woken once for all,
        and commits them in one group.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        held = self._held.setdefault(loop, [])
        self._check(len(held))
        held.append(Pending(item, lambda outcome: _tell(future, outcome), loop))
        if len(held) == 1:
            loop.call_soon(self._pass_on, loop)
        return await future

    def _pass_on(self, loop: asyncio.AbstractEventLoop) -> None:
        held = self._held.pop(loop)
        with self._lock:
            if not self._closed:
                for pending in held:
                    self._queue.put(pending)
                return
        for pending in held:
            pending.settle(Stopping())

    def hand(self, item: "Item | Task") -> Any:
        """Wait for an item's outcome in this thread. Raises Overloaded or Stopping.

        The writer itself tells it: nobody here needs an event loop, which may be waiting for us.
        """
        future: Future[Any] = Future()
        self._put(Pending(item, lambda outcome: _tell(future, outcome)))
        return future.result()

    def _put(self, pending: Pending) -> None:
        with self._lock:
            self._check(0)
            self._queue.put(pending)

    def _check(self, held: int) -> None:
        if self._closed:
            raise Stopping
        if self._queue.qsize() + held >= self._items_max:
            raise Overloaded

    def take(self, seconds: float) -> Pending | None:
        """The next item, or nothing at the end. Raises queue.Empty after so many seconds."""
        pending = self._queue.get(timeout=seconds)
        if pending is not None:
            self._in_hand.add(pending)
        return pending

    def close(self) -> None:
        """Take no more; the end comes after what waits now."""
        with self._lock:
            self._closed = True
            self._queue.put(None)

    def settle(self, outcomes: Sequence[tuple[Pending, Outcome]]) -> None:
        """Tell those who wait, each event loop once for all of its own."""
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Pending, Outcome]]] = {}
        for pending, outcome in outcomes:
            self._in_hand.discard(pending)
            if pending.loop is None:
                pending.settle(outcome)
            else:
                by_loop.setdefault(pending.loop, []).append((pending, outcome))
        for loop, settled in by_loop.items():
            call_on(loop, _settle_all, settled)

    def fail(self, why: BaseException) -> None:
        """Take no more, and tell everybody whose item is in hand or waits."""
        self.close()
        left = [*self._in_hand]
        while not self._queue.empty():
            if pending := self._queue.get_nowait():
                left.append(pending)
        self.settle([(pending, why) for pending in left])


def _settle_all(settled: Sequence[tuple[Pending, Outcome]]) -> None:
    for pending, outcome in settled:
        pending.settle(outcome)


def _tell(future: "asyncio.Future[Any] | Future[Any]", outcome: Outcome) -> None:
    if future.done():  # The caller has gone away.
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
