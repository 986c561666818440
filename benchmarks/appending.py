"""P1: append in groups of 64, sealed and indexed, beside a raw executemany of the same rows."""

from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from benchmarks.office import CLERK, OFFICE, NoteCosts, OpenFile
from benchmarks.rounds import Result, Size, compared, in_turns, rate
from benchmarks.samples import BODY_BYTES, cost, project
from shared.runtime.clock import SystemClock
from shared.runtime.deciding import Context, Deciding
from shared.runtime.drafts import Draft, Ground, Memory
from shared.runtime.journal import Journal, Marks
from shared.runtime.new_ids import Ids
from shared.runtime.sqlite import SqliteDatabase

GROUP = 64
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=4000",
    "cache_size=-65536",
)
"""Those of our writing connection."""


class Appending:
    """Our journal without the writer's thread and without projections: sealed and written."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        self._clock = clock
        self._database = SqliteDatabase(folder / "ours.db", readers_max=1)
        self._journal = Journal(OFFICE, self._database.dialect)
        self._deciding = Deciding(OFFICE, [], Ids.system(clock.now), clock.now)
        self._memory = Memory(1_000)
        self._projects = 40
        for number in range(self._projects):
            self._append(OpenFile(project_id=project(number), title="Essais", **self._who()))
        self._numbers = count()

    def _who(self) -> dict[str, Any]:
        now = self._clock.now()
        return {"by": CLERK, "now": now, "effective_at": now}

    def _append(self, command: OpenFile | NoteCosts) -> Draft:
        with self._database.writing() as connection:
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
            self._deciding.command(
                draft, command, Context(command_id="group", correlation_id="0" * 32)
            )
            self._journal.write(connection, draft.batch, draft.head, {})
        self._memory.keep(draft.streams)
        return draft

    def groups(self, number: int) -> list[NoteCosts]:
        """Commands that each record 64 events in one file."""
        made = []
        for turn in (next(self._numbers) for _ in range(number)):
            file = turn % self._projects
            costs = tuple(
                cost(place * self._projects + file, self._projects, BODY_BYTES)
                for place in range(turn * GROUP, turn * GROUP + GROUP)
            )
            made.append(NoteCosts(project_id=project(file), costs=costs, **self._who()))
        return made

    def append(self, commands: list[NoteCosts]) -> list[Draft]:
        """Seal and commit each group."""
        return [self._append(command) for command in commands]

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def raw_writer(folder: Path) -> Callable[[list[Draft]], int]:
    """A function that writes the rows of these groups with the bare driver, one commit a group."""
    path = folder / "raw.db"
    SqliteDatabase(path, readers_max=1).close()  # The same tables and indexes.
    connection = sqlite.connect(str(path), isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    into_journal = f"INSERT INTO journal VALUES ({', '.join('?' * 16)})"
    into_subjects = "INSERT INTO event_subject VALUES (?, ?)"

    def write(drafts: list[Draft]) -> int:
        with closing(connection.cursor()) as cursor:
            for draft in drafts:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany(into_journal, draft.batch.lines)
                cursor.executemany(into_subjects, draft.batch.subjects)
                cursor.execute("COMMIT")
        return sum(len(draft.batch.lines) for draft in drafts)

    return write


class Pair:
    """Ours seals and writes, and leaves its rows for the bare driver to write again."""

    def __init__(self, folder: Path, groups: int) -> None:
        self.ours = Appending(folder)
        self._raw = raw_writer(folder)
        self._groups = groups
        self._drafts: list[Draft] = []

    def append(self) -> float:
        """Our rate in events a second; the events exist before the clock starts."""
        commands = self.ours.groups(self._groups)

        def work() -> int:
            self._drafts = self.ours.append(commands)
            return len(self._drafts) * GROUP

        return rate(work)()

    def write_raw(self) -> float:
        """The bare driver's rate for the same rows."""
        return rate(lambda: self._raw(self._drafts))()


def run(folder: Path, size: Size) -> list[Result]:
    """P1."""
    pair = Pair(folder, size.groups)
    found = in_turns(size.rounds, {"ours": pair.append, "raw": pair.write_raw})
    pair.ours.close()
    what = "executemany of the same finished rows, bare driver, same tables, WAL FULL"
    return [compared("P1 append, groups of 64", found["ours"], found["raw"], what, goal=0.80)]
