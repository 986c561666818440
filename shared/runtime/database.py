"""One database of one service: who may write, who reads, and its numbered schema."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import IO, Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.pool import QueuePool, StaticPool
from sqlalchemy.sql.base import Executable

from shared.kernel.refusals import Unavailable

SQLITE_FIXED = (3, 51, 3)
"""Below it, two connections that checkpoint one WAL at the same moment may corrupt it."""


class DataInUse(Unavailable):
    """Another process has this data folder open; stop it first, or name another folder."""

    french = "Un autre processus utilise ce dossier de données; arrêtez-le ou nommez-en un autre."


class FutureSchema(Unavailable):
    """A newer release has written this data folder; start that one, or name another folder."""

    french = "Une version plus récente a écrit ce dossier; démarrez-la ou nommez un autre dossier."


class Database:
    """A journal's database: exactly one connection writes, others read snapshots.

    On SQLite the writer holds a file lock for as long as it is open, and is the only one that
    checkpoints. Transactions are opened explicitly: the driver never decides.
    """

    def __init__(self, path: Path, readers_max: int) -> None:
        assert sqlite.sqlite_version_info >= SQLITE_FIXED, "this SQLite may corrupt its WAL"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _exclusive(path.with_suffix(".lock"))
        self.path = path
        self._writing = _engine(path, writes=True, size=1)
        self._reading = _engine(path, writes=False, size=readers_max)
        try:
            self.writer: Connection = self._writing.connect()
            with self.writing() as connection:
                apply_schema(connection)
        except BaseException:
            self._writing.dispose()
            self._lock.close()
            raise

    @property
    def dialect(self) -> Dialect:
        """For statements compiled once."""
        return self._writing.dialect

    @property
    def readers_in_use(self) -> int:
        """How many reading connections somebody has."""
        pool = self._reading.pool
        assert isinstance(pool, QueuePool), "readers share a pool"
        return pool.checkedout()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on the writing connection; what raises in it, or at its commit, leaves
        nothing behind and the connection ready for the next one."""
        transaction = self.writer.begin()
        try:
            yield self.writer
            transaction.commit()
        except BaseException:
            transaction.rollback()
            self.writer.connection.rollback()  # A commit that failed: only the driver knows it.
            raise

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that reads one state of the database and cannot write."""
        with self._reading.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections, the writer last, and give the folder back."""
        self._reading.dispose()
        self.writer.close()
        self._writing.dispose()
        self._lock.close()


def _exclusive(path: Path) -> IO[bytes]:
    handle = path.open("wb")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise DataInUse from None
    return handle


def _engine(path: Path, *, writes: bool, size: int) -> Engine:
    pool: dict[str, Any] = (
        {"poolclass": StaticPool}
        if writes
        else {"poolclass": QueuePool, "pool_size": size, "max_overflow": 0}
    )
    engine = create_engine(
        f"sqlite:///{path}", module=sqlite, connect_args={"check_same_thread": False}, **pool
    )

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in _pragmas(writes=writes):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _pragmas(*, writes: bool) -> list[str]:
    if writes:
        return [
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=4000",  # 16 MiB: an index page that changes often is copied once.
            "cache_size=-65536",
            "busy_timeout=5000",
        ]
    return ["query_only=ON", "wal_autocheckpoint=0", "cache_size=-16384", "busy_timeout=5000"]


def apply_schema(connection: Connection) -> None:
    """Apply the numbered SQL files that this database has not seen yet, in order.

    Raises FutureSchema when it has seen one that this release does not know.
    """
    connection.exec_driver_sql(
        _for_dialect("CREATE TABLE IF NOT EXISTS schema_step (number BIGINT NOT NULL PRIMARY KEY);")
    )
    done = set(connection.exec_driver_sql("SELECT number FROM schema_step").scalars())
    folder = resources.files("shared.runtime") / "schema"
    steps = {int(file.name[:4]): file for file in folder.iterdir() if file.name.endswith(".sql")}
    if not done <= steps.keys():
        raise FutureSchema
    for number in sorted(steps.keys() - done):
        for statement in _statements(steps[number].read_text("utf-8")):
            connection.exec_driver_sql(_for_dialect(statement))
        connection.exec_driver_sql(f"INSERT INTO schema_step VALUES ({number})")


def _statements(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [part.strip() + ";" for part in "\n".join(lines).split(";") if part.strip()]


def _for_dialect(statement: str) -> str:
    """The same statement for SQLite: its 64-bit integers are INTEGER, its tables STRICT."""
    if not statement.startswith("CREATE TABLE"):
        return statement
    return re.sub(r"\);$", ") STRICT;", statement.replace("BIGINT", "INTEGER"))


class Prepared:
    """A statement compiled once, then run with plain tuples in its parameters' order."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(compiled.positiontup or ())

    def many(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Run for all rows in one round trip."""
        if rows:
            connection.exec_driver_sql(self.sql, rows)
