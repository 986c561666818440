"""Where a story leaves the straight path: held, refused, asked twice, asked by two at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.main.demo.client import Person, Refused
from services.main.demo.stage import (
    ASSESSOR,
    FINANCE,
    OFFICER,
    PAYER,
    SECOND_OFFICER,
    publish_policies,
    register_parties,
)
from tests.stories.plans import LEAD, PARTNER, USUAL, plan, playing
from tests.stories.telling import (
    CAD,
    approved,
    assessed,
    claim_of,
    filed,
    line,
    set_up,
    until_approved,
    until_in_force,
)
from tests.stories.world import World, refusal, whole_system

pytestmark = pytest.mark.anyio

JULY = "2021-07-20T13:00:00Z"
SECOND = plan(200_000, 80_000, USUAL.costs, number=2)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The parties are registered; nothing is proposed."""
    async with whole_system(tmp_path, playing(USUAL, SECOND)) as here:
        await set_up(here.stage)
        yield here


async def ready_to_approve(world: World) -> tuple[str, dict[str, str]]:
    """A small claim that was assessed: its address, and what approves it."""
    await until_in_force(world.stage, USUAL)
    await world.quiet()
    path = claim_of(world, "2021-22Q1")
    claim = await filed(world, path, [line("1000.00", "2021-05-03", "INV-1")], JULY)
    await assessed(world, path, claim, JULY)
    return path, {"content_hash": claim["content_hash"]}


# Who is no member is not paid.


async def test_r_1_no_agreement_is_in_force_while_a_party_is_no_member(world: World) -> None:
    await until_approved(world.stage, USUAL)
    await world.quiet()
    path = f"/reimbursement/v1/agreements/{world.stage.projects[1]}"
    days = {"eligible_from": "2021-04-01", "end_date": "2021-09-30"}
    answer = await world.ask(FINANCE, f"{path}/execute", days, effective_at=JULY)
    assert refusal(answer) == (409, "agreement-not-ready", "R-1")
    early = await world.ask(
        world.stage.person_of(LEAD),
        f"{claim_of(world, '2021-22Q1')}/lines",
        line("1000.00", "2021-05-03", "INV-1"),
        effective_at=JULY,
    )
    assert early.status_code == 404
    assert await world.events("reimbursement", "ClaimPeriodOpened") == []


async def test_r_1_a_payment_is_held_on_a_day_before_the_membership(world: World) -> None:
    path, approval = await ready_to_approve(world)
    done = await world.ask(OFFICER, f"{path}/approve", approval, effective_at=JULY)
    assert done.status_code == 200
    [lead, _] = await world.events("membership", "MemberAdmitted")
    assert lead["admitted_on"] == "2021-03-06"
    held = await world.ask(
        PAYER, f"{path}/payment/authorise", effective_at="2021-03-05T13:00:00-05:00"
    )
    assert refusal(held) == (409, "member-not-active", "R-1")
    assert (await world.see(path))["status"] == "approved"
    paid = await world.ask(PAYER, f"{path}/payment/authorise", effective_at=JULY)
    assert (paid.status_code, paid.json()["status"]) == (200, "payment_authorised")


# Nobody decides twice (X6).


async def test_x6_nobody_confirms_the_decision_that_he_proposed(world: World) -> None:
    stage = world.stage
    only_officer = {SECOND_OFFICER: OFFICER}
    original = stage.client.token_of
    stage.client.token_of = lambda person: original(only_officer.get(person, person))
    with pytest.raises(Refused) as refused:
        await until_approved(stage, USUAL)
    assert (refused.value.status, refused.value.problem["rule"]) == (409, "X6")
    assert await world.events("evaluation", "ProjectApproved") == []


async def test_x6_certifier_assessor_approver_and_payer_are_not_one_person(world: World) -> None:
    path, approval = await ready_to_approve(world)
    lead = world.stage.person_of(LEAD)
    for earlier in (ASSESSOR, lead):
        wearing_another_hat = Person(earlier.name, "programme_officer")
        answer = await world.ask(wearing_another_hat, f"{path}/approve", approval)
        assert refusal(answer) == (409, "same-person", "X6")
    assert (await world.ask(OFFICER, f"{path}/approve", approval)).status_code == 200
    for earlier in (ASSESSOR, lead):
        answer = await world.ask(Person(earlier.name, "payer"), f"{path}/payment/authorise")
        assert refusal(answer) == (409, "same-person", "X6")
    assert await world.events("reimbursement", "PaymentAuthorised") == []


# No more is promised than an envelope holds.


async def test_r_15_a_refused_commitment_is_reserved_later_by_a_person(tmp_path: Path) -> None:
    async with whole_system(tmp_path, playing(USUAL, SECOND)) as world:
        stage = world.stage
        await publish_policies(stage)
        await register_parties(stage)
        pot = {
            "envelope_id": "scale-ai-2018",
            "source": "A small pot",
            "programme": "scale-ai",
            "amount": {"amount": "100000.00", **CAD},
            "valid_from": "2018-04-01",
            "valid_to": "2028-03-31",
        }
        opened = await world.ask(
            FINANCE, "/reimbursement/v1/envelopes", pot, effective_at="2018-04-01T17:00:00Z"
        )
        assert opened.status_code == 201
        await until_approved(stage, USUAL)
        await until_approved(stage, SECOND)
        first, second = stage.projects[1], stage.projects[2]
        assert await status_of_awards(world) == {first: "reserved", second: "refused"}
        assert [
            refused["project_id"]
            for refused in await world.events("reimbursement", "CommitmentRefused")
        ] == [second]

        again = f"/reimbursement/v1/agreements/{second}/reserve"
        await world.ask(FINANCE, again)
        assert (await status_of_awards(world))[second] == "refused"

        release = f"/reimbursement/v1/envelopes/scale-ai-2018/commitments/{first}/release"
        given_back = await world.ask(FINANCE, release, {"reason": "The first one was given up."})
        assert given_back.status_code == 200
        assert (await world.ask(FINANCE, again)).status_code == 200
        assert await status_of_awards(world) == {first: "released", second: "reserved"}
        envelope = await world.see("/reimbursement/v1/envelopes/scale-ai-2018", FINANCE)
        assert envelope["left"]["amount"] == "20000.00"
        drafted = await world.events("reimbursement", "AgreementDrafted")
        assert [agreement["project_id"] for agreement in drafted] == [first, second]


