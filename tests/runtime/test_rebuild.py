"""Building all read models again while people keep working: all at once, and nothing else."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from shared.kernel.envelope import Sealed
from shared.runtime.projections import Rows
from shared.runtime.rebuild import Fill, Rebuild, RebuildRunning, actor_of
from shared.runtime.service import Service
from shared.runtime.transport import LocalTransport, Unsent
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    asked,
    entitled,
    fail_once_at_commit,
    open_till,
    put_in,
    running,
    service_of,
    until,
)
from tests.support.ledger import CLERK, MIRROR

pytestmark = pytest.mark.usefixtures("database")

EVENTS = 5_000
MORE = 37


def deposit(here: Running, numbers: Sequence[int]) -> None:
    """Number i puts in i cents."""

    for start in range(0, len(numbers), 2_000):
        asyncio.run(all_of_them(here, numbers[start : start + 2_000]))


async def all_of_them(here: Running, numbers: Sequence[int]) -> None:
    submit = here.service.writer.submit
    await asyncio.gather(*(submit(asked(put_in(number))) for number in numbers))


def while_rebuilding(
    monkeypatch: pytest.MonkeyPatch, at_chunk: Callable[[int], None], before_switch: Any = None
) -> None:
    """Do something after each chunk (in the rebuilding thread) and before the switch."""
    fold, compare = Fill.fold, Rebuild._compare

    def folded(fill: Fill, lines: Sequence[Any]) -> Rows:
        rows = fold(fill, lines)
        if threading.current_thread().name != "writer":
            at_chunk(fill.events)
        return rows

    def compared(rebuild: Rebuild, *generations: Any) -> Any:
        if before_switch is not None:
            before_switch()
        return compare(rebuild, *generations)

    monkeypatch.setattr(Fill, "fold", folded)
    monkeypatch.setattr(Rebuild, "_compare", compared)


class Reader:
    """Reads the view again and again; what it sees belongs to the position beside it."""

    def __init__(self, here: Running) -> None:
        self._here = here
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.wrong: list[tuple[Any, ...]] = []
        self.reads = 0

    def _run(self) -> None:
        query = "SELECT h.position, (SELECT sum(held_cents) FROM till_list) FROM journal_head h"
        while not self._stop.is_set():
            [(position, total)] = self._here.sql(query)
            count = min(position - 1, EVENTS + MORE)
            self.reads += 1
            if total != count * (count + 1) // 2:
                self.wrong.append((position, total))

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)


def total(here: Running) -> int:
    [(cents,)] = here.sql("SELECT sum(held_cents) FROM till_list")
    return int(cents)


def test_c_022_a_rebuild_while_people_keep_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, rebuild_chunk_events=500) as ledger:
        ledger.ask(open_till())
        deposit(ledger, range(1, EVENTS + 1))
        assert total(ledger) == 12_502_500
        left = iter(range(EVENTS + 1, EVENTS + MORE + 1))
        while_rebuilding(
            monkeypatch,
            lambda _: deposit(ledger, [next(left), next(left)]),
            lambda: deposit(ledger, list(left)),
        )
        with Reader(ledger) as reader:
            rebuilt = ledger.rebuild()
            monkeypatch.undo()
            assert total(ledger) == 12_688_203
            assert entitled(total(ledger)) == (5_075_281, 507_528)
            second = ledger.rebuild()
        assert (reader.wrong, reader.reads > 5) == ([], True)
        assert rebuilt.digest_before == rebuilt.digest_after
        assert second.digest_before == second.digest_after
        assert total(ledger) == 12_688_203
        assert ledger.read_model_tables() == {"till_list__g3", "note_list__g3"}
    with running(tmp_path) as ledger:
        assert total(ledger) == 12_688_203
        assert ledger.rebuild().digest_after == second.digest_after


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Running]:
    """A till with thirty deposits, rebuilt five events at a time."""
    with running(tmp_path, rebuild_chunk_events=5) as here:
        here.ask(open_till())
        deposit(here, range(1, 31))
        yield here


class HalfWay(Exception):
    """The rebuild is struck down."""


def strike(_: Any = None) -> None:
    raise HalfWay


@pytest.mark.parametrize("at", ["a chunk", "the comparison"])
def test_c_022_a_rebuild_killed_half_way_leaves_the_old_view(
    small: Running, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    if at == "a chunk":
        while_rebuilding(monkeypatch, lambda events: strike() if events >= 15 else None)
    else:
        while_rebuilding(monkeypatch, lambda _: None, strike)
    with pytest.raises(HalfWay):
        small.rebuild()
    monkeypatch.undo()
    assert total(small) == 465
    small.ask(put_in(31))
    assert total(small) == 496
    assert small.read_model_tables() == {"till_list__g1", "note_list__g1"}
    rebuilt = small.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
    assert total(small) == 496


@pytest.mark.parametrize("step", range(12))
def test_a_rebuild_whose_every_commit_may_fail_leaves_a_complete_view(
    small: Running, step: int
) -> None:
    failure = OperationalError("COMMIT", None, Exception("database or disk is full"))
    with fail_once_at_commit(small, failure, after=step), suppress(OperationalError):
        small.rebuild()
    assert total(small) == 465
    small.ask(put_in(31))
    assert total(small) == 496
    rebuilt = small.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_what_a_killed_process_left_of_a_rebuild_is_gone_after_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, rebuild_chunk_events=5) as ledger:
        ledger.ask(open_till())
        deposit(ledger, range(1, 31))
        while_rebuilding(monkeypatch, lambda events: strike() if events >= 15 else None)
        monkeypatch.setattr(Rebuild, "_give_up", lambda *_: None)
        with pytest.raises(HalfWay):
            ledger.rebuild()
        monkeypatch.undo()
        assert len(ledger.read_model_tables()) == 4
    with running(tmp_path, rebuild_chunk_events=5) as ledger:
        assert total(ledger) == 465
        rebuilt = ledger.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after
        assert total(ledger) == 465
        assert len(ledger.read_model_tables()) == 2


def test_one_rebuild_at_a_time(small: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[BaseException] = []

    def again(_: int) -> None:
        with pytest.raises(RebuildRunning) as caught:
            small.rebuild()
        refused.append(caught.value)

    while_rebuilding(monkeypatch, again)
    small.rebuild()
    assert refused
    monkeypatch.undo()
    small.rebuild()


def test_a_rebuild_is_recorded_with_who_why_and_both_digests(small: Running) -> None:
    rebuilt = small.rebuild("the view looked odd")
    event = small.lines()[-1]
    assert event.stream == "operations-ledger"
    for part in (rebuilt.digest_after, CLERK.person, "the view looked odd"):
        assert part in event.body
    assert (rebuilt.events, rebuilt.position) == (31, 31)


class Spy(LocalTransport):
    """Notes everything that is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sealed] = []

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        events = unsent()
        self.sent += [sealed for _, sealed in events]
        return super().publish(origin, events[-1][0], unsent)


