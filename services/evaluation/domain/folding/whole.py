"""The fold of a whole evaluation, and which part each event belongs to."""

from typing import TypeAlias

from services.evaluation.domain.folding.decision import (
    CommitteeEvent,
    DecisionEvent,
    ReopeningEvent,
    evolve_committee,
    evolve_decision,
    evolve_reopening,
)
from services.evaluation.domain.folding.eligibility import EligibilityEvent, evolve_eligibility
from services.evaluation.domain.folding.review import (
    ClockEvent,
    ReviewEvent,
    evolve_clock,
    evolve_review,
)
from services.evaluation.domain.state import Evaluation
from shared.kernel.decider import Fold

EvaluationEvent: TypeAlias = (
    EligibilityEvent | ClockEvent | ReviewEvent | CommitteeEvent | DecisionEvent | ReopeningEvent
)


def evolve(evaluation: Evaluation, event: EvaluationEvent) -> Evaluation:
    """The evaluation after one more event."""
    if isinstance(event, EligibilityEvent):
        return evolve_eligibility(evaluation, event)
    if isinstance(event, ClockEvent):
        return evolve_clock(evaluation, event)
    if isinstance(event, ReviewEvent):
        return evolve_review(evaluation, event)
    if isinstance(event, CommitteeEvent):
        return evolve_committee(evaluation, event)
    if isinstance(event, DecisionEvent):
        return evolve_decision(evaluation, event)
    return evolve_reopening(evaluation, event)


EVALUATION = Fold(Evaluation(), evolve)
