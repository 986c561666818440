"""Build all projections of a service again from its journal, beside the live ones.

Readers see the old complete views or the new complete views, never a part. Commands keep coming:
the writer gets a turn after every chunk. Nothing is sent, no policy runs, no command is issued.
"""

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared.kernel.decider import Domain
from shared.kernel.refusals import Refusal
from shared.runtime.database import Database, DatabaseAway, Turn
from shared.runtime.failpoints import reach
from shared.runtime.generations import Generation, live_number, next_number
from shared.runtime.journal import read_event
from shared.runtime.projections import Projection, Recorded, Rows, StoredRows
from shared.runtime.reading import lines_after
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.runtime.writer import Writer

log = structlog.get_logger()

_ACTOR = re.compile(r'\{"actor":"((?:[^"\\]|\\.)*)"')


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
        recorded_at, effective_at, actor_of(envelope), body,
    )  # fmt: skip


def actor_of(envelope: str) -> str:
    """The actor of a canonical envelope: its first attribute, found without reading the others."""
    found = _ACTOR.match(envelope)
    assert found is not None, "a canonical envelope begins with its actor"
    actor: str = found[1] if "\\" not in found[1] else json.loads(f'"{found[1]}"')
    return actor


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
    """One rebuild of a running service.

    Nobody writes to the new tables but this one, so both digests can be taken at leisure: the new
    tables stay at the position that the snapshot for the old ones was opened at. What comes in
    meanwhile is folded in at the end, the last of it and the switch under the head's lock.
    """

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
        """Build, compare at one position, and switch; the old tables go last.

        Raises RebuildRunning.
        """
        with self._database.alone(Turn.REBUILD) as mine:
            if not mine:
                raise RebuildRunning
            return self._run()

    def _run(self) -> Rebuilt:
        old, new = self._writer.run(self._numbered)
        self._writer.run(new.create)
        reach("rebuild.after_create")
        fill = Fill(self._domain, new, self._database.writer, self._settings.rows_cached_max)
        try:
            self._backfill(fill)
            with ExitStack() as readers:
                reach("rebuild.before_join")
                state = self._writer.run(lambda connection: self._join(connection, fill, readers))
                reach("rebuild.after_join")
                before, after, position = self._compare(old, new, state)
            self._backfill(fill)
            reach("rebuild.before_switch")
            self._writer.run(
                lambda connection: self._show(connection, fill),
                lambda: self._writer.show(new, fill.stored),
            )
            reach("rebuild.after_switch")
        except BaseException:
            self._writer.run(lambda connection: self._give_up(connection, new))
            raise
        self._drop_others(new)
        return Rebuilt(fill.events, position, before, after)

    def _numbered(self, connection: Connection) -> tuple[Generation, Generation]:
        """The live generation and the one to be built."""
        dialect = self._database.dialect
        return (
            Generation(self._projections, live_number(connection), dialect),
            Generation(self._projections, next_number(connection), dialect),
        )

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

    def _join(self, connection: Connection, fill: Fill, readers: ExitStack) -> Connection:
        """Come to the end of the journal, and open a snapshot that ends there too."""
        self._catch_up(connection, fill)
        state = readers.enter_context(self._database.snapshot())
        position = state.exec_driver_sql("SELECT position FROM journal_head").scalar_one()
        assert position == fill.position, "nobody else writes while this one has the head"
        return state

    def _catch_up(self, connection: Connection, fill: Fill) -> None:
        fill.stored.connection = connection
        fill.catch_up(connection, self._settings.rebuild_chunk_events)

    def _compare(self, old: Generation, new: Generation, state: Connection) -> tuple[str, str, int]:
        """Both digests at the position of the snapshot: the new tables have stayed there."""
        position = state.exec_driver_sql("SELECT position FROM journal_head").scalar_one()
        with self._database.snapshot() as now:
            return old.digest(state), new.digest(now), position

    def _show(self, connection: Connection, fill: Fill) -> None:
        self._catch_up(connection, fill)
        fill.generation.show(connection)

    def _give_up(self, connection: Connection, new: Generation) -> None:
        """Drop what was built; unless it is shown, and only what came after has failed."""
        if live_number(connection) != new.number:
            new.drop(connection)

    def _drop_others(self, new: Generation) -> None:
        """Drop what was replaced, once nobody reads it; otherwise it goes with the next rebuild."""
        try:
            if self._database.outwaits_readers():
                self._writer.run(new.drop_others)
        except (SQLAlchemyError, DatabaseAway) as failure:
            log.warning("old-generation-kept", error=type(failure).__name__)
