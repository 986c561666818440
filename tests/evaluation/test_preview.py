"""A draft policy on open cases: what would change, while what is pinned stays pinned (E-1)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.evaluation.domain.policy import pinned
from services.evaluation.domain.preview import OpenCase, differences, outlook
from services.evaluation.events.policy import HolidayCalendar, Parameters
from services.evaluation.inbound import ProposalExpired
from tests.evaluation.examples import (
    DECIDED_ON,
    EVALUATION,
    OF_LEAD,
    OF_STARTUP,
    POLICIES,
    PROJECT,
    PROPOSAL,
    at_committee,
    at_eligibility,
    at_selection,
    heard,
    reviewed,
)
from tests.evaluation.stages import question
from tests.support.spec import Given


def changes(here: Given, **parameters: Any) -> dict[str, tuple[Any, Any]]:
    """What these parameters would change, by name: now and then."""
    organisations = {stream: here.state(stream) for stream in (OF_LEAD, OF_STARTUP)}
    case = OpenCase(here.state(EVALUATION), here.state(PROPOSAL), organisations, DECIDED_ON)
    rules = pinned(case.evaluation, here.state(POLICIES))
    found = differences(outlook(case, rules), outlook(case, Parameters(**parameters)))
    return {each["what"]: (each["now"], each["then"]) for each in found}


@pytest.mark.parametrize("history", [at_eligibility, at_selection, reviewed, at_committee])
def test_the_same_parameters_change_nothing(history: Any) -> None:
    assert changes(history()) == {}


def test_other_limits_change_computed_conditions() -> None:
    assert changes(at_eligibility(), sme_fte_lt=85) == {"eligibility.sme": ("met", "not_met")}
    assert changes(at_eligibility(), min_participants=3) == {
        "eligibility.participants": ("met", "not_met")
    }
    assert changes(at_selection(), ready_within_days=48) == {
        "eligibility.readiness": ("met", "not_met")
    }


def test_other_weights_change_the_score_and_whether_it_reaches_the_mark() -> None:
    weights = {"team": 100}
    found = changes(at_committee(), criterion_weights=weights, pass_mark=Fraction(75))
    assert found == {
        "score.exact": ("905/12", "230/3"),
        "score.shown": ("75.42", "76.67"),
        "score.reaches_mark": (None, True),
    }


def test_a_criterion_that_nobody_scored_is_named() -> None:
    found = changes(at_committee(), criterion_weights={"team": 50, "impact": 50})
    assert found["score.unscored"] == (None, ["impact"])
    assert found["score.exact"] == ("905/12", None)


def test_more_reviews_and_a_larger_quorum_would_be_missing() -> None:
    assert changes(at_committee(), reviews_required=4, committee_quorum=4) == {
        "reviews.enough": (True, False),
        "committee.quorate": (True, False),
    }


def test_another_calendar_moves_the_target() -> None:
    calendar = HolidayCalendar(source="Another", days=(date(2020, 8, 4),))
    assert changes(at_selection(), holidays=calendar) == {
        "clock.target_on": ("2020-09-02", "2020-09-03")
    }
    waiting = at_selection().after(question)
    assert changes(waiting, holidays=calendar) == {}, "the applicant is waited for"


def test_a_case_that_rests_has_nothing_judged_about_it() -> None:
    resting = heard(at_eligibility(), PROPOSAL, ProposalExpired(project_id=PROJECT))
    assert changes(resting, sme_fte_lt=85) == {}
