"""What the six conditions would give now: by the assessors' own code, and nothing is recorded."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.intake import inbound
from tests.intake.examples import CARRIER, FIRM, PORT, officer, officer_for_the_port
from tests.intake.rest import (
    DRAFT,
    THE_LIMITS,
    WORK_PLAN,
    by_the_firm,
    by_the_port,
    code_of,
    drafted,
    hear,
    ready,
)
from tests.support.running import Running

FLEUVE = "Société Énergétique du Fleuve inc."
FLEUVE_RETYPED = unicodedata.normalize("NFD", "Société Énergétique\u00a0du Fleuve INC.")


def publish_limits(intake: Running, **parameters: int) -> None:
    known = THE_LIMITS["parameters"]
    assert isinstance(known, dict)
    said = {**THE_LIMITS, "parameters": {**known, **parameters}}
    intake.hear("policy-evaluation", inbound.PolicyPublished.model_validate(said))


def attest(intake: Running, organisation_id: str, fte: str, affiliates: str = "0") -> None:
    size = inbound.SizeAttested(
        organisation_id=organisation_id,
        fte=Decimal(fte),
        affiliates_fte=Decimal(affiliates),
        as_of=date(2020, 7, 1),
        evidence_sha256="5" * 64,
    )
    intake.hear(f"organisation-{organisation_id}", size)


def register(intake: Running, organisation_id: str, name: str, number: str | None = None) -> None:
    known = inbound.OrganisationRegistered(
        organisation_id=organisation_id, name=name, kind="SME", business_number=number
    )
    intake.hear(f"organisation-{organisation_id}", known)


def check(intake: Running, address: str) -> dict[str, dict[str, Any]]:
    """Each condition by its name, as the lead reads them."""
    answer = by_the_port(intake, "POST", f"{address}/self-check")
    assert answer.status_code == 200, answer.text
    return {found["condition"]: found for found in answer.json()["conditions"]}


def verdicts(intake: Running, address: str) -> dict[str, str]:
    return {name: found["verdict"] for name, found in check(intake, address).items()}


def missing(found: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(item["what"], item["concerns"]) for item in found["missing"]]


def test_e0_a_bare_draft_is_told_all_that_it_lacks(intake: Running) -> None:
    publish_limits(intake)
    address = drafted(intake)
    found = check(intake, address)
    assert {name: condition["verdict"] for name, condition in found.items()} == {
        "scope": "unknown",
        "incremental": "unknown",
        "participants": "not_met",
        "sme": "unknown",
        "readiness": "not_met",
        "canada": "not_met",
    }
    assert {name: missing(condition) for name, condition in found.items()} == {
        "scope": [("section", None)],
        "incremental": [("section", None)],
        "participants": [("confirmation", FIRM)],
        "sme": [("size_attestation", PORT)],
        "readiness": [("endorsement", None)],
        "canada": [("work_plan", None)],
    }
    assert [condition["computed"] for condition in found.values()] == [False] * 2 + [True] * 4


def test_e0_a_complete_draft_lacks_nothing(intake: Running) -> None:
    publish_limits(intake)
    address = ready(intake)
    attest(intake, PORT, "812")
    attest(intake, FIRM, "40")
    found = check(intake, address)
    assert verdicts(intake, address) == {
        "scope": "unknown",
        "incremental": "unknown",
        "participants": "met",
        "sme": "met",
        "readiness": "met",
        "canada": "met",
    }
    assert all(condition["missing"] == [] for condition in found.values())


def test_nothing_is_recorded_by_a_self_check(intake: Running) -> None:
    publish_limits(intake)
    address = ready(intake)
    before = intake.journal(), by_the_port(intake, "GET", address).headers["etag"]
    for _ in range(2):
        check(intake, address)
    assert (intake.journal(), by_the_port(intake, "GET", address).headers["etag"]) == before


def test_i10_a_confirmation_of_other_content_is_missing_again(intake: Running) -> None:
    publish_limits(intake)
    address = ready(intake)
    assert verdicts(intake, address)["participants"] == "met"
    by_the_port(intake, "PUT", f"{address}/sections/summary", {"sha256": "8" * 64})
    found = check(intake, address)["participants"]
    assert (found["verdict"], missing(found)) == ("not_met", [("confirmation", FIRM)])


def test_i10_a_confirmation_after_the_submission_counts(intake: Running) -> None:
    publish_limits(intake)
    address = drafted(intake)
    content_hash = by_the_port(intake, "POST", f"{address}/submit").json()["content_hash"]
    assert verdicts(intake, address)["participants"] == "not_met"
    agreed = {"content_hash": content_hash}
    by_the_firm(intake, "POST", f"{address}/participants/{FIRM}/confirm", agreed)
    assert verdicts(intake, address)["participants"] == "met"


def named(intake: Running, lead_name: str, partner_name: str) -> str:
    """A draft of two parties with these names, both confirmed."""
    draft = {**DRAFT, "lead_name": lead_name}
    answer = by_the_port(intake, "POST", "/v1/proposals", draft)
    address = f"/v1/proposals/{answer.json()['project_id']}"
    party = {"organisation_id": FIRM, "name": partner_name}
    shown = by_the_port(intake, "POST", f"{address}/participants", party).json()
    assert [each["name"] for each in shown["participants"]] == [lead_name, partner_name]
    agreed = {"content_hash": shown["content_hash"]}
    by_the_firm(intake, "POST", f"{address}/participants/{FIRM}/confirm", agreed)
    return address


def test_c038_one_company_in_two_spellings_counts_once(intake: Running) -> None:
    """Condition c is false, d is true; the number is on one of them only."""
    publish_limits(intake)
    register(intake, PORT, FLEUVE, "123456789RC0001")
    register(intake, FIRM, FLEUVE_RETYPED)
    attest(intake, PORT, "85")
    attest(intake, FIRM, "85")
    address = named(intake, FLEUVE, FLEUVE_RETYPED)
    found = check(intake, address)
    assert (found["participants"]["verdict"], found["sme"]["verdict"]) == ("not_met", "met")
    assert found["participants"]["because"]["en"].startswith("1 distinct of 2 confirmed parties")


@pytest.mark.parametrize(
    ("one", "other", "verdict", "flagged"),
    [
        ("\uff21\uff29 Port", "AI Port", "not_met", False),
        ("Résolu", "Resolu", "met", True),
        ("Port du Fleuve", "Marée IA inc.", "met", False),
    ],
)
def test_c038_names_are_compared_by_what_they_say(
    intake: Running, one: str, other: str, verdict: str, flagged: bool
) -> None:
    publish_limits(intake)
    found = check(intake, named(intake, one, other))["participants"]
    assert found["verdict"] == verdict
    assert ("accents" in found["because"]["en"]) is flagged
    assert ("accents" in found["because"]["fr"]) is flagged


def test_c038_one_business_number_is_one_party(intake: Running) -> None:
    publish_limits(intake)
    register(intake, PORT, "Port", "123456789 RC0001")
    register(intake, FIRM, "Marée", "123456789RT0002")
    assert verdicts(intake, named(intake, "Port", "Marée"))["participants"] == "not_met"


@pytest.mark.parametrize("by_a_third", [False, True])
def test_i11_common_control_counts_once_unless_a_person_holds_them_distinct(
    intake: Running, by_a_third: bool
) -> None:
    publish_limits(intake)
    address = ready(intake)
    since = date(2020, 1, 1)
    for one, other in ((PORT, CARRIER), (FIRM, CARRIER)) if by_a_third else ((PORT, FIRM),):
        control = inbound.AffiliationDeclared(organisation_id=one, affiliate_id=other, since=since)
        intake.hear(f"organisation-{one}", control)
    assert verdicts(intake, address)["participants"] == "not_met"
    held = {"organisation_ids": [FIRM, PORT], "reason": "separate boards and books"}
    path = f"{address}/distinct"
    assert by_the_port(intake, "POST", path, held).status_code == 403
    in_its_name = intake.as_(officer_for_the_port).post(path, held)
    assert code_of(in_its_name) == (403, "not-for-the-applicant")
    assert intake.as_(officer).post(path, {**held, "reason": ""}).status_code == 422
    assert intake.as_(officer).post(path, held).status_code == 200
    assert verdicts(intake, address)["participants"] == "met"


@pytest.mark.parametrize(
    ("fte", "affiliates", "verdict"),
    [
        ("499", "0", "met"),
        ("500", "0", "not_met"),
        ("499.99", "0", "met"),
        ("499", "12", "not_met"),
    ],
    ids=["A", "B", "C", "D"],
)
def test_c039_an_sme_has_fewer_than_500_fte_with_its_affiliates(
    intake: Running, fte: str, affiliates: str, verdict: str
) -> None:
    publish_limits(intake)
    address = ready(intake)
    attest(intake, PORT, "500")
    attest(intake, FIRM, fte, affiliates)
    assert verdicts(intake, address)["sme"] == verdict


def test_i7_s17_money_of_another_government_is_pointed_at(intake: Running) -> None:
    publish_limits(intake)
    address = ready(intake)
    told = {"amount": {"amount": "1.00", "currency": "CAD"}, "declared_on": "2020-07-20"}
    for source, kind in (("Québec", "government"), ("R&D credit", "tax_credit")):
        body = {**told, "source": source, "kind": kind}
        answer = by_the_port(intake, "POST", f"{address}/other-funding", body)
        assert answer.status_code == 200, answer.text
    assert missing(check(intake, address)["incremental"]) == [("other_funding", "Québec")]


def test_case_19_a_withdrawn_endorsement_is_missing_at_once(intake: Running) -> None:
    publish_limits(intake)
    address = ready(intake)
    assert verdicts(intake, address)["readiness"] == "met"
    gone = {"reason": "a new executive", "withdrawn_on": "2021-06-30"}
    by_the_port(intake, "POST", f"{address}/endorsement/withdraw", gone)
    found = check(intake, address)["readiness"]
    assert (found["verdict"], missing(found)) == ("not_met", [("endorsement", None)])


@pytest.mark.parametrize(("days", "verdict"), [(90, "met"), (89, "not_met")])
def test_e8_in_the_detailed_stage_a_start_too_far_off_is_pointed_at(
    intake: Running, days: int, verdict: str
) -> None:
    """The detailed version is judged by the day of the decision, so the check by today's."""
    publish_limits(intake, ready_within_days=days)
    address = drafted(intake, planned_start="2021-09-28")
    endorsement = {"executive_title": "chair", "endorsed_on": "2021-06-30"}
    by_the_port(intake, "POST", f"{address}/endorsement", endorsement)
    by_the_port(intake, "POST", f"{address}/submit")
    assert verdicts(intake, address)["readiness"] == "met"
    hear(intake, address, inbound.EligibilityAssessed, eligible=True)
    by_the_port(intake, "POST", f"{address}/detailed")
    found = check(intake, address)["readiness"]
    assert found["verdict"] == verdict
    assert missing(found) == ([] if verdict == "met" else [("planned_start", None)])


