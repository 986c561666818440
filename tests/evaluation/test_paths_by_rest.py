"""An evaluation's other paths over HTTP: questions, timers, reassessment, withdrawal, recusal."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.evaluation.inbound import (
    InformationProvided,
    ProposalWithdrawn,
    ReassessmentRequested,
)
from shared.kernel.periods import start_of_day
from tests.evaluation.examples import (
    C_035,
    C_036,
    HISTORY,
    INITIAL,
    LEAD,
    OF_STARTUP,
    OFFICER,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    STARTUP,
    attested,
    registered,
)
from tests.evaluation.rest import (
    APPLICANT,
    HERE,
    OFFICERS_VERDICT,
    again_to_committee,
    ask_then,
    at_committee,
    decide,
    done,
    eligible,
    in_selection,
    now,
    refused,
    review,
    ruled,
    run_timers,
    said,
    submitted,
    tell,
)
from tests.support.running import Running


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    """The service with the usual rules."""
    with ruled(tmp_path) as found:
        yield found


def test_e0_what_is_unknown_asks_and_the_answers_let_it_go_on(here: Running) -> None:
    """A missing size arrives from membership, an answer from intake; then it is concluded."""
    here.hear(OF_STARTUP, registered(STARTUP, "Marée IA inc."))
    for event in HISTORY[PROPOSAL]:
        here.hear(PROPOSAL, event)  # type: ignore[arg-type]
    for name in ("scope", "incremental", "participants", "readiness", "canada"):
        done(ask_then(here, "PUT", f"{HERE}/eligibility/{name}", OFFICERS_VERDICT))
    unknown = {"verdict": "unknown", "reason": "No size is attested"}
    state = done(ask_then(here, "PUT", f"{HERE}/eligibility/sme", unknown))
    assert state["stage"] == "awaiting_information"
    question = {"question": "Which port is it?", "condition": "scope", "due_on": "2020-07-01"}
    state = tell(here, "requests", question)
    assert sorted(state["requests"]) == ["request-1", "request-2"]
    assert now(here, APPLICANT)["requests"]["request-2"]["question"] == "Which port is it?"
    refused(ask_then(here, "POST", f"{HERE}/eligibility/conclude"), "eligibility-unsettled")
    here.hear(OF_STARTUP, attested(STARTUP, "85"))
    state = now(here)
    assert state["verdicts"]["sme"]["verdict"] == "met"
    assert state["requests"]["request-1"]["closed"] == "attestation_arrived"
    refused(ask_then(here, "POST", f"{HERE}/eligibility/conclude"), "information-awaited")
    here.hear(PROPOSAL, InformationProvided(project_id=PROJECT, request_id="request-2"))
    assert now(here)["requests"]["request-2"]["closed"] == "answered"
    assert tell(here, "eligibility/conclude")["stage"] == "awaiting_detail"


def test_e3_answers_pause_the_clock_and_the_missed_target_is_recorded_once(here: Running) -> None:
    """C-014, X11: after days of downtime, at 00:00 in Toronto of the day it fell due."""
    in_selection(eligible(submitted(here)))
    state = tell(here, "requests", {"question": "Who owns the data?"})
    assert state["clock"]["pauses"][0]["request_id"] == "request-1"
    answered_at = start_of_day(date(2020, 9, 28))
    answered = InformationProvided(project_id=PROJECT, request_id="request-1")
    here.hear(PROPOSAL, answered, answered_at)
    clock = done(here.as_(OFFICER).get(f"{HERE}/clock?on=2020-10-27"))
    assert (clock["target_on"], clock["working_days"]) == ("2020-10-27", 22)
    run_timers(here, "2020-10-27")
    assert now(here)["clock"]["missed"] is False
    run_timers(here, "2020-10-30")
    run_timers(here, "2020-10-31")
    assert now(here)["clock"]["missed"] is True
    (missed,) = said(here, "SelectionTargetMissed")
    assert missed.effective_at == start_of_day(date(2020, 10, 28))


def test_an_award_lapses_when_its_conditions_run_out(here: Running) -> None:
    """C-014: satisfied on the last day is in time; the timer of the day after lets it lapse."""
    at_committee(here)
    state = decide(here, conditions=["Signed data agreement", "Insurance"])
    assert (state["stage"], state["decision"]["conditions_due_on"]) == (
        "approved_with_conditions",
        "2020-12-13",
    )
    path = f"{HERE}/award-conditions/1/satisfy"
    body = {"reason": "Signed on paper", "evidence_sha256": "d" * 64}
    officer = here.as_(OFFICER)
    late = officer.post(path, body, effective_at="2020-12-14T05:00:00Z")
    refused(late, "award-condition-overdue")
    done(officer.post(path, body, effective_at="2020-12-14T04:59:59Z"))
    refused(officer.post(f"{HERE}/award-conditions/x/satisfy", body), "award-condition-unknown")
    run_timers(here, "2020-12-13")
    assert now(here)["stage"] == "approved_with_conditions"
    run_timers(here, "2020-12-14")
    assert now(here)["stage"] == "lapsed"
    (row,) = done(officer.get("/v1/evaluations?stage=lapsed"))["items"]
    assert row["project_id"] == PROJECT
    run_timers(here, "2020-12-15")
    assert len(said(here, "AwardConditionExpired")) == 1


def test_reviews_stop_when_the_applicant_withdraws(here: Running) -> None:
    in_selection(eligible(submitted(here)))
    review(here, "reviewer-1", C_035[0])
    here.hear(PROPOSAL, ProposalWithdrawn(project_id=PROJECT, reason="Funded elsewhere"))
    assert now(here)["stage"] == "stopped"
    asked = {"person": "reviewer-2", "affiliations": []}
    refused(ask_then(here, "POST", f"{HERE}/reviewers", asked), "proposal-is-withdrawn")


def test_an_ineligible_proposal_is_assessed_once_more(here: Running) -> None:
    submitted(here)
    for name in ("scope", "incremental", "participants", "sme", "readiness", "canada"):
        verdict = {**OFFICERS_VERDICT, "verdict": "not_met" if name == "scope" else "met"}
        done(ask_then(here, "PUT", f"{HERE}/eligibility/{name}", verdict))
    assert tell(here, "eligibility/conclude")["stage"] == "ineligible"
    contested = ReassessmentRequested(
        project_id=PROJECT, content_hash=INITIAL, reason="The scope was misread"
    )
    here.hear(PROPOSAL, contested)
    assert now(here)["stage"] == "eligibility_review"
    eligible(here)
    assert now(here)["eligible"] is True


def test_a_reviewer_who_declares_an_affiliation_is_recused_everywhere(here: Running) -> None:
    in_selection(eligible(submitted(here)))
    review(here, "reviewer-1", C_035[0])
    own = {"person": "reviewer-1", "affiliations": [LEAD]}
    done(here.as_(REVIEWERS[0]).put("/v1/reviewers/affiliations", own))
    state = now(here)
    assert state["reviews"]["reviewer-1"]["recused"] is True
    (pooled,) = done(here.as_(OFFICER).get("/v1/reviewers"))["items"]
    assert (pooled["person"], pooled["affiliations"]) == ("reviewer-1", [LEAD])
    refused(here.as_(REVIEWERS[1]).put("/v1/reviewers/affiliations", own), "not-own-affiliations")
    enlisted = {"person": "reviewer-7", "affiliations": [LEAD]}
    done(here.as_(OFFICER).post("/v1/reviewers", enlisted))
    named = {"person": "reviewer-7", "affiliations": []}
    refused(ask_then(here, "POST", f"{HERE}/reviewers", named), "reviewer-affiliated")


def test_the_officers_other_steps(here: Running) -> None:
    """Pausing by hand, excluding a review, findings, a deferral, and closing a question."""
    in_selection(eligible(submitted(here)))
    for number, points in enumerate(C_036, 1):
        review(here, f"reviewer-{number}", points)
    paused = tell(here, "clock/pause", {"waiting_on": "third_party", "reason": "An audit"})
    assert paused["clock"]["pauses"][0]["waiting_on"] == "third_party"
    tell(here, "clock/resume")
    tell(here, "requests", {"question": "Which port?", "blocking": False})
    assert tell(here, "requests/request-1/close")["requests"]["request-1"]["closed"]
    left_out = tell(here, "review/exclude", {"person": "reviewer-3", "reason": "Copied text"})
    assert left_out["reviews"]["reviewer-3"]["excluded"] == "Copied text"
    assert tell(here, "lock")["weighted_score"] == "73.17"
    finding = {"finding": "Two founders left", "source": "Register", "organisation_id": STARTUP}
    assert tell(here, "due-diligence/findings", finding)["stage"] == "due_diligence"
    again_to_committee(here)
    deferred = decide(here, outcome="deferred", reasons=["Wait for the audit"])
    assert (deferred["stage"], deferred["decision"]) == ("deferred", None)
