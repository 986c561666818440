"""Conflicts of interest: declared before scoring, by affiliation, or disclosed late (E-5, E-11)."""

from collections.abc import Sequence
from fractions import Fraction

from services.evaluation.commands import DeclareConflict, DiscloseConflict, RecuseAffiliated
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.review.pool import Reviewer, ReviewerAffiliated, affiliated
from services.evaluation.domain.review.scores import computed, valid_scores
from services.evaluation.domain.scoring import two_decimals
from services.evaluation.domain.stages import DECIDED, UNLOCKED
from services.evaluation.domain.state import Evaluation, Review, must_allow
from services.evaluation.events.policy import Parameters
from services.evaluation.events.reopening import DecisionIntegrityReviewOpened
from services.evaluation.events.review import (
    ConflictDeclared,
    ConflictDisclosedLate,
    ReviewerRecused,
    ReviewExcluded,
    WeightedScoreComputed,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.eligibility import Registry
from shared.kernel.refusals import Forbidden, NotFound


class NotAReviewer(Forbidden):
    """Only who was assigned to this project reviews it, and speaks for its own review."""

    rule = "E-5"
    french = "Seul qui a été affecté à ce projet l'évalue, et parle pour sa propre évaluation."


class ReviewerIsRecused(Forbidden):
    """This reviewer declared a conflict of interest and takes no part in this project."""

    rule = "E-5"
    french = "Cette personne a déclaré un conflit d'intérêts et ne participe pas à ce projet."


class ReviewerNotAssigned(NotFound):
    """This person was not asked to review this project."""

    rule = "E-5"
    french = "Cette personne n'a pas été affectée à ce projet."


def own_review(ask: Command, evaluation: Evaluation) -> Review:
    """The asking person's review, while it may still change.

    Raises NotAReviewer, ReviewerAffiliated, ReviewerIsRecused (E-5), ScoresAreLocked (E-7).
    """
    must_allow(ask, evaluation)
    review = evaluation.reviews.get(ask.by.person)
    if review is None:
        raise NotAReviewer
    if ask.by.organisation_id in evaluation.participant_ids:
        raise ReviewerAffiliated
    if review.recused:
        raise ReviewerIsRecused
    return review


def declare_conflict(ask: DeclareConflict, evaluation: Evaluation) -> Sequence[EvaluationEvent]:
    """Declare a conflict; any but `none` recuses, before or after scoring (E-5, E-4).

    Raises NotAReviewer, ReviewerAffiliated and ReviewerIsRecused (E-5).
    """
    review = own_review(ask, evaluation)
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


def recuse_affiliated(
    ask: RecuseAffiliated,
    evaluation: Evaluation,
    reviewer: Reviewer,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EvaluationEvent]:
    """Recuse who turned out to belong to a participant's side: late, after the lock (E-5, E-11)."""
    must_allow(ask, evaluation)
    review = evaluation.reviews.get(ask.person)
    if review is None or review.recused:
        return []
    if not affiliated(evaluation, reviewer.affiliations, organisations, ask.effective_on):
        return []
    if evaluation.stage in UNLOCKED:
        return [
            ReviewerRecused(project_id=ask.project_id, person=review.person, declaration="actual")
        ]
    reason = "The reviewer belongs to the side of a participant."
    return _late(ask, evaluation, review, reason, pinned(evaluation, policies))


def disclose_conflict(
    ask: DiscloseConflict, evaluation: Evaluation, policies: Policies
) -> Sequence[EvaluationEvent]:
    """A conflict came to light after the lock (E-11); a second disclosure changes nothing.

    Raises ScoresNotLocked (E-11), NotAReviewer and ReviewerNotAssigned (E-5).
    """
    must_allow(ask, evaluation)
    if not _may_disclose(ask.by, ask.person):
        raise NotAReviewer
    review = evaluation.reviews.get(ask.person)
    if review is None:
        raise ReviewerNotAssigned
    if review.recused:
        return []
    return _late(ask, evaluation, review, ask.reason, pinned(evaluation, policies))


def _may_disclose(by: Actor, person: str) -> bool:
    return by.person == person or "programme_officer" in by.roles


def _late(
    ask: Command, evaluation: Evaluation, review: Review, reason: str, rules: Parameters
) -> Sequence[EvaluationEvent]:
    """Access ends; a review that counted is excluded, and the result computed beside the old."""
    disclosed = ConflictDisclosedLate(
        project_id=evaluation.project_id,
        person=review.person,
        reason=reason,
        disclosed_by=ask.by.person,
    )
    if not review.valid:
        return [disclosed]
    excluded = ReviewExcluded(
        project_id=evaluation.project_id,
        person=review.person,
        reason=reason,
        excluded_by=ask.by.person,
    )
    left = {
        name: scores for name, scores in valid_scores(evaluation).items() if name != review.person
    }
    anew = computed(evaluation, rules, left)
    events: list[EvaluationEvent] = [disclosed, excluded, *anew]
    return [*events, *_integrity_review(evaluation, rules, anew, len(left))]


def _integrity_review(
    evaluation: Evaluation, rules: Parameters, anew: Sequence[WeightedScoreComputed], left: int
) -> Sequence[DecisionIntegrityReviewOpened]:
    """Opened where the outcome would differ; the decision stands until people say (E-11)."""
    decision = evaluation.decision
    if decision is None or evaluation.stage not in DECIDED or evaluation.integrity_review:
        return []
    after = anew[0].result if anew else None
    if not would_differ(rules, decision.weighted_score, after, left):
        return []
    shown = "incomplete" if after is None else two_decimals(after)
    return [
        DecisionIntegrityReviewOpened(
            project_id=evaluation.project_id,
            because="conflict",
            explanation=f"{two_decimals(decision.weighted_score)} before, {shown} without it.",
            result_before=decision.weighted_score,
            result_after=after,
            pass_mark=rules.pass_mark,
            reviews_left=left,
            reviews_required=rules.reviews_required,
        )
    ]


def would_differ(rules: Parameters, before: Fraction, after: Fraction | None, left: int) -> bool:
    """Whether the outcome would be another one without the excluded review (E-11).

    The other side of the mark, or fewer valid reviews than required; without a mark, always.
    Compared exactly.
    """
    mark = rules.pass_mark
    if after is None or mark is None or left < rules.reviews_required:
        return True
    return (before >= mark) != (after >= mark)
