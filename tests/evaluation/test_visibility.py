"""Who sees what: reviewers stay independent until they are done, applicants see verdicts (E-6)."""

import pytest

from services.evaluation.domain.stages import EvaluationNotFound
from services.evaluation.domain.state import Evaluation
from services.evaluation.domain.visibility import visible
from shared.kernel.commands import Actor
from tests.evaluation.examples import (
    C_035,
    EVALUATION,
    OFFICER,
    OUTSIDER,
    REVIEWERS,
    STARTUP,
    actor,
    assign,
    at_committee,
    at_selection,
    decided,
    declare,
    eligible,
    lock,
    review,
    reviewed,
)
from tests.support.spec import Given

ONE, TWO, _ = REVIEWERS
APPLICANT = actor("applicant-1", "applicant", organisation_id=STARTUP)
STRANGER = actor("applicant-2", "applicant", organisation_id=OUTSIDER)


def of(here: Given) -> Evaluation:
    """The evaluation's state."""
    state = here.state(EVALUATION)
    assert isinstance(state, Evaluation)
    return state


def seen(here: Given, by: Actor) -> list[str]:
    """Whose reviews this person sees."""
    return sorted(visible(of(here), by)["reviews"])


def one_done_one_at_work() -> Given:
    """The first reviewer submitted, the second is still at work."""
    return at_selection().after(*review(ONE, C_035[0]), assign(TWO), declare(TWO))


def test_other_reviews_stay_unseen_until_ones_own_is_submitted() -> None:
    here = one_done_one_at_work()
    assert seen(here, TWO) == ["reviewer-2"]
    assert seen(here, ONE) == ["reviewer-1", "reviewer-2"]


def test_once_the_scores_are_locked_reviewers_see_all() -> None:
    unfinished = actor("reviewer-4", "reviewer")
    here = reviewed().after(assign(unfinished), declare(unfinished))
    assert seen(here, unfinished) == ["reviewer-4"]
    assert len(seen(here.after(lock), unfinished)) == 4


def test_without_a_declaration_nothing_of_the_others_is_seen() -> None:
    silent = actor("reviewer-4", "reviewer")
    assert seen(reviewed().after(assign(silent), lock), silent) == ["reviewer-4"]


def test_before_its_declaration_a_reviewer_sees_who_takes_part_and_no_more() -> None:
    silent = actor("reviewer-4", "reviewer")
    here = reviewed().after(assign(silent))
    view = visible(of(here), silent)
    assert {"title", "participants"} <= view.keys()
    assert view.keys().isdisjoint(
        {"verdicts", "criteria", "weighted_score", "committee", "decision"}
    )
    assert "verdicts" in visible(of(here.after(declare(silent))), silent)
    assert "verdicts" not in visible(of(here.after(declare(silent, "actual"))), silent)


def test_a_recused_reviewer_sees_no_other_review_ever_again() -> None:
    here = reviewed().after(declare(ONE, "actual"))
    assert seen(here, ONE) == ["reviewer-1"]
    assert seen(here, TWO) == ["reviewer-1", "reviewer-2", "reviewer-3"]


def test_an_officer_who_reviews_is_a_reviewer_first() -> None:
    both = actor("reviewer-2", "reviewer", "programme_officer")
    assert seen(one_done_one_at_work(), both) == ["reviewer-2"]
    assert seen(one_done_one_at_work(), OFFICER) == ["reviewer-1", "reviewer-2"]


def test_the_score_is_shown_to_two_decimals_beside_the_exact_one() -> None:
    whole = visible(of(at_committee()), OFFICER)
    assert (whole["weighted_score"], whole["weighted_score_exact"]) == ("75.42", "905/12")
    assert whole["committee"]["quorate"] is True


def test_an_applicant_reads_verdicts_with_reasons_and_no_reviews() -> None:
    view = visible(of(reviewed()), APPLICANT)
    assert view["verdicts"]["sme"] == {"verdict": "met", "reason": "Seen and agreed"}
    assert not {"reviews", "committee", "recommendation", "criteria", "decision"} & set(view)


def test_once_decided_an_applicant_reads_the_criteria_and_the_decision() -> None:
    view = visible(of(decided()), APPLICANT)
    assert [part["criterion"] for part in view["criteria"]] == [
        "business",
        "ecosystem",
        "strategic",
        "team",
    ]
    assert view["decision"]["outcome"] == "approved"
    assert view["decision"]["ceiling"] == {"amount": "2700000.00", "currency": "CAD"}
    assert "proposed_by" not in view["decision"]


@pytest.mark.parametrize(
    "person",
    [STRANGER, actor("applicant-3", "applicant"), actor("reviewer-9", "reviewer")],
    ids=["another organisation", "no organisation", "not assigned"],
)
def test_everybody_else_may_not_know(person: Actor) -> None:
    with pytest.raises(EvaluationNotFound):
        visible(of(eligible()), person)


def test_what_does_not_exist_is_found_by_nobody_but_staff() -> None:
    with pytest.raises(EvaluationNotFound):
        visible(Evaluation(), APPLICANT)
