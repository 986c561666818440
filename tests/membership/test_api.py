"""Membership over HTTP: each route's answer, its refusals' status, and who has no access."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.membership.api import ACCESS, api
from shared.kernel.commands import Actor
from tests.membership.served import Caller, World, world

PROJECT = "prj_" + "1" * 32
NOBODY = "org_" + "0" * 32


def cad(amount: str) -> dict[str, str]:
    """Money in a body."""
    return {"amount": amount, "currency": "CAD"}


POLICY = {
    "programme": "scale-ai",
    "version": "2020.1",
    "effective_from": "2020-01-01",
    "reason": "fictitious amounts",
    "parameters": {
        "fee_schedule": {
            "individual": cad("100.00"),
            "sme": cad("500.00"),
            "large": cad("5000.00"),
            "academic": cad("250.00"),
            "nonprofit": cad("200.00"),
            "government": cad("0.00"),
        }
    },
}
FLEUVE = {
    "name": "Société Énergétique du Fleuve inc.",
    "kind": "SME",
    "country": "CA",
    "province": "QC",
    "business_number": "123456789RC0001",
}
SIZE = {
    "fte": "85.5",
    "affiliates_fte": 0,
    "as_of": "2020-01-01",
    "evidence_sha256": "e" * 64,
}
PAYMENT = {"amount": cad("500.00"), "paid_on": "2020-05-04", "reference": "bank-1"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[World]:
    """Both services with empty journals."""
    with world(tmp_path) as here:
        yield here


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both services, for requests that record nothing."""
    with world(tmp_path_factory.mktemp("untouched")) as here:
        yield here


def officer_of(here: World) -> Caller:
    """A programme officer at membership."""
    return here.membership.by("programme_officer", "officer-1")


def registered(here: World, **changes: Any) -> str:
    """A registered organisation's id."""
    answer = officer_of(here).post("/v1/organisations", {**FLEUVE, **changes})
    assert answer.status_code == 201
    organisation_id: str = answer.json()["organisation_id"]
    return organisation_id


def candidate(here: World, *others: str) -> str:
    """An organisation that an approved project made a candidate, named after these others."""
    assert officer_of(here).post("/v1/policies", POLICY).status_code == 201
    organisation_id = registered(here)
    approved = here.evaluation.by("committee", "committee-1").post(
        f"/v1/approvals/{PROJECT}", {"parties": [*others, organisation_id]}
    )
    seen = officer_of(here).saying(
        min_event_position=approved.headers["event-position"], prefer="wait=5"
    )
    shown = seen.get(f"/v1/organisations/{organisation_id}").json()
    assert list(shown["candidacies"]) == [PROJECT]
    return organisation_id


def test_a_party_of_an_approved_project_becomes_a_member(running: World) -> None:
    organisation_id = candidate(running)
    here = f"/v1/organisations/{organisation_id}"
    officer, party = (
        officer_of(running),
        running.membership.by("applicant", "applicant-1", organisation_id),
    )
    assert party.post(f"{here}/size", SIZE).status_code == 200
    applied = party.post(f"{here}/application", {"project_id": PROJECT})
    assert (applied.status_code, applied.json()["status"]) == (200, "application_submitted")
    fee = officer.post(f"{here}/fee/assess").json()["fee"]
    assert (fee["fee_class"], fee["outstanding"]) == ("sme", cad("500.00"))
    assert party.post(f"{here}/agreement").json()["status"] == "fee_due"
    paid = running.membership.by("finance", "finance-1").post(f"{here}/fee/pay", PAYMENT)
    member = paid.json()
    assert member["membership"] == {
        "project_id": PROJECT,
        "admitted_on": "2020-05-04",
        "covered_until": "2021-05-04",
    }
    assert (member["tier"], member["benefits"][0]) == ("member", "events")
    assert (
        officer.get("/v1/organisations", status="active").json()["items"][0]["name"]
        == (FLEUVE["name"])
    )
    [candidacy] = officer.get("/v1/candidacies", project_id=PROJECT).json()["items"]
    assert (candidacy["status"], candidacy["open_until"]) == ("admitted", "2020-08-02")
    [row] = officer.get("/v1/fees", fee_class="sme").json()["items"]
    assert (row["paid"], row["outstanding"]) == (cad("500.00"), cad("0.00"))


def test_an_associate_is_admitted_by_another_person(running: World) -> None:
    here = f"/v1/organisations/{registered(running)}"
    officer = officer_of(running)
    assert officer.post(f"{here}/associate").status_code == 403
    asked = officer.saying(on_behalf_of=here.rpartition("/")[2])
    assert asked.post(f"{here}/associate").status_code == 200
    refused = officer.post(f"{here}/associate/admit")
    assert (refused.status_code, refused.json()["rule"]) == (409, "X6")
    second = running.membership.by("programme_officer", "officer-2")
    assert second.post(f"{here}/associate/admit").json()["tier"] == "associate"


def test_one_body_has_one_name_and_its_aliases(running: World) -> None:
    organisation_id = registered(running)
    officer = officer_of(running)
    double = {"name": "SOCIE\u0301TE\u0301 E\u0301nerge\u0301tique du Fleuve, inc"}
    refused = officer.post("/v1/organisations", double)
    assert (refused.status_code, refused.json()["rule"]) == (409, "I-11")
    assert double["name"] not in refused.text
    alias = officer.post(
        f"/v1/organisations/{organisation_id}/aliases",
        {**double, "reason": "spelled so in a register"},
    )
    assert alias.json()["aliases"] == [double["name"]]
    other = officer.post("/v1/organisations", {**double, "distinct_reason": "a namesake"})
    assert (other.status_code, other.json()["name"]) == (201, double["name"])


