"""From an approval that is heard to claim periods that are open, over the interface."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.periods import rfc3339
from tests.reimbursement import examples as eg
from tests.support.running import Caller, Running, running

BEFORE = {"effective_at": rfc3339(eg.at(2018, 4, 1))}
SOON = {"effective_at": rfc3339(eg.at(2020, 6, 10))}
CAD = {"currency": "CAD"}
policy_body = {
    "programme": "scale-ai",
    "version": "2018-1",
    "effective_from": "2018-04-01",
    "reason": "The usual rules.",
    "parameters": {"approval_bands": {"single_approver_up_to": {"amount": "250000.00", **CAD}}},
}
envelope_body = {
    "envelope_id": "federal-2018",
    "source": "Innovation Superclusters Initiative",
    "programme": "scale-ai",
    "amount": {"amount": "53400000.00", **CAD},
    "valid_from": "2018-04-01",
    "valid_to": "2023-03-31",
}
terms_body = {"eligible_from": "2020-07-20", "end_date": "2020-12-31"}
agreement_path = f"/v1/agreements/{eg.project}"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "reimbursement", heard_at=eg.at(2020, 6, 1)) as found:
        yield found


def prepared(here: Running) -> Caller:
    """The policy is published and the envelope open; returns the officer."""
    officer = here.as_(eg.officer)
    assert officer.post("/v1/policies", policy_body, **BEFORE).status_code == 201
    opened = here.as_(eg.finance).post("/v1/envelopes", envelope_body, **BEFORE)
    assert opened.status_code == 201
    return officer


def signed_by_all(here: Running) -> None:
    """The three participants and the funder have signed."""
    path = f"{agreement_path}/signatures"
    officer, finance = here.as_(eg.officer), here.as_(eg.finance)
    terminal, robots = here.as_(eg.terminal_lead), here.as_(eg.robots_lead)
    answers = [
        terminal.post(path, {"organisation_id": eg.terminal}, **SOON),
        robots.post(path, {"organisation_id": eg.robots}, **SOON),
        officer.post(path, {"organisation_id": eg.institute}, on_behalf_of=eg.institute, **SOON),
        finance.post(path, {"party": "funder"}, **SOON),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4


def hear_members(here: Running) -> None:
    """Both funded participants become members."""
    for organisation_id in (eg.terminal, eg.robots):
        here.hear(
            f"organisation-{organisation_id}",
            eg.admitted(organisation_id),
            eg.at(2020, 6, 12),
        )


def items(client: Caller, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path).json()["items"]
    return found


@pytest.mark.parametrize("version_first", [True, False])
def test_decision_and_version_reserve_in_either_order(here: Running, version_first: bool) -> None:
    officer = prepared(here)
    said = [(eg.proposal_stream, eg.detailed), (eg.award_stream, eg.approved)]
    for stream, heard in said if version_first else reversed(said):
        here.hear(stream, heard)
    [award] = items(officer, "/v1/awards")
    assert (award["status"], award["ceiling"]["amount"]) == ("reserved", "300000.00")
    envelope = officer.get("/v1/envelopes/federal-2018").json()
    assert envelope["left"]["amount"] == "53100000.00"
    assert envelope["commitments"][eg.project]["amount"]["amount"] == "300000.00"
    agreement = officer.get(agreement_path).json()
    assert agreement["status"] == "drafted"
    assert len(agreement["budget"]) == 2


def test_the_last_thing_missing_executes_the_agreement_by_itself(here: Running) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    signed_by_all(here)
    early = officer.post(f"{agreement_path}/execute", terms_body, **SOON)
    assert early.status_code == 409
    problem = early.json()
    assert (problem["code"], problem["rule"]) == ("agreement-not-ready", "R-1")
    assert problem["missing"] == [f"membership:{eg.terminal}", f"membership:{eg.robots}"]
    assert officer.put(f"{agreement_path}/terms", terms_body, **SOON).status_code == 200
    hear_members(here)
    agreement = officer.get(agreement_path).json()
    assert (agreement["status"], agreement["executed_on"]) == ("active", "2020-06-12")
    assert agreement["rates"][0]["rate"] == "1/3"
    assert agreement["room"]["amount"] == "300000.00"
    for quarter in ("2020-21Q2", "2020-21Q3"):
        claim = here.state(f"claim-{eg.project}.{eg.robots}.{quarter}")
        assert claim.status == "open"
    assert here.state("operations-reimbursement").refused == 0


def test_terms_stated_last_execute_it_too(here: Running) -> None:
    officer = prepared(here)
    hear_members(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    signed_by_all(here)
    put = officer.put(f"{agreement_path}/terms", terms_body, **SOON)
    assert put.status_code == 200
    assert officer.get(agreement_path).json()["status"] == "active"


def test_a_member_that_was_admitted_before_the_decision_counts(here: Running) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    signed_by_all(here)
    officer.put(f"{agreement_path}/terms", terms_body, **SOON)
    hear_members_late = [(eg.terminal, eg.at(2019, 1, 1)), (eg.robots, eg.at(2019, 2, 1))]
    for organisation_id, instant in hear_members_late:
        admitted = eg.admitted(organisation_id, instant.date())
        here.hear(f"organisation-{organisation_id}", admitted, instant)
    agreement = officer.get(agreement_path).json()
    assert (agreement["status"], agreement["executed_on"]) == ("active", "2020-06-10")


def test_who_claims_may_read_by_which_policy(here: Running) -> None:
    here.as_(eg.officer).post("/v1/policies", policy_body, **BEFORE)
    seen = here.as_(eg.terminal_lead).get("/v1/policies")
    assert (seen.status_code, list(seen.json()["versions"])) == (200, ["scale-ai"])


def test_a_refused_award_waits_for_a_person(here: Running) -> None:
    officer = here.as_(eg.officer)
    officer.post("/v1/policies", policy_body, **BEFORE)
    small = {**envelope_body, "amount": {"amount": "1.00", **CAD}}
    here.as_(eg.finance).post("/v1/envelopes", small, **BEFORE)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    [award] = items(officer, "/v1/awards?status=refused")
    assert award["reason"] == "envelope_exhausted"
    again = officer.post(f"{agreement_path}/reserve")
    assert (again.status_code, again.json()["status"]) == (200, "absent")
    assert officer.get(agreement_path).status_code == 404


def test_a_reservation_that_cannot_be_decided_is_noted_and_done_by_a_person(
    here: Running,
) -> None:
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    assert here.state("operations-reimbursement").refused == 1
    officer = prepared(here)
    again = officer.post(f"{agreement_path}/reserve")
    assert (again.status_code, again.json()["status"]) == (200, "drafted")
    listed = items(officer, "/v1/agreements?status=drafted")
    assert [row["project_id"] for row in listed] == [eg.project]


def test_an_agreement_is_known_to_its_parties_alone(here: Running) -> None:
    prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    assert here.as_(eg.terminal_lead).get(agreement_path).status_code == 200
    assert here.as_(eg.outsider).get(agreement_path).status_code == 404
    body = {"organisation_id": eg.stranger}
    hidden = here.as_(eg.outsider).post(f"{agreement_path}/signatures", body)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "agreement-not-found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/policies", {**policy_body, "parameters": {"overhead_pct": "0.16"}}),
        ("POST", "/v1/policies", {**policy_body, "parameters": {"holdback_pct": "11/10"}}),
        ("POST", "/v1/envelopes", {**envelope_body, "amount": {"amount": "0.00", **CAD}}),
        ("POST", "/v1/envelopes", {**envelope_body, "valid_to": "2018-03-31"}),
        ("POST", f"{agreement_path}/signatures", {"party": "participant"}),
        ("POST", f"{agreement_path}/signatures", {"party": "funder", "organisation_id": eg.robots}),
        ("PUT", f"{agreement_path}/terms", {"eligible_from": "2020-07-20"}),
    ],
)
def test_a_form_that_does_not_fit_is_refused(
    here: Running, method: str, path: str, body: dict[str, Any]
) -> None:
    officer = here.as_(eg.officer)
    assert officer.ask(method, path, body).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["policies", "envelopes", f"agreements/{eg.project}/reserve", f"agreements/{eg.project}/terms"],
)
def test_a_participant_decides_nothing_about_money(here: Running, path: str) -> None:
    method = "PUT" if path.endswith("terms") else "POST"
    answer = here.as_(eg.terminal_lead).ask(method, f"/v1/{path}", {})
    assert answer.status_code == 403


def test_the_lists_are_the_same_after_a_rebuild(here: Running) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    signed_by_all(here)
    hear_members(here)
    before = [items(officer, f"/v1/{name}") for name in ("awards", "envelopes", "agreements")]
    rebuilt = here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after
    after = [items(officer, f"/v1/{name}") for name in ("awards", "envelopes", "agreements")]
    assert before == after


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2020-02-30", "2020-07-20T00:00:00Z"])
def test_a_day_that_no_project_can_have_is_refused(here: Running, day: str) -> None:
    officer = prepared(here)
    here.hear(eg.proposal_stream, eg.detailed)
    here.hear(eg.award_stream, eg.approved)
    for body in ({**terms_body, "end_date": day}, {**terms_body, "eligible_from": day}):
        answers = [
            officer.put(f"{agreement_path}/terms", body, **SOON),
            officer.post(f"{agreement_path}/execute", body, **SOON),
        ]
        assert [answer.status_code for answer in answers] == [422, 422]
