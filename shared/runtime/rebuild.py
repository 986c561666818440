"""Build all projections of a service again from its journal, beside the live ones.

Readers see the old complete views or the new complete views, never a part. Commands keep coming:
the writer gets a turn after every chunk. Nothing is sent, no policy runs, no command is issued.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, inspect, select, table
from sqlalchemy import column as named

from shared.kernel.decider import Domain
from shared.kernel.periods import from_micros
from shared.kernel.refusals import Refusal
from shared.runtime.database import Database
from shared.runtime.failpoints import reach
from shared.runtime.journal import read_event
from shared.runtime.projections import Generation, Projection, Recorded, Rows, StoredRows
from shared.runtime.reading import lines_after
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.runtime.writer import Writer

_ACTOR = re.compile(r'\{"actor":"((?:[^"\\]|\\.)*)"')
_GENERATION = re.compile(r"__g[0-9]+$")
PROJECTION = table("projection", named("name"), named("revision"), named("generation"))


class RebuildRunning(Refusal):
    """A rebuild of this service is already running; wait until it has ended."""

    french = "Une reconstruction de ce service est déjà en cours; attendez qu'elle soit terminée."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: events folded, and the digests before and after at one position."""

    events: int
    position: int
    digest_before: str
    digest_after: str


def recorded_line(domain: Domain, line: Any) -> Recorded:
    """A journal row as projections get it, decoded once."""
    (
        position, origin, sequence, event_id, stream, version, type_, schema, subject,
        recorded_at, effective_at, _, envelope, body,
    ) = line  # fmt: skip
    return Recorded(
        read_event(domain, type_, schema, body),
        position, origin, sequence, event_id, type_, stream, version, subject,
        from_micros(recorded_at), from_micros(effective_at), actor_of(envelope), body,
    )  # fmt: skip


def actor_of(envelope: str) -> str:
    """The actor of a canonical envelope: its first attribute, found without reading the others."""
    found = _ACTOR.match(envelope)
    assert found is not None, "a canonical envelope begins with its actor"
    actor: str = found[1] if "\\" not in found[1] else json.loads(f'"{found[1]}"')
    return actor


def current_generation(connection: Connection, projections: Sequence[Projection]) -> int | None:
    """The live generation, or nothing where a projection is new or has another revision."""
    known = {row.name: row for row in connection.execute(select(*PROJECTION.c))}
    wanted = {projection.name: projection.revision for projection in projections}
    if {name: row.revision for name, row in known.items()} != wanted:
        return None
    return max((row.generation for row in known.values()), default=0)


def next_number(connection: Connection) -> int:
    """A generation number that no projection has."""
    return max(connection.execute(select(PROJECTION.c.generation)).scalars(), default=0) + 1


def show_generation(connection: Connection, generation: Generation) -> None:
    """Make a complete generation the one that is read."""
    generation.show(connection)
    reach("rebuild.after_show")
    _drop_others(connection, generation)
    reach("rebuild.after_drop")
    connection.execute(delete(PROJECTION))
    for projection in generation.projections:
        connection.execute(
            insert(PROJECTION).values(
                name=projection.name, revision=projection.revision, generation=generation.number
            )
        )


def _drop_others(connection: Connection, generation: Generation) -> None:
    """Drop older generations, interrupted ones, and views that no projection has any more."""
    found = inspect(connection)
    for view in sorted({*found.get_view_names()} - generation.tables.keys()):
        connection.exec_driver_sql(f'DROP VIEW "{view}"')
    kept = {stored.physical.name for stored in generation.tables.values()}
    for table_name in sorted({*found.get_table_names()} - kept):
        if _GENERATION.search(table_name):
            connection.exec_driver_sql(f'DROP TABLE "{table_name}"')


class Fill:
    """Folds journal rows into a generation that is not live, chunk by chunk."""

    def __init__(
        self, domain: Domain, generation: Generation, connection: Connection, cached_max: int
    ) -> None:
        self.domain = domain
        self.generation = generation
        self.stored = StoredRows(connection, generation.tables, cached_max)
        self.position = 0
        self.events = 0

    def fold(self, lines: Sequence[Any]) -> Rows:
        """Apply these rows of the journal; returns the changed rows, not yet written."""
        rows = Rows(self.stored)
        for line in lines:
            self.generation.apply(rows, recorded_line(self.domain, line))
        if lines:
            self.position = lines[-1].position
            self.events += len(lines)
        return rows

    def write(self, connection: Connection, rows: Rows) -> None:
        """Write changed rows, each once, and remember them."""
        self.stored.write(connection, rows.changed)
        self.stored.committed(rows.changed)

    def catch_up(self, connection: Connection, chunk: int) -> None:
        """Fold and write all that is left, on the writer's connection."""
        while lines := lines_after(connection, self.position, chunk):
            self.write(connection, self.fold(lines))


class Rebuild:
    """One rebuild of a running service."""

    def __init__(
        self,
        domain: Domain,
        projections: Sequence[Projection],
        database: Database,
        writer: "Writer",
        settings: Settings,
    ) -> None:
        self._domain = domain
        self._projections = projections
        self._database = database
        self._writer = writer
        self._settings = settings
        self.position = 0
        """How far it has come, for whoever watches it."""

    def run(self) -> Rebuilt:
        """Build, compare at one position, and switch; the old tables go last."""
        number = self._writer.run(next_number)
        old = Generation(self._projections, number - 1, self._database.dialect)
        new = Generation(self._projections, number, self._database.dialect)
        self._writer.run(new.create)
        reach("rebuild.after_create")
        fill = Fill(self._domain, new, self._database.writer, self._settings.rows_cached_max)
        try:
            self._backfill(fill)
            reach("rebuild.before_join")
            self._writer.run(lambda connection: self._join(connection, fill))
            reach("rebuild.after_join")
            before, after, position = self._compare(old, new)
            reach("rebuild.before_switch")
            self._writer.run(
                lambda connection: show_generation(connection, new), self._writer.switch
            )
            reach("rebuild.after_switch")
        except BaseException:
            self._writer.run(lambda connection: self._give_up(connection, new))
            raise
        return Rebuilt(fill.events, position, before, after)

    def _backfill(self, fill: Fill) -> None:
        chunk = self._settings.rebuild_chunk_events
        while True:
            with self._database.snapshot() as connection:
                lines = lines_after(connection, fill.position, chunk)
                if len(lines) < chunk:
                    return
                fill.stored.connection = connection
                rows = fill.fold(lines)
            self._writer.run(partial(fill.write, rows=rows))
            self.position = fill.position
            reach("rebuild.after_chunk")

    def _join(self, connection: Connection, fill: Fill) -> None:
        fill.stored.connection = connection
        fill.catch_up(connection, self._settings.rebuild_chunk_events)
        self._writer.shadow(fill.generation, fill.stored)

    def _compare(self, old: Generation, new: Generation) -> tuple[str, str, int]:
        """Both digests from one snapshot: whatever was committed since reached both."""
        with self._database.snapshot() as connection:
            position = connection.exec_driver_sql("SELECT position FROM journal_head").scalar_one()
            return old.digest(connection), new.digest(connection), position

    def _give_up(self, connection: Connection, new: Generation) -> None:
        if self._writer.unshadow(new):
            new.drop(connection)
