"""X11: what falls due is done once for each business date, missed dates in order."""

import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.commands import Actor
from shared.kernel.operations import DateNotBegun, PauseConsumer, RunTimers
from shared.kernel.periods import from_micros, rfc3339, start_of_day
from shared.runtime import deciding, due
from shared.runtime.clock import SetClock
from shared.runtime.items import Key, KeyReused
from shared.runtime.journal import Line
from shared.runtime.timers import Daily
from tests.runtime.running import Running, at_work, running, until
from tests.support.watering import GARDEN, PLANT_LIST, SetPlant, WaterPlant

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2021, 6, 30, 16, tzinfo=UTC)
SET_ON = date(2021, 6, 30)
THIRSTY_ON = date(2021, 7, 3)
GARDENER = Actor(person="operator-1", roles=frozenset({"operator"}))
HOW: dict[str, Any] = {"projections": (PLANT_LIST,)}


@pytest.fixture
def clock() -> SetClock:
    """A summer's noon in Toronto."""
    return SetClock(NOON)


@pytest.fixture
def garden(tmp_path: Path, clock: SetClock) -> Iterator[Running]:
    with running(tmp_path, GARDEN, clock=clock, **HOW) as here:
        yield here


def who(at: datetime = NOON) -> dict[str, Any]:
    return {"by": GARDENER, "now": at, "effective_at": at}


def set_plants(garden: Running, *plants: str, stubborn: bool = False) -> None:
    for plant in plants:
        garden.ask(SetPlant(plant=plant, stubborn=stubborn, **who()))


def run(garden: Running, day: date, key: str = "") -> dict[str, Any]:
    """Have timers run up to this date, as the route does."""
    key = key or garden.service.ids.uuid7()
    asked = Key(name=key, fingerprint=day.isoformat(), correlation_id=f"of-{key}")
    found: dict[str, Any] = json.loads(garden.service._timers.run(GARDENER, day, asked).body)
    return found


def of(garden: Running, name: str) -> list[Line]:
    """The events of this name, in their order."""
    return [line for line in garden.lines() if line.type.split(".")[2] == name]


def bodies(garden: Running, name: str) -> list[dict[str, Any]]:
    return [json.loads(line.body) for line in of(garden, name)]


def days_run(garden: Running) -> list[str]:
    return [body["business_date"] for body in bodies(garden, "TimersRun")]


def on(day: date) -> datetime:
    """Some time after noon of a day in Toronto."""
    return start_of_day(day) + timedelta(hours=13)


def test_x11_what_is_due_is_done_at_the_start_of_its_day_and_says_why(
    garden: Running, clock: SetClock
) -> None:
    set_plants(garden, "fern")
    clock.instant = on(THIRSTY_ON)
    assert run(garden, THIRSTY_ON) == {"run_on": "2021-07-03", "left": False}
    [ran], [withered] = of(garden, "TimersRun"), of(garden, "PlantWithered")
    assert json.loads(ran.body) == {"business_date": "2021-07-03", "run_by": "operator-1"}
    assert from_micros(withered.effective_at) == datetime(2021, 7, 3, 4, tzinfo=UTC)
    assert from_micros(withered.recorded_at) >= on(THIRSTY_ON)
    told, cause = json.loads(withered.envelope), json.loads(ran.envelope)
    assert told["causationid"] == ran.event_id
    assert told["correlationid"] == cause["correlationid"]
    assert (cause["actor"], told["actor"]) == ("operator-1", "service:garden")
    assert told["time"] == cause["time"] == "2021-07-03T04:00:00.000000Z"


def test_x11_a_date_runs_once_however_often_and_late_it_is_asked_for(
    garden: Running, clock: SetClock
) -> None:
    set_plants(garden, "fern")
    clock.instant = on(THIRSTY_ON)
    run(garden, THIRSTY_ON)
    before = garden.lines()
    for late in (0, 1, 40):
        clock.advance(timedelta(days=late))
        assert run(garden, THIRSTY_ON) == {"run_on": "2021-07-03", "left": False}
        assert run(garden, SET_ON) == {"run_on": "2021-07-03", "left": False}
    assert garden.lines() == before


