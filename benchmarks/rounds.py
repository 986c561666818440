"""Contenders measured in turns, and what their rounds say: medians, paired ratios, spread."""

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: enough for every day, or all that the goals speak of."""

    rounds: int = 5
    groups: int = 40
    """P1: groups of 64 events in a round."""
    requests: int = 1_500
    """P2, G5: requests in a round."""
    commands: int = 1_000
    """P4: commands in a round."""
    carried: int = 3_000
    """P5, P6: events in a round."""
    journeys: int = 60
    """P7: events in a round, one after the other."""
    events: int = 40_000
    """P8: events of the journal that is rebuilt."""
    followed: int = 1_000
    """P6, P8: events in a round that the peer follows."""
    small: int = 10_000
    """G1, G2: events of the small journal."""
    large: int = 100_000
    """G1, G2: events of the large journal; G3: of the larger one."""
    memory: int = 10_000
    """G3: events of the smaller journal."""


SHORT = Size()
FULL = Size(
    rounds=7,
    groups=150,
    requests=8_000,
    commands=4_000,
    carried=10_000,
    journeys=200,
    events=200_000,
    followed=4_000,
    large=1_000_000,
    memory=100_000,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure of ours beside another's; the ratio is the median of the rounds' own ratios."""

    name: str
    ours: float
    other: float
    other_is: str
    ratio: float
    goal: float | None
    """None where a figure is told and nothing is promised."""
    better: str
    spread: Sequence[float]
    """Smallest and largest ratio of a round."""
    unit: str = "per second"

    @property
    def met(self) -> str:
        """Whether the goal is reached."""
        if self.goal is None:
            return "-"
        reached = self.ratio >= self.goal if self.better == "higher" else self.ratio <= self.goal
        return "yes" if reached else "no"

    @property
    def wanted(self) -> str:
        """The goal as it is written."""
        sign = "≥" if self.better == "higher" else "≤"
        return "-" if self.goal is None else f"{sign} {self.goal:g}"


def rate(work: Callable[[], int]) -> Callable[[], float]:
    """Turn work that returns how much it did into its rate per second."""

    def measured() -> float:
        began = perf_counter()
        done = work()
        return done / (perf_counter() - began)

    return measured


def in_turns(
    what: str, rounds: int, contenders: Mapping[str, Callable[[], float]]
) -> dict[str, list[float]]:
    """Measure A B A B …: whatever else this machine does, it does to both.

    A first round, not counted, opens files and warms caches. What is alive before a round is kept
    out of the garbage collector, as a service does when it has started.
    """
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, measure in contenders.items():
            gc.collect()
            gc.freeze()
            figure = measure()
            if number:
                found[name].append(figure)
        if number:
            last = ", ".join(f"{name} {figures[-1]:,.1f}" for name, figures in found.items())
            say(f"{what}, round {number} of {rounds}: {last}")
    return found


def say(line: str) -> None:
    """Tell whoever waits what is going on."""
    sys.stderr.write(f"{line}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a figure is held against, and what is promised."""

    other_is: str
    goal: float | None
    better: str = "higher"
    unit: str = "per second"


def compared(name: str, ours: Sequence[float], other: Sequence[float], against: Against) -> Result:
    """Figures of the same rounds beside each other: each round has a ratio of its own."""
    ratios = [mine / theirs for mine, theirs in zip(ours, other, strict=True)]
    return Result(
        name=name,
        ours=median(ours),
        other=median(other),
        ratio=median(ratios),
        spread=(min(ratios), max(ratios)),
        **asdict(against),
    )
