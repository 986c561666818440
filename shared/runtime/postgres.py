"""A journal in one PostgreSQL database: any number of processes of one service write and read."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import OperationalError
from psycopg.adapt import Buffer, Loader
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import Connection, Engine, Executable, create_engine, event, make_url
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from shared.runtime.copying import copy_to_file
from shared.runtime.database import Database, DatabaseAway, SchemaMissing, Turn
from shared.runtime.relaying import RelayTurn, SessionTurn
from shared.runtime.steps import apply_steps, missing_steps, statements

WRITER_OPTIONS = {
    # A process that was stopped or cut off in the middle of a group gives the head back.
    "idle_in_transaction_session_timeout": "10s",
    # Longer than that: whoever waits for the head outlives a holder that is stuck.
    "lock_timeout": "15s",
    "search_path": "public",
}
READER_OPTIONS = {"idle_in_transaction_session_timeout": "60s", "search_path": "public"}
ALWAYS_OPTIONS = {
    "timezone": "UTC",
    # The server, too, notices that the other side is gone.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}
SOCKET = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SHOW_READ_MODELS = """
SELECT set_config('search_path', coalesce('g' || max(generation) || ', ', '') || 'public', true)
FROM projection
"""
"""A snapshot reads the generation that is shown in itself: no lock, and never a part of two."""

NOW = "SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text"
OLDER_SNAPSHOTS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND age(backend_xmin) > age(%s::xid)
AND wait_event IS DISTINCT FROM 'advisory'
"""
"""Whoever waits for a turn reads nothing."""
OUTWAIT_TRIES = 100
OUTWAIT_PAUSE_SECONDS = 0.05


class WholeNumber(Loader):
    """A sum of whole numbers is one: nothing else is stored here."""

    def load(self, data: Buffer) -> int:
        """Its digits as an integer."""
        return int(bytes(data))


class PostgresDatabase(Database):
    """One connection writes, others read snapshots, and each turn is held on one of its own.

    A connection that is lost fails what was done on it; the next transaction begins on a new one.
    """

    shared = True

    def __init__(self, url: str, service: str, readers_max: int) -> None:
        self._url = url.replace("{service}", service)
        name = f"grantline-{service}"
        self._writing = _engine(self._url, f"{name}-writer", WRITER_OPTIONS, pool_size=1)
        self._reading = _engine(self._url, f"{name}-reader", READER_OPTIONS, pool_size=readers_max)
        self._turns = _engine(self._url, f"{name}-turn", {}, poolclass=NullPool)
        self._looks = _engine(self._url, f"{name}-look", READER_OPTIONS, pool_size=1)
        event.listen(self._writing, "begin", lambda on: on.exec_driver_sql("BEGIN"))
        event.listen(self._reading, "begin", _begin_reading)
        with _answering():
            self.writer: Connection = self._writing.connect()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Apply the schema, or see that its owner has done so. Raises SchemaMissing."""
        with self.writing() as connection:
            missing = missing_steps(connection)
        if not missing:
            return
        try:
            with self.writing() as connection:
                prepare(connection)
        except ProgrammingError as failure:
            if getattr(failure.orig, "sqlstate", None) == "42501":  # Only the owner may.
                raise SchemaMissing from failure
            raise

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction on the writing connection, committed or without a trace.

        Raises DatabaseAway when nobody can tell which.
        """
        with _answering():
            transaction = _begun(self.writer)
            try:
                yield self.writer
                transaction.commit()
            except BaseException:
                self._undo(transaction)
                raise

    def _undo(self, transaction: RootTransaction) -> None:
        try:
            transaction.rollback()
            if not self.writer.invalidated:
                self.writer.connection.rollback()  # A commit that failed: only the driver knows.
        except (DBAPIError, OperationalError):  # The server forgets what its client has left.
            self.writer.invalidate()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that reads one state of the database and cannot write.

        Raises DatabaseAway.
        """
        with _answering(), self._reading.connect() as connection, _begun(connection):
            yield connection

    def look(self, statement: Executable) -> Any:
        """One value as it was committed last, in one round trip: whoever looks does so often."""
        with _answering(), self._looks.connect() as connection:
            return connection.execute(statement).scalar_one()

    @contextmanager
    def alone(self, turn: Turn, *, wait: bool = False) -> Iterator[bool]:
        """Whether this process has the turn, until the end or until its session ends."""
        how = "true FROM pg_advisory_lock(%s)" if wait else "pg_try_advisory_lock(%s)"
        with _answering(), self._turns.connect() as connection:
            yield bool(connection.exec_driver_sql(f"SELECT {how}", (int(turn),)).scalar_one())

    def turn_to_relay(self, lease_seconds: float) -> RelayTurn:
        """The turn of this process among those of its service."""
        return SessionTurn(self._turns.connect, lease_seconds)

    def outwaits_readers(self) -> bool:
        """Wait until no session reads what was there before this moment; no, if one stays."""
        pause = threading.Event()
        with _answering(), self._turns.connect() as connection:
            now = connection.exec_driver_sql(NOW).scalar_one()
            for _ in range(OUTWAIT_TRIES):
                if not connection.exec_driver_sql(OLDER_SNAPSHOTS, (now,)).scalar_one():
                    return True
                pause.wait(OUTWAIT_PAUSE_SECONDS)
        return False

    def back_up(self, path: Path) -> None:
        """Copy the journal's own tables as one snapshot sees them. Raises DatabaseAway."""
        with self.snapshot() as connection:
            copy_to_file(connection, path)

    def close(self) -> None:
        """Close all connections, the writer last."""
        self._turns.dispose()
        self._looks.dispose()
        super().close()


