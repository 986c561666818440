"""What an applicant lives through: checked by itself, asked, refused, heard again."""

import unicodedata
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.main.demo.client import Client, Person, Refused
from services.main.demo.proposing import COMPUTED, detail, judge, propose
from services.main.demo.selecting import select
from services.main.demo.stage import OFFICER
from tests.stories.plans import LEAD, PARTNER, USUAL, playing
from tests.stories.telling import set_up, until_eligible
from tests.stories.world import World, refusal, whole_system

pytestmark = pytest.mark.anyio

embedded = pytest.mark.parametrize("wiring", ["embedded"], indirect=True)
"""Told once: what differs between the wirings is told by the hard cases below."""

FLEUVE = "Société Énergétique du Fleuve inc."
FLEUVE_RETYPED = unicodedata.normalize("NFD", "Société Énergétique\u00a0du Fleuve INC.")
DAY = "2021-01-15T17:00:00Z"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The parties are registered; nothing is proposed."""
    async with whole_system(tmp_path, playing(USUAL)) as here:
        await set_up(here.stage)
        yield here


def proposal(world: World, number: int = 1) -> str:
    return f"/intake/v1/proposals/{world.stage.projects[number]}"


def evaluation(world: World, number: int = 1) -> str:
    return f"/evaluation/v1/evaluations/{world.stage.projects[number]}"


async def done(
    world: World, person: Person, path: str, body: Mapping[str, Any] | None = None, **more: Any
) -> Mapping[str, Any]:
    """Ask on the day of the submission, and be answered."""
    answer = await world.ask(person, path, body, effective_at=DAY, **more)
    assert answer.status_code in (200, 201), answer.text
    shown: Mapping[str, Any] = answer.json()
    return shown


async def status(world: World, number: int = 1) -> Mapping[str, Any]:
    """The status page, once everybody has heard everything."""
    page: Mapping[str, Any] = await world.see(f"{proposal(world, number)}/status")
    return page


async def both_checks(world: World) -> tuple[dict[str, str], dict[str, str]]:
    """What the applicant is told by itself, and what the officer is shown, for four conditions."""
    await world.quiet()
    lead = world.stage.person_of(LEAD)
    own = await done(world, lead, f"{proposal(world)}/self-check")
    theirs = await world.see(f"{evaluation(world)}/eligibility", OFFICER)
    return (
        {c["condition"]: c["verdict"] for c in own["conditions"] if c["computed"]},
        {
            c["condition"]: c["computed"]["verdict"]
            for c in theirs["conditions"]
            if c["condition"] in COMPUTED
        },
    )


@embedded
async def test_e0_a_self_check_and_the_assessors_compute_the_same(world: World) -> None:
    await propose(world.stage, USUAL)
    own, theirs = await both_checks(world)
    assert own == theirs == dict.fromkeys(COMPUTED, "met")
    assert await judge(world.stage, USUAL)


async def two_named(world: World, one: str, other: str) -> None:
    """A complete proposal whose two parties go by these names."""
    stage = world.stage
    lead, partner = stage.person_of(LEAD), stage.person_of(PARTNER)
    draft = {
        "programme": "scale-ai",
        "title": "One company or two",
        "lead_organisation_id": stage.ids[LEAD],
        "lead_name": one,
        "planned_start": "2021-04-01",
    }
    found = await done(world, lead, "/intake/v1/proposals", draft)
    stage.projects[1] = found["project_id"]
    path = proposal(world)
    package = {
        "name": "All of it",
        "place": "QC",
        "organisation_id": stage.ids[LEAD],
        "starts_on": "2021-04-01",
        "ends_on": "2021-09-30",
    }
    await done(world, lead, f"{path}/work-plan", {"packages": [package]}, method="PUT")
    endorsement = {"executive_title": "chair", "endorsed_on": "2021-01-15"}
    await done(world, lead, f"{path}/endorsement", endorsement)
    party = {"organisation_id": stage.ids[PARTNER], "name": other}
    named = await done(world, lead, f"{path}/participants", party)
    assert [each["name"] for each in named["participants"]] == [one, other]
    agreed = {"content_hash": named["content_hash"]}
    await done(world, partner, f"{path}/participants/{stage.ids[PARTNER]}/confirm", agreed)
    await done(world, lead, f"{path}/submit")


async def test_c038_one_company_in_two_spellings_is_not_eligible(world: World) -> None:
    stage = world.stage
    for name in (LEAD, PARTNER):
        small = {"fte": "85", "affiliates_fte": "0", "as_of": "2021-01-14"}
        path = f"/membership/v1/organisations/{stage.ids[name]}/size"
        await done(world, stage.person_of(name), path, {**small, "evidence_sha256": "5" * 64})
    await two_named(world, FLEUVE, FLEUVE_RETYPED)
    own, theirs = await both_checks(world)
    assert own == theirs
    assert (own["participants"], own["sme"]) == ("not_met", "met")
    assert not await judge(world.stage, USUAL)
    page = await status(world)
    assert page["status"] == "ineligible"
    assert [block["condition"] for block in page["blocked_by"]] == ["participants"]
    kept = await world.see(proposal(world))
    assert [each["name"] for each in kept["participants"]] == [FLEUVE, FLEUVE_RETYPED]


@embedded
async def test_c038_names_that_differ_in_accents_are_left_to_a_person(world: World) -> None:
    await two_named(world, "Résolu", "Resolu")
    own, theirs = await both_checks(world)
    assert own == theirs
    assert own["participants"] == "met"


@embedded
async def test_i11_who_is_held_distinct_is_two_for_the_assessors_as_well(world: World) -> None:
    await two_named(world, FLEUVE, FLEUVE_RETYPED)
    pair = sorted(world.stage.ids[name] for name in (LEAD, PARTNER))
    held = {"organisation_ids": pair, "reason": "a father and a daughter, two companies"}
    await done(world, OFFICER, f"{proposal(world)}/distinct", held)
    own, theirs = await both_checks(world)
    assert own == theirs
    assert own["participants"] == "met"


@embedded
async def test_e0_a_request_is_asked_answered_and_over(world: World) -> None:
    await propose(world.stage, USUAL)
    await world.quiet()
    asked = {"question": "Which machines?", "blocking": True, "condition": "scope"}
    await done(world, OFFICER, f"{evaluation(world)}/requests", asked)
    page = await status(world)
    assert (page["status"], page["turn"]) == ("information_requested", "applicant")
    (block,) = page["blocked_by"]
    answer = {"request_id": block["request_id"], "answer": "The sorting robots."}
    lead = world.stage.person_of(LEAD)
    await done(world, lead, f"{proposal(world)}/information", answer)
    page = await status(world)
    assert (page["status"], page["turn"], page["blocked_by"]) == ("submitted", "programme", [])
    assert await judge(world.stage, USUAL)


@embedded
async def test_an_objection_is_heard_and_the_version_judged_once_more(world: World) -> None:
    await two_named(world, FLEUVE, FLEUVE_RETYPED)
    await world.quiet()
    assert not await judge(world.stage, USUAL)
    await world.quiet()
    lead = world.stage.person_of(LEAD)
    reason = {"reason": "we are two companies"}
    await done(world, lead, f"{proposal(world)}/reassessment", reason)
    assert (await status(world))["status"] == "reassessment_requested"
    pair = sorted(world.stage.ids[name] for name in (LEAD, PARTNER))
    held = {"organisation_ids": pair, "reason": "the register says so"}
    await done(world, OFFICER, f"{proposal(world)}/distinct", held)
    await world.quiet()
    assert await judge(world.stage, USUAL)
    assert (await status(world))["status"] == "eligible"
    assessed = await world.events("evaluation", "EligibilityAssessed")
    assert [event["eligible"] for event in assessed] == [False, True]


async def test_case_19_an_endorsement_withdrawn_after_eligibility_bars_the_approval(
    world: World,
) -> None:
    await until_eligible(world.stage, USUAL)
    lead = world.stage.person_of(LEAD)
    gone = {"reason": "a new executive", "withdrawn_on": "2021-01-15"}
    await done(world, lead, f"{proposal(world)}/endorsement/withdraw", gone)
    page = await status(world)
    assert "endorsement" in [block["code"] for block in page["blocked_by"]]
    assert page["happened"][-1]["event"] in (
        "ExecutiveEndorsementWithdrawn",
        "EligibilityCheckReopened",
    )
    (assessed,) = await world.events("evaluation", "EligibilityAssessed")
    assert assessed["eligible"], "what was concluded stays on record"
    await detail(world.stage, USUAL)
    (version,) = await world.events("intake", "DetailedProposalSubmitted")
    assert version["endorsed"] is False
    with pytest.raises(Refused) as refused:
        await select(world.stage, USUAL)
    assert (refused.value.status, refused.value.problem["rule"]) == (409, "E-8")
    assert await world.events("evaluation", "ProjectApproved") == []


async def test_case_21_a_declined_proposal_is_taken_up_by_a_new_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await until_eligible(world.stage, USUAL)
    await detail(world.stage, USUAL)
    with monkeypatch.context() as patch:
        patch.setattr(Client, "command", declining(Client.command))
        await select(world.stage, USUAL)
    page = await status(world)
    assert (page["status"], page["turn"]) == ("not_selected", "nobody")
    assert page["happened"][-1]["reasons"] == ["no room this time"]
    lead, partner = world.stage.person_of(LEAD), world.stage.person_of(PARTNER)
    earlier = world.stage.projects[1]
    again = await done(world, lead, f"{proposal(world)}/resubmit", {"title": "Better"})
    world.stage.projects[1] = again["project_id"]
    assert (again["earlier_project_id"], again["title"]) == (earlier, "Better")
    agreed = {"content_hash": again["content_hash"]}
    path = proposal(world)
    await done(world, partner, f"{path}/participants/{world.stage.ids[PARTNER]}/confirm", agreed)
    endorsement = {"executive_title": "chair", "endorsed_on": "2021-01-15"}
    await done(world, lead, f"{path}/endorsement", endorsement)
    await done(world, lead, f"{path}/submit")
    await world.quiet()
    assert await judge(world.stage, USUAL)
    assert (await status(world))["status"] == "eligible"
    told = [event["type"] for event in await world.history(earlier)]
    assert any("ProposalResubmitted" in kind for kind in told), "its own history tells of it"
    refused = await world.ask(lead, f"{path}/resubmit", {}, effective_at=DAY)
    assert refusal(refused) == (409, "nothing-to-resubmit", None)


def declining(command: Any) -> Any:
    """The demo's committee, which says no this time."""

    async def said(
        self: Client, person: Person, path: str, body: Any = None, **more: Any
    ) -> Mapping[str, Any]:
        no = {"outcome": "declined", "reasons": ["no room this time"]}
        if path.endswith(("/recommendation", "/decision")):
            body = no
        found: Mapping[str, Any] = await command(self, person, path, body, **more)
        return found

    return said
