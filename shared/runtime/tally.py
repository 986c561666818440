"""What a service has counted since it started: plain figures of the thread that writes.

One thread adds, any thread reads; nothing is locked and nothing is formatted here.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from shared.kernel.refusals import Refusal
from shared.runtime.deciding import Diverged
from shared.runtime.items import Answer, Arrived, Item, Outcome
from shared.runtime.journal import Line

OUTCOMES = ("accepted", "repeated", "refused", "failed")
"""What becomes of a command: decided, answered from the record of its key, told no, or a fault."""
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Spread:
    """How observed values spread over fixed bounds, each bound included in its bucket."""

    __slots__ = ("_bounds", "_counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """One more value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """By upper bound, how many values were not above it; the last counts all."""
        found: list[tuple[str, float]] = []
        reached = 0
        bounds = [*map(str, map(float, self._bounds)), "+Inf"]
        for bound, count in zip(bounds, list(self._counts), strict=True):
            reached += count
            found.append((bound, reached))
        return found


class Tally:
    """Counts of one service; instants begin with its start, as if it had just made progress."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.appended: defaultdict[str, int] = defaultdict(int)
        """Own events by wire type."""
        self.received: defaultdict[str, int] = defaultdict(int)
        """Foreign events by origin."""
        self.commands: defaultdict[tuple[str, str], int] = defaultdict(int)
        """By name and outcome."""
        self.rejected: defaultdict[str, int] = defaultdict(int)
        """Refused commands by code."""
        self.mismatches = 0
        """Foreign events that contradict what is recorded of their stream."""
        self.failed_commits = 0
        self.deciding = Spread(SECONDS)
        self.committing = Spread(SECONDS)
        self.group_items = Spread(ITEMS)
        self.relayed_at = self.received_at = now()

    def group(
        self,
        items: Sequence[Item],
        outcomes: Sequence[Outcome],
        lines: Sequence[Line],
        took: tuple[float, float],
    ) -> None:
        """One group was committed; `took` is the seconds of its decisions and of the whole."""
        self.deciding.observe(took[0])
        self.committing.observe(took[1])
        self.group_items.observe(len(items))
        for line in lines:
            if line.received_at is None:
                self.appended[line.type] += 1
            else:
                self.received[line.origin] += 1
        for item, outcome in zip(items, outcomes, strict=True):
            self.came_to(item, outcome)

    def came_to(self, item: Item, outcome: Outcome) -> None:
        """One item has its outcome."""
        if isinstance(item, Arrived):
            if outcome is None:
                self.received_at = self._now()
            elif isinstance(outcome, Diverged):
                self.mismatches += 1
        else:
            self.commands[type(item.command).__name__, self._outcome(outcome)] += 1

    def _outcome(self, outcome: Outcome) -> str:
        if isinstance(outcome, Answer):
            return "repeated" if outcome.repeated else "accepted"
        if isinstance(outcome, Refusal):
            self.rejected[outcome.code()] += 1
            return "refused"
        return "failed"

    def relayed(self) -> None:
        """The transport has acknowledged something."""
        self.relayed_at = self._now()
