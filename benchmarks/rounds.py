"""Contenders measured in turns, and what their rounds say: medians, paired ratios, spread."""

import gc
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from statistics import median
from time import perf_counter

RESULTS = Path(__file__).parent / "results"

Rates = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: enough to be steady, or short enough for every day."""

    rounds: int
    groups: int
    """P1: groups of 64 events in a round."""
    requests: int
    """P2: requests in a round."""
    commands: int
    """P4: commands in a round."""
    events: int
    """P8: events of the journal that is rebuilt."""
    followed: int
    """P8: events in a round that the peer follows."""


SHORT = Size(rounds=5, groups=60, requests=3_000, commands=1_500, events=100_000, followed=2_000)
LONG = Size(rounds=9, groups=200, requests=12_000, commands=6_000, events=400_000, followed=8_000)


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


def rate(work: Callable[[], int]) -> Callable[[], float]:
    """Turn work that returns how much it did into its rate per second."""

    def measured() -> float:
        began = perf_counter()
        done = work()
        return done / (perf_counter() - began)

    return measured


def in_turns(rounds: int, contenders: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
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
    return found


def compared(
    name: str, ours: Sequence[float], other: Sequence[float], other_is: str, goal: float | None
) -> Result:
    """Two rates beside each other; higher is better."""
    ratios = [mine / theirs for mine, theirs in zip(ours, other, strict=True)]
    return Result(
        name=name,
        ours=median(ours),
        other=median(other),
        other_is=other_is,
        ratio=median(ratios),
        goal=goal,
        better="higher",
        spread=(min(ratios), max(ratios)),
    )


def table(results: Sequence[Result]) -> str:
    """The results as lines for a terminal."""
    lines = [f"{'':52} {'ours':>10} {'other':>10} {'ratio':>7} {'spread':>13} {'goal':>7}  met"]
    for result in results:
        sign = ">=" if result.better == "higher" else "<="
        goal = "-" if result.goal is None else f"{sign} {result.goal:g}"
        low, high = result.spread
        lines.append(
            f"{result.name:52} {result.ours:10,.1f} {result.other:10,.1f} {result.ratio:7.2f}"
            f" {low:6.2f}-{high:<6.2f} {goal:>7}  {result.met}"
        )
        lines.append(f"  {result.unit}; other: {result.other_is}")
    return "\n".join(lines)


def write(results: Sequence[Result]) -> Path:
    """Keep the results as `results/latest.json`."""
    machine = f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
    date = datetime.now(UTC).isoformat(timespec="seconds")
    found = {"machine": machine, "date": date, "results": [asdict(result) for result in results]}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "latest.json"
    path.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return path
