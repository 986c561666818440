"""What the runtime asks of a service's database: one that writes, many that read, and turns."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Connection, Engine, FromClause
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.base import Executable

from shared.kernel.refusals import Unavailable

if TYPE_CHECKING:
    from shared.runtime.relaying import RelayTurn


class DataInUse(Unavailable):
    """Another process has this data folder open; stop it first, or name another folder."""

    french = "Un autre processus utilise ce dossier de données; arrêtez-le ou nommez-en un autre."


class FutureSchema(Unavailable):
    """A newer release has written these data; start that one, or name others."""

    french = "Une version plus récente a écrit ces données; démarrez-la ou nommez-en d'autres."


class SchemaMissing(Unavailable):
    """This database is not prepared for this release; its owner must apply the numbered steps."""

    french = "Cette base n'est pas prête pour cette version; son propriétaire doit la préparer."


class DatabaseAway(Unavailable):
    """The database does not answer; whether this was recorded, asking with the same key tells."""

    french = "La base ne répond pas; redemandez avec la même clé pour savoir où on en est."


class Turn(IntEnum):
    """What only one process of a service may do at a time."""

    SCHEMA = 1
    REBUILD = 2
    RELAY = 3


class Database(ABC):
    """A journal's database. Transactions are opened explicitly: no driver decides."""

    shared: ClassVar[bool]
    """Whether other processes may write to it at the same time."""
    writer: Connection
    """The one connection of this process that writes; it stays, whatever is behind it."""
    _writing: Engine
    _reading: Engine

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

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction on the writing connection; what raises in it, or at its commit, leaves
        nothing behind and the connection ready for the next one.

        Raises DatabaseAway when nobody can tell whether it was committed.
        """

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Connection]:
        """A connection that reads one state of the database and cannot write.

        Raises DatabaseAway.
        """

    @abstractmethod
    def alone(self, turn: Turn, *, wait: bool = False) -> AbstractContextManager[bool]:
        """Whether this process has the turn, which it then keeps until the end; or wait for it."""

    @abstractmethod
    def turn_to_relay(self, lease_seconds: float) -> "RelayTurn":
        """The turn to publish what is in it, for one process at a time."""

    @abstractmethod
    def outwaits_readers(self) -> bool:
        """Wait until no snapshot of any process is older than this moment; no, if one stays."""

    @abstractmethod
    def back_up(self, path: Path) -> None:
        """Copy one state of the journal into a new SQLite file, while others read and write.

        Raises DatabaseAway.
        """

    def look(self, statement: Executable) -> Any:
        """One value as it was committed last. Raises DatabaseAway."""
        with self.snapshot() as connection:
            return connection.execute(statement).scalar_one()

    def close(self) -> None:
        """Close all connections, the writer last."""
        self._reading.dispose()
        self.writer.close()
        self._writing.dispose()


def dialect_insert(dialect: Dialect, into: FromClause) -> Any:
    """An INSERT that can say what to do on a conflict."""
    return (postgresql if dialect.name == "postgresql" else sqlite).insert(into)


class Prepared:
    """A statement compiled once, then run with plain tuples in its parameters' order."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql = str(compiled)

    def many(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        """Run for all rows in one round trip."""
        if rows:
            connection.exec_driver_sql(self.sql, rows)
