"""What can be listed and found: evaluations, reviewers, what falls due, and what is waited for."""

from collections.abc import Sequence

from services.evaluation.projections import awaited, deadlines, evaluations, reviewers
from shared.runtime.projections import Projection

PROJECTIONS: Sequence[Projection] = (
    evaluations.EVALUATION_LIST,
    reviewers.ASSIGNMENT_LIST,
    reviewers.REVIEWER_LIST,
    deadlines.SELECTION_CLOCK,
    deadlines.AWARD_CONDITIONS,
    awaited.AWAITED_SIZE,
)
