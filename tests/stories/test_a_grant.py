"""One grant from its draft to its closing, through all services, in the words of its people."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from services.main.demo.portfolio import Plan
from services.main.demo.proposing import detail, judge, propose
from services.main.demo.selecting import admit, select
from services.main.demo.spending import agree, claim_all, close
from services.main.demo.stage import FINANCE, OFFICER
from shared.kernel.commands import Actor
from tests.stories.plans import LEAD, PARTNER, USUAL, playing
from tests.stories.telling import claim_of, set_up, until_in_force
from tests.stories.world import World, whole_system

pytestmark = pytest.mark.anyio
OPERATOR = Actor(person="operator-1", roles=frozenset({"operator"}))


async def standing(world: World) -> dict[str, Any]:
    """The project as audit lists it."""
    found: dict[str, Any] = await world.see(f"/audit/v1/projects/{world.stage.projects[1]}")
    return found


async def test_a_grant_from_its_draft_to_its_closing(tmp_path: Path) -> None:
    """W-1: the approval reserves money and opens candidacies; signatures put it in force."""
    async with whole_system(tmp_path, playing(USUAL)) as world:
        stage = world.stage
        await set_up(stage)

        # The lead drafts, the partner confirms the very content, the lead submits.
        await propose(stage, USUAL)
        project = stage.projects[1]
        proposal = await world.see(f"/intake/v1/proposals/{project}", stage.person_of(LEAD))
        assert (proposal["title"], proposal["participants"][0]["name"]) == (USUAL.row.title, LEAD)

        # An officer finds all six conditions met.
        assert await judge(stage, USUAL)
        [verdict] = await world.events("evaluation", "EligibilityAssessed")
        assert verdict["eligible"] is True
        assert {one["verdict"] for one in verdict["verdicts"]} == {"met"}
        assert len(verdict["verdicts"]) == 6

        # The detailed version, three reviews, the committee, and a decision by two persons.
        await detail(stage, USUAL)
        await select(stage, USUAL)
        [decision] = await world.events("evaluation", "ProjectApproved")
        assert (decision["rate"], decision["ceiling_cents"]) == ("2/5", 80_000_00)
        assert decision["proposed_by"] != decision["confirmed_by"]

        # Its money is reserved, and both parties become candidates, by themselves.
        envelope = await world.see("/reimbursement/v1/envelopes/scale-ai-2018", FINANCE)
        assert envelope["left"]["amount"] == "249920000.00"
        candidacies = await world.see("/membership/v1/candidacies", OFFICER)
        assert len(candidacies["items"]) == 2

        # Members at last, they sign: the agreement is in force without another word.
        await admit(stage, USUAL)
        await agree(stage, USUAL)
        await world.quiet()
        [executed] = await world.events("reimbursement", "AgreementExecuted")
        assert executed["project_id"] == project
        assert len(await world.events("reimbursement", "ClaimPeriodOpened")) == 4

        # Both claim each quarter; a tenth is kept back until the final report.
        await claim_all(stage, USUAL)
        totals = await world.see(f"/reimbursement/v1/projects/{project}/payments/totals")
        assert totals["confirmed"]["amount"] == "72000.00"
        await close(stage, USUAL)
        totals = await world.see(f"/reimbursement/v1/projects/{project}/payments/totals")
        assert totals["confirmed"]["amount"] == "80000.00"
        assert (await standing(world))["stage"] == "closed"
        await nothing_is_wrong(world)


async def nothing_is_wrong(world: World) -> None:
    """No policy was refused, and every view built again is the same."""
    for service in world.fleet.services:
        assert await world.events(service.name, "PolicyRefused") == []
        rebuilt = await service.rebuild(OPERATOR, "The end of the story.")
        assert rebuilt.digest_before == rebuilt.digest_after


async def test_a_restart_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    plays = playing(USUAL)
    async with whole_system(tmp_path / "one", plays) as world:
        await set_up(world.stage)
        await until_in_force(world.stage, USUAL)
        await spent(world, USUAL)
        straight = await told(world)
    # The same again, and everything ends with the decision hardly made.
    async with whole_system(tmp_path / "two", plays) as world:
        await set_up(world.stage)
        await propose(world.stage, USUAL)
        assert await judge(world.stage, USUAL)
        await detail(world.stage, USUAL)
        await select(world.stage, USUAL)
        before = world.stage
    async with whole_system(tmp_path / "two", plays, before) as world:
        await admit(world.stage, USUAL)
        await agree(world.stage, USUAL)
        before = world.stage
    async with whole_system(tmp_path / "two", plays, before) as world:
        await spent(world, USUAL)
        assert await told(world) == straight
        await nothing_is_wrong(world)


async def spent(world: World, plan: Plan) -> None:
    """Claimed, paid and closed."""
    await claim_all(world.stage, plan)
    await close(world.stage, plan)


async def told(world: World) -> tuple[Any, ...]:
    """What a story came to: how often what was said, and all money."""
    history = await world.history(world.stage.projects[1])
    money = [
        (name, event[field])
        for name, field in (
            ("ClaimAssessed", "payable_cents"),
            ("PaymentConfirmed", "amount_cents"),
        )
        for event in await world.events("reimbursement", name)
    ]
    claim = await world.see(claim_of(world, "2021-22Q2", PARTNER))
    return (
        Counter(event["type"] for event in history),
        sorted(money),
        (await standing(world))["stage"],
        claim["status"],
        claim["payable"],
    )
