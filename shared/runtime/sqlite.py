"""A journal in one SQLite file: one process writes, and holds a lock for as long as it is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from shared.runtime.database import Database, Turn
from shared.runtime.locking import exclusive
from shared.runtime.relaying import Always, RelayTurn
from shared.runtime.steps import apply_steps

SQLITE_FIXED = (3, 51, 3)
"""Below it, two connections that checkpoint one WAL at the same moment may corrupt it."""


class SqliteDatabase(Database):
    """Exactly one connection writes, and it alone checkpoints; others read snapshots."""

    shared = False

    def __init__(self, path: Path, readers_max: int) -> None:
        assert sqlite.sqlite_version_info >= SQLITE_FIXED, "this SQLite may corrupt its WAL"
        self._lock = exclusive(path.with_suffix(".lock"))
        self.path = path
        self._writing = _engine(path, writes=True, size=1)
        self._reading = _engine(path, writes=False, size=readers_max)
        try:
            self.writer: Connection = self._writing.connect()
            with self.writing() as connection:
                apply_steps(connection)
        except BaseException:
            self._writing.dispose()
            self._lock.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on the writing connection, committed or without a trace."""
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

    @contextmanager
    def alone(self, turn: Turn, *, wait: bool = False) -> Iterator[bool]:
        """The process that has the file has every turn."""
        yield True

    def turn_to_relay(self, lease_seconds: float) -> RelayTurn:
        """Nobody else could relay."""
        return Always()

    def outwaits_readers(self) -> bool:
        """A snapshot keeps its own tables, whatever is dropped after it."""
        return True

    def back_up(self, path: Path) -> None:
        """Copy one snapshot in one step, by a connection that reads: it neither writes to the
        source nor checkpoints it, and the writer goes on beside it."""
        copy = sqlite.connect(path)
        try:
            with self.snapshot() as connection:
                connection.exec_driver_sql("SELECT position FROM journal_head").scalar_one()
                driver: Any = connection.connection.driver_connection
                driver.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # One file, whole by itself.
        finally:
            copy.close()

    def close(self) -> None:
        """Close all connections, the writer last, and give the folder back."""
        super().close()
        self._lock.close()


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


def file_engine(path: Path) -> Engine:
    """A SQLite file that nobody else has open: a backup."""
    engine = create_engine(f"sqlite:///{path}", module=sqlite, poolclass=NullPool)

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda on: on.exec_driver_sql("BEGIN"))
    return engine


def _pragmas(*, writes: bool) -> list[str]:
    both = ["busy_timeout=5000", "case_sensitive_like=ON"]  # As on PostgreSQL.
    if writes:
        return [
            *both,
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=4000",  # 16 MiB: an index page that changes often is copied once.
            "cache_size=-65536",
        ]
    return [*both, "query_only=ON", "wal_autocheckpoint=0", "cache_size=-16384"]
