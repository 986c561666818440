"""Membership over HTTP: each route's answer, its refusals' status, and who has no access."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.membership.api import ACCESS, api
from services.membership.inbound import ApprovedParticipant, ProjectApproved
from shared.kernel.periods import civil_date
from tests.support.running import Caller, Running, running

PROJECT = "prj_" + "1" * 32
NOBODY = "org_" + "0" * 32
NOW = datetime(2020, 5, 4, 14, tzinfo=UTC)


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
def served(tmp_path: Path) -> Iterator[Running]:
    """The service with an empty journal."""
    with running(tmp_path, "membership", now=NOW) as here:
        yield here


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all requests that record nothing."""
    with running(tmp_path_factory.mktemp("untouched"), "membership", now=NOW) as here:
        yield here


def officer_of(here: Running) -> Caller:
    """A programme officer at membership."""
    return here.by("programme_officer", "officer-1")


def registered(here: Running, **changes: Any) -> str:
    """A registered organisation's id."""
    answer = officer_of(here).post("/v1/organisations", {**FLEUVE, **changes})
    assert answer.status_code == 201
    organisation_id: str = answer.json()["organisation_id"]
    return organisation_id


def candidate(here: Running, *others: str) -> str:
    """An organisation that an approved project made a candidate, named after these others."""
    assert officer_of(here).post("/v1/policies", POLICY).status_code == 201
    organisation_id = registered(here)
    parties = [ApprovedParticipant(organisation_id=party) for party in (*others, organisation_id)]
    approved = ProjectApproved(
        project_id=PROJECT,
        programme="scale-ai",
        participants=tuple(parties),
        decided_on=civil_date(NOW),
    )
    here.hear(f"evaluation-{PROJECT}", approved)
    shown = officer_of(here).get(f"/v1/organisations/{organisation_id}").json()
    assert list(shown["candidacies"]) == [PROJECT]
    return organisation_id


def test_a_party_of_an_approved_project_becomes_a_member(served: Running) -> None:
    organisation_id = candidate(served)
    here = f"/v1/organisations/{organisation_id}"
    officer, party = (
        officer_of(served),
        served.by("applicant", "applicant-1", organisation_id),
    )
    assert party.post(f"{here}/size", SIZE).status_code == 200
    applied = party.post(f"{here}/application", {"project_id": PROJECT})
    assert (applied.status_code, applied.json()["status"]) == (200, "application_submitted")
    fee = officer.post(f"{here}/fee/assess").json()["fee"]
    assert (fee["fee_class"], fee["outstanding"]) == ("sme", cad("500.00"))
    assert party.post(f"{here}/agreement").json()["status"] == "fee_due"
    paid = served.by("finance", "finance-1").post(f"{here}/fee/pay", PAYMENT)
    member = paid.json()
    assert member["membership"] == {
        "project_id": PROJECT,
        "programme": "scale-ai",
        "admitted_on": "2020-05-04",
        "covered_until": "2021-05-04",
        "decisions": [],
    }
    assert (member["tier"], member["benefits"][0]) == ("member", "events")
    assert (
        officer.get("/v1/organisations?status=active").json()["items"][0]["name"]
        == (FLEUVE["name"])
    )
    [candidacy] = officer.get(f"/v1/candidacies?project_id={PROJECT}").json()["items"]
    assert (candidacy["status"], candidacy["open_until"]) == ("admitted", "2020-08-02")
    [row] = officer.get("/v1/fees?fee_class=sme").json()["items"]
    assert (row["paid"], row["outstanding"]) == (cad("500.00"), cad("0.00"))


def test_an_associate_is_admitted_by_another_person(served: Running) -> None:
    here = f"/v1/organisations/{registered(served)}"
    officer = officer_of(served)
    assert officer.post(f"{here}/associate").status_code == 403
    itself = here.rpartition("/")[2]
    assert officer.post(f"{here}/associate", on_behalf_of=itself).status_code == 200
    refused = officer.post(f"{here}/associate/admit")
    assert (refused.status_code, refused.json()["rule"]) == (409, "X6")
    second = served.by("programme_officer", "officer-2")
    assert second.post(f"{here}/associate/admit").json()["tier"] == "associate"


def test_c038_one_body_has_one_name_and_its_aliases(served: Running) -> None:
    organisation_id = registered(served)
    officer = officer_of(served)
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


