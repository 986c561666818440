"""From an approval that is heard to claim periods that are open, over the interface."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.periods import rfc3339
from tests.reimbursement import examples as eg
from tests.reimbursement.running import Running, running
from tests.support.client import Client

pytestmark = pytest.mark.anyio

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
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


async def prepared(here: Running) -> Client:
    """The policy is published and the envelope open; returns the officer."""
    officer = here.as_(eg.officer)
    assert (await officer.post("/v1/policies", policy_body, **BEFORE)).status_code == 201
    opened = await here.as_(eg.finance).post("/v1/envelopes", envelope_body, **BEFORE)
    assert opened.status_code == 201
    return officer


async def signed_by_all(here: Running) -> None:
    """The three participants and the funder have signed."""
    path = f"{agreement_path}/signatures"
    officer, finance = here.as_(eg.officer), here.as_(eg.finance)
    terminal, robots = here.as_(eg.terminal_lead), here.as_(eg.robots_lead)
    answers = [
        await terminal.post(path, {"organisation_id": eg.terminal}, **SOON),
        await robots.post(path, {"organisation_id": eg.robots}, **SOON),
        await officer.post(
            path, {"organisation_id": eg.institute}, on_behalf_of=eg.institute, **SOON
        ),
        await finance.post(path, {"party": "funder"}, **SOON),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4


async def hear_members(here: Running) -> None:
    """Both funded participants become members."""
    for organisation_id in (eg.terminal, eg.robots):
        await here.hear(
            f"organisation-{organisation_id}",
            eg.admitted(organisation_id),
            eg.at(2020, 6, 12),
        )


async def items(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(path)).json()["items"]
    return found


@pytest.mark.parametrize("version_first", [True, False])
async def test_decision_and_version_reserve_in_either_order(
    here: Running, version_first: bool
) -> None:
    officer = await prepared(here)
    said = [(eg.proposal_stream, eg.detailed), (eg.award_stream, eg.approved)]
    for stream, heard in said if version_first else reversed(said):
        await here.hear(stream, heard)
    [award] = await items(officer, "/v1/awards")
    assert (award["status"], award["ceiling"]["amount"]) == ("reserved", "300000.00")
    envelope = (await officer.get("/v1/envelopes/federal-2018")).json()
    assert envelope["left"]["amount"] == "53100000.00"
    assert envelope["commitments"][eg.project]["amount"]["amount"] == "300000.00"
    agreement = (await officer.get(agreement_path)).json()
    assert agreement["status"] == "drafted"
    assert len(agreement["budget"]) == 2


async def test_the_last_thing_missing_executes_the_agreement_by_itself(here: Running) -> None:
    officer = await prepared(here)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    await signed_by_all(here)
    early = await officer.post(f"{agreement_path}/execute", terms_body, **SOON)
    assert early.status_code == 409
    problem = early.json()
    assert (problem["code"], problem["rule"]) == ("agreement-not-ready", "R-1")
    assert problem["missing"] == [f"membership:{eg.terminal}", f"membership:{eg.robots}"]
    assert (await officer.put(f"{agreement_path}/terms", terms_body, **SOON)).status_code == 200
    await hear_members(here)
    agreement = (await officer.get(agreement_path)).json()
    assert (agreement["status"], agreement["executed_on"]) == ("active", "2020-06-12")
    assert agreement["rates"][0]["rate"] == "1/3"
    assert agreement["room"]["amount"] == "300000.00"
    for quarter in ("2020-21Q2", "2020-21Q3"):
        claim = here.state(f"claim-{eg.project}.{eg.robots}.{quarter}")
        assert claim.status == "open"
    assert here.state("operations-reimbursement").refused == 0


async def test_terms_stated_last_execute_it_too(here: Running) -> None:
    officer = await prepared(here)
    await hear_members(here)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    await signed_by_all(here)
    put = await officer.put(f"{agreement_path}/terms", terms_body, **SOON)
    assert put.status_code == 200
    assert (await officer.get(agreement_path)).json()["status"] == "active"


async def test_a_member_that_was_admitted_before_the_decision_counts(here: Running) -> None:
    officer = await prepared(here)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    await signed_by_all(here)
    await officer.put(f"{agreement_path}/terms", terms_body, **SOON)
    hear_members_late = [(eg.terminal, eg.at(2019, 1, 1)), (eg.robots, eg.at(2019, 2, 1))]
    for organisation_id, instant in hear_members_late:
        admitted = eg.admitted(organisation_id, instant.date())
        await here.hear(f"organisation-{organisation_id}", admitted, instant)
    agreement = (await officer.get(agreement_path)).json()
    assert (agreement["status"], agreement["executed_on"]) == ("active", "2020-06-10")


async def test_who_claims_may_read_by_which_policy(here: Running) -> None:
    await here.as_(eg.officer).post("/v1/policies", policy_body, **BEFORE)
    seen = await here.as_(eg.terminal_lead).get("/v1/policies")
    assert (seen.status_code, list(seen.json()["versions"])) == (200, ["scale-ai"])


async def test_a_refused_award_waits_for_a_person(here: Running) -> None:
    officer = here.as_(eg.officer)
    await officer.post("/v1/policies", policy_body, **BEFORE)
    small = {**envelope_body, "amount": {"amount": "1.00", **CAD}}
    await here.as_(eg.finance).post("/v1/envelopes", small, **BEFORE)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    [award] = await items(officer, "/v1/awards?status=refused")
    assert award["reason"] == "envelope_exhausted"
    again = await officer.post(f"{agreement_path}/reserve")
    assert (again.status_code, again.json()["status"]) == (200, "absent")
    assert (await officer.get(agreement_path)).status_code == 404


async def test_a_reservation_that_cannot_be_decided_is_noted_and_done_by_a_person(
    here: Running,
) -> None:
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    assert here.state("operations-reimbursement").refused == 1
    officer = await prepared(here)
    again = await officer.post(f"{agreement_path}/reserve")
    assert (again.status_code, again.json()["status"]) == (200, "drafted")
    listed = await items(officer, "/v1/agreements?status=drafted")
    assert [row["project_id"] for row in listed] == [eg.project]


async def test_an_agreement_is_known_to_its_parties_alone(here: Running) -> None:
    await prepared(here)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    assert (await here.as_(eg.terminal_lead).get(agreement_path)).status_code == 200
    assert (await here.as_(eg.outsider).get(agreement_path)).status_code == 404
    body = {"organisation_id": eg.stranger}
    hidden = await here.as_(eg.outsider).post(f"{agreement_path}/signatures", body)
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
async def test_a_form_that_does_not_fit_is_refused(
    here: Running, method: str, path: str, body: dict[str, Any]
) -> None:
    officer = here.as_(eg.officer)
    assert (await officer.command(method, path, body)).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["policies", "envelopes", f"agreements/{eg.project}/reserve", f"agreements/{eg.project}/terms"],
)
async def test_a_participant_decides_nothing_about_money(here: Running, path: str) -> None:
    method = "PUT" if path.endswith("terms") else "POST"
    answer = await here.as_(eg.terminal_lead).command(method, f"/v1/{path}", {})
    assert answer.status_code == 403


async def test_the_lists_are_the_same_after_a_rebuild(here: Running) -> None:
    officer = await prepared(here)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    await signed_by_all(here)
    await hear_members(here)
    before = [await items(officer, f"/v1/{name}") for name in ("awards", "envelopes", "agreements")]
    rebuilt = await here.service.rebuild(eg.officer, "A test.")
    assert rebuilt.digest_before == rebuilt.digest_after
    after = [await items(officer, f"/v1/{name}") for name in ("awards", "envelopes", "agreements")]
    assert before == after


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2020-02-30", "2020-07-20T00:00:00Z"])
async def test_a_day_that_no_project_can_have_is_refused(here: Running, day: str) -> None:
    officer = await prepared(here)
    await here.hear(eg.proposal_stream, eg.detailed)
    await here.hear(eg.award_stream, eg.approved)
    for body in ({**terms_body, "end_date": day}, {**terms_body, "eligible_from": day}):
        answers = [
            await officer.put(f"{agreement_path}/terms", body, **SOON),
            await officer.post(f"{agreement_path}/execute", body, **SOON),
        ]
        assert [answer.status_code for answer in answers] == [422, 422]
