"""Evaluation over HTTP: a project from its submission to its approval, and who is let in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.api import api
from shared.kernel.periods import start_of_day
from shared.kernel.refusals import Refusal
from shared.runtime.web.routes import CommandRoute, ReadRoute, ResourceRoute
from tests.evaluation.examples import (
    C_035,
    LEAD,
    OFFICER,
    OUTSIDER,
    PROJECT,
    REVIEWERS,
    SUBMITTED_ON,
    actor,
)
from tests.evaluation.rest import (
    AWARD,
    HERE,
    OFFICERS_VERDICT,
    POLICY,
    ask_then,
    at_committee,
    done,
    eligible,
    in_selection,
    member,
    review,
    submitted,
)
from tests.support.running import Running, running


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    """The service with a policy and nothing else."""
    with running(tmp_path, "evaluation", heard_at=start_of_day(SUBMITTED_ON)) as found:
        assert found.as_(OFFICER).post("/v1/policies", POLICY).status_code == 201
        yield found


def test_a_project_goes_from_its_submission_to_its_approval(here: Running) -> None:
    at_committee(here)
    done(member(here, "member-3", "votes", {"vote": "for"}))
    done(member(here, "member-1", "decision", AWARD))
    refused = member(here, "member-1", "decision/confirm")
    assert (refused.status_code, refused.json()["rule"]) == (409, "X6")
    answer = member(here, "member-2", "decision/confirm")
    state = done(answer)
    assert state["stage"] == "approved"
    assert (state["weighted_score"], state["weighted_score_exact"]) == ("75.42", "905/12")
    assert state["decision"]["rate"] == "27/83"
    assert state["decision"]["ceiling"] == {"amount": "2700000.00", "currency": "CAD"}
    assert answer.headers["event-position"].startswith("evaluation=")
    again = here.as_(OFFICER).get(HERE)
    assert again.headers["etag"] == answer.headers["etag"]


def test_the_lists_show_stage_eligibility_and_score(here: Running) -> None:
    at_committee(here)
    (row,) = done(here.as_(OFFICER).get("/v1/evaluations?programme=scale-ai&stage=committee"))[
        "items"
    ]
    assert (row["eligibility"], row["weighted_score"]) == ("eligible", "75.42")
    assert done(here.as_(OFFICER).get("/v1/evaluations?eligibility=ineligible"))["items"] == []
    (ranked,) = done(here.as_(OFFICER).get("/v1/rankings/scale-ai"))["items"]
    assert (ranked["rank"], ranked["weighted_score_exact"]) == ("1", "905/12")
    mine = here.as_(REVIEWERS[0]).get("/v1/assignments")
    assert [row["status"] for row in done(mine)["items"]] == ["submitted"]


def test_the_officer_sees_computed_verdicts_before_giving_any(here: Running) -> None:
    submitted(here)
    shown = done(here.as_(OFFICER).get(f"{HERE}/eligibility"))["conditions"]
    computed = {row["condition"]: row["computed"] for row in shown}
    assert {name: row and row["verdict"] for name, row in computed.items()} == {
        "scope": None,
        "incremental": None,
        "participants": "met",
        "sme": "met",
        "readiness": "met",
        "canada": "met",
    }
    asked = here.as_(OFFICER).get(f"{HERE}/eligibility?on=tomorrow")
    assert (asked.status_code, asked.json()["code"]) == (422, "no-such-day")


def test_a_review_refused_for_want_of_a_policy_is_opened_by_a_person(tmp_path: Path) -> None:
    with running(tmp_path, "evaluation", heard_at=start_of_day(SUBMITTED_ON)) as here:
        submitted(here)
        assert here.as_(OFFICER).get(HERE).status_code == 404
        done(here.as_(OFFICER).post("/v1/policies", POLICY))
        assert here.as_(OFFICER).post(f"{HERE}/open", {}).status_code == 201
        assert done(here.as_(OFFICER).get(HERE))["stage"] == "eligibility_review"


def test_others_reviews_are_hidden_from_a_reviewer_at_work(here: Running) -> None:
    in_selection(eligible(submitted(here)))
    review(here, "reviewer-1", C_035[0])
    asked = {"person": "reviewer-2", "affiliations": []}
    done(ask_then(here, "POST", f"{HERE}/reviewers", asked))
    assert list(done(here.as_(REVIEWERS[1]).get(HERE))["reviews"]) == ["reviewer-2"]
    first = here.as_(REVIEWERS[0]).get(HERE)
    assert sorted(done(first)["reviews"]) == ["reviewer-1", "reviewer-2"]


def test_applicants_see_their_own_verdicts_and_nobody_elses(here: Running) -> None:
    eligible(submitted(here))
    own = here.as_(actor("applicant-1", "applicant", organisation_id=LEAD)).get(HERE)
    assert done(own)["verdicts"]["canada"]["verdict"] == "met"
    assert "reviews" not in own.json()
    stranger = actor("applicant-2", "applicant", organisation_id=OUTSIDER)
    other = here.as_(stranger).get(HERE)
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", f"{HERE}/eligibility/beauty", OFFICERS_VERDICT, 404, "condition-unknown"),
        ("PUT", f"{HERE}/eligibility/sme", {"verdict": "met"}, 422, None),
        ("PUT", f"{HERE}/eligibility/sme", {"verdict": "fine", "reason": "x"}, 422, None),
        ("POST", f"{HERE}/eligibility/conclude", None, 409, "eligibility-unsettled"),
        ("POST", f"{HERE}/detailed/accept", None, 409, "not-at-this-stage"),
        ("POST", f"{HERE}/detailed/return", {"gaps": []}, 422, None),
        ("POST", f"{HERE}/decision", {**AWARD, "rate": "40%"}, 422, None),
        ("POST", f"{HERE}/decision", {**AWARD, "ceiling": {"amount": "1"}}, 422, None),
        ("POST", f"{HERE}/decision", {**AWARD, "extra": 1}, 422, None),
        ("POST", f"/v1/evaluations/prj_{'9' * 32}/lock", None, 404, "evaluation-not-found"),
        ("POST", "/v1/evaluations/prj_1/lock", None, 404, None),
        ("POST", "/v1/policies", POLICY, 409, "policy-version-taken"),
        (
            "POST",
            "/v1/policies",
            {**POLICY, "version": "2", "parameters": {"criterion_weights": {"team": 99}}},
            422,
            None,
        ),
    ],
)
def test_what_is_refused_is_a_clear_problem(
    here: Running, method: str, path: str, body: Any, status: int, code: str | None
) -> None:
    answer = submitted(here).as_(OFFICER).ask(method, path, body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    if code is not None:
        assert answer.json()["code"] == code


def test_a_stale_if_match_and_a_repeated_key_change_nothing(here: Running) -> None:
    submitted(here)
    path = f"{HERE}/eligibility/scope"
    stale = here.as_(OFFICER).put(path, OFFICERS_VERDICT, if_match='"7"')
    assert stale.status_code == 412
    first = here.as_(OFFICER).put(path, OFFICERS_VERDICT, idempotency_key="the-same")
    again = here.as_(OFFICER).put(path, OFFICERS_VERDICT, idempotency_key="the-same")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.headers["etag"] == again.headers["etag"]


ROLES = ("applicant", "reviewer", "programme_officer", "committee", "payer", "auditor", "operator")
EVERY_ROUTE = [
    (getattr(route, "method", "GET"), route.path, route.action)
    for route in api.routes
    if isinstance(route, CommandRoute | ReadRoute | ResourceRoute)
]


@pytest.mark.parametrize(("method", "path", "action"), EVERY_ROUTE)
def test_a_role_that_is_not_named_is_let_in_nowhere(
    refusing: Running, method: str, path: str, action: str
) -> None:
    path = re.sub(r"\{project_id\}", PROJECT, path)
    path = re.sub(r"\{[a-z_]+\}", "team", path)
    for role in ROLES:
        if role not in api.access[action]:
            assert refusing.by(role).ask(method, path).status_code == 403, role


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all requests that change nothing."""
    with running(tmp_path_factory.mktemp("evaluation"), "evaluation") as found:
        yield found


def test_every_refusal_speaks_both_languages() -> None:
    ours = [kind for kind in _all(Refusal) if kind.__module__.startswith("services.evaluation")]
    assert len(ours) > 30
    for kind in ours:
        assert "french" in vars(kind), kind
        assert kind.english().endswith("."), kind


def _all(kind: type[Refusal]) -> list[type[Refusal]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_all(sub))]
