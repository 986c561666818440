"""Several processes of one service on one PostgreSQL: one order, one winner, one relay."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from shared.kernel.money import portion
from shared.runtime import postgres
from shared.runtime.database import DatabaseAway, Turn
from shared.runtime.generations import Superseded
from shared.runtime.projections import Projection
from shared.runtime.rebuild import RebuildRunning
from tests.runtime.processes import Process, opened
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    open_till,
    put_in,
    reserve,
    running,
    until,
)
from tests.runtime.test_projections import show_doubled, wider
from tests.runtime.test_rebuild import deposit, while_rebuilding
from tests.support.ledger import MIRROR, NOTES, PURSE_CENTS, TILLS, PurseEmpty

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Running, Running]]:
    """Two processes of one ledger, as far as the database can tell."""
    with running(tmp_path) as one, running(tmp_path) as other:
        one.ask(open_till())
        yield one, other


@contextmanager
def five(folder: Path) -> Iterator[list[Process]]:
    with ExitStack() as processes:
        started = [Process(folder) for _ in range(5)]
        yield [processes.enter_context(process) for process in started]


def test_c_033_five_processes_on_five_streams_all_succeed(tmp_path: Path) -> None:
    with five(tmp_path) as processes, running(tmp_path) as ledger:
        ledger.together(*map(open_till, "abcde"))
        for process, till in zip(processes, "abcde", strict=True):
            process.begin("put_in", 111_111, till)
        assert [process.answer()["version"] for process in processes] == [2] * 5
        [(total,)] = ledger.sql("SELECT sum(held_cents) FROM till_list")
        assert (total, portion(Fraction(2, 5), total)) == (555_555, 222_222)


def test_c_033_of_five_processes_upon_one_version_one_succeeds(tmp_path: Path) -> None:
    with five(tmp_path) as processes, running(tmp_path) as ledger:
        ledger.together(open_till(), *(put_in(0) for _ in range(8)))
        for process in processes:
            process.begin("put_in", 111_111, if_match=9)
        told = [process.answer() for process in processes]
        assert [answer["version"] for answer in told if "version" in answer] == [10]
        stale = {"refused": "stale", "current_version": 10}
        assert [answer for answer in told if "refused" in answer] == [stale] * 4
        left = [process for process, answer in zip(processes, told, strict=True) if answer == stale]
        for version, process in enumerate(left, start=10):
            assert process.ask("put_in", 111_111, if_match=version)["version"] == version + 1
        assert ledger.state("till-a").held_cents == 555_555
        assert [line.version for line in ledger.lines()] == [*range(1, 15)]


def test_a_key_answers_in_every_process(two: tuple[Running, Running]) -> None:
    one, other = two
    first = one.ask(put_in(5), key="k")
    again = other.ask(put_in(5), key="k")
    assert (first.repeated, again.repeated, again.body) == (False, True, first.body)
    assert other.state("till-a").held_cents == 5


def test_what_another_process_committed_is_decided_upon(two: tuple[Running, Running]) -> None:
    one, other = two
    for cents, here in ((600_000, one), (300_000, other), (100_000, one)):
        here.ask(reserve(cents))
        assert here.sql("SELECT held_cents FROM till_list")
    for here in two:
        with pytest.raises(PurseEmpty):
            here.ask(reserve(1))
    assert one.state("purse-main").reserved_cents == PURSE_CENTS
    assert one.sql("SELECT held_cents FROM till_list") == [(PURSE_CENTS,)]
    rebuilt = other.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_received_events_are_taken_by_any_process_and_once(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till(), put_in(1), put_in(2), put_in(3))
        first, second, third, fourth = ledger.sealed()
    with running(tmp_path, MIRROR) as one, running(tmp_path, MIRROR) as other:
        one.receive([third])  # It waits, and moves no position.
        other.receive([first, fourth])
        other.receive([second])
        assert other.service.writer.waiting == 0
        assert other.service.writer.marks.reached == {"ledger": 4}
        one.receive([first, second, third, fourth])
        assert one.service.writer.marks.reached == {"ledger": 4}
        assert one.state("mirror-a").times == 3
        assert [line.position for line in one.lines()] == [*range(1, 8)]


def test_a_reader_that_follows_several_writers_sees_every_position_once(tmp_path: Path) -> None:
    with ExitStack() as stack:
        started = [Process(tmp_path) for _ in range(3)]
        processes = [stack.enter_context(process) for process in started]
        ledger = stack.enter_context(running(tmp_path))
        for number, process in enumerate(processes):
            assert process.ask("open_till", str(number))["version"] == 1
        for _ in range(40):
            for number, process in enumerate(processes):
                process.begin("put_in", 1, str(number))
        seen: list[int] = []

        def all_seen() -> bool:
            with ledger.service.snapshot() as state:
                after = seen[-1] if seen else 0
                seen.extend(stored.position for stored in state.events(after, 7))
            return len(seen) >= 123

        until(all_seen)
        assert seen == [*range(1, 124)]
        for process in processes:
            assert [process.answer()["version"] for _ in range(40)] == [*range(2, 42)]


def test_a_process_that_writes_nothing_tells_those_who_wait(tmp_path: Path) -> None:
    with opened(tmp_path) as idle, running(tmp_path) as busy:
        waiting = threading.Thread(target=idle.until, args=(lambda: position(idle) == 2,))
        waiting.start()
        busy.ask(open_till())
        busy.ask(put_in(1))
        waiting.join(PATIENCE_SECONDS)
        assert not waiting.is_alive()
        until(lambda: idle.service.arrivals.position == 2)
        assert idle.service.health()["writer"] == "ok"


def position(here: Running) -> int:
    with here.service.snapshot() as state:
        return state.position


def total(here: Running) -> int:
    [(cents,)] = here.sql("SELECT sum(held_cents) FROM till_list")
    return int(cents)


def test_c_022_a_rebuild_in_one_process_has_what_another_writes_meanwhile(
    tmp_path: Path, two: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = two[1]
    with running(tmp_path, rebuild_chunk_events=250) as one:
        rebuilt_while_another_writes(one, other, monkeypatch)


def rebuilt_while_another_writes(
    one: Running, other: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events 1,001 to 1,037 come from the other process, one a chunk and then the rest."""
    deposit(one, range(1, 1_001))
    left = iter(range(1_001, 1_038))
    while_rebuilding(
        monkeypatch,
        lambda _: deposit(other, [next(left)]),
        lambda: deposit(other, list(left)),
    )
    rebuilt = one.rebuild()
    monkeypatch.undo()
    whole = 1_037 * 1_038 // 2
    assert rebuilt.digest_before == rebuilt.digest_after
    assert (total(one), total(other)) == (whole, whole)
    other.ask(put_in(5))
    assert (total(one), total(other)) == (whole + 5, whole + 5)
    again = other.rebuild()
    assert again.digest_before == again.digest_after
    one.ask(put_in(6))
    assert total(other) == whole + 11
    assert one.read_model_tables() == {"till_list__g3", "note_list__g3"}