async def status_of_awards(world: World) -> dict[str, str]:
    page = await world.see("/reimbursement/v1/awards", FINANCE)
    return {award["project_id"]: award["status"] for award in page["items"]}


# Asked twice, and asked by two at once.


async def test_two_officers_who_approve_at_one_moment_approve_once(world: World) -> None:
    path, approval = await ready_to_approve(world)
    answers = await asyncio.gather(
        *(world.ask(officer, f"{path}/approve", approval) for officer in (OFFICER, SECOND_OFFICER))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await world.events("reimbursement", "ClaimApproved")) == 1
    assert len(await world.events("reimbursement", "CostsAccepted")) == 1


async def test_a_command_sent_twice_at_one_moment_is_done_once(world: World) -> None:
    path, approval = await ready_to_approve(world)
    answers = await asyncio.gather(
        *(world.ask(OFFICER, f"{path}/approve", approval, idempotency_key="once") for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    hits = [answer.headers.get("idempotency-hit") for answer in answers]
    assert sorted(map(str, hits)) == ["None", "true", "true", "true", "true"]
    assert len(await world.events("reimbursement", "ClaimApproved")) == 1


async def test_c_034_a_key_answers_for_no_other_claim(world: World) -> None:
    path, approval = await ready_to_approve(world)
    other = claim_of(world, "2021-22Q1", PARTNER)
    claim = await filed(world, other, [line("2000.00", "2021-05-03", "INV-2")], JULY, PARTNER)
    await assessed(world, other, claim, JULY)
    key = {"idempotency_key": "k-77"}
    first = await world.ask(OFFICER, f"{path}/approve", approval, **key)
    second = await world.ask(OFFICER, f"{other}/approve", approval, **key)
    again = await world.ask(OFFICER, f"{path}/approve", approval, **key)
    assert first.status_code == 200
    assert refusal(second)[:2] == (422, "key-reused")
    assert again.content == first.content
    assert (await world.see(other))["status"] == "assessed"
    assert len(await world.events("reimbursement", "ClaimApproved")) == 1
    mine = await world.ask(
        SECOND_OFFICER, f"{other}/approve", {"content_hash": claim["content_hash"]}, **key
    )
    assert mine.status_code == 200  # Keys of different people do not meet.


# Decimals that are not what they seem (C-004).

AMOUNTS = (33730648.78, 1511033.6, 35126336.82, 4.35, 1.15, 1184010.69)
"""As Python writes them into JSON, these are the numbers of the case to the digit."""
BIG = plan(180_000_000, 72_000_000, [replace(cost, cents=cost.cents * 900) for cost in USUAL.costs])


@pytest.mark.parametrize("written", [float, str])
async def test_c_004_amounts_are_read_to_the_cent(tmp_path: Path, written: type) -> None:
    async with whole_system(tmp_path, playing(BIG)) as world:
        await set_up(world.stage)
        await until_in_force(world.stage, BIG)
        await world.quiet()
        path = claim_of(world, "2021-22Q1")
        lead = world.stage.person_of(LEAD)
        odd = line(written(35126336.823), "2021-05-03", "INV-0")
        answer = await world.ask(lead, f"{path}/lines", odd, effective_at=JULY)
        assert answer.status_code == 422
        assert "35126336" not in answer.text
        lines = [
            line(written(amount), "2021-05-03", f"INV-{number}")
            for number, amount in enumerate(AMOUNTS, 1)
        ]
        claim = await filed(world, path, lines, JULY)
        cents = [
            event["amount_cents"]
            for event in await world.events("reimbursement", "CostLineRecorded")
        ]
        assert cents == [3_373_064_878, 151_103_360, 3_512_633_682, 435, 115, 118_401_069]
        first = await approved(world, path, claim, JULY)
        assert first["status"] == "assessed"  # So much takes a second approver.
        body = {"content_hash": claim["content_hash"]}
        twice = await world.ask(OFFICER, f"{path}/approve", body)
        assert refusal(twice) == (409, "same-person", "X6")
        assert (await world.ask(SECOND_OFFICER, f"{path}/approve", body)).status_code == 200
        await has_the_figures_of_c_004(world, path)
        before = world.stage
    async with whole_system(tmp_path, playing(BIG), before) as world:
        await has_the_figures_of_c_004(world, path)


async def has_the_figures_of_c_004(world: World, path: str) -> None:
    [costs] = await world.events("reimbursement", "CostsAccepted")
    assert costs["entitled_cents"] == 2_862_081_416
    assert costs["holdback_cents"] == 286_208_142
    assert costs["payable_cents"] == 2_575_873_274
    assert (await world.see(path))["payable"]["amount"] == "25758732.74"


def test_the_big_project_is_the_usual_one_made_bigger() -> None:
    assert BIG.rate == USUAL.rate
    assert sum(cost.cents for cost in BIG.costs) == 180_000_000_00
