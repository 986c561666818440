"""After lock and decision nothing changes by itself, and nothing is erased (E-7, E-11)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from services.evaluation.commands import ExcludeReview
from services.evaluation.domain.decision.deciding import (
    DecisionIncomplete,
    NoDecisionProposed,
    RecusedFromDecision,
    TermsChangeByAmendment,
)
from services.evaluation.domain.decision.reopening import NoIntegrityReview
from services.evaluation.domain.review.conflicts import (
    NotAReviewer,
    ReviewerIsRecused,
    ReviewerNotAssigned,
    would_differ,
)
from services.evaluation.domain.review.reviewing import ReviewIsExcluded, ReviewNotSubmitted
from services.evaluation.domain.review.scores import ReviewsMissing
from services.evaluation.domain.scoring import CriterionUnscored, two_decimals
from services.evaluation.domain.stages import (
    AlreadyDecided,
    DecisionIsRescinded,
    NotDecided,
    ScoresAreLocked,
    ScoresNotLocked,
)
from services.evaluation.domain.visibility import visible
from services.evaluation.events.policy import Parameters
from services.evaluation.events.reopening import (
    DecisionConfirmed,
    DecisionIntegrityReviewOpened,
    DecisionRescinded,
    DecisionRevised,
    EvaluationReopened,
)
from services.evaluation.events.review import (
    ConflictDisclosedLate,
    ReviewExcluded,
    ReviewRevised,
    WeightedScoreComputed,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.refusals import Refusal, SamePerson
from tests.evaluation.examples import (
    C_035,
    DECIDED_ON,
    DETAILED,
    EVALUATION,
    MEMBERS,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    STARTUP,
    accept,
    actor,
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
    reviewed,
    score,
    who,
    world,
)
from tests.evaluation.stages import (
    NEWCOMER,
    again_at,
    at,
    confirm_reconsideration,
    declined,
    disclose,
    propose_deferral,
    reopen,
    reopened,
    rescind,
    revise,
    under_integrity_review,
    uphold,
)
from tests.support.spec import Given

ONE, TWO, THREE = REVIEWERS
FOUR = actor("reviewer-4", "reviewer")
CHAIR, SECOND, _ = MEMBERS
C_036 = (
    ("4", "4", "3.5", "4.5"),
    ("3.5", "3", "4", "3"),
    ("5", "5", "5", "5"),
    ("3", "4.5", "3.5", "3.5"),
)
"""Four reviews; the third one's conflict is disclosed after the selection."""
exclude = ExcludeReview(
    project_id=PROJECT, person=ONE.person, reason="Copied from another file", **who()
)


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


def test_e7_a_score_is_revised_before_the_lock_and_both_stay_on_record() -> None:
    (revised,) = reviewed().when(revise).then_names("ReviewRevised")
    assert revised == ReviewRevised(
        project_id=PROJECT,
        person="reviewer-1",
        criterion="team",
        earlier_score=Decimal("4.5"),
        score=None,
        rationale="Read again",
        reason="Two rows were swapped",
    )
    assert reviewed().after(revise).state(EVALUATION).reviews["reviewer-1"].submitted
    reviewed().after(revise).when(revise).then_nothing()


def test_e4_an_excluded_review_never_enters() -> None:
    four = reviewed().after(*review(FOUR, C_036[3]), exclude)
    *_, computed = four.when(lock).then_names("ScoresLocked", "WeightedScoreComputed")
    assert isinstance(computed, WeightedScoreComputed)
    assert computed.reviewers == ("reviewer-2", "reviewer-3", "reviewer-4")
    assert computed.result == four.after(lock).state(EVALUATION).weighted_score
    four.when(exclude).then_nothing()


def test_case_8_a_score_revised_after_the_decision_stands_beside_the_old_result() -> None:
    """Reopened with authority, a new computation beside the old; the decision stands (E-7)."""
    decided().when(reopen).then(
        EvaluationReopened(
            project_id=PROJECT,
            reason="A score was entered in the wrong row",
            authority="Resolution 2020-17 of the board",
            reopened_by="officer-1",
        )
    )
    lower = replace(revise, score=Decimal("0.5"))
    here = decided().after(reopen, lower, lock)
    state = here.state(EVALUATION)
    assert [each.result for each in state.computations] == [Fraction(905, 12), Fraction(275, 4)]
    assert (state.stage, state.decision.outcome) == ("scores_locked", "approved")
    assert state.decision.weighted_score == Fraction(905, 12)
    again = here.after(clear, replace(recommend, outcome="declined"), convene, propose_decline)
    revised, new = again.when(confirm).then_names("DecisionRevised", "ProjectDeclined")
    assert revised == DecisionRevised(
        project_id=PROJECT,
        earlier_outcome="approved",
        outcome="declined",
        reasons=("Little for others in it",),
        revised_on=DECIDED_ON,
        proposed_by="member-1",
        confirmed_by="member-2",
    )
    assert again.after(confirm).state(EVALUATION).stage == "declined"
    assert new.event_name == "ProjectDeclined"


def test_case_8_the_same_decision_again_is_confirmed_and_announced_to_nobody() -> None:
    steps = [lock, clear, recommend, convene, replace(propose, reasons=("Still above the line",))]
    here = reopened().after(*steps)
    (upheld,) = here.when(confirm).then_names("DecisionConfirmed")
    assert isinstance(upheld, DecisionConfirmed)
    assert (upheld.outcome, upheld.reasons) == ("approved", ("Still above the line",))
    assert here.after(confirm).state(EVALUATION).stage == "approved"


