"""A conflict disclosed late: excluded, computed beside the old, and put before people (E-11)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from services.evaluation.domain.review.conflicts import (
    would_differ,
)
from services.evaluation.domain.review.scores import ReviewsMissing
from services.evaluation.domain.scoring import two_decimals
from services.evaluation.domain.visibility import visible
from services.evaluation.events.policy import Parameters
from services.evaluation.events.reopening import (
    DecisionConfirmed,
    DecisionIntegrityReviewOpened,
    DecisionRescinded,
)
from services.evaluation.events.review import (
    ConflictDisclosedLate,
    ReviewExcluded,
    WeightedScoreComputed,
)
from shared.kernel.commands import Actor, Command
from tests.evaluation.examples import (
    C_035,
    C_036,
    DETAILED,
    EVALUATION,
    FOUR,
    MEMBERS,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    STARTUP,
    accept,
    assess_all,
    assign,
    at_committee,
    at_selection,
    clear,
    conclude,
    confirm,
    confirmed,
    convene,
    decided,
    declare,
    detailed,
    heard,
    lock,
    open_review,
    policy,
    propose,
    propose_decline,
    recommend,
    review,
    world,
)
from tests.evaluation.stages import (
    NEWCOMER,
    confirm_reconsideration,
    declined,
    disclose,
    reopen,
    rescind,
    under_integrity_review,
    uphold,
)
from tests.support.spec import Given

THREE, CHAIR = REVIEWERS[2], MEMBERS[0]


def by(person: Actor, command: Command) -> Command:
    """The same, asked by another person."""
    return replace(command, by=person)


@cache
def c_036() -> Given:
    """Approved upon the four reviews of case C-036, with a line of 75.00 and three required."""
    reviews = [review(who_, points) for who_, points in zip((*REVIEWERS, FOUR), C_036, strict=True)]
    ruled = world(policies=[policy(pass_mark=Fraction(75))])
    begun = heard(
        ruled.after(open_review, *assess_all, conclude),
        PROPOSAL,
        detailed,
        confirmed(STARTUP, DETAILED),
    )
    steps = [accept, *[command for commands in reviews for command in commands]]
    return begun.after(*steps, lock, clear, recommend, convene, propose, confirm)


def test_c036_with_the_third_review_the_result_is_79_88() -> None:
    state = c_036().state(EVALUATION)
    assert state.weighted_score == Fraction(79875, 1000)
    assert two_decimals(state.weighted_score) == "79.88"
    parts = {part.criterion: part.weight * part.mean / 5 for part in state.criteria}
    assert parts == {
        "team": Fraction(19375, 1000),
        "business": Fraction(165, 10),
        "strategic": Fraction(24),
        "ecosystem": Fraction(20),
    }


def test_c036_a_late_conflict_excludes_recomputes_and_opens_an_integrity_review() -> None:
    late, excluded, computed, opened = (
        c_036()
        .when(disclose)
        .then_names(
            "ConflictDisclosedLate",
            "ReviewExcluded",
            "WeightedScoreComputed",
            "DecisionIntegrityReviewOpened",
        )
    )
    assert late == ConflictDisclosedLate(
        project_id=PROJECT,
        person="reviewer-3",
        reason="Holds shares of the lead",
        disclosed_by="officer-1",
    )
    assert isinstance(excluded, ReviewExcluded)
    assert isinstance(computed, WeightedScoreComputed)
    assert computed.result == Fraction(439, 6)
    assert two_decimals(computed.result) == "73.17"
    assert computed.reviewers == ("reviewer-1", "reviewer-2", "reviewer-4")
    assert opened == DecisionIntegrityReviewOpened(
        project_id=PROJECT,
        because="conflict",
        explanation="79.88 before, 73.17 without it.",
        result_before=Fraction(639, 8),
        result_after=Fraction(439, 6),
        pass_mark=Fraction(75),
        reviews_left=3,
        reviews_required=3,
    )


def test_c036_the_decision_stands_both_results_are_readable_and_the_text_is_kept() -> None:
    state = c_036().after(disclose).state(EVALUATION)
    assert (state.stage, state.decision.outcome) == ("approved", "approved")
    shown = [each.result for each in state.computations]
    assert shown == [Fraction(639, 8), Fraction(439, 6)]
    kept = state.reviews["reviewer-3"]
    assert (kept.excluded, kept.valid) == ("Holds shares of the lead", False)
    assert {given.score for given in kept.scores.values()} == {Decimal("5.0")}
    assert kept.scores["team"].rationale == "As the pilot's figures show"


def test_c036_access_ends_at_once() -> None:
    before = visible(c_036().state(EVALUATION), THREE)
    assert len(before["reviews"]) == 4
    after = visible(c_036().after(disclose).state(EVALUATION), THREE)
    assert list(after["reviews"]) == ["reviewer-3"]
    assert "weighted_score" not in after


@pytest.mark.parametrize(
    ("ending", "event", "stage"),
    [(uphold, DecisionConfirmed, "approved"), (rescind, DecisionRescinded, "rescinded")],
)
def test_e11_two_persons_confirm_or_rescind_with_reasons(
    ending: Command, event: type, stage: str
) -> None:
    here = c_036().after(disclose, ending)
    (ended,) = here.when(confirm_reconsideration).then_names(event.__name__)
    assert isinstance(ended, DecisionConfirmed | DecisionRescinded)
    assert (ended.proposed_by, ended.confirmed_by) == ("member-1", "member-2")
    state = here.after(confirm_reconsideration).state(EVALUATION)
    assert (state.stage, state.integrity_review) == (stage, None)


def test_e11_without_a_mark_every_late_conflict_opens_a_review() -> None:
    names = [event.event_name for _, event in decided().when(disclose).decision().says]
    assert names[-1] == "DecisionIntegrityReviewOpened"


def test_e11_on_the_same_side_of_the_mark_with_enough_reviews_nothing_more_opens() -> None:
    other = replace(disclose, person="reviewer-2")
    c_036().when(other).then_names(
        "ConflictDisclosedLate", "ReviewExcluded", "WeightedScoreComputed"
    )


def test_e11_fewer_reviews_than_required_open_one_on_either_side() -> None:
    twice = c_036().after(replace(disclose, person="reviewer-2"))
    names = [
        event.event_name
        for _, event in twice.when(replace(disclose, person="reviewer-1")).decision().says
    ]
    assert names[-1] == "DecisionIntegrityReviewOpened"


def test_e11_a_criterion_left_without_a_score_is_incomplete_and_opens_a_review() -> None:
    """In C-035 two of three scored `business`; without both nobody did."""
    without = decided().after(replace(disclose, person="reviewer-1"))
    second = replace(disclose, person="reviewer-2")
    without.when(second).then_names("ConflictDisclosedLate", "ReviewExcluded")
    both = declined().after(replace(disclose, person="reviewer-1"), by(CHAIR, uphold))
    settled = both.after(confirm_reconsideration)
    *_, opened = settled.when(second).then_names(
        "ConflictDisclosedLate", "ReviewExcluded", "DecisionIntegrityReviewOpened"
    )
    assert isinstance(opened, DecisionIntegrityReviewOpened)
    assert (opened.result_after, opened.reviews_left) == (None, 1)
    assert opened.explanation == "75.42 before, incomplete without it."


def test_e11_a_review_that_never_counted_changes_no_result() -> None:
    here = at_selection().after(assign(NEWCOMER), declare(NEWCOMER))
    reviews = [review(who_, points) for who_, points in zip(REVIEWERS, C_035, strict=True)]
    locked = here.after(*[command for commands in reviews for command in commands], lock)
    locked.when(replace(disclose, person=NEWCOMER.person)).then_names("ConflictDisclosedLate")


def test_case_9_a_conflict_found_between_lock_and_decision_leaves_too_few_reviews() -> None:
    here = at_committee().after(disclose)
    assert here.state(EVALUATION).integrity_review is None, "nothing is decided yet"
    refusal = here.when(propose).then_refused(ReviewsMissing)
    assert refusal.facts == {"submitted": 2, "required": 3}
    here.when(propose_decline).then_names("DecisionProposed")
    again = here.after(reopen, *review(FOUR, C_036[3]), lock, clear, recommend, convene)
    again.when(propose).then_names("DecisionProposed")


@pytest.mark.parametrize(
    ("mark", "before", "after", "left", "differs"),
    [
        ("75", "75", "74.999", 3, True),
        ("75", "75.001", "75", 3, False),
        ("75", "74.999", "75", 3, True),
        ("75", "60", "50", 3, False),
        ("75", "90", "90", 2, True),
        (None, "90", "90", 3, True),
        ("75", "90", None, 3, True),
    ],
)
def test_e11_the_outcome_would_differ(
    mark: str | None, before: str, after: str | None, left: int, differs: bool
) -> None:
    """Compared exactly: 74.999 is below a line of 75, although it is shown as 75.00."""
    rules = Parameters(pass_mark=None if mark is None else Fraction(mark))
    then = None if after is None else Fraction(after)
    assert would_differ(rules, Fraction(before), then, left) is differs


def test_a_conflict_disclosed_twice_changes_nothing_more() -> None:
    under_integrity_review().when(disclose).then_nothing()


def test_e11_a_reviewer_discloses_its_own_conflict() -> None:
    own = by(THREE, disclose)
    decided().when(own).then_names(
        "ConflictDisclosedLate",
        "ReviewExcluded",
        "WeightedScoreComputed",
        "DecisionIntegrityReviewOpened",
    )
