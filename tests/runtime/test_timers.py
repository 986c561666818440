"""X11: what falls due is done once for each business date, missed dates in order."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.kernel.operations import DateNotBegun, PauseConsumer, RunTimers
from shared.kernel.periods import from_micros, rfc3339, start_of_day
from shared.runtime.clock import SetClock
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
from tests.runtime.running import Running, running
from tests.support.watering import GARDEN, SetPlant, WaterPlant

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def clock() -> SetClock:
    """A summer's noon in Toronto."""
    return SetClock(NOON)


@pytest.fixture
def garden(tmp_path: Path, clock: SetClock) -> Iterator[Running]:
    with running(tmp_path, GARDEN, clock=clock, **HOW) as here:
        yield here


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
