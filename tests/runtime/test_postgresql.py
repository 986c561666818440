"""What only PostgreSQL does: connections that are lost, processes that start together, rights."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from shared.runtime import postgres
from shared.runtime.database import DatabaseAway
from shared.runtime.failpoints import on_reach
from shared.runtime.postgres import PostgresDatabase
from tests.runtime.running import (
    Running,
    open_till,
    put_in,
    running,
    until,
)
from tests.support.databases import address_of, database_of, owner_of
from tests.support.ledger import MIRROR

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


def ended_sessions(folder: Path, of: str) -> int:
    """End the sessions of this name; returns how many there were."""
    query = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = %s AND application_name LIKE %s
    """
    with psycopg.connect(owner_of(folder, "ledger"), autocommit=True) as connection:
        found = connection.execute(query, [database_of(folder, "ledger"), f"%{of}"]).fetchone()
    assert found is not None
    return int(found[0])


def test_sessions_speak_utc_and_hold_nothing_for_ever(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        asked_for = "SELECT name, setting FROM pg_settings WHERE name LIKE '%timeout%'"
        kept: dict[str, str] = ledger.service.writer.run(
            lambda on: dict(on.exec_driver_sql(asked_for.replace("%", "%%")).all())
        )
        assert (kept["idle_in_transaction_session_timeout"], kept["lock_timeout"]) == (
            "10000",
            "15000",
        )
        assert dict(ledger.sql(asked_for))["idle_in_transaction_session_timeout"] == "60000"
        assert ledger.sql("SHOW timezone") == [("UTC",)]


@contextmanager
def at_commit(
    here: Running, strike: Callable[[Connection], None], after: int = 0
) -> Iterator[None]:
    """Once, when all of a group is written, this happens before its commit, or some later one's."""
    engine = here.service.writer.run(lambda connection: connection.engine)
    left: list[Callable[[Connection], object]] = [strike, *[id] * after]

    def struck(connection: Connection) -> None:
        if left:
            left.pop()(connection)

    event.listen(engine, "commit", struck)
    try:
        yield
    finally:
        event.remove(engine, "commit", struck)


def test_a_session_that_ends_before_the_commit_records_nothing_and_the_next_goes_on(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with at_commit(ledger, lambda _: end_writer(tmp_path), after=1):
            outcomes = ledger.together(put_in(1), put_in(2))
        assert [type(outcome) for outcome in outcomes] == [DatabaseAway] * 2
        assert ledger.service.writer.failure is None
        assert [ledger.ask(put_in(4)).version, ledger.state("till-a").held_cents] == [2, 4]


def end_writer(folder: Path) -> None:
    assert ended_sessions(folder, "writer") == 1


def commit_unheard(connection: Connection) -> None:
    """The server commits, and its answer never comes."""
    driver: Any = connection.connection.driver_connection
    driver.execute("COMMIT")
    driver.close()


def test_a_commit_that_nobody_heard_of_is_found_again_and_done_once(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with at_commit(ledger, commit_unheard), pytest.raises(DatabaseAway):
            ledger.ask(put_in(5), key="k")
        again = ledger.ask(put_in(5), key="k")
        assert (again.repeated, again.version) == (True, 2)
        assert ledger.ask(put_in(1)).version == 3
        assert ledger.sql("SELECT held_cents FROM till_list") == [(6,)]
        positions = [line.position for line in ledger.lines()]
        assert positions == [1, 2, 3]


def test_received_events_whose_commit_nobody_heard_of_are_known_when_they_come_again(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as ledger, running(tmp_path, MIRROR) as mirror:
        ledger.together(open_till(), put_in(1), put_in(2))
        events = ledger.sealed()
        with at_commit(mirror, commit_unheard), pytest.raises(DatabaseAway):
            mirror.receive([events[0], events[2]])
        assert (mirror.service.writer.waiting, mirror.service.writer.marks.reached) == (0, {})
        mirror.receive([events[1]])
        assert mirror.service.writer.marks.reached == {"ledger": 3}
        assert mirror.sql("SELECT * FROM waiting") == []
        mirror.receive(events)
        assert mirror.state("mirror-a").times == 2


def test_a_switch_whose_commit_nobody_heard_of_is_not_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till(), put_in(5))
        struck: list[bool] = []

        def strike(point: str) -> None:
            if point == "rebuild.after_show" and not struck:
                struck.append(True)
                event.listen(engine, "commit", commit_unheard, once=True)

        engine = ledger.service.writer.run(lambda connection: connection.engine)
        with on_reach(strike), pytest.raises(DatabaseAway):
            ledger.rebuild()
        assert ledger.sql("SELECT held_cents FROM till_list") == [(5,)]
        assert ledger.sql("SELECT generation FROM projection") == [(2,)]
        ledger.ask(put_in(1))
        assert ledger.sql("SELECT held_cents FROM till_list") == [(6,)]
        rebuilt = ledger.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after
        assert ledger.read_model_tables() == {"till_list__g3", "note_list__g3"}


def test_sessions_that_ended_while_nobody_used_them_are_not_noticed(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        assert ledger.lines()
        for name in ("writer", "reader"):
            assert ended_sessions(tmp_path, name) == 1
        assert ledger.ask(put_in(1)).version == 2
        assert len(ledger.lines()) == 2


def read_on_an_ended_session(folder: Path, ledger: Running) -> None:
    with ledger.service.snapshot() as state:
        assert state.position == 1
        ended_sessions(folder, "reader")
        state.history("till-a")


def test_a_reader_whose_session_ends_is_told_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with pytest.raises(DatabaseAway):
            read_on_an_ended_session(tmp_path, ledger)
        assert len(ledger.lines()) == 1


def test_a_server_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(DatabaseAway):
        PostgresDatabase("postgresql://nobody@127.0.0.1:1/none", "ledger", 1)


def ask_while_held(ledger: Running, holder: PostgresDatabase) -> None:
    with holder.writing() as connection:
        connection.exec_driver_sql("SELECT * FROM journal_head FOR UPDATE")
        assert ledger.ask(open_till()).version == 1


def test_a_stopped_process_gives_the_head_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres.WRITER_OPTIONS, "idle_in_transaction_session_timeout", "300ms")
    stopped = PostgresDatabase(address_of(tmp_path), "ledger", 1)
    monkeypatch.undo()
    with running(tmp_path) as ledger:
        with pytest.raises(DatabaseAway):
            ask_while_held(ledger, stopped)
        with stopped.writing() as connection:
            assert connection.exec_driver_sql("SELECT position FROM journal_head").scalar() == 1
    stopped.close()


def test_who_waits_too_long_for_the_head_is_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres.WRITER_OPTIONS, "lock_timeout", "100ms")
    holder = PostgresDatabase(address_of(tmp_path), "ledger", 1)
    with running(tmp_path) as ledger:
        with holder.writing() as connection:
            connection.exec_driver_sql("SELECT * FROM journal_head FOR UPDATE")
            with pytest.raises(DatabaseAway):
                ledger.ask(open_till())
        assert ledger.ask(open_till()).version == 1
    holder.close()


def test_text_is_compared_by_its_bytes_whatever_the_server_speaks(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        columns = """
            SELECT table_name, column_name, collation_name FROM information_schema.columns
            WHERE data_type = 'text' AND table_schema IN ('public', 'g1')
        """
        found = ledger.sql(columns)
        assert {"journal", "answer", "waiting", "till_list"} <= {row[0] for row in found}
        assert {row[2] for row in found} == {"C"}


def test_sums_of_whole_numbers_are_whole_numbers(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till(), put_in(2**53))
        [(total, there)] = ledger.sql("SELECT sum(held_cents), sum(held_cents) > 0 FROM till_list")
        assert (type(total), total, there) == (int, 2**53, True)


def test_a_full_disk_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    def full(_: Connection) -> None:
        raise OperationalError("COMMIT", None, psycopg.errors.DiskFull("no space left"))

    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with at_commit(ledger, full), pytest.raises(DatabaseAway):
            ledger.ask(put_in(1))
        assert ledger.ask(put_in(2)).version == 2
        until(lambda: ledger.sql("SELECT held_cents FROM till_list") == [(2,)])
