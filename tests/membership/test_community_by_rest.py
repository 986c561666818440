"""Rolls, directory, introductions, fee schedules and control over HTTP (M-2, M-5, M-14)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.membership.rest import (
    FEES,
    ask,
    cad,
    code_of,
    member,
    officer_of,
    party_of,
    registered,
    run_timers,
    said,
    status,
)
from tests.support.running import Caller, Running, running

JOINED = date(2024, 5, 6)
OFFERS = {"offers": ["turbines"], "seeks": ["forecasts"], "sectors": ["energy"]}
OWN = {"person": "the river's desk", "email": "desk@river.example"}
PARTNERS = {"person": "the port's desk", "email": "desk@port.example"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Running]:
    """The service with an empty journal."""
    with running(tmp_path, "membership", now=datetime(2025, 1, 10, 17, tzinfo=UTC)) as here:
        yield here


def associate(here: Running) -> str:
    """The id of an associate, the port."""
    organisation_id = registered(here, name="AI Port", country="NO")
    path = f"/v1/organisations/{organisation_id}"
    ask(party_of(here, organisation_id), f"{path}/associate", on=JOINED)
    admitted = ask(officer_of(here), f"{path}/associate/admit", on=JOINED)
    assert admitted["tier"] == "associate"
    return organisation_id


def test_m2_the_roll_of_a_record_date_has_members_and_no_associate(served: Running) -> None:
    path, port = member(served, JOINED), associate(served)
    officer = officer_of(served)
    body = {"record_date": "2024-12-01", "reason": "annual meeting"}
    assert code_of(officer.get("/v1/voting-rolls/2024-12-01")) == (404, "not-found")
    assert officer.post("/v1/voting-rolls", body).status_code == 201
    roll = officer.get("/v1/voting-rolls/2024-12-01").json()
    assert roll["voters"] == [path.rpartition("/")[2]]
    assert port not in roll["voters"]
    assert len(roll["digest"]) == 64
    assert code_of(officer.post("/v1/voting-rolls", body)) == (409, "roll-already-frozen")
    # What happens later changes the roll no more.
    ask(officer, f"{path}/suspend", {"reason": "late"}, on=date(2024, 11, 1))
    assert officer.get("/v1/voting-rolls/2024-12-01").json() == roll
    assert status(served, path, date(2024, 12, 1))["votes"] is False


def test_m2_a_roll_without_members_is_a_roll(served: Running) -> None:
    associate(served)
    body = {"record_date": "2024-12-01", "reason": "annual meeting"}
    officer_of(served).post("/v1/voting-rolls", body)
    [frozen] = said(served, "VotingRollFrozen")
    assert frozen["voters"] == []


def test_m14_the_directory_shows_what_was_published_and_no_more(served: Running) -> None:
    path, port = member(served, JOINED), associate(served)
    organisation_id = path.rpartition("/")[2]
    party = party_of(served, organisation_id)
    assert party.put(f"{path}/partner-profile", OFFERS).status_code == 200
    by_port = served.by("partner", "partner-1", port)
    [listed] = by_port.get("/v1/partners").json()["items"]
    assert listed == {
        "organisation_id": organisation_id,
        "name": "Société Énergétique du Fleuve inc.",
        "country": "CA",
        **OFFERS,
    }
    assert by_port.get("/v1/partners?country=NO").json()["items"] == []
    assert code_of(by_port.get(path)) == (404, "organisation-not-found")
    party.post(f"{path}/partner-profile/withdraw")
    assert by_port.get("/v1/partners").json()["items"] == []
    assert code_of(party.post(f"{path}/partner-profile/withdraw")) == (409, "no-profile")


def test_m14_who_leaves_the_community_leaves_the_directory(served: Running) -> None:
    served.clock.instant = datetime(2026, 1, 10, 17, tzinfo=UTC)
    path = member(served, JOINED)
    party = party_of(served, path.rpartition("/")[2])
    party.put(f"{path}/partner-profile", OFFERS)
    assert len(officer_of(served).get("/v1/partners").json()["items"]) == 1
    run_timers(served, date(2025, 7, 5))
    assert officer_of(served).get(path).json()["status"] == "lapsed"
    assert officer_of(served).get("/v1/partners").json()["items"] == []


def met(here: Running) -> tuple[Caller, str, Caller, str]:
    """A member, an associate, and their ids; both stated a contact, the associate is listed."""
    organisation_id, port = member(here, JOINED).rpartition("/")[2], associate(here)
    party, partner = party_of(here, organisation_id), here.by("partner", "partner-1", port)
    partner.put(f"/v1/organisations/{port}/partner-profile", OFFERS)
    for caller, side, contact in ((party, organisation_id, OWN), (partner, port, PARTNERS)):
        stated = caller.put(f"/v1/organisations/{side}/partner-contact", contact)
        assert (stated.status_code, stated.json()["contact"]) == (200, True)
    return party, organisation_id, partner, port


def introduced(party: Caller, organisation_id: str, port: str) -> str:
    """The id of an introduction that the member asks for."""
    path = f"/v1/organisations/{organisation_id}/introductions"
    introduction_id: str = ask(party, path, {"partner_id": port})["introduction_id"]
    return introduction_id


def test_m14_contacts_pass_once_both_sides_accepted(served: Running) -> None:
    party, organisation_id, partner, port = met(served)
    introduction_id = introduced(party, organisation_id, port)
    here = f"/v1/introductions/{introduction_id}"
    for caller in (party, partner):
        assert code_of(caller.get(f"{here}/contacts")) == (409, "not-introduced-yet")
    answer = f"/introductions/{introduction_id}/accept"
    mine = party.post(f"/v1/organisations/{organisation_id}{answer}")
    assert code_of(mine) == (409, "not-yours-to-answer")
    taken = ask(partner, f"/v1/organisations/{port}{answer}")
    assert taken["status"] == "accepted"
    passed = {organisation_id: {"telephone": None, **OWN}, port: {"telephone": None, **PARTNERS}}
    for caller in (party, partner):
        assert caller.get(f"{here}/contacts").json() == passed
    stranger = served.by("applicant", "applicant-9", "org_" + "9" * 32)
    for path in (here, f"{here}/contacts"):
        assert code_of(stranger.get(path)) == (404, "introduction-not-found")
    assert officer_of(served).get(here).status_code == 200
    assert officer_of(served).get(f"{here}/contacts").status_code == 403
    assert stranger.get("/v1/introductions").json()["items"] == []
    [ours], [theirs] = (one.get("/v1/introductions").json()["items"] for one in (party, partner))
    assert (ours["with_id"], theirs["with_id"]) == (port, organisation_id)
    assert {ours["status"], theirs["status"]} == {"accepted"}


def test_x8_no_event_and_no_answer_holds_a_contact(served: Running) -> None:
    party, organisation_id, partner, port = met(served)
    introduction_id = introduced(party, organisation_id, port)
    ask(partner, f"/v1/organisations/{port}/introductions/{introduction_id}/accept")
    journal = "".join(stored.sealed.body for stored in served.stored())
    shown = party.get(f"/v1/organisations/{organisation_id}").text
    for secret in (OWN["person"], OWN["email"], PARTNERS["person"], PARTNERS["email"]):
        assert secret not in journal
        assert secret not in shown
    assert len(said(served, "PartnerContactStated")) == 2


def test_x8_an_erased_contact_is_gone_for_both_sides_and_breaks_nothing(served: Running) -> None:
    party, organisation_id, partner, port = met(served)
    introduction_id = introduced(party, organisation_id, port)
    ask(partner, f"/v1/organisations/{port}/introductions/{introduction_id}/accept")
    privacy = served.by("privacy_officer", "privacy-1")
    path = f"/v1/organisations/{organisation_id}/partner-contact"
    gone = ask(privacy, f"{path}/erase", {"reason": "asked for"})
    assert (gone["contact"], gone["contact_erased"]) == (False, True)
    seen = partner.get(f"/v1/introductions/{introduction_id}/contacts").json()
    assert seen == {organisation_id: None, port: {"telephone": None, **PARTNERS}}
    party.put(path, OWN)
    again = partner.get(f"/v1/introductions/{introduction_id}/contacts").json()
    assert again[organisation_id] == {"telephone": None, **OWN}


def test_m14_a_declined_introduction_passes_nothing(served: Running) -> None:
    party, organisation_id, partner, port = met(served)
    introduction_id = introduced(party, organisation_id, port)
    answer = f"/v1/organisations/{port}/introductions/{introduction_id}"
    assert ask(partner, f"{answer}/decline")["status"] == "declined"
    contacts = f"/v1/introductions/{introduction_id}/contacts"
    assert code_of(party.get(contacts)) == (409, "not-introduced-yet")
    assert code_of(partner.post(f"{answer}/accept")) == (409, "introduction-answered")
    elsewhere = "/v1/introductions/int_" + "0" * 32
    assert partner.get(elsewhere).status_code == 404
    assert code_of(partner.get(f"{elsewhere}/contacts")) == (404, "introduction-not-found")


def test_m5_a_fee_schedule_is_adopted_and_read_by_version(served: Running) -> None:
    path = member(served, JOINED)
    body = {
        "programme": "scale-ai",
        "version": "fees-2",
        "effective_from": "2025-01-01",
        "reason": "dearer",
        "fee_schedule": {**FEES, "sme": cad("1500.00")},
    }
    officer = officer_of(served)
    assert officer.post("/v1/fee-schedules", body).status_code == 201
    assert code_of(officer.post("/v1/fee-schedules", body)) == (409, "fee-schedule-taken")
    fee = ask(officer, f"{path}/fees/2/assess", on=date(2025, 1, 5))["fee"]
    assert (fee["amount"], fee["schedule_version"]) == (cad("1500.00"), "fees-2")
    schedules = officer.get("/v1/policies").json()["schedules"]["versions"]["scale-ai"]
    assert [one["version"] for one in schedules] == ["2020.1", "fees-2"]


def test_m13_a_fee_names_the_attestation_that_it_rests_on(served: Running) -> None:
    member(served, JOINED)
    [fee] = said(served, "FeeAssessed")
    assert fee["size"] == {
        "fte": "85.5",
        "affiliates_fte": "0",
        "as_of": "2020-01-01",
        "evidence_sha256": "e" * 64,
    }


def test_a_change_of_control_and_an_end_are_recorded_late_or_in_time(served: Running) -> None:
    path, port = member(served, JOINED), associate(served)
    party = party_of(served, path.rpartition("/")[2])
    sold = {"controller_id": port, "evidence_sha256": "c" * 64}
    shown = ask(party, f"{path}/control", sold, on=date(2024, 9, 1))
    assert shown["affiliates"] == {port: "2024-09-01"}
    named_twice = {**sold, "controller_name": "Port"}
    assert code_of(party.post(f"{path}/control", named_twice)) == (422, "controller-named-twice")
    gone = ask(officer_of(served), f"{path}/dissolution", {"reason": "struck off"})
    assert (gone["status"], gone["dissolved_on"]) == ("terminated", "2025-01-10")
    assert [event["effective_on"] for event in said(served, "MembershipTerminated")] == [
        "2025-01-10"
    ]
    assert party_of(served, port).post(f"{path}/control", sold).status_code == 404


def test_s2_an_associate_resigns(served: Running) -> None:
    port = associate(served)
    path = f"/v1/organisations/{port}"
    resigned = ask(party_of(served, port), f"{path}/associate/resign")
    assert (resigned["status"], resigned["benefits"]) == ("registered", [])
    assert status(served, path, JOINED)["benefits"] == ["events", "network", "news"]
