"""The read models that a running service shows: ready at its start, and followed when they move."""

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from shared.kernel.decider import Domain
from shared.runtime.database import Database, Turn
from shared.runtime.generations import Generation, Superseded, current_generation, next_number
from shared.runtime.journal import LOCK_HEAD
from shared.runtime.projections import Projection, StoredRows
from shared.runtime.rebuild import Fill
from shared.runtime.settings import Settings

log = structlog.get_logger()


class Live:
    """Knows which generation the database shows, whoever has built it."""

    def __init__(
        self,
        domain: Domain,
        projections: Sequence[Projection],
        database: Database,
        settings: Settings,
    ) -> None:
        self._domain = domain
        self._projections = projections
        self._database = database
        self._settings = settings

    def prepare(self) -> Generation:
        """The live generation; built now if the code's revision is another than the stored.

        Of several processes that start together one builds, and the others wait for it.
        """
        with self._database.writing() as connection:
            number = current_generation(connection, self._projections)
        if number is not None:
            return self._numbered(number)
        with self._database.alone(Turn.REBUILD, wait=True):
            with self._database.writing() as connection:
                connection.execute(LOCK_HEAD)
                number = current_generation(connection, self._projections)
                if number is not None:
                    return self._numbered(number)
                generation = self._built(connection)
            if self._database.outwaits_readers():
                with self._database.writing() as connection:
                    generation.drop_others(connection)
        return generation

    def _built(self, connection: Connection) -> Generation:
        generation = self._numbered(next_number(connection))
        generation.create(connection)
        fill = Fill(self._domain, generation, connection, self._settings.rows_cached_max)
        fill.catch_up(connection, self._settings.rebuild_chunk_events)
        generation.show(connection)
        if fill.events:
            log.info("projections-built", service=self._domain.service, events=fill.events)
        return generation

    def rows(self, generation: Generation) -> StoredRows:
        """The rows of a generation, on the writer's connection."""
        return StoredRows(self._database.writer, generation.tables, self._settings.rows_cached_max)

    def follow(self, connection: Connection, shown: Generation) -> Generation:
        """Under the head's lock: the generation that is shown now. Raises Superseded."""
        number = current_generation(connection, self._projections)
        if number is None:
            raise Superseded
        return shown if number == shown.number else self._numbered(number)

    def _numbered(self, number: int) -> Generation:
        return Generation(self._projections, number, self._database.dialect)
