"""Who waits for a position of the journal, and is told when it is there."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Arrivals:
    """Reached by the writer's thread, awaited on event loops."""

    def __init__(self) -> None:
        self.position = 0
        self._lock = threading.Lock()
        self._waiting: set[asyncio.Future[None]] = set()

    def reach(self, position: int) -> None:
        """The journal has come to this position: wake those who wait."""
        with self._lock:
            self.position = max(self.position, position)
        self.wake()

    def wake(self) -> None:
        """Let everybody look again."""
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for future in waiting:
            call_on(future.get_loop(), _come, future)

    async def wait(self, beyond: int, timeout: float) -> None:
        """Return once the position is beyond this one, or after so many seconds."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            if self.position > beyond:
                return
            self._waiting.add(future)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            return
        finally:
            with self._lock:
                self._waiting.discard(future)


def _come(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def call_on(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *about: Any) -> None:
    """Have this called on its event loop, from any thread; on a closed one nobody waits."""
    with suppress(RuntimeError):  # Closed a moment ago: whoever waited there has gone.
        loop.call_soon_threadsafe(call, *about)
