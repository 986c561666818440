"""Reviews: conflicts first, scores with a rationale, and a lock that holds (E-2, E-4 to E-7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.evaluation.domain.review.conflicts import NotAReviewer, ReviewerIsRecused
from services.evaluation.domain.review.pool import ReviewerAffiliated, ReviewerAlreadyAssigned
from services.evaluation.domain.review.reviewing import (
    ConflictUndeclared,
    CriterionNotInRubric,
    ReviewAlreadySubmitted,
    ReviewIncomplete,
    ScoreOffScale,
)
from services.evaluation.domain.review.scores import ReviewsMissing
from services.evaluation.domain.scoring import CriterionUnscored
from services.evaluation.domain.stages import (
    AlreadyDecided,
    EvaluationNotFound,
    NotAtThisStage,
    ScoresAreLocked,
)
from services.evaluation.events.review import (
    ConflictDeclared,
    CriterionScored,
    ReviewerAssigned,
    ReviewerEnlisted,
    ReviewerRecused,
    ReviewSubmitted,
    ScoresLocked,
    WeightedScoreComputed,
)
from services.evaluation.events.vocabulary import Declaration
from services.evaluation.inbound import AffiliationDeclared
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    C_035,
    EVALUATION,
    FOUR,
    LEAD,
    OF_LEAD,
    OUTSIDER,
    PROJECT,
    REVIEWERS,
    STARTUP,
    Told,
    actor,
    assign,
    at_eligibility,
    at_selection,
    decided,
    declare,
    eligible,
    heard,
    lock,
    policy,
    registered,
    review,
    reviewed,
    score,
    submit,
    world,
)
from tests.support.spec import Given

ONE, TWO, THREE = REVIEWERS
OF_OUTSIDER = f"organisation-{OUTSIDER}"


def affiliated(one: str, other: str) -> AffiliationDeclared:
    """Two organisations under common control."""
    return AffiliationDeclared(organisation_id=one, affiliate_id=other, since=date(2015, 1, 1))


def assigned() -> Given:
    """One reviewer is asked."""
    return at_selection().after(assign(ONE))


def scoring() -> Given:
    """One reviewer declared that there is no conflict."""
    return assigned().after(declare(ONE))


def recused() -> Given:
    """One reviewer declared a conflict."""
    return assigned().after(declare(ONE, "actual"))


def test_a_reviewer_is_assigned_with_its_affiliations_on_record() -> None:
    at_selection().when(assign(ONE, OUTSIDER)).then(
        ReviewerAssigned(
            project_id=PROJECT,
            person="reviewer-1",
            affiliations=(OUTSIDER,),
            assigned_by="officer-1",
        ),
        ReviewerEnlisted(person="reviewer-1", affiliations=(OUTSIDER,), enlisted_by="officer-1"),
    )


@pytest.mark.parametrize("member", [LEAD, STARTUP])
def test_employees_of_a_participant_are_not_assigned(member: str) -> None:
    at_selection().when(assign(ONE, OUTSIDER, member)).then_refused(ReviewerAffiliated)


@pytest.mark.parametrize(
    ("stream", "event"),
    [
        (OF_LEAD, affiliated(LEAD, OUTSIDER)),
        (OF_OUTSIDER, affiliated(OUTSIDER, LEAD)),
        (OF_OUTSIDER, registered(OUTSIDER, "PORT DU FLEUVE")),
    ],
    ids=["of a participant", "declared from outside", "one name"],
)
def test_affiliates_of_a_participant_are_not_assigned(stream: str, event: Told) -> None:
    here = heard(at_selection(), stream, event)
    here.when(assign(ONE, OUTSIDER)).then_refused(ReviewerAffiliated)


def test_whose_token_is_of_a_participant_reviews_nothing_of_it() -> None:
    insider = actor("reviewer-1", "reviewer", organisation_id=STARTUP)
    assigned().when(declare(insider)).then_refused(ReviewerAffiliated)


def test_declaring_no_conflict_is_recorded_once() -> None:
    assigned().when(declare(ONE)).then(
        ConflictDeclared(project_id=PROJECT, person="reviewer-1", declaration="none")
    )
    scoring().when(declare(ONE)).then_nothing()


@pytest.mark.parametrize("declaration", ["potential", "actual"])
def test_any_other_declaration_recuses(declaration: Declaration) -> None:
    here = assigned().when(declare(ONE, declaration))
    here.then(
        ConflictDeclared(project_id=PROJECT, person="reviewer-1", declaration=declaration),
        ReviewerRecused(project_id=PROJECT, person="reviewer-1", declaration=declaration),
    )


def test_a_conflict_found_after_submitting_takes_the_review_out_of_the_score() -> None:
    here = reviewed().after(*review(FOUR, ("5", "5", "5", "5")), declare(FOUR, "actual"))
    _, computed = here.when(lock).then_names("ScoresLocked", "WeightedScoreComputed")
    assert isinstance(computed, WeightedScoreComputed)
    assert computed.result == Fraction(905, 12)


def test_a_criterion_is_scored_with_a_rationale() -> None:
    scoring().when(score(ONE, "team", "4.5")).then(
        CriterionScored(
            project_id=PROJECT,
            person="reviewer-1",
            criterion="team",
            score=Decimal("4.5"),
            rationale="As the pilot's figures show",
        )
    )


def test_a_real_zero_is_a_score_and_not_applicable_is_none() -> None:
    here = scoring().after(score(ONE, "team", "0"), score(ONE, "business", None))
    scores = here.state(EVALUATION).reviews["reviewer-1"].scores
    assert (scores["team"].score, scores["business"].score) == (Decimal(0), None)


def test_the_same_score_again_changes_nothing_and_another_one_replaces_it() -> None:
    here = scoring().after(score(ONE, "team", "4"))
    here.when(score(ONE, "team", "4.0")).then_nothing()
    here.when(score(ONE, "team", "3.5")).then_names("CriterionScored")


def test_a_finished_review_is_submitted() -> None:
    here = at_selection().after(*review(ONE, C_035[0])[:-1])
    here.when(submit(ONE)).then(ReviewSubmitted(project_id=PROJECT, person="reviewer-1"))


def test_the_lock_names_the_reviewers_and_computes_the_score_exactly() -> None:
    locked, computed = reviewed().when(lock).then_names("ScoresLocked", "WeightedScoreComputed")
    assert locked == ScoresLocked(
        project_id=PROJECT,
        reviewers=("reviewer-1", "reviewer-2", "reviewer-3"),
        locked_by="officer-1",
    )
    assert isinstance(computed, WeightedScoreComputed)
    assert (computed.result, computed.policy_version) == (Fraction(905, 12), "2020-1")


def test_a_review_that_was_not_submitted_does_not_enter() -> None:
    here = reviewed().after(assign(FOUR), declare(FOUR), score(FOUR, "team", "0"))
    assert here.after(lock).state(EVALUATION).weighted_score == Fraction(905, 12)


def test_a_rubric_published_later_does_not_touch_what_is_pinned() -> None:
    newer = policy("2020-2", criterion_weights={"impact": 100})
    here = heard(scoring(), "policy-evaluation", newer)
    here.when(score(ONE, "impact", "3")).then_refused(CriterionNotInRubric)
    here.when(score(ONE, "team", "3")).then_names("CriterionScored")


def nobody_scored_strategic() -> Given:
    """Three reviews that all say `strategic` does not apply."""
    rows = [(row[0], row[1], None, row[3]) for row in C_035]
    commands = [review(by, row) for by, row in zip(REVIEWERS, rows, strict=True)]
    return at_selection().after(*[command for of_one in commands for command in of_one])


def locked() -> Given:
    """The scores are final."""
    return reviewed().after(lock)


def two_reviews() -> Given:
    """One review too few."""
    return at_selection().after(*review(ONE, C_035[0]), *review(TWO, C_035[1]))


def submitted() -> Given:
    """One review is in."""
    return at_selection().after(*review(ONE, C_035[0]))


def third_recused() -> Given:
    """Three were submitted, and one of them was recused since."""
    return reviewed().after(declare(THREE, "potential"))


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # history             asked                              why not
        (world, assign(ONE), EvaluationNotFound),
        (at_eligibility, assign(ONE), NotAtThisStage),
        (eligible, assign(ONE), NotAtThisStage),
        (assigned, assign(ONE), ReviewerAlreadyAssigned),
        (recused, assign(ONE), ReviewerAlreadyAssigned),
        (locked, assign(FOUR), ScoresAreLocked),
        (at_selection, declare(ONE), NotAReviewer),
        (recused, declare(ONE), ReviewerIsRecused),
        (locked, declare(ONE, "actual"), ScoresAreLocked),
        (at_selection, score(ONE, "team", "3"), NotAReviewer),
        (assigned, score(ONE, "team", "3"), ConflictUndeclared),
        (recused, score(ONE, "team", "3"), ReviewerIsRecused),
        (scoring, score(ONE, "beauty", "3"), CriterionNotInRubric),
        (scoring, score(ONE, "team", "5.5"), ScoreOffScale),
        (scoring, score(ONE, "team", "-0.5"), ScoreOffScale),
        (scoring, score(ONE, "team", "3.25"), ScoreOffScale),
        (submitted, score(ONE, "team", "3"), ReviewAlreadySubmitted),
        (locked, score(ONE, "team", "3"), ScoresAreLocked),
        (decided, score(ONE, "team", "3"), AlreadyDecided),
        (assigned, submit(ONE), NotAtThisStage),
        (lambda: reviewed().after(assign(FOUR)), submit(FOUR), ConflictUndeclared),
        (lambda: scoring().after(score(ONE, "team", "3")), submit(ONE), ReviewIncomplete),
        (submitted, submit(ONE), ReviewAlreadySubmitted),
        (at_selection, lock, NotAtThisStage),
        (two_reviews, lock, ReviewsMissing),
        (third_recused, lock, ReviewsMissing),
        (nobody_scored_strategic, lock, CriterionUnscored),
        (locked, lock, ScoresAreLocked),
        (decided, lock, AlreadyDecided),
    ],
)
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)


def test_an_incomplete_review_lists_what_is_open() -> None:
    refusal = (
        scoring().after(score(ONE, "team", "3")).when(submit(ONE)).then_refused(ReviewIncomplete)
    )
    assert refusal.facts == {"criteria": ["business", "ecosystem", "strategic"]}


def test_a_score_with_more_digits_than_half_points_is_refused_whatever_its_size() -> None:
    huge = replace(score(ONE, "team", "3"), score=Decimal("1e30"))
    scoring().when(huge).then_refused(ScoreOffScale)
