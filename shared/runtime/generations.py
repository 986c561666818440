"""Which set of its read models a service shows: built beside the live one, then shown at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Protocol

from sqlalchemy import Connection, delete, insert, inspect, select, table, update
from sqlalchemy import column as named
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateSchema, DropSchema

from shared.kernel.refusals import Unavailable
from shared.runtime.failpoints import reach
from shared.runtime.journal import HEAD
from shared.runtime.projections import Projection, Recorded, Rows, StoredTable

PROJECTION = table("projection", named("name"), named("revision"), named("generation"))
_TABLE = re.compile(r".+__g([0-9]+)$")
_SCHEMA = re.compile(r"^g([0-9]+)$")


class Superseded(Unavailable):
    """Another release has built the read models anew; this process must make room for it."""

    french = "Une autre version a reconstruit les vues; ce processus doit lui céder la place."


class Place(Protocol):
    """Where generations are kept, and how readers find the one that is shown."""

    def create(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Create the tables, empty."""
        ...

    def drop(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Drop the tables, if they are there."""
        ...

    def show(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Let readers see these from the next snapshot on."""
        ...

    def numbers(self, connection: Connection) -> Iterable[int]:
        """The generations of which there is anything."""
        ...

    def drop_others(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Drop older generations, interrupted ones, and what no projection has any more."""
        ...


class Views:
    """SQLite: tables `claim_list__g3`, and views of the plain names upon those that are shown."""

    def create(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Create the tables, empty."""
        for stored in tables.values():
            stored.physical.create(connection)

    def drop(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Drop the tables, if they are there."""
        for stored in tables.values():
            stored.physical.drop(connection, checkfirst=True)

    def show(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Move the views."""
        for stored in tables.values():
            connection.exec_driver_sql(f'DROP VIEW IF EXISTS "{stored.view}"')
            connection.exec_driver_sql(
                f'CREATE VIEW "{stored.view}" AS SELECT * FROM "{stored.physical.name}"'
            )

    def numbers(self, connection: Connection) -> Iterable[int]:
        """Those that tables are named after."""
        return _numbers(_TABLE, inspect(connection).get_table_names())

    def drop_others(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Drop all other tables of generations, and views that no projection has any more."""
        found = inspect(connection)
        for view in sorted({*found.get_view_names()} - tables.keys()):
            connection.exec_driver_sql(f'DROP VIEW "{view}"')
        kept = {stored.physical.name for stored in tables.values()}
        for name in sorted({*found.get_table_names()} - kept):
            if _TABLE.match(name):
                connection.exec_driver_sql(f'DROP TABLE "{name}"')


class Schemas:
    """PostgreSQL: tables of the plain names in a schema `g3`.

    Each snapshot sets its search path to the generation that it sees itself: showing another one
    changes a row, locks nobody out, and no reader sees parts of two.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._schema = f"g{number}"

    def create(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Create the schema and the tables, empty."""
        connection.execute(CreateSchema(self._schema))
        for stored in tables.values():
            stored.physical.create(connection)

    def drop(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Drop the schema with all that is in it, if it is there."""
        connection.execute(DropSchema(self._schema, cascade=True, if_exists=True))

    def show(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """The row of the projection says it all."""

    def numbers(self, connection: Connection) -> Iterable[int]:
        """Those that schemas are named after."""
        return _numbers(_SCHEMA, inspect(connection).get_schema_names())

    def drop_others(self, connection: Connection, tables: Mapping[str, StoredTable]) -> None:
        """Drop all other schemas of generations, or fail soon where somebody reads one."""
        connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
        for number in sorted({*self.numbers(connection)} - {self._number}):
            connection.execute(DropSchema(f"g{number}", cascade=True))


def _numbers(pattern: re.Pattern[str], names: Iterable[str]) -> Iterable[int]:
    return [int(found[1]) for name in names if (found := pattern.match(name))]


def _place(number: int, dialect: Dialect) -> Place:
    return Schemas(number) if dialect.name == "postgresql" else Views()


class Generation:
    """One complete set of a service's projection tables."""

    def __init__(self, projections: Sequence[Projection], number: int, dialect: Dialect) -> None:
        self.number = number
        self.projections = projections
        self._place = _place(number, dialect)
        self.tables = {
            table.name: StoredTable(table, number, dialect)
            for projection in projections
            for table in projection.tables
        }

    def create(self, connection: Connection) -> None:
        """Create the tables, empty."""
        self._place.create(connection, self.tables)

    def drop(self, connection: Connection) -> None:
        """Drop the tables."""
        self._place.drop(connection, self.tables)

    def show(self, connection: Connection) -> None:
        """Let readers see this generation from the next snapshot on, and other processes' writers
        from their next group on; they see that it is another turn."""
        self._place.show(connection, self.tables)
        reach("rebuild.after_show")
        connection.execute(delete(PROJECTION))
        for projection in self.projections:
            row = {"name": projection.name, "revision": projection.revision}
            connection.execute(insert(PROJECTION).values(**row, generation=self.number))
        connection.execute(update(HEAD).values(turn=HEAD.c.turn + 1))

    def drop_others(self, connection: Connection) -> None:
        """Drop older generations, interrupted ones, and what no projection has any more."""
        self._place.drop_others(connection, self.tables)
        reach("rebuild.after_drop")

    def apply(self, rows: Rows, recorded: Recorded) -> None:
        """Show one event in all projections that it concerns."""
        for projection in self.projections:
            if recorded.event is not None or projection.everything:
                projection.apply(rows, recorded)

    def digest(self, connection: Connection) -> str:
        """One SHA-256 over all tables of all projections, by name."""
        parts = [f"{name}={self.tables[name].digest(connection)}" for name in sorted(self.tables)]
        return sha256("\n".join(parts).encode()).hexdigest()


def current_generation(connection: Connection, projections: Sequence[Projection]) -> int | None:
    """The live generation, or nothing where a projection is new or has another revision."""
    known = {row.name: row for row in connection.execute(select(*PROJECTION.c))}
    wanted = {projection.name: projection.revision for projection in projections}
    if {name: row.revision for name, row in known.items()} != wanted:
        return None
    return max((row.generation for row in known.values()), default=0)


def live_number(connection: Connection) -> int:
    """The generation that is read; 0 if none was ever built."""
    return max(connection.execute(select(PROJECTION.c.generation)).scalars(), default=0)


def next_number(connection: Connection) -> int:
    """A number that no generation has, and none that was interrupted."""
    built = _place(0, connection.dialect).numbers(connection)
    return max(live_number(connection), *built, 0) + 1
