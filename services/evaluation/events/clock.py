"""What happens to the selection clock, which counts working days (E-3)."""

from datetime import date

from services.evaluation.events.vocabulary import WaitingOn
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, ProjectId, Slug


class SelectionClockPaused(Event, name="SelectionClockPaused"):
    """Selection waits for somebody from this civil day on; the applicant's days don't count."""

    project_id: ProjectId
    waiting_on: WaitingOn
    request_id: Slug | None = None
    """The question that is waited upon, if it is one."""
    reason: Line | None = None
    paused_on: date
    """The first day that is not counted."""
    paused_by: PersonId


class SelectionClockResumed(Event, name="SelectionClockResumed"):
    """Selection goes on: the civil days from this one on count again."""

    project_id: ProjectId
    resumed_on: date
    target_on: date
    """The last civil day on target, after all pauses until now."""
    resumed_by: PersonId


class SelectionTargetMissed(Event, name="SelectionTargetMissed"):
    """The last day on target passed without a decision; this has no other effect (E-3)."""

    project_id: ProjectId
    target_on: date


EVENTS: tuple[type[Event], ...] = (
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
)
