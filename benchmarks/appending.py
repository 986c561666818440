"""P1: append in groups of 64, sealed and indexed, beside a raw executemany of the same rows.

Ours decides, seals and writes each group through the journal, in the calling thread and without
projections. The bare driver then writes the finished rows into the same tables of another database,
one commit a group. The events exist before either clock starts.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

from benchmarks.bare import Driver, driver
from benchmarks.office import CLERK, OFFICE, NoteCosts, OpenFile
from benchmarks.rounds import Against, Result, Size, compared, in_turns, rate
from benchmarks.samples import BODY_BYTES, cost, project
from benchmarks.site import Kind, Place, Site
from shared.runtime.clock import SystemClock
from shared.runtime.deciding import Context, Deciding
from shared.runtime.drafts import Draft, Ground, Memory
from shared.runtime.journal import Batch, Journal, Marks
from shared.runtime.new_ids import Ids

GROUP = 64
PROJECTS = 40
GOALS: dict[Kind, float] = {"SQLite": 0.80, "PostgreSQL": 0.65}


class Appending:
    """Our journal without the writer's thread and without projections: sealed and written."""

    def __init__(self, place: Place) -> None:
        self._clock = SystemClock()
        self.database = place.database()
        self._journal = Journal(OFFICE, self.database.dialect)
        self._deciding = Deciding(OFFICE, [], Ids.system(self._clock.now), self._clock.now)
        self._memory = Memory(100_000)

    def who(self) -> dict[str, Any]:
        """Who asks, and when."""
        now = self._clock.now()
        return {"by": CLERK, "now": now, "effective_at": now}

    def open_files(self, first: int, number: int) -> None:
        """Open the files of so many projects."""
        for start in range(first, first + number, GROUP):
            projects = range(start, min(start + GROUP, first + number))
            self.append(
                OpenFile(project_id=project(each), title="Essais", **self.who())
                for each in projects
            )

    def append(self, commands: Iterator[OpenFile] | Iterator[NoteCosts]) -> Batch:
        """Decide, seal and commit these commands as one group."""
        with self.database.writing() as connection:
            head = self._journal.lock_head(connection)
            ground = Ground(
                head,
                self._memory,
                {},
                connection=connection,
                journal=self._journal,
                arrived=Marks(),
            )
            draft = Draft(ground, [])
            for command in commands:
                context = Context(command_id="group", correlation_id="0" * 32)
                self._deciding.command(draft, command, context)
            self._journal.write(connection, draft.batch, draft.head, {})
        self._memory.keep(draft.streams)
        return draft.batch

    def close(self) -> None:
        """Close the database."""
        self.database.close()


class Groups:
    """Commands that each record 64 events in one of so many files."""

    def __init__(self, ours: Appending, projects: int) -> None:
        self._ours = ours
        self._projects = projects
        self._turns = count()

    def make(self, number: int) -> list[NoteCosts]:
        """The next so many."""
        made = []
        for turn in (next(self._turns) for _ in range(number)):
            file = turn % self._projects
            costs = tuple(
                cost(place * self._projects + file, self._projects, BODY_BYTES)
                for place in range(turn * GROUP, turn * GROUP + GROUP)
            )
            made.append(NoteCosts(project_id=project(file), costs=costs, **self._ours.who()))
        return made


class Pair:
    """Ours seals and writes, and leaves its rows for the bare driver to write again."""

    def __init__(self, ours: Appending, bare: Driver, groups: int) -> None:
        self._ours = ours
        self._bare = bare
        self._groups = groups
        self._commands = Groups(ours, PROJECTS)
        self._written: list[Batch] = []
        ours.open_files(0, PROJECTS)

    def append(self) -> float:
        """Our rate in events a second."""
        commands = self._commands.make(self._groups)

        def work() -> int:
            self._written = [self._ours.append(iter([command])) for command in commands]
            return len(self._written) * GROUP

        return rate(work)()

    def write_raw(self) -> float:
        """The bare driver's rate for the same rows."""

        def work() -> int:
            for batch in self._written:
                self._bare.write(batch.lines, batch.subjects)
            return len(self._written) * GROUP

        return rate(work)()


def run(site: Site, size: Size) -> list[Result]:
    """P1 on both databases."""
    return [_measured(site, size, kind) for kind in GOALS]


def _measured(site: Site, size: Size, kind: Kind) -> Result:
    mine, theirs = site.place(kind), site.place(kind)
    theirs.database().close()  # The same tables and indexes.
    name = f"P1 append, groups of 64, {kind}"
    with ExitStack() as ending:
        ours = Appending(mine)
        ending.callback(ours.close)
        pair = Pair(ours, ending.enter_context(driver(theirs)), size.groups)
        found = in_turns(name, size.rounds, {"ours": pair.append, "raw": pair.write_raw})
    what = "executemany of the same finished rows, bare driver, same tables, durable commits"
    against = Against(other_is=what, goal=GOALS[kind])
    return compared(name, found["ours"], found["raw"], against)
