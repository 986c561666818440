"""Who waits for a position of the journal, and is told when it is there."""

import asyncio


class Arrivals:
    """Belongs to one event loop once somebody waits; `reach` is called on that loop."""

    def __init__(self) -> None:
        self.position = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def reach(self, position: int) -> None:
        """The journal has come to this position: wake those who wait."""
        self.position = max(self.position, position)
        self.wake()

    def wake(self) -> None:
        """Let everybody look again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, beyond: int, timeout: float) -> None:
        """Return once the position is beyond this one, or after so many seconds."""
        if self.position > beyond:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            return
        finally:
            self._waiting.discard(future)
