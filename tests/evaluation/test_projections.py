"""What the lists show follows from the recorded events alone."""

from dataclasses import replace
from typing import Any

import pytest

from services.evaluation.commands import OpenEligibilityReview
from services.evaluation.domain.stages import STAGES
from services.evaluation.projections import PROJECTIONS
from tests.evaluation.examples import (
    EVALUATION,
    MEMBERS,
    NOW,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    REVISED,
    assign,
    at_committee,
    at_eligibility,
    at_selection,
    confirm,
    declare,
    detailed,
    eligible,
    heard,
    propose_decline,
    reviewed,
    submitted,
    who,
)
from tests.evaluation.stages import (
    AGAIN,
    again_at,
    at,
    conditional,
    confirm_reconsideration,
    correct,
    ineligible,
    question,
    satisfy,
    under_integrity_review,
    uphold,
    with_conditions,
)
from tests.support.rows import rows_after
from tests.support.spec import Given


def row_of(here: Given, table: str, *key: str, then: Any = ()) -> Any:
    """The row after one project's evaluation, and what was heard after it."""
    events = [*here.history.get(EVALUATION, ()), *then]
    return rows_after(PROJECTIONS, EVALUATION, events, NOW).get(table, *key)


def declined() -> Given:
    """Two persons declined it."""
    return at_committee().after(propose_decline, confirm)


EVERYWHERE = [
    *(lambda stage=stage: at(stage) for stage in STAGES if stage != "absent"),
    *(lambda stage=stage: again_at(stage) for stage in AGAIN),
    lambda: again_at("reopened").after(satisfy),
    lambda: again_at("committee").after(replace(conditional, reasons=("As before",)), confirm),
    lambda: with_conditions().after(satisfy),
    lambda: under_integrity_review().after(uphold, confirm_reconsideration),
    lambda: ineligible().after(correct("scope", "met")),
    lambda: at("assigning").after(question),
    under_integrity_review,
]


@pytest.mark.parametrize("history", EVERYWHERE)
def test_the_list_and_the_page_agree_on_the_stage(history: Any) -> None:
    here = history()
    row, state = row_of(here, "evaluation_list", PROJECT), here.state(EVALUATION)
    assert row["stage"] == state.stage
    assert row.get("weighted_score") == (
        None if state.weighted_score is None else str(state.weighted_score)
    )
    assert row.get("decision") == (state.decision.outcome if state.decision else None)
    assert row["waiting_for"] == list(state.blocking)
    review = state.integrity_review
    assert row.get("integrity_review") == (review.because if review else None)
    eligibility = {None: "under_review", True: "eligible", False: "ineligible"}
    assert row["eligibility"] == eligibility[state.eligible]


def test_a_detailed_version_that_was_heard_is_listed_if_its_review_is_open() -> None:
    row = row_of(eligible(), "evaluation_list", PROJECT, then=[detailed])
    assert row["detailed_version"] == 2
    none = Given(eligible().domain, {})
    assert row_of(none, "evaluation_list", PROJECT, then=[detailed]) is None


def test_a_newer_version_keeps_its_place_in_the_list() -> None:
    second = submitted.model_copy(update={"version": 2, "content_hash": REVISED})
    again = OpenEligibilityReview(project_id=PROJECT, **who())
    here = heard(at_eligibility(), PROPOSAL, second).after(again)
    assert row_of(here, "evaluation_list", PROJECT)["position"] == 1


def test_assignments_follow_their_reviewers() -> None:
    one, two, _ = REVIEWERS
    here = at_selection().after(assign(one), assign(two), declare(one), declare(two, "actual"))
    statuses = [row_of(here, "assignment_list", PROJECT, by.person)["status"] for by in (one, two)]
    assert statuses == ["declared", "recused"]
    assert row_of(reviewed(), "assignment_list", PROJECT, "reviewer-3")["status"] == "submitted"
    assert row_of(reviewed(), "assignment_list", PROJECT, MEMBERS[0].person) is None
