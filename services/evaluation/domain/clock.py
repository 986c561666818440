"""The selection clock: working days since the accepted version, less what the applicant caused."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.evaluation.commands import MissTarget, PauseClock, ResumeClock
from services.evaluation.domain.folding.review import ClockEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.state import Clock, Evaluation, must_allow
from services.evaluation.events.clock import (
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
)
from services.evaluation.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.refusals import Invalid, Refusal

SATURDAY = 5


class ClockAlreadyPaused(Refusal):
    """The selection clock is paused already; let it go on first."""

    rule = "E-3"
    french = "L'horloge de sélection est déjà arrêtée; remettez-la d'abord en marche."


class ClockNotPaused(Refusal):
    """The selection clock is running; there is nothing to resume."""

    rule = "E-3"
    french = "L'horloge de sélection est en marche; rien n'est à reprendre."


class ClockOutOfOrder(Invalid):
    """The clock pauses after its start, and resumes on the day of its pause or later."""

    rule = "E-3"
    french = "L'horloge s'arrête après son départ et reprend le jour de l'arrêt ou plus tard."


def is_working_day(day: date, parameters: Parameters) -> bool:
    """Whether the pinned calendar has people at work on a civil day."""
    holidays = parameters.holidays.days if parameters.holidays else ()
    return day.weekday() < SATURDAY and day not in holidays


def _counted(clock: Clock, parameters: Parameters) -> Iterator[date]:
    """The days that count, from the day after the start, without end unless a pause has none."""
    day = clock.started_on
    waiting = [pause for pause in clock.pauses if pause.waiting_on == "applicant"]
    while not any(pause.resumed_on is None and pause.paused_on <= day for pause in waiting):
        day += timedelta(days=1)
        paused = any(
            pause.paused_on <= day and (pause.resumed_on is None or day < pause.resumed_on)
            for pause in waiting
        )
        if not paused and is_working_day(day, parameters):
            yield day


def elapsed(clock: Clock, on: date, parameters: Parameters) -> int:
    """Working days from the day after the start up to a day, less the applicant's pauses (E-3)."""
    days = 0
    for day in _counted(clock, parameters):
        if day > on:
            break
        days += 1
    return days


def target(clock: Clock, parameters: Parameters) -> date:
    """The last civil day on target; every pause of the applicant has ended (E-3)."""
    days = _counted(clock, parameters)
    return [next(days) for _ in range(parameters.selection_target_working_days)][-1]


def started(on: date, parameters: Parameters) -> Clock:
    """The clock of a version accepted on this day."""
    clock = Clock(on, None)
    return replace(clock, target_on=target(clock, parameters))


def _clock(ask: Command, evaluation: Evaluation) -> Clock:
    must_allow(ask, evaluation)
    assert evaluation.clock is not None, "the clock starts with the accepted version"
    return evaluation.clock


def pause_clock(ask: PauseClock, evaluation: Evaluation) -> Sequence[ClockEvent]:
    """Wait for somebody. Raises ClockAlreadyPaused and ClockOutOfOrder (E-3)."""
    clock = _clock(ask, evaluation)
    if clock.pause is not None:
        raise ClockAlreadyPaused
    if ask.effective_on < clock.started_on:
        raise ClockOutOfOrder
    return [
        SelectionClockPaused(
            project_id=ask.project_id,
            waiting_on=ask.waiting_on,
            reason=ask.reason,
            paused_on=ask.effective_on,
            paused_by=ask.by.person,
        )
    ]


def resume_clock(
    ask: ResumeClock, evaluation: Evaluation, policies: Policies
) -> Sequence[ClockEvent]:
    """Go on. Raises ClockNotPaused and ClockOutOfOrder (E-3)."""
    if _clock(ask, evaluation).pause is None:
        raise ClockNotPaused
    return [resumed(ask, evaluation, pinned(evaluation, policies))]


def resumed(ask: Command, evaluation: Evaluation, parameters: Parameters) -> SelectionClockResumed:
    """The end of the pause that is going on, with the target that follows from it."""
    assert evaluation.clock is not None, "the clock starts with the accepted version"
    *earlier, pause = evaluation.clock.pauses
    if ask.effective_on < pause.paused_on:
        raise ClockOutOfOrder
    ended = replace(pause, resumed_on=ask.effective_on)
    clock = replace(evaluation.clock, pauses=(*earlier, ended))
    return SelectionClockResumed(
        project_id=evaluation.project_id,
        resumed_on=ask.effective_on,
        target_on=target(clock, parameters),
        resumed_by=ask.by.person,
    )


def waiting_for_answer(
    ask: Command, evaluation: Evaluation, request_id: str, parameters: Parameters
) -> Sequence[ClockEvent]:
    """What a blocking question does to a running clock: from now on the applicant is waited for."""
    clock = evaluation.clock
    if clock is None or (clock.pause is not None and clock.pause.waiting_on == "applicant"):
        return []
    paused = SelectionClockPaused(
        project_id=evaluation.project_id,
        waiting_on="applicant",
        request_id=request_id,
        paused_on=ask.effective_on,
        paused_by=ask.by.person,
    )
    return [paused] if clock.pause is None else [resumed(ask, evaluation, parameters), paused]


def answered(ask: Command, evaluation: Evaluation, parameters: Parameters) -> Sequence[ClockEvent]:
    """What the last answer does to a clock that waits for answers."""
    pause = evaluation.clock.pause if evaluation.clock else None
    if pause is None or pause.request_id is None:
        return []
    return [resumed(ask, evaluation, parameters)]


def miss_target(ask: MissTarget, evaluation: Evaluation) -> Sequence[ClockEvent]:
    """Record, once, that the last day on target is over (X11); it has no other effect (E-3)."""
    clock = _clock(ask, evaluation)
    waiting = clock.pause is not None and clock.pause.waiting_on == "applicant"
    if clock.missed or waiting or clock.target_on is None or ask.effective_on <= clock.target_on:
        return []
    return [SelectionTargetMissed(project_id=ask.project_id, target_on=clock.target_on)]
