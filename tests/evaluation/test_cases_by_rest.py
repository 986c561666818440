"""Hard cases 8, 9, 11, 16 and 19 and C-014, C-035, C-036 and C-039 over HTTP, figures and all."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.evaluation.inbound import (
    ExecutiveEndorsementWithdrawn,
    OtherFundingDeclared,
)
from shared.kernel.periods import start_of_day
from tests.evaluation.examples import (
    C_035,
    C_036,
    LEAD,
    OF_STARTUP,
    OFFICER,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    STARTUP,
    attested,
)
from tests.evaluation.rest import (
    APPLICANT,
    HERE,
    POLICY,
    again_to_committee,
    ask_then,
    at_committee,
    decide,
    done,
    eligible,
    in_selection,
    member,
    now,
    refused,
    review,
    ruled,
    said,
    submitted,
    tell,
    to_committee,
)
from tests.support.running import Running


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    """The service with the usual rules."""
    with ruled(tmp_path) as found:
        yield found


def test_c035_not_applicable_is_not_zero(here: Running) -> None:
    to_committee(here, C_035)
    state = now(here)
    assert (state["weighted_score"], state["weighted_score_exact"]) == ("75.42", "905/12")
    means = {each["criterion"]: each["mean"] for each in state["criteria"]}
    assert means == {
        "team": "23/6",
        "business": "3",
        "strategic": "17/4",
        "ecosystem": "15/4",
    }


def test_c035_a_criterion_nobody_scored_is_incomplete(here: Running) -> None:
    in_selection(eligible(submitted(here)))
    for number in (1, 2, 3):
        review(here, f"reviewer-{number}", ("4", None, "3", "2"))
    problem = refused(ask_then(here, "POST", f"{HERE}/lock"), "criterion-unscored")
    assert problem["criteria"] == ["business"]


def test_c036_and_case_9_a_conflict_found_after_the_award(tmp_path: Path) -> None:
    """Excluded, computed beside the old, put before people; nothing is erased (E-11)."""
    with ruled(tmp_path, pass_mark="75") as here:
        to_committee(here, C_036)
        assert decide(here)["weighted_score"] == "79.88"
        third = REVIEWERS[2]
        assert len(now(here, third)["reviews"]) == 4
        body = {"person": third.person, "reason": "Holds shares of the lead"}
        state = tell(here, "conflict/late", body)
        assert [each["result"] for each in state["computations"]] == ["79.88", "73.17"]
        assert state["computations"][1]["result_exact"] == "439/6"
        assert (state["stage"], state["integrity_review"]["because"]) == ("approved", "conflict")
        kept = state["reviews"][third.person]
        assert (kept["excluded"], kept["scores"]["team"]["score"]) == (body["reason"], "5.0")
        assert list(now(here, third)["reviews"]) == [third.person]
        (row,) = done(here.as_(OFFICER).get("/v1/evaluations"))["items"]
        assert (row["stage"], row["integrity_review"]) == ("approved", "conflict")
        rescind = {"outcome": "rescinded", "reasons": ["Below the line"]}
        done(member(here, "member-1", "decision/reconsider", rescind))
        refused(member(here, "member-1", "decision/reconsider/confirm"), "same-person")
        ended = done(member(here, "member-2", "decision/reconsider/confirm"))
        assert (ended["stage"], ended["decision"]) == ("rescinded", None)
        told = tell(here, "decision/communicate", {"means": "Letter to the lead"})
        assert told["communicated_on"] == "2020-09-14"


def test_case_8_a_score_revised_after_the_decision(here: Running) -> None:
    """Reopened with authority, computed beside the old; the decision stands until revised."""
    at_committee(here)
    decide(here)
    revision = {"score": "0.5", "rationale": "Read again", "reason": "Two rows were swapped"}
    first = REVIEWERS[0]
    refused(
        ask_then(here, "POST", f"{HERE}/scores/team/revise", revision, first), "already-decided"
    )
    tell(here, "reopen", {"reason": "A wrong row", "authority": "Resolution 2020-17"})
    tell(here, "scores/team/revise", revision, first)
    state = tell(here, "lock")
    assert [each["result"] for each in state["computations"]] == ["75.42", "68.75"]
    assert (state["stage"], state["decision"]["outcome"]) == ("scores_locked", "approved")
    seen = now(here, APPLICANT)
    assert (seen["decision"]["outcome"], seen["weighted_score"]) == ("approved", "68.75")
    again_to_committee(here, "declined")
    ended = decide(here, outcome="declined", reasons=["Below what was approved"])
    assert (ended["stage"], ended["decision"]["outcome"]) == ("declined", "declined")
    (revised,), (declined,) = said(here, "DecisionRevised"), said(here, "ProjectDeclined")
    assert (declined.stream, declined.version) == (revised.stream, revised.version + 1)
    assert len(said(here, "ProjectApproved")) == 1


def test_case_16_a_policy_changed_in_mid_review_changes_nothing_pinned(here: Running) -> None:
    """E-1: previewed, published, and the open case goes on by the version it pinned."""
    in_selection(eligible(submitted(here)))
    for number, points in enumerate(C_035, 1):
        review(here, f"reviewer-{number}", points)
    draft = {
        "criterion_weights": {"team": 100},
        "reviews_required": 4,
        "sme_fte_lt": 80,
        "selection_target_working_days": 10,
    }
    events = len(here.journal())
    asked = {"programme": "scale-ai", "parameters": draft}
    found = done(here.as_(OFFICER).post("/v1/policies/preview", asked))
    assert len(here.journal()) == events, "a preview records nothing"
    (case,) = found["cases"]
    assert (case["project_id"], case["policy_version"]) == (PROJECT, "2020-1")
    changes = {each["what"]: (each["now"], each["then"]) for each in case["changes"]}
    assert changes["score.shown"] == ("75.42", "76.67")
    assert changes["reviews.enough"] == (True, False)
    assert changes["eligibility.sme"] == ("met", "not_met")
    published = {**POLICY, "version": "2020-2", "parameters": draft}
    done(here.as_(OFFICER).post("/v1/policies", published))
    state = tell(here, "lock")
    assert (state["policy_version"], state["weighted_score"]) == ("2020-1", "75.42")
    other = {"programme": "other", "parameters": draft}
    nothing = done(here.as_(OFFICER).post("/v1/policies/preview", other))
    assert (nothing["examined"], nothing["cases"]) == (0, [])


def test_case_19_the_executive_withdraws_the_endorsement_after_eligibility(here: Running) -> None:
    """The check opens again, never the history; a person settles it."""
    eligible(submitted(here))
    gone = ExecutiveEndorsementWithdrawn(project_id=PROJECT, reason="A new management")
    here.hear(PROPOSAL, gone, start_of_day(date(2020, 7, 1)))
    state = now(here)
    assert (state["stage"], state["verdicts"]["readiness"]["verdict"]) == (
        "awaiting_detail",
        "unknown",
    )
    shown = done(here.as_(OFFICER).get(f"{HERE}/eligibility"))["conditions"]
    (computed,) = [each["computed"] for each in shown if each["condition"] == "readiness"]
    assert computed["verdict"] == "not_met"
    correction = {"verdict": "not_met", "reason": "No executive stands behind it"}
    settled = tell(here, "eligibility/readiness/correct", correction)
    assert (settled["stage"], settled["eligible"]) == ("ineligible", False)
    assert len(said(here, "EligibilityAssessed")) == 1


def test_case_11_other_funding_found_after_the_award(here: Running) -> None:
    """The award stands; whether it is incremental is put before people, who confirm it."""
    at_committee(here)
    decide(here)
    declared = OtherFundingDeclared(
        project_id=PROJECT, source="A province", kind="government", amount_cents=25_000_000
    )
    here.hear(PROPOSAL, declared, start_of_day(date(2020, 10, 1)))
    state = now(here)
    assert (state["stage"], state["integrity_review"]["because"]) == ("approved", "condition")
    assert state["verdicts"]["incremental"]["verdict"] == "unknown"
    keep = {"outcome": "confirmed", "reasons": ["For other costs"]}
    done(member(here, "member-1", "decision/reconsider", keep))
    ended = done(member(here, "member-2", "decision/reconsider/confirm"))
    assert (ended["stage"], ended["integrity_review"]) == ("approved", None)


@pytest.mark.parametrize(
    ("lead", "partner", "verdict"),
    [
        (("500", "0"), ("499", "0"), "met"),
        (("812", "0"), ("500", "0"), "not_met"),
        (("812", "0"), ("499.99", "0"), "met"),
        (("500", "0"), ("499", "12"), "not_met"),
    ],
    ids=["A: 499", "B: 500", "C: 499.99 of 612 heads", "D: 499 and a cousin of 12, with B"],
)
def test_c039_an_sme_has_fewer_than_500_fte_with_its_affiliates(
    here: Running, lead: tuple[str, str], partner: tuple[str, str], verdict: str
) -> None:
    """E-0, M-13: the verdict stores the attestations that it used."""
    sized = {LEAD: lead, STARTUP: partner}
    submitted(here)
    for organisation_id, (fte, affiliates) in sized.items():
        size = attested(organisation_id, fte, affiliates, as_of=date(2020, 6, 1))
        here.hear(f"organisation-{organisation_id}", size)
    body = {"verdict": verdict, "reason": "As attested"}
    given = done(ask_then(here, "PUT", f"{HERE}/eligibility/sme", body))["verdicts"]["sme"]
    assert (given["computed_verdict"], given["overridden"]) == (verdict, False)
    used = {each["organisation_id"]: each["fte"] for each in given["attestations"]}
    assert {name: Decimal(fte) for name, fte in used.items()} == {
        name: Decimal(fte) for name, (fte, _) in sized.items()
    }


def test_c039_who_outgrows_500_after_the_selection_stays_what_it_was(here: Running) -> None:
    """E: 499 at the selection and 640 a year later; consortium E + B remains valid."""
    at_committee(here)
    decide(here)
    grown = attested(STARTUP, "640", as_of=date(2021, 6, 1))
    here.hear(OF_STARTUP, grown, start_of_day(date(2021, 6, 1)))
    state = now(here)
    assert (state["stage"], state["integrity_review"]) == ("approved", None)
    assert state["verdicts"]["sme"]["verdict"] == "met"