def test_x11_missed_dates_run_in_order_each_with_its_own_effective_date(
    garden: Running, clock: SetClock
) -> None:
    """After three days of downtime; what one date has done, the next one sees."""
    run(garden, SET_ON)
    for day, plant in enumerate(("moss", "fern", "ivy")):
        at = NOON + timedelta(days=day)
        garden.ask(SetPlant(plant=plant, **who(at)))
    clock.instant = on(THIRSTY_ON + timedelta(days=2))
    run(garden, THIRSTY_ON + timedelta(days=2))
    assert days_run(garden) == [f"2021-{day}" for day in (
        "06-30", "07-01", "07-02", "07-03", "07-04", "07-05",
    )]  # fmt: skip
    found = [
        (body["plant"], body["withered_on"], body["others"])
        for body in bodies(garden, "PlantWithered")
    ]
    assert found == [
        ("moss", "2021-07-03", 0), ("fern", "2021-07-04", 1), ("ivy", "2021-07-05", 2),
    ]  # fmt: skip
    positions = {json.loads(line.body).get("business_date"): line.position
                 for line in of(garden, "TimersRun")}  # fmt: skip
    withered = [line.position for line in of(garden, "PlantWithered")]
    assert positions["2021-07-03"] < withered[0] < positions["2021-07-04"] < withered[1]


def test_x11_the_very_first_run_does_what_was_due_before(garden: Running, clock: SetClock) -> None:
    set_plants(garden, "fern")
    later = THIRSTY_ON + timedelta(days=30)
    clock.instant = on(later)
    run(garden, later)
    assert days_run(garden) == [later.isoformat()]
    assert [body["withered_on"] for body in bodies(garden, "PlantWithered")] == [later.isoformat()]


@pytest.mark.parametrize(
    ("instant", "begun"),
    [
        ("2021-07-01T03:59:59.999999Z", False),
        ("2021-07-01T04:00:00.000000Z", True),
        ("2021-07-01T23:00:00.000000Z", True),
    ],
)
def test_x11_a_date_that_has_not_begun_in_toronto_is_refused(
    garden: Running, clock: SetClock, instant: str, begun: bool
) -> None:
    clock.instant = datetime.fromisoformat(instant)
    if begun:
        assert run(garden, date(2021, 7, 1))["run_on"] == "2021-07-01"
        return
    with pytest.raises(DateNotBegun):
        run(garden, date(2021, 7, 1))
    assert garden.lines() == []


@pytest.mark.parametrize(
    ("day", "midnight"),
    [("2021-03-14", "05:00"), ("2021-03-15", "04:00"), ("2021-11-07", "04:00"),
     ("2021-11-08", "05:00")],
)  # fmt: skip
def test_x11_days_on_which_clocks_change_begin_at_their_own_midnight(
    garden: Running, clock: SetClock, day: str, midnight: str
) -> None:
    due_on = date.fromisoformat(day)
    at = on(due_on - timedelta(days=3))
    garden.ask(SetPlant(plant="fern", **who(at)))
    clock.instant = on(due_on)
    run(garden, due_on)
    [withered] = of(garden, "PlantWithered")
    assert rfc3339(from_micros(withered.effective_at)) == f"{day}T{midnight}:00.000000Z"


def test_x11_a_run_is_not_refused_where_operations_began_later(
    garden: Running, clock: SetClock
) -> None:
    """The run's own instant is then the stream's beginning; what it does keeps its date."""
    set_plants(garden, "stone", stubborn=True)
    clock.instant = on(THIRSTY_ON)
    run(garden, THIRSTY_ON)
    [first] = of(garden, "TimersRun")
    set_plants(garden, "fern")
    late = {**who(on(date(2021, 7, 20))), "service": "garden"}
    clock.instant = on(date(2021, 7, 20))
    garden.ask(RunTimers(business_date=date(2021, 7, 4), **late))
    [_, second] = of(garden, "TimersRun")
    assert second.effective_at > first.effective_at
    assert {body["withered_on"] for body in bodies(garden, "PlantWithered")} == {"2021-07-04"}


