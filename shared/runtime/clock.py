"""The only reader of time; everything else is told what time it is."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for deadlines and durations."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow, for deadlines and durations."""
        return time.monotonic()


class SetClock:
    """A clock that moves only when told to."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.start = instant

    def now(self) -> datetime:
        """The instant that was set, in UTC."""
        return self.instant

    def monotonic(self) -> float:
        """Seconds since the instant first set."""
        return (self.instant - self.start) / timedelta(seconds=1)

    def advance(self, span: timedelta) -> None:
        """Move on."""
        self.instant += span