def opened(folder: Path, spy: Spy) -> Service:
    service = service_of(folder, transport=spy, rebuild_chunk_events=2)
    service.open()
    spy.join(service.name, service.snapshot)
    service.start()
    return service


def test_c_025_replay_does_not_phone_the_bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy()
    service = opened(tmp_path, spy)
    ledger = Running(service)
    try:
        ledger.together(open_till(), put_in(888_888), put_in(432_100), put_in(12))
        until(lambda: len(spy.sent) == 4)
        live = iter([100])
        while_rebuilding(monkeypatch, lambda _: deposit(ledger, list(live)))
        ledger.rebuild()
        monkeypatch.undo()
        ledger.rebuild()
        assert total(ledger) == 1_321_000 + 100
        until(lambda: ledger.service.gauges()["relay_backlog_events"] == 0)
        assert [sealed.hash for sealed in spy.sent] == [line.hash for line in ledger.lines()]
        assert ledger.names()[4:] == ["MoneyPutIn", "ProjectionsRebuilt", "ProjectionsRebuilt"]
    finally:
        service.stop_listening()
        service.close()


def test_c_025_a_rebuild_follows_no_policy(tmp_path: Path) -> None:
    with running(tmp_path / "l") as ledger, running(tmp_path / "m", MIRROR) as mirror:
        ledger.together(open_till(), put_in(5), put_in(600_000))
        mirror.receive(ledger.sealed())
        before = mirror.lines()
        mirror.rebuild()
        mirror.rebuild()
        assert mirror.lines()[: len(before)] == before
        assert mirror.names()[len(before) :] == ["ProjectionsRebuilt"] * 2
        assert mirror.state("mirror-a").times == 1


@pytest.mark.parametrize("actor", ["officer-1", "a\\b", 'the "boss"', "élu·e", "a\\", '\\"', "{}"])
def test_the_actor_of_an_envelope_is_found_without_reading_it(tmp_path: Path, actor: str) -> None:
    command = put_in(1)
    by = type(CLERK)(person=actor)
    command = type(command)(
        till="a", cents=1, by=by, now=command.now, effective_at=command.effective_at
    )
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(command)
        assert [actor_of(line.envelope) for line in ledger.lines()] == ["clerk", actor]
