"""X11: much that is due, several who ask, and the scheduler: still once a date, in order."""

import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from shared.kernel.operations import RunTimers
from shared.kernel.periods import start_of_day
from shared.runtime import deciding, due
from shared.runtime.clock import SetClock
from shared.runtime.items import KeyReused
from shared.runtime.timers import Daily
from shared.runtime.web.health import registry_of
from tests.runtime.gardening import (
    HOW,
    NOON,
    SET_ON,
    THIRSTY_ON,
    bodies,
    days_run,
    of,
    on,
    run,
    set_plants,
    who,
)
from tests.runtime.running import Running, at_work, running, until
from tests.support.figures import Shown
from tests.support.watering import GARDEN, SetPlant

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def clock() -> SetClock:
    """A summer's noon in Toronto."""
    return SetClock(NOON)


@pytest.fixture
def garden(tmp_path: Path, clock: SetClock) -> Iterator[Running]:
    with running(tmp_path, GARDEN, clock=clock, **HOW) as here:
        yield here


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
@pytest.mark.parametrize(
    ("plants", "mosses", "lawns"), [(10, 1, 3), (1, 10, 3), (1, 3, 10), (4, 4, 4), (0, 9, 5)]
)
def test_x11_what_several_policies_find_in_several_tables_is_each_done_once(
    garden: Running, clock: SetClock, plants: int, mosses: int, lawns: int
) -> None:
    """Where one has finished and another has not, the next part is the other's alone."""
    names = [f"p{number:02}" for number in range(plants)]
    names += [f"moss-{number:02}" for number in range(mosses)]
    names += [f"lawn-{number:02}" for number in range(lawns)]
    set_plants(garden, *names)
    set_plants(garden, "lawn-rock", "moss-rock", "rock", stubborn=True)
    clock.instant = on(THIRSTY_ON)
    run(garden, THIRSTY_ON)
    withered = [body["plant"] for body in bodies(garden, "PlantWithered")]
    assert sorted(withered) == sorted(names)
    assert len(of(garden, "PolicyRefused")) == 3, "each of the stubborn is tried once a date"
    told = [json.loads(line.envelope)["commandid"] for line in of(garden, "PlantWithered")]
    assert len(set(told)) == len(names)


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


def test_the_last_date_is_shown_also_after_a_restart(tmp_path: Path, clock: SetClock) -> None:
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        assert figure(garden) == 0
        run(garden, SET_ON)
        assert figure(garden) == start_of_day(SET_ON).timestamp()
    with running(tmp_path, GARDEN, clock=clock, **HOW) as garden:
        set_plants(garden, "fern")
        assert figure(garden) == start_of_day(SET_ON).timestamp()


def figure(garden: Running) -> float:
    text = generate_latest(registry_of(garden.service)).decode()
    return Shown(text).value("grantline_timers_last_date_timestamp_seconds")


def test_a_service_has_no_scheduler_unless_told(garden: Running) -> None:
    assert garden.service._daily is None
    assert "timers" not in garden.service.health()