def test_a_snapshot_keeps_its_views_while_they_are_built_anew(
    two: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    monkeypatch.setattr(postgres, "OUTWAIT_TRIES", 1)
    one.ask(put_in(5))
    with other.service.snapshot() as before:
        assert before.position == 2
        one.rebuild()
        one.ask(put_in(7))
        held = before.connection.exec_driver_sql("SELECT held_cents FROM till_list").scalar_one()
        assert (held, total(one), total(other)) == (5, 12, 12)
        assert len(one.read_model_tables()) == 4
    one.rebuild()
    assert one.read_model_tables() == {"till_list__g3", "note_list__g3"}


def test_one_process_rebuilds_at_a_time(two: tuple[Running, Running]) -> None:
    one, other = two
    database: Any = other.service._database
    with database.alone(Turn.REBUILD) as mine:
        assert mine
        with pytest.raises(RebuildRunning):
            one.rebuild()
    one.rebuild()


def test_a_process_of_an_older_release_makes_room_for_the_newer(tmp_path: Path) -> None:
    doubled = Projection(
        "till_list", revision=2, tables=(wider(TILLS, "unit"), NOTES), apply=show_doubled
    )
    with running(tmp_path) as older:
        older.together(open_till(), put_in(5))
        with running(tmp_path, projections=(doubled,)) as newer:
            assert newer.sql("SELECT held_cents, unit FROM till_list") == [(10, "half a cent")]
            with pytest.raises(Superseded):
                older.ask(put_in(1))
            newer.ask(put_in(1))
            assert newer.sql("SELECT held_cents FROM till_list") == [(12,)]


def test_the_relay_of_a_killed_process_is_taken_over_at_once(tmp_path: Path) -> None:
    with Process(tmp_path) as first:
        first.ask("open_till", "a")
        first.sends(1)
        with Process(tmp_path) as second:
            assert second.ask("put_in", 1, "a")["version"] == 2
            first.sends(2)
            first.signal(signal.SIGKILL)
            second.ask("put_in", 2, "a")
            second.sends(3)
            assert second.sent[-1] == 3


def test_the_relay_of_a_stopped_process_is_taken_over_after_its_lease(tmp_path: Path) -> None:
    with Process(tmp_path, relay_lease_seconds=1) as first:
        first.ask("open_till", "a")
        first.sends(1)
        with Process(tmp_path, relay_lease_seconds=1) as second:
            first.signal(signal.SIGSTOP)
            second.ask("put_in", 2, "a")
            second.sends(2)
            first.signal(signal.SIGCONT)
            assert first.ask("put_in", 3, "a")["version"] == 3
            second.sends(3)


def test_a_process_that_is_stopped_in_the_middle_of_a_group_loses_it_and_goes_on(
    two: tuple[Running, Running],
) -> None:
    one, other = two
    engine = one.service.writer.run(lambda connection: connection.engine)
    stopped, go = threading.Event(), threading.Event()

    def stop(_: Connection) -> None:
        stopped.set()
        assert go.wait(PATIENCE_SECONDS)

    one.service.writer.run(
        lambda on: on.exec_driver_sql("SET SESSION idle_in_transaction_session_timeout = '300ms'")
    )

    def ask() -> None:
        with pytest.raises(DatabaseAway):
            one.ask(put_in(1))

    event.listen(engine, "commit", stop, once=True)
    asking = threading.Thread(target=ask)
    asking.start()
    assert stopped.wait(PATIENCE_SECONDS)
    assert other.ask(put_in(2)).version == 2
    go.set()
    asking.join(PATIENCE_SECONDS)
    assert one.ask(put_in(3)).version == 3
    assert one.state("till-a").held_cents == total(other) == 5
