"""Intake over HTTP: what each route answers, whom it refuses, and what the lists show."""

from typing import Any

import pytest

from services.intake import inbound
from tests.intake.examples import CARRIER, FIRM, PORT, officer, officer_for_the_port
from tests.intake.rest import (
    BUDGET,
    DRAFT,
    ENDORSEMENT,
    IP_PLAN,
    WORK_PLAN,
    by_the_firm,
    by_the_port,
    code_of,
    drafted,
    hear,
)
from tests.support.running import Running


@pytest.fixture(scope="module")
def untouched(refusing: Running) -> str:
    """The address of a draft in that service."""
    return drafted(refusing)


def test_a_proposal_goes_from_draft_to_selected_over_http(intake: Running) -> None:
    address = drafted(intake)
    section = {"sha256": "5" * 64}
    for method, path, body in (
        ("PUT", "/sections/summary", section),
        ("PUT", "/budget", BUDGET),
        ("PUT", "/work-plan", WORK_PLAN),
        ("PUT", "/ip-plan", IP_PLAN),
        ("POST", "/endorsement", ENDORSEMENT),
    ):
        answer = by_the_port(intake, method, address + path, body)
        assert answer.status_code == 200, answer.text
    assert answer.json()["requested"] == {"amount": "10000.50", "currency": "CAD"}
    agreed = {"content_hash": answer.json()["content_hash"]}
    confirmation = f"{address}/participants/{FIRM}/confirm"
    assert by_the_firm(intake, "POST", confirmation, agreed).status_code == 200
    sent = by_the_port(intake, "POST", f"{address}/submit")
    assert (sent.status_code, sent.json()["stage"]) == (200, "submitted")

    hear(intake, address, inbound.EligibilityAssessed, eligible=True)
    assert by_the_port(intake, "POST", f"{address}/detailed").json()["stage"] == "detailing"
    again = by_the_port(intake, "POST", f"{address}/detailed/submit")
    assert (again.status_code, again.json()["version"]) == (200, 2)
    hear(intake, address, inbound.DetailedProposalAccepted)
    assert status_of(intake, address) == "in_selection"
    hear(intake, address, inbound.ProjectApproved)
    assert status_of(intake, address) == "selected"


def status_of(intake: Running, address: str) -> str:
    """The status, which the list and the proposal's own page agree upon."""
    found: str = by_the_port(intake, "GET", f"{address}/status").json()["status"]
    listed = intake.as_(officer).get("/v1/proposals").json()["items"]
    assert [row["status"] for row in listed] == [found]
    return found


def test_the_list_and_the_page_agree_through_a_return_and_a_withdrawal(
    intake: Running,
) -> None:
    address = drafted(intake)
    assert status_of(intake, address) == "draft"
    by_the_port(intake, "PUT", f"{address}/budget", BUDGET)
    by_the_port(intake, "PUT", f"{address}/work-plan", WORK_PLAN)
    by_the_port(intake, "PUT", f"{address}/ip-plan", IP_PLAN)
    by_the_port(intake, "POST", f"{address}/submit")
    assert status_of(intake, address) == "submitted"
    hear(intake, address, inbound.EligibilityAssessed, eligible=True)
    assert status_of(intake, address) == "eligible"
    by_the_port(intake, "POST", f"{address}/detailed")
    assert status_of(intake, address) == "detailing"
    by_the_port(intake, "POST", f"{address}/detailed/submit")
    assert status_of(intake, address) == "detailed_submitted"
    hear(intake, address, inbound.DetailedProposalReturned, proposal_version=2)
    assert status_of(intake, address) == "returned"
    by_the_port(intake, "POST", f"{address}/withdraw", {"reason": "another port"})
    hear(intake, address, inbound.ProjectDeclined)
    assert status_of(intake, address) == "withdrawn"


def test_an_ineligible_proposal_is_listed_as_such(intake: Running) -> None:
    address = drafted(intake)
    by_the_port(intake, "POST", f"{address}/submit")
    hear(intake, address, inbound.EligibilityAssessed, eligible=False)
    assert status_of(intake, address) == "ineligible"
    refused = by_the_port(intake, "POST", f"{address}/detailed")
    assert code_of(refused) == (409, "not-yet-eligible")
    assert refused.json()["rule"] == "I-2"


def test_an_associate_may_not_lead_once_intake_has_heard_of_it(intake: Running) -> None:
    intake.hear(f"organisation-{PORT}", inbound.AssociateAdmitted(organisation_id=PORT))
    refused = by_the_port(intake, "POST", "/v1/proposals", DRAFT)
    assert code_of(refused) == (409, "associate-may-not-lead")
    assert refused.json()["rule"] == "I-1"


def test_a_stranger_is_told_that_there_is_nothing(intake: Running) -> None:
    address = drafted(intake)
    stranger = intake.by("applicant", organisation_id=CARRIER)
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/status", None),
        ("PUT", "/budget", BUDGET),
        ("POST", f"/participants/{FIRM}/decline", None),
    ):
        answer = stranger.ask(method, address + path, body)
        assert code_of(answer) == (404, "proposal-not-found")
    listed = stranger.get("/v1/proposals")
    assert listed.json()["items"] == []


