"""Opening a locked or decided evaluation again, and ending an integrity review (E-7, E-11)."""

from collections.abc import Sequence

from services.evaluation.commands import (
    ConfirmReconsideration,
    ProposeReconsideration,
    ReopenEvaluation,
)
from services.evaluation.domain.decision.deciding import NoDecisionProposed, RecusedFromDecision
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.state import Evaluation, IntegrityReview, must_allow
from services.evaluation.events.reopening import (
    DecisionConfirmed,
    DecisionRescinded,
    EvaluationReopened,
    ReconsiderationProposed,
)
from shared.kernel.refusals import Refusal, SamePerson


class NoIntegrityReview(Refusal):
    """Nothing puts this decision in question; to decide otherwise, reopen the evaluation."""

    rule = "E-11"
    french = "Rien ne met cette décision en cause; pour en changer, rouvrez l'évaluation."


def reopen_evaluation(
    ask: ReopenEvaluation, evaluation: Evaluation
) -> Sequence[EvaluationReopened]:
    """Open an evaluation again with authority; a decision stands until revised (E-7)."""
    must_allow(ask, evaluation)
    return [
        EvaluationReopened(
            project_id=ask.project_id,
            reason=ask.reason,
            authority=ask.authority,
            reopened_by=ask.by.person,
        )
    ]


def _review(
    ask: ProposeReconsideration | ConfirmReconsideration, evaluation: Evaluation
) -> IntegrityReview:
    must_allow(ask, evaluation)
    if evaluation.integrity_review is None:
        raise NoIntegrityReview
    if ask.by.person in evaluation.recused:
        raise RecusedFromDecision
    return evaluation.integrity_review


def propose_reconsideration(
    ask: ProposeReconsideration, evaluation: Evaluation
) -> Sequence[ReconsiderationProposed]:
    """Propose to confirm or to rescind, with reasons; a later proposal replaces it (E-11).

    Raises NotDecided, NoIntegrityReview and RecusedFromDecision.
    """
    _review(ask, evaluation)
    return [
        ReconsiderationProposed(
            project_id=ask.project_id,
            outcome=ask.outcome,
            reasons=ask.reasons,
            proposed_by=ask.by.person,
        )
    ]


def confirm_reconsideration(
    ask: ConfirmReconsideration, evaluation: Evaluation
) -> Sequence[EvaluationEvent]:
    """End an integrity review as another person proposed (E-9, E-11, X6).

    Raises what proposing does, NoDecisionProposed and SamePerson.
    """
    review = _review(ask, evaluation)
    if review.proposed_by is None:
        raise NoDecisionProposed
    if review.proposed_by == ask.by.person:
        raise SamePerson
    assert evaluation.decision is not None, "the stage says that it is decided"
    outcome = evaluation.decision.outcome
    if review.outcome == "confirmed":
        return [
            DecisionConfirmed(
                project_id=ask.project_id,
                outcome=outcome,
                reasons=review.reasons,
                confirmed_on=ask.effective_on,
                proposed_by=review.proposed_by,
                confirmed_by=ask.by.person,
            )
        ]
    return [
        DecisionRescinded(
            project_id=ask.project_id,
            earlier_outcome=outcome,
            reasons=review.reasons,
            rescinded_on=ask.effective_on,
            proposed_by=review.proposed_by,
            confirmed_by=ask.by.person,
        )
    ]
