"""The selection clock counts working days, and the applicant's pauses never do (E-3, C-014)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from services.evaluation.app import DOMAIN
from services.evaluation.commands import MissTarget, PauseClock, ResumeClock
from services.evaluation.domain.clock import (
    ClockAlreadyPaused,
    ClockNotPaused,
    ClockOutOfOrder,
    elapsed,
    is_working_day,
    started,
    target,
)
from services.evaluation.domain.state import Clock, Pause
from services.evaluation.events.clock import (
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
)
from services.evaluation.events.policy import HolidayCalendar, Parameters
from services.evaluation.events.vocabulary import WaitingOn
from shared.kernel.commands import Command
from shared.kernel.decider import Reaction
from shared.kernel.operations import TimersRun
from shared.kernel.periods import end_of_day
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    EVALUATION,
    OFFICER,
    POLICIES,
    PROJECT,
    PROPOSAL,
    STARTUP,
    accept,
    assess_all,
    at_selection,
    conclude,
    confirmed,
    detailed,
    heard,
    open_review,
    policy,
    who,
    world,
)
from tests.evaluation.stages import question
from tests.support.catalogue import ROOT
from tests.support.spec import Given

CALENDAR = HolidayCalendar.model_validate_json(
    (ROOT / "services" / "evaluation" / "data" / "holidays.json").read_bytes()
)
FEDERAL = Parameters(holidays=CALENDAR)
WEEKDAYS = Parameters()
ACCEPTED = date(2020, 8, 3)
"""A Monday; 22 weekdays later is Wednesday, 2 September."""


def pause(on: date, waiting_on: WaitingOn = "applicant") -> PauseClock:
    """Selection waits from this day on."""
    return PauseClock(
        project_id=PROJECT, waiting_on=waiting_on, reason="Asked to wait", **who(on=on)
    )


def resume(on: date) -> ResumeClock:
    """Selection goes on."""
    return ResumeClock(project_id=PROJECT, **who(on=on))


def miss(on: date) -> MissTarget:
    """What the timer asks for."""
    return MissTarget(project_id=PROJECT, **who(on=on))


def target_of(here: Given) -> date | None:
    """The last day on target."""
    clock: Clock = here.state(EVALUATION).clock
    return clock.target_on


def test_e3_the_target_is_22_working_days_after_acceptance() -> None:
    assert target_of(at_selection()) == date(2020, 9, 2)
    assert started(ACCEPTED, WEEKDAYS).target_on == date(2020, 9, 2)


@pytest.mark.parametrize(
    ("accepted", "last"),
    [
        (date(2020, 8, 10), date(2020, 9, 10)),  # Labour Day on 7 September is free.
        (date(2020, 12, 11), date(2021, 1, 15)),  # 25 and 28 December, 1 January.
        (date(2021, 3, 26), date(2021, 4, 28)),  # Good Friday, not Easter Monday.
        (date(2021, 9, 13), date(2021, 10, 15)),  # 30 September since 2021, Thanksgiving.
    ],
)
def test_e3_the_days_of_the_pinned_calendar_are_free(accepted: date, last: date) -> None:
    assert started(accepted, FEDERAL).target_on == last


def test_e3_the_calendar_is_policy_data_with_a_source() -> None:
    assert "Canada Labour Code" in CALENDAR.source
    here = world(policies=[policy(holidays=CALENDAR)]).after(open_review, *assess_all, conclude)
    later = HolidayCalendar(source="Another", days=(date(2020, 8, 11),))
    here = heard(here, POLICIES, policy("2020-2", holidays=later))
    submitted = heard(here, PROPOSAL, detailed, confirmed(STARTUP, "2" * 64))
    accepted = submitted.after(replace(accept, **who(on=date(2020, 8, 10))))
    assert target_of(accepted) == date(2020, 9, 10), "the version pinned at opening counts (E-1)"


def test_the_shipped_calendar_has_the_weekdays_that_the_bank_published_no_rate_on() -> None:
    """The Bank of Canada's daily series of 2020-10 to 2021-07 has no value on these weekdays.

    It has none on Family Day either, which is Ontario's own and no federal holiday.
    """
    without_rate = {
        date(2020, 10, 12), date(2020, 11, 11), date(2020, 12, 25), date(2020, 12, 28),
        date(2021, 1, 1), date(2021, 2, 15), date(2021, 4, 2), date(2021, 5, 24),
        date(2021, 7, 1),
    }  # fmt: skip
    ours = {day for day in CALENDAR.days if date(2020, 10, 1) <= day <= date(2021, 7, 15)}
    assert ours == without_rate - {date(2021, 2, 15)}
    assert all(day.weekday() < 5 for day in CALENDAR.days)


@pytest.mark.parametrize("days", [["2020-09-07", "2020-09-07"], ["2020-09-07", "2020-01-01"]])
def test_a_calendar_names_its_days_once_and_in_order(days: list[str]) -> None:
    with pytest.raises(ValidationError, match="in order, each once"):
        HolidayCalendar.model_validate_json(json.dumps({"source": "x", "days": days}))


def test_e3_only_what_the_applicant_causes_stops_the_clock() -> None:
    waited = at_selection().after(pause(date(2020, 8, 10)), resume(date(2020, 8, 17)))
    assert target_of(waited) == date(2020, 9, 9), "five working days later"
    third = at_selection().after(pause(date(2020, 8, 10), "third_party"), resume(date(2020, 8, 17)))
    assert target_of(third) == date(2020, 9, 2)


def test_e3_the_day_of_the_pause_is_not_counted_and_the_day_of_resuming_is() -> None:
    day = date(2020, 8, 12)
    clock = Clock(ACCEPTED, None, (Pause("applicant", None, day, day + timedelta(days=1)),))
    assert elapsed(clock, day - timedelta(days=1), WEEKDAYS) == 6
    assert elapsed(clock, day, WEEKDAYS) == 6
    assert elapsed(clock, day + timedelta(days=1), WEEKDAYS) == 7


def test_e3_while_the_applicant_is_waited_for_no_day_counts() -> None:
    clock = Clock(ACCEPTED, None, (Pause("applicant", None, date(2020, 8, 12)),))
    assert elapsed(clock, date(2021, 8, 12), WEEKDAYS) == 6


def test_pausing_and_resuming_say_who_and_when() -> None:
    here = at_selection()
    here.when(pause(date(2020, 8, 10))).then(
        SelectionClockPaused(
            project_id=PROJECT,
            waiting_on="applicant",
            reason="Asked to wait",
            paused_on=date(2020, 8, 10),
            paused_by=OFFICER.person,
        )
    )
    here.after(pause(date(2020, 8, 10))).when(resume(date(2020, 8, 11))).then(
        SelectionClockResumed(
            project_id=PROJECT,
            resumed_on=date(2020, 8, 11),
            target_on=date(2020, 9, 3),
            resumed_by=OFFICER.person,
        )
    )


def test_e3_a_question_while_a_third_party_is_waited_for_begins_a_pause_of_the_applicant() -> None:
    waiting = at_selection().after(pause(date(2020, 8, 10), "third_party"))
    asked = replace(question, **who(on=date(2020, 8, 12)))
    waiting.when(asked).then_names(
        "InformationRequested", "SelectionClockResumed", "SelectionClockPaused"
    )


def test_a_pause_made_by_hand_outlasts_the_answers() -> None:
    by_hand = at_selection().after(pause(date(2020, 8, 10)), question)
    state = by_hand.state(EVALUATION)
    assert [each.request_id for each in state.clock.pauses] == [None]


def test_x11_the_target_is_missed_once_its_civil_day_is_over() -> None:
    last = date(2020, 9, 2)
    at_selection().when(miss(last)).then_nothing()
    missed = SelectionTargetMissed(project_id=PROJECT, target_on=last)
    at_selection().when(miss(last + timedelta(days=1))).then(missed)
    at_selection().after(miss(date(2020, 9, 3))).when(miss(date(2020, 9, 4))).then_nothing()


def test_c014_the_last_instant_on_target_is_just_before_midnight_in_toronto() -> None:
    """A date deadline ends with its civil day there: 04:00 in UTC by summer time (X11)."""
    first_late = datetime(2020, 9, 3, 4, 0, tzinfo=UTC)
    assert end_of_day(date(2020, 9, 2)) == first_late
    at_selection().when(
        replace(miss(ACCEPTED), effective_at=first_late - timedelta(seconds=1))
    ).then_nothing()
    at_selection().when(replace(miss(ACCEPTED), effective_at=first_late)).then_names(
        "SelectionTargetMissed"
    )


def test_e3_while_the_applicant_is_waited_for_no_target_is_missed() -> None:
    waiting = at_selection().after(pause(date(2020, 9, 1)))
    waiting.when(miss(date(2020, 9, 3))).then_nothing()
    for_others = at_selection().after(pause(date(2020, 9, 1), "third_party"))
    for_others.when(miss(date(2020, 9, 3))).then_names("SelectionTargetMissed")


def test_e3_missing_the_target_has_no_other_effect() -> None:
    before, after = at_selection(), at_selection().after(miss(date(2020, 9, 3)))
    state = after.state(EVALUATION)
    assert replace(state, clock=before.state(EVALUATION).clock) == before.state(EVALUATION)


def test_the_timer_asks_for_each_clock_at_the_start_of_the_day_it_fell_due() -> None:
    rows = [{"project_id": PROJECT, "due_on": "2020-09-03"}]
    reaction = Reaction(
        command=who(),
        find=lambda table, *key: None,
        due=lambda table, until: rows if table == "selection_clock" else [],
    )
    run = TimersRun(business_date=date(2020, 9, 7), run_by="operator-1")
    asked = [command for each in DOMAIN.policies[TimersRun] for command in each(run, reaction)]
    assert asked == [miss(date(2020, 9, 3))]


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        (at_selection, resume(date(2020, 8, 10)), ClockNotPaused),
        (at_selection, pause(date(2020, 8, 2)), ClockOutOfOrder),
        (lambda: at_selection().after(pause(ACCEPTED)), pause(ACCEPTED), ClockAlreadyPaused),
        (
            lambda: at_selection().after(pause(date(2020, 8, 10))),
            resume(date(2020, 8, 9)),
            ClockOutOfOrder,
        ),
    ],
)
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)


DAYS = st.dates(date(2019, 1, 1), date(2024, 12, 31))
PAUSES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=4)


def clock_with(accepted: date, pauses: list[tuple[int, int]], whom: WaitingOn) -> Clock:
    """A clock with ended pauses, so many days after the start and of so many days."""
    stretches = [
        Pause(whom, None, first := accepted + timedelta(days=after), first + timedelta(days=days))
        for after, days in pauses
    ]
    return Clock(accepted, None, tuple(stretches))


@examples(DAYS, PAUSES)
def test_e3_on_the_target_day_exactly_so_many_working_days_have_gone_by(
    accepted: date, pauses: list[tuple[int, int]]
) -> None:
    clock = clock_with(accepted, pauses, "applicant")
    last = target(clock, FEDERAL)
    assert elapsed(clock, last, FEDERAL) == 22
    assert elapsed(clock, last - timedelta(days=1), FEDERAL) == 21
    assert is_working_day(last, FEDERAL)


@examples(DAYS, PAUSES, st.integers(0, 120))
def test_e3_counting_by_hand_gives_the_same(
    accepted: date, pauses: list[tuple[int, int]], days: int
) -> None:
    clock, on = clock_with(accepted, pauses, "applicant"), accepted + timedelta(days=days)
    later = [accepted + timedelta(days=after) for after in range(1, days + 1)]
    by_hand = [
        day
        for day in later
        if day.weekday() < 5
        and day not in CALENDAR.days
        and not any(each.paused_on <= day < (each.resumed_on or date.max) for each in clock.pauses)
    ]
    assert elapsed(clock, on, FEDERAL) == len(by_hand)


@examples(DAYS, PAUSES)
def test_e3_waiting_for_others_never_moves_the_target(
    accepted: date, pauses: list[tuple[int, int]]
) -> None:
    clock = clock_with(accepted, pauses, "third_party")
    assert target(clock, FEDERAL) == started(accepted, FEDERAL).target_on
