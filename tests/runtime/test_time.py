"""C-032: an instant stays the instant it was, whatever offset it was written with."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from shared.kernel.periods import from_micros, parse_instant, to_micros
from shared.runtime.clock import SetClock, SystemClock
from shared.runtime.journal import JOURNAL
from tests.runtime.running import NOW, Running, open_till, put_in, running
from tests.runtime.test_projections import BOOKS, contents, histories
from tests.support import databases
from tests.support.ledger import TILL_LIST

pytestmark = pytest.mark.usefixtures("database")

COPIED = ("journal", "event_subject", "journal_head", "mark", "waiting", "answer")
WRITTEN = "2025-06-30T23:30:00-04:00"
INSTANT = datetime(2025, 7, 1, 3, 30, tzinfo=UTC)


def found_between(ledger: Running, start: str, end: str) -> list[int]:
    """The positions of events effective in a half-open range."""
    query = select(JOURNAL.c.position).where(
        JOURNAL.c.effective_at >= to_micros(parse_instant(start)),
        JOURNAL.c.effective_at < to_micros(parse_instant(end)),
    )
    with ledger.service.snapshot() as state:
        return list(state.connection.execute(query).scalars())


def test_an_instant_written_with_an_offset_is_read_back_as_the_same(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till(at=datetime.fromisoformat(WRITTEN)))
        [line] = ledger.lines()
        assert from_micros(line.effective_at) == INSTANT
        assert '"time":"2025-07-01T03:30:00.000000Z"' in line.envelope


@pytest.mark.parametrize(
    ("start", "end", "positions"),
    [
        ("2025-06-30T23:00:00-04:00", "2025-07-01T00:00:00-04:00", [1]),
        ("2025-07-01T03:00:00Z", "2025-07-01T04:00:00Z", [1]),
        ("2025-06-30T23:00:00Z", "2025-07-01T00:00:00Z", []),
        ("2025-07-01T03:30:00.000000Z", "2025-07-01T03:30:00.000001Z", [1]),
        ("2025-07-01T03:00:00Z", "2025-07-01T03:30:00Z", []),
    ],
)
def test_a_range_finds_it_by_the_instant(
    tmp_path: Path, start: str, end: str, positions: list[int]
) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till(at=datetime.fromisoformat(WRITTEN)))
        assert found_between(ledger, start, end) == positions


def test_microseconds_survive(tmp_path: Path) -> None:
    at = datetime(2025, 7, 1, 3, 30, 0, 999_999, tzinfo=UTC)
    with running(tmp_path) as ledger:
        ledger.ask(open_till(at=at))
        ledger.ask(put_in(1, at=at))
        assert {from_micros(line.effective_at) for line in ledger.lines()} == {at}


def test_an_instant_without_an_offset_is_refused_and_records_nothing(tmp_path: Path) -> None:
    naive = datetime(2025, 6, 30, 23, 30)  # noqa: DTZ001 - this is the mistake
    with running(tmp_path) as ledger:
        with pytest.raises(TypeError):
            ledger.ask(open_till(at=naive))
        assert ledger.lines() == []
    with pytest.raises(ValueError, match="instant"):
        parse_instant("2025-06-30T23:30:00")


def copied(folder: Path, service: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """The tables of a store as they are, in the database that PostgreSQL has for this folder."""
    databases.url_of(folder, service)
    with psycopg.connect(databases.owner_of(folder, service)) as connection:
        connection.execute("DELETE FROM journal_head")
        for table, found in rows.items():
            for row in found:
                marks = ", ".join(["%s"] * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_c_032_a_store_copied_from_sqlite_to_postgresql_gives_equal_projections(
    tmp_path: Path,
) -> None:
    how: dict[str, Any] = {"projections": (TILL_LIST, BOOKS)}
    with running(tmp_path, **how) as ledger:
        ledger.ask(open_till("é", at=datetime.fromisoformat(WRITTEN)))
        ledger.ask(open_till("Z", at=INSTANT))
        histories(ledger, random.Random(32), 12)
        digest = ledger.rebuild().digest_after
        shown, lines = contents(ledger), ledger.lines()
        rows = {name: ledger.sql(f"SELECT * FROM {name}") for name in COPIED}
    with databases.on_postgresql():
        copied(tmp_path, "ledger", rows)
        with running(tmp_path, **how) as ledger:
            assert ledger.lines() == lines
            assert contents(ledger) == shown
            rebuilt = ledger.rebuild()
            assert rebuilt.digest_before == rebuilt.digest_after
            assert ledger.sql("SELECT count(*) FROM till_list") == [(len(shown[0]),)]
            assert digest == rebuilt.digest_after
            assert ledger.ask(put_in(1, "Z", at=INSTANT)).version == 2


def test_a_clock_that_is_set_moves_only_when_told() -> None:
    clock = SetClock(NOW)
    assert clock.now() == clock.now() == NOW
    assert clock.monotonic() == 0
    clock.advance(INSTANT - NOW)
    assert clock.now() == INSTANT
    assert clock.monotonic() == (INSTANT - NOW).total_seconds()


def test_the_machines_clock_is_in_utc_and_its_durations_grow() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == NOW.utcoffset()
    assert clock.monotonic() <= clock.monotonic()
