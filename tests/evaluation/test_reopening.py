"""After lock and decision nothing changes by itself, and nothing is erased (E-7, E-11)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

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
)
from services.evaluation.domain.review.reviewing import ReviewIsExcluded, ReviewNotSubmitted
from services.evaluation.domain.review.scores import ReviewsMissing
from services.evaluation.domain.scoring import CriterionUnscored
from services.evaluation.domain.stages import (
    AlreadyDecided,
    DecisionIsRescinded,
    NotDecided,
    ScoresAreLocked,
    ScoresNotLocked,
)
from services.evaluation.domain.visibility import visible
from services.evaluation.events.reopening import (
    DecisionConfirmed,
    DecisionRevised,
    EvaluationReopened,
)
from services.evaluation.events.review import (
    ReviewRevised,
    WeightedScoreComputed,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.refusals import Refusal, SamePerson
from tests.evaluation.examples import (
    C_036,
    DECIDED_ON,
    EVALUATION,
    FOUR,
    MEMBERS,
    PROJECT,
    REVIEWERS,
    assign,
    at_committee,
    at_selection,
    clear,
    confirm,
    convene,
    decided,
    declare,
    lock,
    propose,
    propose_decline,
    recommend,
    review,
    reviewed,
    score,
    who,
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
)
from tests.support.spec import Given

ONE, TWO, THREE = REVIEWERS
CHAIR = MEMBERS[0]
exclude = ExcludeReview(
    project_id=PROJECT, person=ONE.person, reason="Copied from another file", **who()
)


def by(person: Actor, command: Command) -> Command:
    """The same, asked by another person."""
    return replace(command, by=person)


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
