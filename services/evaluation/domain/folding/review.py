"""How the clock, the reviews and the scores follow from events."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.evaluation.domain.state import Clock, Computation, Evaluation, Pause, Review, Score
from services.evaluation.events.clock import (
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
)
from services.evaluation.events.review import (
    ConflictDeclared,
    ConflictDisclosedLate,
    CriterionScored,
    ReviewerAssigned,
    ReviewerRecused,
    ReviewExcluded,
    ReviewRevised,
    ReviewSubmitted,
    ScoresLocked,
    WeightedScoreComputed,
)

ClockEvent: TypeAlias = SelectionClockPaused | SelectionClockResumed | SelectionTargetMissed
ReviewerEvent: TypeAlias = (
    ConflictDeclared
    | ReviewerRecused
    | CriterionScored
    | ReviewSubmitted
    | ReviewRevised
    | ReviewExcluded
    | ConflictDisclosedLate
)
ReviewEvent: TypeAlias = ReviewerAssigned | ReviewerEvent | ScoresLocked | WeightedScoreComputed


def evolve_clock(evaluation: Evaluation, event: ClockEvent) -> Evaluation:
    """The evaluation after its clock was touched."""
    assert evaluation.clock is not None, "the clock starts with the accepted version"
    return replace(evaluation, clock=_clock(evaluation.clock, event))


def _clock(clock: Clock, event: ClockEvent) -> Clock:
    match event:
        case SelectionClockPaused():
            pause = Pause(event.waiting_on, event.request_id, event.paused_on)
            return replace(clock, pauses=(*clock.pauses, pause))
        case SelectionClockResumed():
            ended = replace(clock.pauses[-1], resumed_on=event.resumed_on)
            return replace(clock, target_on=event.target_on, pauses=(*clock.pauses[:-1], ended))
        case SelectionTargetMissed():
            return replace(clock, missed=True)
        case _:
            assert_never(event)


def evolve_review(evaluation: Evaluation, event: ReviewEvent) -> Evaluation:
    """The evaluation after one more event about reviews and scores."""
    match event:
        case ReviewerAssigned():
            return _with(evaluation, Review(event.person, event.affiliations))
        case ScoresLocked():
            return replace(
                evaluation,
                stage="scores_locked",
                recommendation=None,
                committee=None,
                proposed=None,
            )
        case WeightedScoreComputed():
            return _computed(evaluation, event)
        case _:
            review = _review(evaluation.reviews[event.person], event)
            scoring = isinstance(event, CriterionScored)
            return replace(
                _with(evaluation, review), stage="scoring" if scoring else evaluation.stage
            )


def _review(review: Review, event: ReviewerEvent) -> Review:
    match event:
        case ConflictDeclared():
            return replace(review, declaration=event.declaration)
        case ReviewerRecused() | ConflictDisclosedLate():
            return replace(review, recused=True)
        case CriterionScored() | ReviewRevised():
            score = Score(event.score, event.rationale)
            return replace(review, scores={**review.scores, event.criterion: score})
        case ReviewSubmitted():
            return replace(review, submitted=True)
        case ReviewExcluded():
            return replace(review, excluded=event.reason)
        case _:
            assert_never(event)


def _with(evaluation: Evaluation, review: Review) -> Evaluation:
    return replace(evaluation, reviews={**evaluation.reviews, review.person: review})


def _computed(evaluation: Evaluation, event: WeightedScoreComputed) -> Evaluation:
    valid = tuple(sorted(name for name, review in evaluation.reviews.items() if review.valid))
    computation = Computation(
        result=event.result,
        criteria=event.criteria,
        reviewers=valid if event.reviewers is None else event.reviewers,
        inputs_hash=event.inputs_hash,
        policy_version=event.policy_version,
    )
    return replace(
        evaluation,
        criteria=event.criteria,
        weighted_score=event.result,
        computations=(*evaluation.computations, computation),
    )