def prepare_database(owner_url: str, role: str, grants: str) -> None:
    """Apply the numbered steps as their owner, then the rights of the service's role.

    `grants` is the text of `deploy/grants.sql`. Raises FutureSchema or DatabaseAway.
    """
    engine = _engine(owner_url, "grantline-owner", {"search_path": "public"}, poolclass=NullPool)
    event.listen(engine, "begin", lambda on: on.exec_driver_sql("BEGIN"))
    with _answering(), engine.begin() as connection:
        prepare(connection)
        quote = connection.dialect.identifier_preparer.quote_identifier
        names = {"role": quote(role), "database": quote(str(engine.url.database))}
        for statement in statements(grants):
            connection.exec_driver_sql(statement.format(**names))


def prepare(connection: Connection) -> None:
    """Apply the numbered steps, one process at a time; the others find them applied."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int(Turn.SCHEMA),))
    apply_steps(connection)


def _begun(connection: Connection) -> RootTransaction:
    """Begin; on a new connection if this one was lost while nobody used it."""
    try:
        return connection.begin()
    except DBAPIError as failure:
        if not failure.connection_invalidated:
            raise
        return connection.begin()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql(BEGIN_READING)
    connection.exec_driver_sql(SHOW_READ_MODELS)


@contextmanager
def _answering() -> Iterator[None]:
    """What a lost server or session makes of a statement is told as such. Raises DatabaseAway."""
    try:
        yield
    except DBAPIError as failure:
        if failure.connection_invalidated or isinstance(failure.orig, OperationalError):
            raise DatabaseAway from failure
        raise


def _engine(url: str, name: str, options: dict[str, str], **pool: Any) -> Engine:
    stated = " ".join(f"-c {key}={value}" for key, value in (ALWAYS_OPTIONS | options).items())
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        paramstyle="format",
        isolation_level="AUTOCOMMIT",  # Transactions are opened explicitly.
        connect_args={**SOCKET, "application_name": name, "options": stated},
        **({"max_overflow": 0} if "pool_size" in pool else {}),
        **pool,
    )
    event.listen(engine, "connect", _connected)
    return engine


def _connected(connection: Any, _: object) -> None:
    adapters = connection.adapters
    adapters.register_loader("numeric", WholeNumber)
    adapters.register_dumper(int, Int8Dumper)  # One type, one prepared statement.
