"""What falls due on which civil day: selection targets and the conditions of awards (X11)."""

from datetime import date, timedelta

from services.evaluation.events.clock import (
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
)
from services.evaluation.events.decision import (
    AwardConditionExpired,
    AwardConditionSatisfied,
    ProjectApproved,
    ProjectDeclined,
)
from services.evaluation.events.eligibility import DetailedProposalAccepted, EvaluationStopped
from services.evaluation.events.reopening import DecisionRescinded
from shared.runtime.projections import Projection, Recorded, Rows, json_text, key, table, text

CLOCKS = table("selection_clock", key("project_id"), text("due_on", index=True))
AWARDS = table("award_conditions", key("project_id"), text("due_on", index=True), json_text("open"))


def _day_after(last: date | None) -> str | None:
    """A deadline's day is still in time: what follows falls due on the next one."""
    return None if last is None else (last + timedelta(days=1)).isoformat()


def show_clocks(rows: Rows, recorded: Recorded) -> None:
    """One row for each accepted version; its day is empty while nothing is due."""
    match recorded.event:
        case DetailedProposalAccepted() | SelectionClockResumed() as event:
            rows.put(
                "selection_clock", project_id=event.project_id, due_on=_day_after(event.target_on)
            )
        case SelectionClockPaused(waiting_on="applicant") as event:
            rows.put("selection_clock", project_id=event.project_id, due_on=None)
        case (
            SelectionTargetMissed() | ProjectApproved() | ProjectDeclined() | EvaluationStopped()
        ) as event if rows.get("selection_clock", event.project_id):
            rows.put("selection_clock", project_id=event.project_id, due_on=None)
        case _:
            pass  # Not every event touches a clock.


def show_awards(rows: Rows, recorded: Recorded) -> None:
    """One row for each award with conditions; its day is empty once nothing depends on it."""
    match recorded.event:
        case ProjectApproved(conditions=(_, *_)) as event:
            rows.put(
                "award_conditions",
                project_id=event.project_id,
                due_on=_day_after(event.conditions_due_on),
                open=list(range(1, len(event.conditions) + 1)),
            )
        case AwardConditionSatisfied() as event:
            row = rows.get("award_conditions", event.project_id)
            assert row is not None, "a condition is one of an award"
            left = [number for number in row["open"] if number != event.number]
            due_on = row["due_on"] if left else None
            rows.change("award_conditions", event.project_id, due_on=due_on, open=left)
        case (
            ProjectApproved() | ProjectDeclined() | DecisionRescinded() | AwardConditionExpired()
        ) as event if rows.get("award_conditions", event.project_id):
            rows.change("award_conditions", event.project_id, due_on=None)
        case _:
            pass  # Not every event touches an award.


SELECTION_CLOCK = Projection("selection_clock", revision=1, tables=(CLOCKS,), apply=show_clocks)
AWARD_CONDITIONS = Projection("award_conditions", revision=1, tables=(AWARDS,), apply=show_awards)
