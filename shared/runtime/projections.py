"""Read models: tables that follow from the journal alone, by key, and can be built again.

A projection's tables live in generations; readers see the one that is shown, under plain names. A
rebuild fills the next generation beside it and then shows that.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    tuple_,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from shared.kernel.canonical import canonical
from shared.kernel.events import Event, Heard
from shared.kernel.periods import from_micros
from shared.runtime.database import Prepared, dialect_insert

Row: TypeAlias = Mapping[str, Any]
RowKey: TypeAlias = "tuple[str, tuple[str, ...]]"
Place: TypeAlias = "tuple[str, ...]"
"""Where a row stands among those that fall due: its day, then its key."""

DUE_ON = "due_on"
"""The text column with the civil day on which a row falls due; empty where nothing does."""

INTEGER = BigInteger().with_variant(Integer(), "sqlite")


class JsonText(TypeDecorator[Any]):
    """Lists and mappings, stored as canonical JSON text: the same bytes on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else json.loads(value)


def key(name: str) -> Column[str]:
    """A part of the primary key, text."""
    return Column(name, Text, primary_key=True)


def text(name: str, *, index: bool = False) -> Column[str]:
    """A text, or nothing."""
    return Column(name, Text, index=index)


def integer(name: str, *, index: bool = False) -> Column[int]:
    """A whole number (cents, microseconds, a position), or nothing."""
    return Column(name, INTEGER, index=index)


def json_text(name: str) -> Column[Any]:
    """A list or mapping of plain values."""
    return Column(name, JsonText)


def table(name: str, *columns: Column[Any]) -> Table:
    """A table of a projection, as its readers see it."""
    return Table(name, MetaData(), *columns, sqlite_strict=True)


class Recorded(NamedTuple):
    """One event of the journal with what a projection may need of its envelope."""

    event: Event | Heard | None
    """Absent where this service keeps the event sealed and does not read it."""
    position: int
    origin: str
    sequence: int
    event_id: str
    type: str
    stream: str
    version: int
    subject: str
    recorded_micros: int
    effective_micros: int
    actor: str
    body: str

    @property
    def recorded_at(self) -> datetime:
        """When the system learned it, UTC: made when asked for, as few projections do."""
        return from_micros(self.recorded_micros)

    @property
    def effective_at(self) -> datetime:
        """When it is true in business, UTC."""
        return from_micros(self.effective_micros)


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model: its tables and how one recorded event changes their rows.

    `apply` is pure. A changed `apply` or table gets a new `revision`, and is rebuilt at the start.
    With `everything`, sealed events that this service does not read are applied too.
    """

    name: str
    revision: int
    tables: Sequence[Table]
    apply: Callable[["Rows", Recorded], None]
    everything: bool = False


class Rows:
    """Rows by table and key, over an older layer; changes stay here until they are kept."""

    __slots__ = ("_below", "changed", "tables")

    def __init__(self, below: "Rows | StoredRows") -> None:
        self._below = below
        self.tables: Mapping[str, StoredTable] = below.tables
        self.changed: dict[RowKey, Row | None] = {}

    def get(self, table: str, *key: str) -> Row | None:
        """The row with this key, not to be changed in place, or nothing."""
        place = (table, key)
        if place in self.changed:
            return self.changed[place]
        return self._below.get(table, *key)

    def due(self, table: str, until: str, after: Place = (), limit: int | None = None) -> list[Row]:
        """Rows due on or before a civil day, after this place, in the order of day and key."""
        mine = {key: row for (name, key), row in self.changed.items() if name == table}
        more = None if limit is None else limit + len(mine)
        stored = self.tables[table]
        found = [
            row
            for row in self._below.due(table, until, after, more)
            if stored.key_of(row) not in mine
        ]
        found += [row for row in mine.values() if row and stored.is_due(row, until, after)]
        return sorted(found, key=stored.place_of)[:limit]

    def put(self, table: str, **row: Any) -> None:
        """Insert or replace a whole row; columns not named are empty."""
        stored = self.tables[table]
        whole = {**stored.blank, **row}
        assert len(whole) == len(stored.blank), f"{table} has no such column"
        self.changed[table, stored.key_of(row)] = whole

    def change(self, table: str, *key: str, **changes: Any) -> None:
        """Change some columns of a row, which must exist."""
        row = self.get(table, *key)
        assert row is not None, f"{table} has no row to change"
        assert changes.keys() <= row.keys(), f"{table} has no such column"
        self.changed[table, key] = {**row, **changes}

    def remove(self, table: str, *key: str) -> None:
        """Take a row away, if there is one."""
        self.changed[table, key] = None

    def keep(self, newer: "Rows") -> None:
        """Take over what a layer above this one has changed."""
        self.changed.update(newer.changed)


class StoredTable:
    """One generation of one table: its statements, compiled once."""

    def __init__(self, table: Table, generation: int, dialect: Dialect) -> None:
        self.view = table.name
        self.physical = _physical(table, generation, dialect)
        self.keys = tuple(column.name for column in self.physical.primary_key.columns)
        self.columns = tuple(column.name for column in self.physical.columns)
        self.blank: Row = dict.fromkeys(self.columns)
        self.json = frozenset(
            column.name for column in self.physical.columns if isinstance(column.type, JsonText)
        )
        insert = dialect_insert(dialect, self.physical)
        changing = {name: insert.excluded[name] for name in self.columns if name not in self.keys}
        upsert = (
            insert.on_conflict_do_update(index_elements=self.keys, set_=changing)
            if changing
            else insert.on_conflict_do_nothing()
        )
        self._upsert = Prepared(upsert, dialect)
        self._delete = Prepared(_by_key(delete(self.physical), self.physical, self.keys), dialect)
        self._select = self.physical.select()
        self._one = _by_key(self._select, self.physical, self.keys)
        self._key_names = tuple(f"key_{name}" for name in self.keys)

    def load(self, connection: Connection, key: tuple[str, ...]) -> Row | None:
        """Read one row."""
        asked = dict(zip(self._key_names, key, strict=True))
        found = connection.execute(self._one, asked).mappings().first()
        return None if found is None else dict(found)

    def key_of(self, row: Row) -> tuple[str, ...]:
        """The key of a row."""
        return tuple(row[name] for name in self.keys)

    def place_of(self, row: Row) -> Place:
        """Where a row that falls due stands among the others."""
        return (row[DUE_ON], *self.key_of(row))

    def is_due(self, row: Row, until: str, after: Place) -> bool:
        """Whether a row falls due on or before a civil day, after this place."""
        return row[DUE_ON] is not None and row[DUE_ON] <= until and self.place_of(row) > after

    def due(self, connection: Connection, until: str, after: Place, limit: int | None) -> list[Row]:
        """Read the rows that fall due on or before a civil day, after this place, in order."""
        order = [self.physical.c[name] for name in (DUE_ON, *self.keys)]
        query = self._select.where(self.physical.c[DUE_ON] <= until).order_by(*order).limit(limit)
        if after:
            query = query.where(tuple_(*order) > tuple_(*after))
        return [dict(row) for row in connection.execute(query).mappings()]

    def write(
        self, connection: Connection, rows: Iterable[tuple[tuple[str, ...], Row | None]]
    ) -> None:
        """Write changed rows and take removed ones away, in one round trip each."""
        puts: list[tuple[Any, ...]] = []
        gone: list[tuple[Any, ...]] = []
        for key, row in rows:
            if row is None:
                gone.append(key)
            else:
                puts.append(tuple(self._stored(name, row[name]) for name in self.columns))
        self._upsert.many(connection, puts)
        self._delete.many(connection, gone)

    def _stored(self, name: str, value: Any) -> Any:
        return canonical(value) if name in self.json and value is not None else value

    def digest(self, connection: Connection) -> str:
        """SHA-256 over all rows in the order of their keys."""
        order = [self.physical.c[name] for name in self.keys]
        running = sha256(self.view.encode())
        found = connection.execution_options(yield_per=1000).execute(self._select.order_by(*order))
        for row in found.mappings():
            running.update(canonical(dict(row)).encode())
        return running.hexdigest()


def _by_key(statement: Any, table: Table, keys: Sequence[str]) -> Any:
    for name in keys:
        statement = statement.where(table.c[name] == bindparam(f"key_{name}"))
    return statement


def _physical(table: Table, generation: int, dialect: Dialect) -> Table:
    """SQLite has one place for all generations, PostgreSQL a schema for each."""
    shared = dialect.name == "postgresql"
    columns = [
        Column(
            column.name,
            _bytewise(column.type) if shared else column.type,
            primary_key=column.primary_key,
            index=column.index,
        )
        for column in table.columns
    ]
    name = table.name if shared else f"{table.name}__g{generation}"
    schema = f"g{generation}" if shared else None
    return Table(name, MetaData(), *columns, schema=schema, sqlite_strict=True)


def _bytewise(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Text that PostgreSQL compares by its bytes, as SQLite does, whatever the server speaks."""
    return Text(collation="C") if type(type_) is Text else type_


