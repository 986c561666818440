"""What a service has counted since it started, in plain figures.

Each has one thread that adds, any thread reads; nothing is locked and nothing is formatted here.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.kernel.envelope import BrokenEvent
from shared.kernel.refusals import Refusal, Unavailable
from shared.runtime.clock import Clock
from shared.runtime.deciding import Diverged
from shared.runtime.items import Answer, Asked, Item, Outcome
from shared.runtime.journal import Batch
from shared.runtime.transport import Partitioned, Subscription

if TYPE_CHECKING:
    from shared.runtime.rebuild import Rebuild, Rebuilt

HANDLER_FAILED = "handler-failed"
OUTCOMES = ("accepted", "repeated", "refused", "failed")
"""What becomes of a command: decided, answered from the record of its key, told no, or a fault:
ours, or of the store."""
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

MISMATCHES = frozenset({BrokenEvent.code(), Diverged.code()})


def class_of(reason: str) -> str:
    """The class of a reason for parking: a handler's faults are one, whatever they are called."""
    return HANDLER_FAILED if reason.startswith(HANDLER_FAILED) else reason


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
    """Counts of the writer; instants begin with its start, as if it had just made progress."""

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
        """Foreign events that are not what their owner sealed, or contradict what is recorded."""
        self.parked: defaultdict[str, int] = defaultdict(int)
        """Messages that could not be taken in, by class; each try counts."""
        self.sent = 0
        """Own events acknowledged by the transport."""
        self.failed_commits = 0
        self.deciding = Spread(SECONDS)
        self.committing = Spread(SECONDS)
        self.group_items = Spread(ITEMS)
        self.relayed_at = self.received_at = now()

    def group(
        self,
        items: Sequence[Item],
        outcomes: Sequence[Outcome],
        batch: Batch,
        took: tuple[float, float],
    ) -> None:
        """One group was committed; `took` is the seconds of its decisions and of the whole."""
        self.deciding.observe(took[0])
        self.committing.observe(took[1])
        self.group_items.observe(len(items))
        for line in batch.lines:
            if line.received_at is None:
                self.appended[line.type] += 1
            else:
                self.received[line.origin] += 1
        for row in batch.parks.values():
            if row and row.state == "parked":
                self.parked[class_of(row.reason)] += 1
                self.mismatches += row.reason in MISMATCHES
        for item, outcome in zip(items, outcomes, strict=True):
            self.came_to(item, outcome)

    def came_to(self, item: Item, outcome: Outcome) -> None:
        """One item has its outcome."""
        if isinstance(item, Asked):
            self.commands[type(item.command).__name__, self._outcome(outcome)] += 1
        elif outcome is None:
            self.received_at = self._now()

    def _outcome(self, outcome: Outcome) -> str:
        if isinstance(outcome, Answer):
            return "repeated" if outcome.repeated else "accepted"
        if isinstance(outcome, Refusal) and not isinstance(outcome, Unavailable):
            self.rejected[outcome.code()] += 1
            return "refused"
        return "failed"

    def relayed(self, events: int) -> None:
        """The transport has acknowledged so many more own events."""
        if events > 0:
            self.sent += events
            self.relayed_at = self._now()


class Lag:
    """How far a subscription is behind each origin, in events and at most how many seconds."""

    def __init__(self, subscription: Subscription, clock: Clock) -> None:
        self._subscription = subscription
        self._clock = clock
        self._began = clock.monotonic()
        self._caught_up: dict[str, float] = {}

    def look(self) -> Mapping[str, int]:
        """Events by origin that were published and have not arrived; notes who has none."""
        behind = self._subscription.lag()
        instant = self._clock.monotonic()
        for origin, events in behind.items():
            if not events:
                self._caught_up[origin] = instant
        return behind

    def partitions(self) -> Mapping[tuple[str, int], int]:
        """Messages by topic and partition, where the transport has such."""
        subscription = self._subscription
        return subscription.partitions() if isinstance(subscription, Partitioned) else {}

    def seconds(self, origin: str, last_recorded: datetime | None) -> float:
        """The age, at most, of the oldest event that has not arrived from an origin that has some.

        It was recorded after the last one that did arrive, and published after the last moment
        at which nothing was missing. The nearer of the two counts: a quiet day makes no lag.
        """
        instant = self._clock.monotonic()
        ages = []
        if last_recorded is not None:
            ages.append(max(0.0, (self._clock.now() - last_recorded).total_seconds()))
        if (caught_up := self._caught_up.get(origin)) is not None:
            ages.append(instant - caught_up)
        return min(ages, default=instant - self._began)


class Rebuilds:
    """The rebuilds of one service: the running one and what earlier ones came to."""

    OUTCOMES = ("equal", "different", "failed")
    """Both digests the same, two digests, or no digest."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.running: Rebuild | None = None
        self.ended = dict.fromkeys(self.OUTCOMES, 0)
        self.seconds = 0.0
        """How long the last one took."""

    def run(self, rebuild: "Rebuild") -> "Rebuilt":
        """Have it done, and note what it came to. Raises what it raises."""
        began = self._clock.monotonic()
        self.running = rebuild
        outcome = "failed"
        try:
            rebuilt = rebuild.run()
            outcome = "equal" if rebuilt.digest_before == rebuilt.digest_after else "different"
            return rebuilt
        finally:
            self.ended[outcome] += 1
            self.seconds = self._clock.monotonic() - began
            self.running = None
