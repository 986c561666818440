"""Copying a journal's own tables and its sealed vault between databases, as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from shared.runtime.database import Prepared
from shared.runtime.journal import ANSWER, EVENT_SUBJECT, HEAD, JOURNAL, MARK, WAITING
from shared.runtime.parked import PARKED, PAUSED
from shared.runtime.sqlite import file_engine
from shared.runtime.steps import apply_steps
from shared.runtime.vault import CONTENT, KEYS

TABLES = (JOURNAL, EVENT_SUBJECT, MARK, WAITING, ANSWER, PARKED, PAUSED, KEYS, CONTENT)
"""Besides the head, all that cannot be built again; the vault's keys stay wrapped."""
ROWS_AT_ONCE = 1_000


def copy_tables(source: Connection, target: Connection) -> None:
    """Copy what one snapshot sees into a database that holds an empty journal."""
    for table in TABLES:
        writing = Prepared(insert(table), target.dialect)
        found = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(*table.c))
        for rows in found.partitions():
            writing.many(target, [tuple(row) for row in rows])
    head = source.execute(select(*HEAD.c)).mappings().one()
    target.execute(update(HEAD).values(dict(head)))


def copy_to_file(source: Connection, path: Path) -> None:
    """Copy what one snapshot sees into a new SQLite file."""
    with opened_file(path) as target:
        apply_steps(target)
        copy_tables(source, target)


@contextmanager
def opened_file(path: Path) -> Iterator[Connection]:
    """One transaction on a file of a backup."""
    engine = file_engine(path)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
