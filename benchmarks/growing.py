"""G1, G2 and G4: whether a large journal costs more than a small one.

G1 appends groups of 64 to a journal of 10,000 events and to a large one, in turns. G2 reads one
project's history and state, drawn by a seed, from either. G4 folds a project of 4,000 events and
one of 400 in the large journal, and compares what one event costs. The short run's large journal
has 100,000 events, the full one's 1,000,000; all other projects have 200.
"""

import random
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from time import perf_counter

from benchmarks.appending import GROUP, Appending, Groups
from benchmarks.office import OFFICE, NoteCosts
from benchmarks.rounds import Against, Result, Size, compared, in_turns, rate, say
from benchmarks.samples import cost, project
from benchmarks.site import Kind, Place, Site
from shared.runtime.reading import Snapshot

KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")
PROJECT_EVENTS = 200
AT_ONCE = 500
"""Events of a commit while a journal is written."""
APPENDED = 10
"""G1: groups of 64 events in a round: few, so that the small journal stays small."""
READ = 40
"""G2: projects read in a round."""
LONG, LONGER = 400, 4_000
"""G4: events of two projects."""
FOLDED = 5
"""G4: times that each is folded in a round; the median counts."""


class Grown:
    """An office's journal of so many events, those of all projects mixed as they would come."""

    def __init__(self, place: Place, events: int) -> None:
        self.ours = Appending(place)
        self._projects = events // PROJECT_EVENTS
        self.ours.open_files(0, self._projects)
        for start in range(self._projects, events, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, events))
            self.ours.append(self._note(number) for number in numbers)
            if start // AT_ONCE % 100 == 99:
                say(f"{place.kind}: {start:,} of {events:,} events written")
        self._groups = Groups(self.ours, self._projects)
        self._chance = random.Random(events)

    def _note(self, number: int) -> NoteCosts:
        made = cost(number, self._projects)
        return NoteCosts(project_id=made.project_id, costs=(made,), **self.ours.who())

    def appended(self) -> float:
        """G1: our rate in events a second."""
        commands = self._groups.make(APPENDED)

        def work() -> int:
            return GROUP * sum(bool(self.ours.append(iter([command]))) for command in commands)

        return rate(work)()

    def read(self) -> float:
        """G2: milliseconds for one project's history and state, the median of some."""
        drawn = [project(self._chance.randrange(self._projects)) for _ in range(READ)]
        return median(self._milliseconds(each) for each in drawn)

    def _milliseconds(self, subject: str) -> float:
        began = perf_counter()
        with self.ours.database.snapshot() as connection:
            state = Snapshot(connection, OFFICE)
            assert state.history(subject)
            assert state.state(f"file-{subject}")[1]
        return (perf_counter() - began) * 1000

    def lengthen(self, number: int, events: int) -> None:
        """Make a project of so many events."""
        self.ours.open_files(number, 1)
        costs = tuple(cost(number, number + 1) for _ in range(events - 1))
        self.ours.append(
            iter([NoteCosts(project_id=project(number), costs=costs, **self.ours.who())])
        )

    def per_event(self, number: int, events: int) -> Callable[[], float]:
        """G4: microseconds for each event of a project that is folded."""

        def once() -> float:
            began = perf_counter()
            with self.ours.database.snapshot() as connection:
                _, version = Snapshot(connection, OFFICE).state(f"file-{project(number)}")
            assert version == events
            return (perf_counter() - began) * 1_000_000 / events

        return lambda: median(once() for _ in range(FOLDED))

    @property
    def unused(self) -> int:
        """The number of a project that does not exist."""
        return self._projects


def run(site: Site, size: Size) -> list[Result]:
    """G1, G2 and G4 on both databases."""
    return [result for kind in KINDS for result in _measured(site, size, kind)]


def _measured(site: Site, size: Size, kind: Kind) -> list[Result]:
    with ExitStack() as ending:
        small, large = (Grown(site.place(kind), events) for events in (size.small, size.large))
        for grown in (small, large):
            ending.callback(grown.ours.close)
        about = f"{size.large:,} events, {kind}"
        reads = in_turns(
            f"G2 project's history and state, {about}",
            size.rounds,
            {"large": large.read, "small": small.read},
        )
        replay = _replayed(large, size, kind)
        appends = in_turns(  # Last: what it adds would be read.
            f"G1 append, {about}",
            size.rounds,
            {"large": large.appended, "small": small.appended},
        )
    other = f"the same with {size.small:,} events, {kind}"
    keeps = Against(other_is=other, goal=0.85)
    slower = Against(other_is=other, goal=1.6, better="lower", unit="milliseconds, p50")
    return [
        compared(f"G1 append, {about}", appends["large"], appends["small"], keeps),
        compared(f"G2 history and state, {about}", reads["large"], reads["small"], slower),
        replay,
    ]


def _replayed(large: Grown, size: Size, kind: Kind) -> Result:
    name = f"G4 replay of a project of {LONGER:,} events, {kind}"
    long, longer = large.unused, large.unused + 1
    large.lengthen(long, LONG)
    large.lengthen(longer, LONGER)
    contenders = {
        "longer": large.per_event(longer, LONGER),
        "long": large.per_event(long, LONG),
    }
    found = in_turns(name, size.rounds, contenders)
    what = f"an event of a project of {LONG:,} in the same journal"
    against = Against(other_is=what, goal=1.1, better="lower", unit="microseconds an event")
    return compared(name, found["longer"], found["long"], against)
