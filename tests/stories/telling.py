"""How far a story has gone: each step does everything before it."""

from collections.abc import Sequence
from typing import Any

from services.main.demo.client import Person
from services.main.demo.portfolio import Plan
from services.main.demo.proposing import detail, judge, propose
from services.main.demo.selecting import admit, select
from services.main.demo.spending import agree
from services.main.demo.stage import (
    ASSESSOR,
    OFFICER,
    Stage,
    document,
    open_envelopes,
    publish_policies,
    register_parties,
)
from tests.stories.plans import LEAD
from tests.stories.world import World

CAD = {"currency": "CAD"}
EVERYBODY = "intake evaluation membership reimbursement"


async def set_up(stage: Stage) -> None:
    """Rules, money and parties."""
    await publish_policies(stage)
    await open_envelopes(stage)
    await register_parties(stage)


async def until_eligible(stage: Stage, plan: Plan) -> None:
    """Submitted, and found eligible."""
    await propose(stage, plan)
    assert await judge(stage, plan)


async def until_approved(stage: Stage, plan: Plan) -> None:
    """Approved by two persons."""
    await until_eligible(stage, plan)
    await detail(stage, plan)
    await select(stage, plan)


async def until_in_force(stage: Stage, plan: Plan) -> None:
    """All are members, all have signed."""
    await until_approved(stage, plan)
    await admit(stage, plan)
    await agree(stage, plan)


def claim_of(world: World, quarter: str, party: str = LEAD, number: int = 1) -> str:
    """Where a claim is."""
    stage = world.stage
    return f"/reimbursement/v1/claims/{stage.projects[number]}.{stage.ids[party]}.{quarter}"


def line(amount: Any, day: str, invoice: str, **changes: Any) -> dict[str, Any]:
    """A cost line of one day."""
    return {
        "kind": "labour",
        "supplier": "Ateliers du Fleuve",
        "invoice_number": invoice,
        "invoiced_on": day,
        "incurred_from": day,
        "incurred_to": day,
        "paid_on": day,
        "amount": {"amount": amount, **CAD},
        "place": "QC",
        **changes,
    }


async def filed(
    world: World, path: str, lines: Sequence[dict[str, Any]], at: str, party: str = LEAD
) -> dict[str, Any]:
    """Enter lines with their evidence and file the claim; returns its state."""
    person = world.stage.person_of(party)
    for body in lines:
        entered = await world.ask(person, f"{path}/lines", body, effective_at=at)
        assert entered.status_code == 200, entered.text
    return await file(world, path, person, at)


async def file(world: World, path: str, person: Person, at: str) -> dict[str, Any]:
    """File what was entered, with a document for each line."""
    claim = await world.see(path, person)
    for line_id in claim["lines"]:
        proof = {"sha256": document(path, line_id), "kind": "invoice"}
        proven = await world.ask(person, f"{path}/lines/{line_id}/evidence", proof, effective_at=at)
        assert proven.status_code == 200, proven.text
    necessity = {"necessity": {"labour": "The work itself."}}
    answer = await world.ask(person, f"{path}/file", necessity, effective_at=at)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def assessed(world: World, path: str, claim: dict[str, Any], at: str) -> dict[str, Any]:
    """Find every line eligible as it was claimed; returns the claim's state."""
    for line_id, found in claim["lines"].items():
        verdict = {"eligible_amount": found["amount"], "reason_code": "eligible"}
        place = f"{path}/lines/{line_id}/assessment"
        answer = await world.ask(ASSESSOR, place, verdict, method="PUT", effective_at=at)
        assert answer.status_code == 200, answer.text
    answer = await world.ask(ASSESSOR, f"{path}/assess", effective_at=at)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def approved(world: World, path: str, claim: dict[str, Any], at: str) -> dict[str, Any]:
    """Assessed, and approved by one person; returns the claim's state."""
    await assessed(world, path, claim, at)
    body = {"content_hash": claim["content_hash"]}
    answer = await world.ask(OFFICER, f"{path}/approve", body, effective_at=at)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state
