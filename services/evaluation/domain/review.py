"""Reviewing: who may review, what a score needs, and when the scores lock (E-2, E-4 to E-7)."""

from collections.abc import Sequence
from decimal import Decimal

from services.evaluation.commands import (
    AssignReviewer,
    DeclareConflict,
    LockScores,
    ScoreCriterion,
    SubmitReview,
)
from services.evaluation.domain.folding import ReviewEvent
from services.evaluation.domain.policy import Policies
from services.evaluation.domain.scoring import scores_hash, weigh
from services.evaluation.domain.state import (
    Evaluation,
    Review,
    Score,
    require_before_lock,
)
from services.evaluation.events.policy import Parameters
from services.evaluation.events.review import (
    ConflictDeclared,
    CriterionScored,
    ReviewerAssigned,
    ReviewerRecused,
    ReviewSubmitted,
    ScoresLocked,
    WeightedScoreComputed,
)
from services.evaluation.events.vocabulary import Participant
from shared.kernel.commands import Actor
from shared.kernel.eligibility import Registry, distinct
from shared.kernel.refusals import Fault, Forbidden, Invalid, NotFound, Refusal


class ReviewerAffiliated(Refusal):
    """Employees and affiliates of a participant don't review its project; assign someone else."""

    rule = "E-5"
    french = "Les employés et affiliés d'un participant n'évaluent pas son projet."


class ReviewerAlreadyAssigned(Refusal):
    """This person already is, or was, a reviewer of this project."""

    rule = "E-5"
    french = "Cette personne est, ou a été, évaluatrice de ce projet."


class NotAReviewer(Forbidden):
    """Only who was assigned to this project reviews it."""

    rule = "E-5"
    french = "Seul qui a été affecté à ce projet l'évalue."


class ReviewerIsRecused(Forbidden):
    """This reviewer declared a conflict of interest and takes no part in this project."""

    rule = "E-5"
    french = "Cette personne a déclaré un conflit d'intérêts et ne participe pas à ce projet."


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
    """This review was submitted; its scores don't change any more."""

    rule = "E-6"
    french = "Cette évaluation a été remise; ses notes ne changent plus."


class ReviewsMissing(Refusal):
    """The reviews that the policy requires are not all in yet."""

    rule = "E-10"
    french = "Les évaluations exigées par la politique ne sont pas toutes remises."


def assign_reviewer(
    ask: AssignReviewer, evaluation: Evaluation, organisations: Registry
) -> Sequence[ReviewerAssigned]:
    """Ask a person to review. Raises ReviewerAlreadyAssigned and ReviewerAffiliated (E-5)."""
    require_before_lock(evaluation)
    if ask.person in evaluation.reviews:
        raise ReviewerAlreadyAssigned
    own = [Participant(organisation_id=name, name=name) for name in ask.affiliations]
    parties = distinct([*evaluation.participants, *own], organisations, ask.effective_on)
    inside, outside = set(evaluation.participant_ids), set(ask.affiliations)
    if any(inside.intersection(party) and outside.intersection(party) for party in parties):
        raise ReviewerAffiliated
    return [
        ReviewerAssigned(
            project_id=ask.project_id,
            person=ask.person,
            affiliations=tuple(sorted(outside)),
            assigned_by=ask.by.person,
        )
    ]


def _own(evaluation: Evaluation, by: Actor) -> Review:
    """The asking person's review, while it may still change."""
    require_before_lock(evaluation)
    review = evaluation.reviews.get(by.person)
    if review is None:
        raise NotAReviewer
    if by.organisation_id in evaluation.participant_ids:
        raise ReviewerAffiliated
    if review.recused:
        raise ReviewerIsRecused
    return review


def declare_conflict(ask: DeclareConflict, evaluation: Evaluation) -> Sequence[ReviewEvent]:
    """Declare a conflict; any but `none` recuses, before or after scoring (E-5, E-4).

    Raises NotAReviewer, ReviewerAffiliated and ReviewerIsRecused (E-5).
    """
    review = _own(evaluation, ask.by)
    if ask.declaration == review.declaration:
        return []
    declared = ConflictDeclared(
        project_id=ask.project_id, person=review.person, declaration=ask.declaration
    )
    if ask.declaration == "none":
        return [declared]
    recused = ReviewerRecused(
        project_id=ask.project_id, person=review.person, declaration=ask.declaration
    )
    return [declared, recused]


def _scoring(evaluation: Evaluation, by: Actor) -> Review:
    review = _own(evaluation, by)
    if review.declaration != "none":
        raise ConflictUndeclared
    if review.submitted:
        raise ReviewAlreadySubmitted
    return review


def _parameters(evaluation: Evaluation, policies: Policies) -> Parameters:
    return policies.version(evaluation.programme, evaluation.policy_version).parameters


def score_criterion(
    ask: ScoreCriterion, evaluation: Evaluation, policies: Policies
) -> Sequence[CriterionScored]:
    """Score a criterion of the pinned rubric (E-1), with a rationale (E-2).

    Raises NotAReviewer, ReviewerIsRecused, ConflictUndeclared (E-5), ReviewAlreadySubmitted,
    CriterionNotInRubric and ScoreOffScale.
    """
    review = _scoring(evaluation, ask.by)
    parameters = _parameters(evaluation, policies)
    if ask.criterion not in parameters.criterion_weights:
        raise CriterionNotInRubric
    if ask.score is not None and not _on_scale(ask.score, parameters.score_scale):
        raise ScoreOffScale(Fault("/score", "off_scale"))
    if review.scores.get(ask.criterion) == Score(ask.score, ask.rationale):
        return []
    return [
        CriterionScored(
            project_id=ask.project_id,
            person=review.person,
            criterion=ask.criterion,
            score=None if ask.score is None else ask.score.quantize(Decimal("0.1")),
            rationale=ask.rationale,
        )
    ]


def _on_scale(score: Decimal, scale: int) -> bool:
    return 0 <= score <= scale and score * 2 == int(score * 2)


def submit_review(
    ask: SubmitReview, evaluation: Evaluation, policies: Policies
) -> Sequence[ReviewSubmitted]:
    """Finish a review; the others can be read then (E-6).

    Raises as scoring does, and ReviewIncomplete (E-2).
    """
    review = _scoring(evaluation, ask.by)
    criteria = _parameters(evaluation, policies).criterion_weights
    if missing := sorted(set(criteria) - set(review.scores)):
        raise ReviewIncomplete(criteria=missing)
    return [ReviewSubmitted(project_id=ask.project_id, person=review.person)]


def lock_scores(
    ask: LockScores, evaluation: Evaluation, policies: Policies
) -> Sequence[ReviewEvent]:
    """Lock the valid reviews and compute the weighted score from them alone (E-4).

    Raises ScoresAreLocked (E-7), ReviewsMissing (E-10) and CriterionUnscored (E-4).
    """
    require_before_lock(evaluation)
    parameters = _parameters(evaluation, policies)
    valid = {
        review.person: {name: given.score for name, given in review.scores.items()}
        for review in evaluation.reviews.values()
        if review.valid
    }
    if len(valid) < parameters.reviews_required:
        raise ReviewsMissing(submitted=len(valid), required=parameters.reviews_required)
    criteria, result = weigh(parameters, valid)
    return [
        ScoresLocked(
            project_id=ask.project_id, reviewers=tuple(sorted(valid)), locked_by=ask.by.person
        ),
        WeightedScoreComputed(
            project_id=ask.project_id,
            criteria=criteria,
            result=result,
            inputs_hash=scores_hash(parameters, valid),
            policy_version=evaluation.policy_version,
        ),
    ]
