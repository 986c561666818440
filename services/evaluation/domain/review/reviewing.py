"""A reviewer's work: scoring with reasons, submitting, revising; and leaving a review out."""

from collections.abc import Sequence
from decimal import Decimal

from services.evaluation.commands import (
    ExcludeReview,
    ReviseReview,
    ScoreCriterion,
    SubmitReview,
)
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.review.conflicts import ReviewerNotAssigned, own_review
from services.evaluation.domain.review.scores import on_scale
from services.evaluation.domain.state import Evaluation, Review, Score, must_allow
from services.evaluation.events.policy import Parameters
from services.evaluation.events.review import (
    CriterionScored,
    ReviewExcluded,
    ReviewRevised,
    ReviewSubmitted,
)
from shared.kernel.refusals import Fault, Invalid, NotFound, Refusal


class ConflictUndeclared(Refusal):
    """Scoring needs a conflict declaration of `none` first."""

    rule = "E-5"
    french = "Noter exige d'abord une déclaration de conflit `none`."


class CriterionNotInRubric(NotFound):
    """The pinned rubric has no such criterion."""

    rule = "E-1"
    french = "La grille retenue n'a pas ce critère."


class ScoreOffScale(Invalid):
    """A score is a half point from 0 to the scale's maximum, or absent if not applicable."""

    rule = "E-2"
    french = "Une note est un demi-point de 0 au maximum, ou absente si sans objet."


class ReviewIncomplete(Refusal):
    """The listed criteria have neither a score nor `not applicable`."""

    rule = "E-2"
    french = "Les critères énumérés n'ont ni note ni mention « sans objet »."


class ReviewAlreadySubmitted(Refusal):
    """This review was submitted; revise it, with a reason, as long as nothing is locked."""

    rule = "E-6"
    french = "Cette évaluation a été remise; révisez-la, avec motif, avant le verrouillage."


class ReviewNotSubmitted(Refusal):
    """This review was not submitted yet; score the criterion instead."""

    rule = "E-6"
    french = "Cette évaluation n'est pas encore remise; notez plutôt le critère."


class ReviewIsExcluded(Refusal):
    """This review was excluded; it stays as it was and enters no result."""

    rule = "E-4"
    french = "Cette évaluation a été exclue; elle reste telle quelle et ne compte pas."


def _declared(ask: ScoreCriterion | SubmitReview | ReviseReview, evaluation: Evaluation) -> Review:
    review = own_review(ask, evaluation)
    if review.declaration != "none":
        raise ConflictUndeclared
    return review


def _unsubmitted(ask: ScoreCriterion | SubmitReview, evaluation: Evaluation) -> Review:
    review = _declared(ask, evaluation)
    if review.submitted:
        raise ReviewAlreadySubmitted
    return review


def _points(ask: ScoreCriterion | ReviseReview, rules: Parameters) -> Decimal | None:
    if ask.criterion not in rules.criterion_weights:
        raise CriterionNotInRubric
    if not on_scale(ask.score, rules.score_scale):
        raise ScoreOffScale(Fault("/score", "off_scale"))
    return None if ask.score is None else ask.score.quantize(Decimal("0.1"))


def score_criterion(
    ask: ScoreCriterion, evaluation: Evaluation, policies: Policies
) -> Sequence[CriterionScored]:
    """Score a criterion of the pinned rubric (E-1), with a rationale (E-2).

    Raises NotAReviewer, ReviewerIsRecused, ConflictUndeclared (E-5), ReviewAlreadySubmitted,
    CriterionNotInRubric and ScoreOffScale.
    """
    review = _unsubmitted(ask, evaluation)
    points = _points(ask, pinned(evaluation, policies))
    if review.scores.get(ask.criterion) == Score(points, ask.rationale):
        return []
    return [
        CriterionScored(
            project_id=ask.project_id,
            person=review.person,
            criterion=ask.criterion,
            score=points,
            rationale=ask.rationale,
        )
    ]


def submit_review(
    ask: SubmitReview, evaluation: Evaluation, policies: Policies
) -> Sequence[ReviewSubmitted]:
    """Finish a review; the others can be read then (E-6).

    Raises as scoring does, and ReviewIncomplete (E-2).
    """
    review = _unsubmitted(ask, evaluation)
    criteria = pinned(evaluation, policies).criterion_weights
    if missing := sorted(set(criteria) - set(review.scores)):
        raise ReviewIncomplete(criteria=missing)
    return [ReviewSubmitted(project_id=ask.project_id, person=review.person)]


def revise_review(
    ask: ReviseReview, evaluation: Evaluation, policies: Policies
) -> Sequence[ReviewRevised]:
    """Change one score of one's own submitted review, saying why; the earlier one stays on record.

    Before the lock, or once reopened (E-7). Raises as scoring does, ReviewNotSubmitted (E-6) and
    ReviewIsExcluded (E-4).
    """
    review = _declared(ask, evaluation)
    if not review.submitted:
        raise ReviewNotSubmitted
    if review.excluded is not None:
        raise ReviewIsExcluded
    points = _points(ask, pinned(evaluation, policies))
    earlier = review.scores[ask.criterion]
    if earlier == Score(points, ask.rationale):
        return []
    return [
        ReviewRevised(
            project_id=ask.project_id,
            person=review.person,
            criterion=ask.criterion,
            earlier_score=earlier.score,
            score=points,
            rationale=ask.rationale,
            reason=ask.reason,
        )
    ]


def exclude_review(ask: ExcludeReview, evaluation: Evaluation) -> Sequence[ReviewExcluded]:
    """Leave a review out of every result, with a reason; nothing is erased (E-4).

    Raises ScoresAreLocked (E-7) and ReviewerNotAssigned (E-5).
    """
    must_allow(ask, evaluation)
    review = evaluation.reviews.get(ask.person)
    if review is None:
        raise ReviewerNotAssigned
    if review.excluded is not None:
        return []
    return [
        ReviewExcluded(
            project_id=ask.project_id,
            person=ask.person,
            reason=ask.reason,
            excluded_by=ask.by.person,
        )
    ]
