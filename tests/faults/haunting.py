"""Whatever can be killed and brought back, killed and brought back by habits and a seed."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

Span = tuple[float, float]
"""Seconds, from and to."""


class Mortal(Protocol):
    """A process, or a server of several."""

    def start(self) -> None:
        """Run it."""
        ...

    def kill(self) -> None:
        """SIGKILL."""
        ...

    def pause(self) -> None:
        """SIGSTOP."""
        ...

    def resume(self) -> None:
        """SIGCONT."""
        ...


WORK_SECONDS = 10.0
"""Nothing waits longer than that for work to be done before it ends."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How long it lives and how long it is away."""

    alive: Span
    work: int
    """What must have been done meanwhile: a busy machine would only ever start things."""
    dead: Span
    paused: Span = (0, 0)
    pauses: float = 0
    """Of its ends, how many are none: it is stopped, and goes on later."""


class Haunting:
    """Faults until they are over; then everything lives again."""

    def __init__(self, seed: int, done: Callable[[], int]) -> None:
        self._seed = seed
        self._done = done
        self._over = asyncio.Event()
        self.happened: Counter[str] = Counter()

    def end(self) -> None:
        """No more faults; what is away comes back."""
        self._over.set()

    async def haunt(self, name: str, mortal: Mortal, habit: Habit) -> None:
        """Kill or stop one thing again and again, and leave it alive."""
        chance = random.Random(f"{self._seed} {name}")
        while not await self._lived(chance.uniform(*habit.alive), habit.work):
            if chance.random() < habit.pauses:
                await asyncio.to_thread(mortal.pause)
                self.happened[f"paused {name}"] += 1
                await self._over_within(chance.uniform(*habit.paused))
                await asyncio.to_thread(mortal.resume)
            else:
                await asyncio.to_thread(mortal.kill)
                self.happened[f"killed {name}"] += 1
                await self._over_within(chance.uniform(*habit.dead))
                await asyncio.to_thread(mortal.start)

    async def _lived(self, seconds: float, work: int) -> bool:
        """It has lived so long, and did its work or had no chance to; or all is over."""
        enough, end = self._done() + work, monotonic() + WORK_SECONDS
        over = await self._over_within(seconds)
        while not over and self._done() < enough and monotonic() < end:
            over = await self._over_within(0.1)
        return over

    async def _over_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return False
        return True
