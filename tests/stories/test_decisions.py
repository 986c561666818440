"""Hard cases 8, 9, 11 and 16, C-035, C-036 and C-039 through the whole system, figures and all."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.main.demo.client import Person
from services.main.demo.proposing import detail, judge, propose
from services.main.demo.selecting import CRITERIA
from services.main.demo.stage import AUDITOR, OFFICER, SECOND_OFFICER
from shared.kernel.money import money
from tests.stories.plans import LEAD, PARTNER, USUAL, playing
from tests.stories.telling import set_up, until_eligible
from tests.stories.world import World, refusal, whole_system

pytestmark = pytest.mark.anyio

Points = Sequence[Sequence[str | None]]
C_035: Points = (
    ("4.5", "3.5", None, "4.0"),
    ("4.0", "2.5", "5.0", "3.5"),
    ("3.0", None, "3.5", None),
)
C_036: Points = (
    ("4", "4", "3.5", "4.5"),
    ("3.5", "3", "4", "3"),
    ("5", "5", "5", "5"),
    ("3", "4.5", "3.5", "3.5"),
)
"""The third reviewer's conflict is disclosed after the selection."""
REVIEWERS = tuple(Person(f"reviewer-{number}", "reviewer") for number in (1, 2, 3, 4))
DECIDED = "2021-03-01T17:00:00Z"
LATER = "2021-03-15T17:00:00Z"
REASONS = ["Looked at by three members"]
AWARD = {
    "outcome": "approved",
    "rate": "2/5",
    "ceiling": money(USUAL.ceiling_cents),
    "envelope_id": "scale-ai-2018",
    "conditions": [],
    "reasons": REASONS,
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The parties are registered; nothing is proposed."""
    async with whole_system(tmp_path, playing(USUAL)) as here:
        await set_up(here.stage)
        yield here


def evaluation(world: World, path: str = "") -> str:
    return f"/evaluation/v1/evaluations/{world.stage.projects[1]}{path}"


async def tell(
    world: World,
    path: str,
    body: Mapping[str, Any] | None = None,
    by: Person = OFFICER,
    *,
    at: str = DECIDED,
    method: str = "POST",
) -> Mapping[str, Any]:
    """Ask something of evaluation, and be answered."""
    answer = await world.ask(by, evaluation(world, path), body, effective_at=at, method=method)
    assert answer.status_code in (200, 201), answer.text
    shown: Mapping[str, Any] = answer.json()
    return shown


async def reviewed(world: World, points: Points) -> None:
    """Eligible, in selection, and scored like this."""
    await until_eligible(world.stage, USUAL)
    await detail(world.stage, USUAL)
    await world.quiet()
    await tell(world, "/detailed/accept")
    for reviewer, scores in zip(REVIEWERS, points, strict=False):
        await tell(world, "/reviewers", {"person": reviewer.name, "affiliations": []})
        await tell(world, "/conflict", {"declaration": "none"}, reviewer)
        for criterion, score in zip(CRITERIA, scores, strict=True):
            body = {"score": score, "rationale": "As the pilot's figures show"}
            await tell(world, f"/scores/{criterion}", body, reviewer, method="PUT")
        await tell(world, "/review/submit", by=reviewer)


async def decided(world: World, outcome: str = "approved", at: str = DECIDED) -> Mapping[str, Any]:
    """Cleared, recommended, convened, and decided by two persons."""
    await tell(world, "/due-diligence/clear", {"reason": "Registers searched"}, at=at)
    await tell(world, "/recommendation", {"outcome": outcome, "reasons": REASONS}, at=at)
    met = {"attendees": ["committee-1", "committee-2", "committee-3"], "recusals": []}
    await tell(world, "/committee", met, at=at)
    decision = AWARD if outcome == "approved" else {"outcome": outcome, "reasons": REASONS}
    await tell(world, "/decision", decision, at=at)
    return await tell(world, "/decision/confirm", by=SECOND_OFFICER, at=at)


async def results(world: World) -> list[str]:
    """All computations there are, the oldest first."""
    state = await world.see(evaluation(world), OFFICER)
    return [each["result"] for each in state["computations"]]


async def test_c035_not_applicable_is_not_zero_and_case_16_what_is_pinned_stays(
    world: World,
) -> None:
    """E-1, E-4: a policy published in mid-review changes neither weights nor reviewers needed."""
    await reviewed(world, C_035)
    draft = {"criterion_weights": {"team": 100}, "reviews_required": 4}
    asked = {"programme": "scale-ai", "parameters": draft}
    preview = await world.ask(OFFICER, "/evaluation/v1/policies/preview", asked)
    (case,) = preview.json()["cases"]
    changes = {each["what"]: (each["now"], each["then"]) for each in case["changes"]}
    assert changes["score.shown"] == ("75.42", "76.67")
    policy = {
        **asked,
        "version": "scale-ai-2",
        "effective_from": "2021-01-01",
        "effective_to": None,
        "reason": "The team alone",
    }
    published = await world.ask(OFFICER, "/evaluation/v1/policies", policy, effective_at=DECIDED)
    assert published.status_code in (200, 201), published.text
    state = await tell(world, "/lock")
    assert (state["policy_version"], state["weighted_score"]) == ("scale-ai-1", "75.42")
    (computed,) = await world.events("evaluation", "WeightedScoreComputed")
    assert computed["result"] == "905/12"
    audited = await world.see(f"/audit/v1/projects/{world.stage.projects[1]}/state", AUDITOR)
    assert audited["evaluation"]["weighted_score"] == "905/12"


async def test_c036_and_case_9_a_conflict_found_after_the_award(world: World) -> None:
    """E-11: excluded, computed beside the old, put before people; nothing is erased."""
    await reviewed(world, C_036)
    await tell(world, "/lock")
    await decided(world)
    third = REVIEWERS[2]
    assert len((await world.see(evaluation(world), third))["reviews"]) == 4
    disclosed = {"person": third.name, "reason": "Holds shares of the lead"}
    state = await tell(world, "/conflict/late", disclosed, at=LATER)
    assert [each["result"] for each in state["computations"]] == ["79.88", "73.17"]
    assert (state["stage"], state["integrity_review"]["because"]) == ("approved", "conflict")
    kept = state["reviews"][third.name]
    assert (kept["excluded"], kept["scores"]["team"]["score"]) == (disclosed["reason"], "5.0")
    assert list((await world.see(evaluation(world), third))["reviews"]) == [third.name]
    (award,) = (await world.see("/reimbursement/v1/awards"))["items"]
    assert award["status"] == "reserved", "the decision stands until people revise it"
    rescind = {"outcome": "rescinded", "reasons": ["Not on three clean reviews"]}
    await tell(world, "/decision/reconsider", rescind, at=LATER)
    again = await world.ask(
        OFFICER, evaluation(world, "/decision/reconsider/confirm"), effective_at=LATER
    )
    assert refusal(again)[1] == "same-person"
    await tell(world, "/decision/reconsider/confirm", by=SECOND_OFFICER, at=LATER)
    (released,) = await world.events("reimbursement", "CommitmentReleased")
    assert released["amount_cents"] == USUAL.ceiling_cents
    assert await results(world) == ["79.88", "73.17"]


async def test_case_8_a_score_revised_after_the_decision(world: World) -> None:
    """E-7: reopened with authority, computed beside the old; the decision stands until revised."""
    await reviewed(world, C_035)
    await tell(world, "/lock")
    await decided(world)
    revision = {"score": "0.5", "rationale": "Read again", "reason": "Two rows were swapped"}
    path = "/scores/team/revise"
    early = await world.ask(REVIEWERS[0], evaluation(world, path), revision, effective_at=LATER)
    assert refusal(early)[1] == "already-decided"
    reopening = {"reason": "A wrong row", "authority": "Resolution 2021-17"}
    await tell(world, "/reopen", reopening, at=LATER)
    await tell(world, path, revision, REVIEWERS[0], at=LATER)
    state = await tell(world, "/lock", at=LATER)
    assert [each["result"] for each in state["computations"]] == ["75.42", "68.75"]
    assert (state["stage"], state["decision"]["outcome"]) == ("scores_locked", "approved")
    page = await world.see(f"/intake/v1/proposals/{world.stage.projects[1]}/status")
    assert page["status"] == "selected"
    ended = await decided(world, "declined", at=LATER)
    assert (ended["stage"], ended["decision"]["outcome"]) == ("declined", "declined")
    page = await world.see(f"/intake/v1/proposals/{world.stage.projects[1]}/status")
    assert page["status"] == "not_selected"
    assert len(await world.events("evaluation", "ProjectApproved")) == 1


async def test_case_11_other_funding_found_after_the_award(world: World) -> None:
    """W-4: the check is opened again, never the history; people confirm the award."""
    await reviewed(world, C_035)
    await tell(world, "/lock")
    await decided(world)
    funding = {
        "source": "A province",
        "kind": "government",
        "amount": money(5_000_000),
        "declared_on": "2021-03-15",
    }
    path = f"/intake/v1/proposals/{world.stage.projects[1]}/other-funding"
    declared = await world.ask(world.stage.person_of(LEAD), path, funding, effective_at=LATER)
    assert declared.status_code in (200, 201), declared.text
    state = await world.see(evaluation(world), OFFICER)
    assert (state["stage"], state["integrity_review"]["because"]) == ("approved", "condition")
    assert state["verdicts"]["incremental"]["verdict"] == "unknown"
    keep = {"outcome": "confirmed", "reasons": ["For other costs"]}
    await tell(world, "/decision/reconsider", keep, at=LATER)
    ended = await tell(world, "/decision/reconsider/confirm", by=SECOND_OFFICER, at=LATER)
    assert (ended["stage"], ended["integrity_review"]) == ("approved", None)
    assert len(await world.events("evaluation", "ProjectApproved")) == 1


async def test_c039_a_cousin_of_twelve_makes_511_and_growth_after_the_selection_nothing(
    world: World,
) -> None:
    """E-0, M-13: the verdict stores the attestations that it used."""
    stage = world.stage

    async def attest(party: str, fte: str, affiliates: str, day: str) -> None:
        size = {"fte": fte, "affiliates_fte": affiliates, "as_of": day, "evidence_sha256": "5" * 64}
        path = f"/membership/v1/organisations/{stage.ids[party]}/size"
        answer = await world.ask(
            stage.person_of(party), path, size, effective_at=f"{day}T17:00:00Z"
        )
        assert answer.status_code in (200, 201), answer.text

    await attest(LEAD, "499", "12", "2021-01-14")
    await attest(PARTNER, "500", "0", "2021-01-14")
    await propose(stage, USUAL)
    assert not await judge(stage, USUAL)
    (first,) = await world.events("evaluation", "EligibilityAssessed")
    assert not first["eligible"]
    verdicts = (await world.see(evaluation(world), OFFICER))["verdicts"]
    used = {each["organisation_id"]: each["fte"] for each in verdicts["sme"]["attestations"]}
    assert verdicts["sme"]["computed_verdict"] == "not_met"
    assert used == {stage.ids[LEAD]: "499", stage.ids[PARTNER]: "500"}

    await attest(LEAD, "499", "0", "2021-01-15")
    await propose(stage, USUAL)
    assert await judge(stage, USUAL)
    await attest(LEAD, "640", "0", "2022-01-15")
    verdicts = (await world.see(evaluation(world), OFFICER))["verdicts"]
    assert verdicts["sme"]["verdict"] == "met"
