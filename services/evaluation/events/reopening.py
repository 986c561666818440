"""What may happen after a lock or a decision, and never by itself (E-7, E-11)."""

from datetime import date
from typing import Literal

from services.evaluation.events.vocabulary import Count, Outcome, Reasons, Reconsidered
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, ProjectId, Text
from shared.kernel.money import Ratio


class EvaluationReopened(Event, name="EvaluationReopened"):
    """Somebody with authority opened a locked or decided evaluation again (E-7).

    A decision stands until people confirm or revise it.
    """

    project_id: ProjectId
    reason: Line
    authority: Line
    """By which power: a resolution, a delegation, a court's order."""
    reopened_by: PersonId


class DecisionIntegrityReviewOpened(Event, name="DecisionIntegrityReviewOpened"):
    """Whether a decision can stand is reviewed by people; it stands until they say (E-11)."""

    project_id: ProjectId
    because: Literal["conflict", "condition"]
    """A conflict of interest disclosed late, or a condition opened again by a late fact."""
    explanation: Text
    result_before: Ratio | None = None
    result_after: Ratio | None = None
    """Absent where a criterion is left without any valid score."""
    pass_mark: Ratio | None = None
    reviews_left: Count | None = None
    reviews_required: Count | None = None


class ReconsiderationProposed(Event, name="ReconsiderationProposed"):
    """One person proposes how an integrity review ends; a second one confirms (E-9, E-11)."""

    project_id: ProjectId
    outcome: Reconsidered
    reasons: Reasons
    proposed_by: PersonId


class DecisionConfirmed(Event, name="DecisionConfirmed"):
    """Two persons looked at a decision again, and it stands, with reasons (E-11)."""

    project_id: ProjectId
    outcome: Outcome
    reasons: Reasons
    confirmed_on: date
    proposed_by: PersonId
    confirmed_by: PersonId


class DecisionRevised(Event, name="DecisionRevised"):
    """Two persons decided a reopened evaluation otherwise; the new decision follows in full."""

    project_id: ProjectId
    earlier_outcome: Outcome
    outcome: Outcome
    reasons: Reasons
    revised_on: date
    proposed_by: PersonId
    confirmed_by: PersonId


class DecisionRescinded(Event, name="DecisionRescinded"):
    """Two persons took a decision back, with reasons; it remains readable (E-11)."""

    project_id: ProjectId
    earlier_outcome: Outcome
    reasons: Reasons
    rescinded_on: date
    proposed_by: PersonId
    confirmed_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    EvaluationReopened,
    DecisionIntegrityReviewOpened,
    ReconsiderationProposed,
    DecisionConfirmed,
    DecisionRevised,
    DecisionRescinded,
)
