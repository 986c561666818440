"""What membership learns reimbursement heeds: candidacies, grace, parties that end (W-1 to W-3)."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.main.demo.client import Person
from services.main.demo.stage import FINANCE, OFFICER, PAYER, SECOND_OFFICER
from tests.stories.plans import LEAD, PARTNER, USUAL, playing
from tests.stories.telling import approved, claim_of, filed, line, set_up, until_approved
from tests.stories.telling import until_in_force as in_force
from tests.stories.world import World, refusal, whole_system

pytestmark = pytest.mark.anyio

OPERATOR = Person("operator-1", "operator")
JULY = "2021-07-20T13:00:00Z"
MARCH = "2022-03-10T15:00:00Z"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The parties are registered; nothing is proposed."""
    async with whole_system(tmp_path, playing(USUAL)) as here:
        await set_up(here.stage)
        yield here


async def done(
    world: World, person: Person, path: str, body: Mapping[str, Any] | None = None, at: str = MARCH
) -> Mapping[str, Any]:
    """Ask, and be answered."""
    answer = await world.ask(person, path, body, effective_at=at)
    assert answer.status_code in (200, 201), answer.text
    shown: Mapping[str, Any] = answer.json()
    return shown


async def the_day_is(world: World, day: str) -> None:
    """Everything that falls due up to this date is done, in every service."""
    for service in ("membership", "reimbursement"):
        await world.quiet()
        path = f"/{service}/v1/timers/run"
        answer = await world.ask(OPERATOR, path, {"business_date": day})
        assert answer.status_code == 200, answer.text
    await world.quiet()


async def a_claim_to_pay(world: World) -> str:
    """Where a claim of the lead is that was approved and not paid yet."""
    await in_force(world.stage, USUAL)
    await world.quiet()
    path = claim_of(world, "2021-22Q1")
    claim = await filed(world, path, [line("1000.00", "2021-05-03", "INV-1")], JULY)
    await approved(world, path, claim, JULY)
    return path


async def test_case_10_w2_a_payment_is_held_in_grace_and_released_by_the_fee(world: World) -> None:
    """M-11, R-1: nothing is assessed or approved again."""
    path = await a_claim_to_pay(world)
    lead = world.stage.ids[LEAD]
    [admitted] = [
        event
        for event in await world.events("membership", "MemberAdmitted")
        if event["organisation_id"] == lead
    ]
    assert admitted["covered_until"] == "2022-03-06"
    await the_day_is(world, "2022-03-06")
    graces = await world.events("membership", "GracePeriodStarted")
    assert {event["effective_on"] for event in graces} == {"2022-03-06"}
    [held] = await world.events("reimbursement", "PaymentHeld")
    assert held["claim_id"] in path
    early = await world.ask(PAYER, f"{path}/payment/authorise", effective_at=MARCH)
    assert early.status_code == 409, early.text
    assert refusal(early)[2] in ("R-1", "M-11", "M-12")

    fees = f"/membership/v1/organisations/{lead}/fees/2"
    assessed = await done(world, OFFICER, f"{fees}/assess")
    owed = assessed["fees"]["2"]["outstanding"]
    payment = {"amount": owed, "paid_on": "2022-03-10", "reference": "fee-2"}
    await done(world, FINANCE, f"{fees}/pay", payment)
    assert len(await world.events("membership", "MembershipRenewed")) == 1
    [released] = await world.events("reimbursement", "PaymentHoldReleased")
    assert released["claim_id"] == held["claim_id"]
    paid = await done(world, PAYER, f"{path}/payment/authorise", at="2022-03-11T15:00:00Z")
    assert (paid["status"], paid["payable"]["amount"]) == ("payment_authorised", "360.00")
    assert len(await world.events("reimbursement", "ClaimApproved")) == 1


async def test_w1_a_candidacy_that_expires_gives_the_commitment_back_once(world: World) -> None:
    await until_approved(world.stage, USUAL)
    await the_day_is(world, "2021-05-31")
    closed = await world.events("membership", "CandidacyClosed")
    assert {event["because"] for event in closed} == {"expired"}
    [released] = await world.events("reimbursement", "CommitmentReleased")
    assert released["amount_cents"] == USUAL.ceiling_cents
    await the_day_is(world, "2021-06-30")
    assert len(await world.events("reimbursement", "CommitmentReleased")) == 1


async def test_w3_a_party_that_is_dissolved_breaks_the_consortium_and_is_not_paid(
    world: World,
) -> None:
    """Hard case 4: what the lead earned before the breach stays payable."""
    path = await a_claim_to_pay(world)
    partner = world.stage.ids[PARTNER]
    gone = {"reason": "Merged into another university"}
    address = f"/membership/v1/organisations/{partner}/dissolution"
    await done(world, SECOND_OFFICER, address, gone, at="2021-08-02T15:00:00Z")
    breaches = await world.events("reimbursement", "ConsortiumRuleBreached")
    assert [event["rule"] for event in breaches] == ["min_participants"]
    paid = await done(world, PAYER, f"{path}/payment/authorise", at="2021-08-03T15:00:00Z")
    assert paid["status"] == "payment_authorised"
