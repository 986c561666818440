"""The bare drivers: rows written and read with nothing of ours in between but the tables."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol

import psycopg
import pysqlite3.dbapi2 as sqlite
from psycopg.types.numeric import Int8Dumper

from benchmarks.site import Place
from shared.runtime.journal import Line

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=4000",
    "cache_size=-65536",
)
"""Those of our writing connection."""
SCAN = "SELECT type, schema, body FROM journal ORDER BY position"
SCANNED_AT_ONCE = 2_000
"""As many rows as a rebuild reads at once."""

Rows = Sequence[Sequence[Any]]


class Driver(Protocol):
    """One connection of a bare driver."""

    def write(self, lines: Sequence[Line], subjects: Rows) -> None:
        """One commit: an executemany for each of the two tables."""
        ...

    def scan(self) -> Iterator[Sequence[Any]]:
        """Type, schema and body of every event, in the journal's order."""
        ...


def _inserts(mark: str) -> tuple[str, str]:
    into_journal = f"INSERT INTO journal VALUES ({', '.join([mark] * len(Line._fields))})"
    return into_journal, f"INSERT INTO event_subject VALUES ({mark}, {mark})"


class BareSqlite:
    """pysqlite3, with our pragmas."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._journal, self._subjects = _inserts("?")
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()

    def write(self, lines: Sequence[Line], subjects: Rows) -> None:
        """One commit: an executemany for each of the two tables."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(self._journal, lines)
            cursor.executemany(self._subjects, subjects)
            cursor.execute("COMMIT")

    def scan(self) -> Iterator[Sequence[Any]]:
        """Type, schema and body of every event, in the journal's order."""
        yield from self._connection.execute(SCAN)


class BarePostgres:
    """psycopg, whose executemany sends everything before it waits (a pipeline)."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._journal, self._subjects = _inserts("%s")
        connection.adapters.register_dumper(int, Int8Dumper)

    def write(self, lines: Sequence[Line], subjects: Rows) -> None:
        """One commit: an executemany for each of the two tables."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(self._journal.encode(), lines)
            cursor.executemany(self._subjects.encode(), subjects)

    def scan(self) -> Iterator[Sequence[Any]]:
        """Type, schema and body of every event, in the journal's order."""
        with self._connection.transaction(), self._connection.cursor("scan") as cursor:
            cursor.itersize = SCANNED_AT_ONCE
            yield from cursor.execute(SCAN.encode())


@contextmanager
def driver(place: Place) -> Iterator[Driver]:
    """A connection to the office's database of a place that a service has prepared."""
    if place.postgres is None:
        with closing(sqlite.connect(place.address(), isolation_level=None)) as connection:
            yield BareSqlite(connection)
    else:
        with psycopg.connect(place.address(), autocommit=True) as found:
            yield BarePostgres(found)
