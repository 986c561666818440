"""Scores: what they need, what may still change, and the lock (E-2, E-4, E-7, E-10)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.evaluation.commands import LockScores
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.scoring import Scores, scores_hash, unscored, weigh
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.policy import Parameters
from services.evaluation.events.review import ScoresLocked, WeightedScoreComputed
from shared.kernel.refusals import Refusal


class ReviewsMissing(Refusal):
    """The reviews that the policy requires are not all in, or not all valid any more."""

    rule = "E-10"
    french = "Les évaluations exigées par la politique ne sont pas toutes remises et valides."


def valid_scores(evaluation: Evaluation) -> Mapping[str, Scores]:
    """The points of every review that enters the result, by person (E-4)."""
    return {
        review.person: {name: given.score for name, given in review.scores.items()}
        for review in evaluation.reviews.values()
        if review.valid
    }


def require_reviews(evaluation: Evaluation, rules: Parameters) -> None:
    """Go on only with as many valid reviews as required. Raises ReviewsMissing (E-10)."""
    valid = len(valid_scores(evaluation))
    if valid < rules.reviews_required:
        raise ReviewsMissing(submitted=valid, required=rules.reviews_required)


def lock_scores(
    ask: LockScores, evaluation: Evaluation, policies: Policies
) -> Sequence[EvaluationEvent]:
    """Lock the valid reviews and compute the weighted score from them alone (E-4).

    Raises ScoresAreLocked (E-7), ReviewsMissing (E-10) and CriterionUnscored (E-4).
    """
    must_allow(ask, evaluation)
    rules = pinned(evaluation, policies)
    require_reviews(evaluation, rules)
    valid = valid_scores(evaluation)
    locked = ScoresLocked(
        project_id=ask.project_id, reviewers=tuple(sorted(valid)), locked_by=ask.by.person
    )
    return [locked, _weighted(evaluation, rules, valid)]


def computed(
    evaluation: Evaluation, rules: Parameters, reviews: Mapping[str, Scores]
) -> Sequence[WeightedScoreComputed]:
    """The result of these reviews; none where a criterion has no valid score (E-4)."""
    return [] if unscored(rules, reviews) else [_weighted(evaluation, rules, reviews)]


def _weighted(
    evaluation: Evaluation, rules: Parameters, reviews: Mapping[str, Scores]
) -> WeightedScoreComputed:
    criteria, result = weigh(rules, reviews)
    return WeightedScoreComputed(
        project_id=evaluation.project_id,
        criteria=criteria,
        result=result,
        inputs_hash=scores_hash(rules, reviews),
        policy_version=evaluation.policy_version,
        reviewers=tuple(sorted(reviews)),
    )


def on_scale(score: Decimal | None, scale: int) -> bool:
    """Whether points are halves from 0 to the scale's maximum, or absent (E-2)."""
    return score is None or (0 <= score <= scale and score * 2 == int(score * 2))