def test_x11_the_operations_of_a_service_may_have_begun_after_the_date(
    tmp_path: Path, clock: SetClock
) -> None:
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        set_plants(garden, "fern")
        clock.instant = on(date(2021, 8, 1))
        garden.service.writer.run(lambda _: None)
        pause = {**who(clock.instant), "service": "garden", "reason": "a look"}
        with pytest.raises(Exception, match="consumer-missing"):
            garden.ask(PauseConsumer(consumer="none", **pause))
        garden_rebuilt = garden.rebuild()
        assert garden_rebuilt.digest_before == garden_rebuilt.digest_after
        run(garden, THIRSTY_ON)
        [ran], [withered] = of(garden, "TimersRun"), of(garden, "PlantWithered")
        [rebuilt] = of(garden, "ProjectionsRebuilt")
        assert ran.effective_at == rebuilt.effective_at
        assert from_micros(withered.effective_at) == start_of_day(THIRSTY_ON)


def test_x11_what_is_refused_is_noted_blocks_nothing_and_is_tried_on_the_next_date(
    garden: Running, clock: SetClock
) -> None:
    set_plants(garden, "cactus", stubborn=True)
    set_plants(garden, "fern")
    clock.instant = on(THIRSTY_ON)
    run(garden, THIRSTY_ON)
    [ran] = of(garden, "TimersRun")
    assert bodies(garden, "PolicyRefused") == [
        {
            "policy": "let_thirsty_wither",
            "event_id": ran.event_id,
            "stream": "operations-garden",
            "subject": "garden-main",
            "code": "stubborn",
            "rule": "X11",
        }
    ]
    assert [body["plant"] for body in bodies(garden, "PlantWithered")] == ["fern"]
    run(garden, THIRSTY_ON)
    assert len(of(garden, "PolicyRefused")) == 1
    clock.advance(timedelta(days=1))
    garden.ask(WaterPlant(plant="cactus", **who(NOON)))
    run(garden, THIRSTY_ON + timedelta(days=1))
    found = [(body["plant"], body["withered_on"]) for body in bodies(garden, "PlantWithered")]
    assert found == [("fern", "2021-07-03"), ("cactus", "2021-07-04")]


def test_x11_a_rebuild_and_a_restart_run_no_timers(tmp_path: Path, clock: SetClock) -> None:
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        set_plants(garden, "fern")
        clock.instant = on(THIRSTY_ON)
        run(garden, SET_ON)
        before = garden.lines()
        rebuilt = garden.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        assert garden.lines()[: len(before)] == before
        assert of(garden, "PlantWithered") == []
        assert garden.sql("SELECT plant, due_on FROM plant_list") == [("fern", "2021-07-03")]
        assert run(garden, THIRSTY_ON)["run_on"] == "2021-07-03"
        assert [body["withered_on"] for body in bodies(garden, "PlantWithered")] == ["2021-07-03"]