def test_a_partner_finds_its_invitations_and_answers_them(intake: Running) -> None:
    address = drafted(intake)
    (row,) = by_the_firm(intake, "GET", "/v1/participations").json()["items"]
    assert (row["organisation_id"], row["answer"]) == (FIRM, "invited")
    by_the_firm(intake, "POST", f"{address}/participants/{FIRM}/decline")
    (row,) = by_the_firm(intake, "GET", "/v1/participations").json()["items"]
    assert row["answer"] == "declined"
    by_the_port(intake, "POST", f"{address}/participants/{FIRM}/remove")
    assert by_the_firm(intake, "GET", "/v1/participations").json()["items"] == []


def test_staff_act_for_an_applicant_only_in_its_name(intake: Running) -> None:
    refused = intake.as_(officer).post("/v1/proposals", DRAFT)
    assert code_of(refused) == (403, "not-on-behalf-of-the-applicant")
    answer = intake.as_(officer_for_the_port).post("/v1/proposals", DRAFT)
    assert answer.status_code == 201


def test_a_late_fact_is_dated_by_its_effective_day(intake: Running) -> None:
    staff, late = intake.as_(officer_for_the_port), "2020-07-01T03:59:59Z"
    answer = staff.post("/v1/proposals", DRAFT, effective_at=late)
    address = f"/v1/proposals/{answer.json()['project_id']}"
    sent = staff.post(f"{address}/submit", effective_at=late)
    assert sent.json()["submitted_on"] == "2020-06-30"


def test_a_proposal_shows_its_version_for_if_match(intake: Running) -> None:
    address = drafted(intake)
    assert by_the_port(intake, "GET", address).headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("PUT", "/budget", {"lines": []}, 422),
        ("PUT", "/budget", {"lines": [{**BUDGET["lines"][0], "kind": "salaries"}]}, 422),
        ("PUT", "/budget", {"lines": [{**BUDGET["lines"][0], "quarter": "2020-22Q1"}]}, 422),
        (
            "PUT",
            "/budget",
            {"lines": [{**BUDGET["lines"][0], "amount": {"amount": "0", "currency": "CAD"}}]},
            422,
        ),
        (
            "PUT",
            "/budget",
            {"lines": [{**BUDGET["lines"][0], "amount": {"amount": "1.005", "currency": "CAD"}}]},
            422,
        ),
        ("PUT", "/work-plan", {"packages": [{**WORK_PLAN["packages"][0], "place": "Québec"}]}, 422),
        ("PUT", "/ip-plan", {**IP_PLAN, "benefit_to_others": ""}, 409),
        ("PUT", "/ip-plan", {**IP_PLAN, "owners": [{"owner": PORT, "share": "33.3 %"}]}, 422),
        ("PUT", "/sections/Summary", {"sha256": "5" * 64}, 422),
        ("PUT", "/sections/summary", {"sha256": "five"}, 422),
        ("POST", "/endorsement", {**ENDORSEMENT, "endorsed_on": "2999-01-01"}, 422),
        ("POST", "/endorsement", {**ENDORSEMENT, "endorsed_on": "20 July"}, 422),
        ("POST", "/submit", {"unknown": 1}, 422),
        ("POST", f"/participants/{FIRM}/confirm", {"content_hash": "0" * 64}, 403),
        ("POST", "/detailed/submit", None, 409),
    ],
)
def test_what_cannot_be_is_refused_and_not_recorded(
    refusing: Running, untouched: str, method: str, path: str, body: Any, expected: int
) -> None:
    refused = by_the_port(refusing, method, untouched + path, body)
    assert refused.status_code == expected, refused.text
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert by_the_port(refusing, "GET", untouched).headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("POST", "/v1/policies", "applicant"),
        ("POST", "/v1/proposals", "auditor"),
        ("POST", "/v1/proposals", "reviewer"),
        ("GET", "/v1/proposals", "privacy_officer"),
    ],
)
def test_a_role_that_may_not_is_refused_before_the_body_is_read(
    refusing: Running, method: str, path: str, roles: str
) -> None:
    refused = refusing.by(roles).ask(method, path, None if method == "GET" else DRAFT)
    assert refused.status_code == 403


def test_every_route_is_closed_to_whoever_has_no_token(refusing: Running) -> None:
    for route in refusing.service.api.routes:
        path = route.path.format(project_id="x", organisation_id="x", section="x")
        method = getattr(route, "method", "GET")
        assert refusing.nobody.ask(method, path).status_code == 401


def test_published_policies_are_shown(refusing: Running) -> None:
    seen = refusing.as_(officer).get("/v1/policies").json()
    (version,) = seen["versions"]["scale-ai"]
    assert version["parameters"] == {"proposal_inactive_days": 180, "associate_lead": "deny"}


def test_a_programme_without_policy_takes_no_proposals(refusing: Running) -> None:
    refused = by_the_port(refusing, "POST", "/v1/proposals", {**DRAFT, "programme": "ocean"})
    assert code_of(refused) == (409, "no-policy-in-force")


def test_a_rebuilt_list_equals_the_live_one(intake: Running) -> None:
    address = drafted(intake)
    by_the_firm(intake, "POST", f"{address}/participants/{FIRM}/decline")
    by_the_port(intake, "POST", f"{address}/withdraw", {"reason": "another port"})
    rebuilt = intake.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
    assert status_of(intake, address) == "withdrawn"