def test_a_profile_is_amended_and_affiliates_are_declared(served: Running) -> None:
    first = registered(served)
    second = registered(served, name="AI Port", business_number=None, kind=None, country=None)
    officer = officer_of(served)
    profile = {**FLEUVE, "name": "Énergie du Fleuve", "reason": "renamed"}
    answer = officer.put(f"/v1/organisations/{first}/profile", profile)
    assert answer.json()["name"] == "Énergie du Fleuve"
    link = {"affiliate_id": second, "since": "2020-01-01"}
    assert officer.post(f"/v1/organisations/{first}/affiliations", link).status_code == 200
    shown = officer.get(f"/v1/organisations/{second}").json()
    assert (shown["affiliates"], shown["kind"]) == ({first: "2020-01-01"}, None)


def test_m10_a_waived_fee_counts_as_settled(served: Running) -> None:
    organisation_id = candidate(served)
    here = f"/v1/organisations/{organisation_id}"
    party = served.by("applicant", "applicant-1", organisation_id)
    party.post(f"{here}/size", SIZE)
    party.post(f"{here}/application", {"project_id": PROJECT})
    party.post(f"{here}/agreement")
    officer_of(served).post(f"{here}/fee/assess")
    second = served.by("finance", "finance-2")
    waived = second.post(f"{here}/fee/waive", {"reason": "founding member"})
    assert waived.json()["status"] == "active"


def test_a_party_that_nobody_registered_is_noted_and_stops_nobody(served: Running) -> None:
    candidate(served, NOBODY)
    auditor = served.by("auditor", "auditor-1")
    [refused] = auditor.get("/v1/events?type=PolicyRefused").json()
    assert refused["stream"] == "operations-membership"
    assert refused["data"]["code"] == "organisation-not-found"


def test_rebuilt_lists_are_the_live_ones(served: Running) -> None:
    organisation_id = candidate(served)
    officer_of(served).post(
        f"/v1/organisations/{organisation_id}/aliases", {"name": "SEF", "reason": "register"}
    )
    rebuilt = served.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def test_a_candidacy_without_an_approval_is_refused_to_everybody(served: Running) -> None:
    organisation_id = registered(served)
    refused = officer_of(served).post(
        f"/v1/organisations/{organisation_id}/candidacies", {"project_id": PROJECT}
    )
    assert (refused.status_code, refused.json()["rule"]) == (409, "M-4")


def test_a_policy_whose_smes_pay_no_less_is_refused(served: Running) -> None:
    schedule = {**POLICY["parameters"]["fee_schedule"], "sme": cad("5000")}  # type: ignore[index]
    dear = {**POLICY, "parameters": {"fee_schedule": schedule}}
    refused = officer_of(served).post("/v1/policies", dear)
    assert (refused.status_code, refused.json()["rule"]) == (422, "M-5")
    officer_of(served).post("/v1/policies", POLICY)
    [version] = officer_of(served).get("/v1/policies").json()["versions"]["scale-ai"]
    assert version["parameters"]["fee_schedule"]["sme"] == cad("500.00")


def test_an_organisation_is_shown_to_staff_and_to_itself_alone(served: Running) -> None:
    organisation_id = registered(served)
    path = f"/v1/organisations/{organisation_id}"
    itself = served.by("applicant", "applicant-1", organisation_id)
    another = served.by("applicant", "applicant-2", NOBODY)
    assert itself.get(path).status_code == 200
    assert served.by("auditor", "auditor-1").get(path).status_code == 200
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
    untouched: Running, changes: dict[str, Any]
) -> None:
    refused = officer_of(untouched).post("/v1/organisations", {**FLEUVE, **changes})
    assert refused.status_code == 422


@pytest.mark.parametrize("route", api.routes, ids=lambda route: route.name)
def test_every_route_is_closed_to_strangers_and_to_other_roles(
    untouched: Running, route: Any
) -> None:
    path = route.path.format(
        organisation_id=NOBODY,
        fee_year=1,
        record_date="2020-05-04",
        introduction_id="int_" + "0" * 32,
    )
    method = getattr(route, "method", "GET")
    unknown = untouched.nobody
    other = untouched.by("reviewer", "reviewer-1")
    assert "reviewer" not in ACCESS[route.action]
    for caller, status in ((unknown, 401), (other, 403)):
        assert caller.ask(method, path, {}).status_code == status