def test_canada_names_each_place_outside(intake: Running) -> None:
    publish_limits(intake)
    address = ready(intake)
    packages = [
        {**WORK_PLAN["packages"][0], "name": place, "place": place} for place in ("QC", "NO", "DE")
    ]
    by_the_port(intake, "PUT", f"{address}/work-plan", {"packages": packages})
    found = check(intake, address)["canada"]
    assert (found["verdict"], missing(found)) == ("not_met", [("place", "DE"), ("place", "NO")])


def test_x7_a_check_names_the_policy_in_force_and_needs_one(intake: Running) -> None:
    address = drafted(intake)
    refused = by_the_port(intake, "POST", f"{address}/self-check")
    assert code_of(refused) == (409, "no-policy-in-force")
    publish_limits(intake, min_participants=1)
    answer = by_the_port(intake, "POST", f"{address}/self-check").json()
    assert (answer["policy_version"], answer["on"]) == ("2019", "2021-06-30")
    assert verdicts(intake, address)["participants"] == "met"


def test_a_check_speaks_the_callers_language(intake: Running) -> None:
    publish_limits(intake)
    address = drafted(intake)
    lead = intake.by("applicant", organisation_id=PORT)
    answer = lead.post(f"{address}/self-check", accept_language="fr-CA")
    (said,) = answer.json()["conditions"][4]["missing"]
    assert said["says"] == "Aucun dirigeant n'appuie la proposition."


def test_a_stranger_is_told_that_there_is_nothing_to_check(intake: Running) -> None:
    publish_limits(intake)
    address = drafted(intake)
    stranger = intake.by("applicant", organisation_id=CARRIER)
    assert code_of(stranger.post(f"{address}/self-check")) == (404, "proposal-not-found")
