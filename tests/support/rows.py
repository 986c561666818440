"""Rows of projections in memory, for testing what one event changes without a database."""

from collections.abc import Sequence

from sqlalchemy.dialects import sqlite

from shared.runtime.projections import Projection, Row, Rows, StoredTable


class NoRows:
    """An empty database that knows its tables."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.tables = {
            table.name: StoredTable(table, 1, sqlite.dialect())
            for projection in projections
            for table in projection.tables
        }

    def get(self, table: str, *key: str) -> Row | None:
        """Nothing is here."""
        return None


def no_rows(projections: Sequence[Projection]) -> Rows:
    """The tables of these projections, empty."""
    return Rows(NoRows(projections))  # type: ignore[arg-type]