class StoredRows:
    """The rows in the database, with a bounded memory of those lately used."""

    def __init__(
        self, connection: Connection, tables: Mapping[str, StoredTable], cached_max: int
    ) -> None:
        self.connection = connection
        self.tables = tables
        self._cached: OrderedDict[RowKey, Row | None] = OrderedDict()
        self._cached_max = cached_max

    def get(self, table: str, *key: str) -> Row | None:
        """The row with this key, or nothing."""
        place = (table, key)
        if place in self._cached:
            self._cached.move_to_end(place)
            return self._cached[place]
        row = self.tables[table].load(self.connection, key)
        self._remember(place, row)
        return row

    def due(self, table: str, until: str, after: Place, limit: int | None) -> list[Row]:
        """Rows due on or before a civil day, after this place, in the order of day and key."""
        return self.tables[table].due(self.connection, until, after, limit)

    def write(self, connection: Connection, changed: Mapping[RowKey, Row | None]) -> None:
        """Write what a layer changed, table by table, each row once."""
        by_table: dict[str, list[tuple[tuple[str, ...], Row | None]]] = {}
        for (table, key), row in changed.items():
            by_table.setdefault(table, []).append((key, row))
        for name, rows in by_table.items():
            self.tables[name].write(connection, rows)

    def committed(self, changed: Mapping[RowKey, Row | None]) -> None:
        """Remember what is now in the database."""
        for place, row in changed.items():
            self._remember(place, row)

    def forget(self) -> None:
        """Somebody else wrote: read again."""
        self._cached.clear()

    def _remember(self, place: RowKey, row: Row | None) -> None:
        self._cached[place] = row
        self._cached.move_to_end(place)
        if len(self._cached) > self._cached_max:
            self._cached.popitem(last=False)