def test_x11_rows_changed_in_the_same_group_are_seen(garden: Running, clock: SetClock) -> None:
    set_plants(garden, "fern", "ivy")
    clock.instant = on(THIRSTY_ON)
    water = WaterPlant(plant="ivy", **who(on(THIRSTY_ON)))
    moss = SetPlant(plant="moss", **who(NOON))
    timers = RunTimers(service="garden", business_date=THIRSTY_ON, **who(on(THIRSTY_ON)))
    for outcome in garden.together(water, moss, timers):
        assert not isinstance(outcome, Exception), outcome
    assert garden.commits[-1] == len(garden.lines())
    assert [body["plant"] for body in bodies(garden, "PlantWithered")] == ["fern", "moss"]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A part of a date has so many rows."""
    with monkeypatch.context() as patch:
        patch.setattr(due, "PART_ROWS_MAX", 4)
        yield 4


@pytest.mark.usefixtures("small_parts")
def test_x11_much_that_is_due_is_done_in_parts_and_others_have_their_turn(
    garden: Running, clock: SetClock
) -> None:
    set_plants(garden, *(f"p{number:02}" for number in range(10)))
    set_plants(garden, "a-rock", "z-rock", stubborn=True)
    clock.instant = on(THIRSTY_ON)
    step = {**who(on(THIRSTY_ON)), "service": "garden", "business_date": THIRSTY_ON}
    garden.ask(RunTimers(**step))
    assert len(of(garden, "PlantWithered")) == 3
    garden.ask(SetPlant(plant="late", **who(on(THIRSTY_ON))))
    assert run(garden, THIRSTY_ON) == {"run_on": "2021-07-03", "left": False}
    assert days_run(garden) == ["2021-07-03"]
    withered = [body["plant"] for body in bodies(garden, "PlantWithered")]
    assert withered == [f"p{number:02}" for number in range(10)]
    assert len(of(garden, "PolicyRefused")) == 2
    [ran] = of(garden, "TimersRun")
    told = [json.loads(line.envelope) for line in of(garden, "PlantWithered")]
    assert {each["causationid"] for each in told} == {ran.event_id}
    assert len({each["commandid"] for each in told}) == 10


@pytest.mark.usefixtures("small_parts")
def test_x11_who_dies_between_two_parts_goes_on_with_the_same_date(
    tmp_path: Path, clock: SetClock
) -> None:
    plants = [f"p{number:02}" for number in range(10)]
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        set_plants(garden, "a-rock", stubborn=True)
        set_plants(garden, *plants)
        clock.instant = on(THIRSTY_ON)
        step = {**who(on(THIRSTY_ON)), "service": "garden", "business_date": THIRSTY_ON}
        garden.ask(RunTimers(**step))
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        clock.instant = on(THIRSTY_ON + timedelta(days=1))
        run(garden, THIRSTY_ON + timedelta(days=1))
        assert days_run(garden) == ["2021-07-03", "2021-07-04"]
        found = [(body["plant"], body["withered_on"]) for body in bodies(garden, "PlantWithered")]
        assert found == [(plant, "2021-07-03") for plant in plants]
        assert len(of(garden, "PolicyRefused")) == 2, "once a date"
        parts = [body["after"] for body in bodies(garden, "TimersContinued")]
        place = "let_thirsty_wither/plant_list"
        assert parts == [
            {place: ["2021-07-03", "p02"]}, {place: ["2021-07-03", "p06"]}, {},
        ]  # fmt: skip


def test_x11_thousands_that_are_due_on_one_date_are_no_loop_and_hold_nobody_up(
    garden: Running, clock: SetClock
) -> None:
    """More rows than one item may set off commands: each commit takes a part of them."""
    count = 1_050
    garden.together(*(SetPlant(plant=f"p{number:04}", **who()) for number in range(count)))
    before = len(garden.commits)
    clock.instant = on(THIRSTY_ON)
    run(garden, THIRSTY_ON)
    withered = bodies(garden, "PlantWithered")
    assert len(withered) == count
    assert [body["others"] for body in withered] == list(range(count))
    sizes = [later - earlier for earlier, later in itertools.pairwise(garden.commits[before - 1 :])]
    assert max(sizes) <= due.PART_ROWS_MAX + 2
    assert len(of(garden, "TimersRun")) == 1


def test_x4_a_run_is_answered_again_under_its_key_and_that_key_stands_for_nothing_else(
    garden: Running, clock: SetClock
) -> None:
    clock.instant = on(THIRSTY_ON)
    first = run(garden, SET_ON, key="k")
    run(garden, THIRSTY_ON)
    assert run(garden, SET_ON, key="k") == first == {"run_on": "2021-06-30", "left": False}
    with pytest.raises(KeyReused):
        run(garden, THIRSTY_ON, key="k")
    clock.advance(timedelta(days=1))
    with pytest.raises(KeyReused):
        run(garden, THIRSTY_ON + timedelta(days=1), key="k")
    assert days_run(garden)[-1] == "2021-07-03"


def test_x11_two_who_ask_at_the_same_time_run_each_date_once(
    garden: Running, clock: SetClock
) -> None:
    set_plants(garden, *(f"p{number}" for number in range(5)))
    run(garden, SET_ON)
    clock.instant = on(date(2021, 7, 10))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: run(garden, date(2021, 7, 10)), range(4)))
    assert found == [{"run_on": "2021-07-10", "left": False}] * 4
    assert days_run(garden) == [
        (SET_ON + timedelta(days=number)).isoformat() for number in range(11)
    ]
    assert len(of(garden, "PlantWithered")) == 5


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_x11_two_processes_of_a_service_run_each_date_once(tmp_path: Path, clock: SetClock) -> None:
    how = {**HOW, "clock": clock, "timers_daily": True}
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        set_plants(garden, *(f"p{number}" for number in range(5)))
        run(garden, SET_ON)
    clock.instant = on(date(2021, 7, 10))
    with at_work(tmp_path, GARDEN, **how) as one, at_work(tmp_path, GARDEN, **how) as other:
        until(lambda: len(days_run(one)) == 11)
        assert len(of(other, "PlantWithered")) == 5
    assert one.service.health()["timers"] == other.service.health()["timers"] == "ok"


def test_x11_the_scheduler_runs_each_new_day_and_those_that_were_missed(
    tmp_path: Path, clock: SetClock
) -> None:
    with at_work(tmp_path, GARDEN, clock=clock, timers_daily=True, **HOW) as garden:
        daily = garden.service._daily
        assert daily is not None
        until(lambda: days_run(garden) == ["2021-06-30"])
        garden.ask(SetPlant(plant="fern", **who()))
        clock.instant = start_of_day(date(2021, 7, 1)) - timedelta(microseconds=1)
        daily.wake()
        clock.instant = on(THIRSTY_ON)
        daily.wake()
        until(lambda: len(days_run(garden)) == 4)
        assert [body["withered_on"] for body in bodies(garden, "PlantWithered")] == ["2021-07-03"]
        assert {body["run_by"] for body in bodies(garden, "TimersRun")} == {"service:garden"}
    clock.advance(timedelta(days=3))
    with at_work(tmp_path, GARDEN, clock=clock, timers_daily=True, **HOW) as garden:
        until(lambda: len(days_run(garden)) == 7)


def test_x11_the_scheduler_looks_at_the_day_and_runs_nothing_twice(
    garden: Running, clock: SetClock
) -> None:
    daily = Daily(garden.service._timers, clock.now)
    assert daily.step()
    assert not daily.step()
    clock.instant = start_of_day(date(2021, 7, 1)) - timedelta(microseconds=1)
    assert not daily.step()
    clock.advance(timedelta(microseconds=1))
    assert daily.step()
    assert days_run(garden) == ["2021-06-30", "2021-07-01"]


def test_x11_a_date_that_could_not_be_run_is_tried_again_and_shown(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = threading.Event()
    broken.set()
    decide = deciding.Deciding._run_timers

    def fail(*arguments: Any) -> Any:
        if broken.is_set():
            raise RuntimeError("a fault of ours")
        return decide(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(deciding.Deciding, "_run_timers", fail)
        with at_work(tmp_path, GARDEN, clock=clock, timers_daily=True, **HOW) as garden:
            daily = garden.service._daily
            assert daily is not None
            until(lambda: garden.service.health()["timers"] == "RuntimeError")
            broken.clear()
            daily.wake()
            until(lambda: garden.service.health()["timers"] == "ok")
            assert days_run(garden) == ["2021-06-30"]


def test_a_service_has_no_scheduler_unless_told(garden: Running) -> None:
    assert garden.service._daily is None
    assert "timers" not in garden.service.health()