def test_case_8_a_decline_can_become_an_award() -> None:
    steps = [reopen, lock, clear, recommend, convene, replace(propose, reasons=("Misread",))]
    here = declined().after(*steps)
    here.when(confirm).then_names("DecisionRevised", "ProjectApproved")
    assert here.after(confirm).state(EVALUATION).stage == "approved"


def test_e9_a_deferral_of_two_persons_puts_the_decision_off() -> None:
    here = at_committee().after(propose_deferral)
    here.when(confirm).then_names("DecisionDeferred")
    deferred = here.after(confirm)
    assert (deferred.state(EVALUATION).stage, deferred.state(EVALUATION).decision) == (
        "deferred",
        None,
    )
    deferred.after(convene).when(propose).then_names("DecisionProposed")


def test_e7_reopened_before_a_decision_the_committee_meets_anew() -> None:
    here = at_committee().after(reopen)
    state = here.state(EVALUATION)
    assert (state.committee, state.recommendation, state.due_diligence) == (None, None, None)
    here.after(lock, clear, recommend, convene).when(propose).then_names("DecisionProposed")


def test_e6_a_reviewer_who_joins_a_reopened_evaluation_works_blind() -> None:
    here = reopened().after(assign(FOUR), declare(FOUR))
    assert list(visible(here.state(EVALUATION), FOUR)["reviews"]) == ["reviewer-4"]


def test_a_rescinded_decision_can_be_decided_anew() -> None:
    here = at("rescinded").after(reopen, *review(FOUR, C_036[3]), lock, clear, recommend, convene)
    here.after(propose).when(confirm).then_names("ProjectApproved")


def unfinished() -> Given:
    """The fourth reviewer has scored one criterion and submitted nothing."""
    return reviewed().after(assign(FOUR), declare(FOUR), score(FOUR, "team", "3"))


other_terms = replace(propose, ceiling_cents=1, reasons=("Cheaper",))


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        (lambda: reviewed().after(lock), revise, ScoresAreLocked),
        (lambda: reviewed().after(lock), exclude, ScoresAreLocked),
        (decided, revise, AlreadyDecided),
        (reviewed, by(FOUR, revise), NotAReviewer),
        (unfinished, by(FOUR, revise), ReviewNotSubmitted),
        (lambda: reviewed().after(exclude), revise, ReviewIsExcluded),
        (reviewed, replace(exclude, person="reviewer-9"), ReviewerNotAssigned),
        (reviewed, disclose, ScoresNotLocked),
        (decided, replace(disclose, person="reviewer-9"), ReviewerNotAssigned),
        (decided, by(TWO, disclose), NotAReviewer),
        (lambda: decided().after(disclose, reopen), by(THREE, revise), ReviewerIsRecused),
        (at_committee, rescind, NotDecided),
        (decided, rescind, NoIntegrityReview),
        (decided, confirm_reconsideration, NoIntegrityReview),
        (under_integrity_review, confirm_reconsideration, NoDecisionProposed),
        (under_integrity_review, by(THREE, rescind), RecusedFromDecision),
        (lambda: under_integrity_review().after(rescind), by(CHAIR, confirm_reconsideration),
         SamePerson),
        (lambda: at("rescinded"), rescind, DecisionIsRescinded),
        (lambda: again_at("committee"), other_terms, TermsChangeByAmendment),
        (lambda: again_at("committee"), replace(propose, reasons=()), DecisionIncomplete),
        (at_committee, replace(propose_deferral, reasons=()), DecisionIncomplete),
        (lambda: decided().after(reopen, *everybody_excluded()), lock, ReviewsMissing),
        (lambda: reviewed().after(*review(FOUR, (None, None, None, None)), *two_without_business()),
         lock, ReviewsMissing),
    ],
)  # fmt: skip
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)


def everybody_excluded() -> list[Command]:
    """No review is left."""
    return [replace(exclude, person=reviewer.person) for reviewer in REVIEWERS]


def two_without_business() -> list[Command]:
    """Both who scored `business` and `ecosystem` are left out."""
    return [exclude, replace(exclude, person=TWO.person)]


def test_e4_a_criterion_that_only_excluded_reviews_scored_blocks_the_lock() -> None:
    unscored = (None, None, None, None)
    more = [command for who_ in (FOUR, NEWCOMER) for command in review(who_, unscored)]
    here = reviewed().after(*more, *two_without_business())
    refusal = here.when(lock).then_refused(CriterionUnscored)
    assert refusal.facts == {"criteria": ["business", "ecosystem"]}


POINTS = st.one_of(st.none(), st.integers(0, 10).map(lambda half: f"{half // 2}.{half % 2 * 5}"))
REVIEWS = st.lists(st.tuples(POINTS, POINTS, POINTS, POINTS), min_size=3, max_size=3)


@settings(max_examples=20, deadline=None)
@examples(REVIEWS, st.permutations(range(3)))
def test_e4_the_order_in_which_reviewers_work_never_changes_the_score(
    points: Sequence[Sequence[str | None]], order: Sequence[int]
) -> None:
    every = [(0, "4.0"), (1, "3.0"), (2, "2.5")]
    scored = [[given or fallback for given in points[n]] for n, fallback in every]
    plain = [review(REVIEWERS[n], scored[n]) for n in range(3)]
    results = {
        at_selection()
        .after(*[command for n in sequence for command in plain[n]], lock)
        .state(EVALUATION)
        .weighted_score
        for sequence in (range(3), order)
    }
    assert len(results) == 1