def test_a_profile_is_amended_and_affiliates_are_declared(running: World) -> None:
    first = registered(running)
    second = registered(running, name="AI Port", business_number=None, kind=None, country=None)
    officer = officer_of(running)
    profile = {**FLEUVE, "name": "Énergie du Fleuve", "reason": "renamed"}
    answer = officer.put(f"/v1/organisations/{first}/profile", profile)
    assert answer.json()["name"] == "Énergie du Fleuve"
    link = {"affiliate_id": second, "since": "2020-01-01"}
    assert officer.post(f"/v1/organisations/{first}/affiliations", link).status_code == 200
    shown = officer.get(f"/v1/organisations/{second}").json()
    assert (shown["affiliates"], shown["kind"]) == ({first: "2020-01-01"}, None)


def test_a_waived_fee_counts_as_settled(running: World) -> None:
    organisation_id = candidate(running)
    here = f"/v1/organisations/{organisation_id}"
    party = running.membership.by("applicant", "applicant-1", organisation_id)
    party.post(f"{here}/size", SIZE)
    party.post(f"{here}/application", {"project_id": PROJECT})
    party.post(f"{here}/agreement")
    officer_of(running).post(f"{here}/fee/assess")
    second = running.membership.by("finance", "finance-2")
    waived = second.post(f"{here}/fee/waive", {"reason": "founding member"})
    assert waived.json()["status"] == "active"


def test_a_party_that_nobody_registered_is_noted_and_stops_nobody(running: World) -> None:
    candidate(running, NOBODY)
    auditor = running.membership.by("auditor", "auditor-1")
    [refused] = auditor.get("/v1/events", type="PolicyRefused").json()
    assert refused["stream"] == "operations-membership"
    assert refused["data"]["code"] == "organisation-not-found"


def test_rebuilt_lists_are_the_live_ones(running: World) -> None:
    organisation_id = candidate(running)
    officer_of(running).post(
        f"/v1/organisations/{organisation_id}/aliases", {"name": "SEF", "reason": "register"}
    )
    operator = Actor(person="operator-1", roles=frozenset({"operator"}))
    portal = running.membership.portal
    rebuilt = portal.call(running.service.rebuild, operator, "a test")
    assert rebuilt.digest_before == rebuilt.digest_after


def test_a_candidacy_without_an_approval_is_refused_to_everybody(running: World) -> None:
    organisation_id = registered(running)
    refused = officer_of(running).post(
        f"/v1/organisations/{organisation_id}/candidacies", {"project_id": PROJECT}
    )
    assert (refused.status_code, refused.json()["rule"]) == (409, "M-4")


def test_a_policy_whose_smes_pay_no_less_is_refused(running: World) -> None:
    schedule = {**POLICY["parameters"]["fee_schedule"], "sme": cad("5000")}  # type: ignore[index]
    dear = {**POLICY, "parameters": {"fee_schedule": schedule}}
    refused = officer_of(running).post("/v1/policies", dear)
    assert (refused.status_code, refused.json()["rule"]) == (422, "M-5")
    officer_of(running).post("/v1/policies", POLICY)
    [version] = officer_of(running).get("/v1/policies").json()["versions"]["scale-ai"]
    assert version["parameters"]["fee_schedule"]["sme"] == cad("500.00")


def test_an_organisation_is_shown_to_staff_and_to_itself_alone(running: World) -> None:
    organisation_id = registered(running)
    path = f"/v1/organisations/{organisation_id}"
    itself = running.membership.by("applicant", "applicant-1", organisation_id)
    another = running.membership.by("applicant", "applicant-2", NOBODY)
    assert itself.get(path).status_code == 200
    assert running.membership.by("auditor", "auditor-1").get(path).status_code == 200
    assert another.get(path).status_code == 404
    assert another.get("/v1/organisations").status_code == 403
    assert another.post(f"{path}/size", SIZE).status_code == 404
    assert itself.get(f"/v1/organisations/{NOBODY}").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"kind": ""},
        {"country": "Canada"},
        {"business_number": "№ 1"},
        {"name": "Fleuve\u202e"},
        {"employees": 12},
    ],
)
def test_a_register_row_that_cannot_be_one_is_unprocessable(
    untouched: World, changes: dict[str, Any]
) -> None:
    refused = officer_of(untouched).post("/v1/organisations", {**FLEUVE, **changes})
    assert refused.status_code == 422


@pytest.mark.parametrize("route", api.routes, ids=lambda route: route.name)
def test_every_route_is_closed_to_strangers_and_to_other_roles(
    untouched: World, route: Any
) -> None:
    path = route.path.format(organisation_id=NOBODY)
    method = getattr(route, "method", "GET")
    unknown = untouched.membership
    other = untouched.membership.by("reviewer", "reviewer-1")
    assert "reviewer" not in ACCESS[route.action]
    for caller, status in ((unknown, 401), (other, 403)):
        answer = caller.get(path) if method == "GET" else _asked(caller, method, path)
        assert answer.status_code == status


def _asked(caller: Caller, method: str, path: str) -> Any:
    return caller.post(path, {}) if method == "POST" else caller.put(path, {})
