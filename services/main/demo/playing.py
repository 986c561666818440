"""The whole story, in the order in which it would happen, and the check of what came out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.main.demo.client import Client
from services.main.demo.portfolio import Plan, Portfolio
from services.main.demo.progress import Bar
from services.main.demo.proposing import detail, judge, propose
from services.main.demo.selecting import admit, select
from services.main.demo.spending import agree, claim_all, close
from services.main.demo.stage import (
    AUDITOR,
    FINANCE,
    Stage,
    funded_in_order,
    open_envelopes,
    publish_policies,
    register_parties,
    together,
)
from shared.kernel.money import to_cents


@dataclass(frozen=True, slots=True)
class Summary:
    """What was played, and where it differs from what was published."""

    projects: int
    submitted: int
    eligible: int
    ineligible: int
    approved: int
    paid_cents: int
    published_cents: int
    mismatches: tuple[Mapping[str, Any], ...]
    events: int
    requests: int
    example: str
    """A project to look at."""


def steps(plans: Portfolio) -> int:
    """How many steps the progress will count."""
    funded = [plan for plan in plans.plans if plan.row.funded]
    members = {name for plan in funded for name in plan.parties}
    return len(plans.parties) + 2 * len(plans.plans) + 4 * len(funded) + len(members)


async def play(client: Client, everything: Portfolio, bar: Bar) -> Summary:
    """Play everything against an empty system and check every funded project to the cent."""
    stage = Stage(client, everything, bar)
    await publish_policies(stage)
    await open_envelopes(stage)
    await register_parties(stage)
    await together(propose(stage, plan) for plan in stage.portfolio.plans)
    eligible: list[int] = []

    async def judged(plan: Plan) -> None:
        if await judge(stage, plan):
            eligible.append(plan.row.number)

    await together(judged(plan) for plan in stage.portfolio.plans)
    funded = funded_in_order(stage.portfolio.plans)
    await _fund_all(stage, funded)
    return await _summary(stage, funded, len(eligible))


async def _fund_all(stage: Stage, funded: list[Plan]) -> None:
    """Several projects at once; one whose parties are in an earlier one comes after it."""
    ended = {plan.row.number: asyncio.Event() for plan in funded}

    async def fund(place: int, plan: Plan) -> None:
        for earlier in funded[:place]:
            if not set(plan.parties).isdisjoint(earlier.parties):
                await ended[earlier.row.number].wait()
        for step in (detail, select, admit, agree, claim_all, close):
            await step(stage, plan)
        ended[plan.row.number].set()

    await together((fund(place, plan) for place, plan in enumerate(funded)), at_once=4)


async def _summary(stage: Stage, funded: list[Plan], eligible: int) -> Summary:
    paid = {plan.row.number: await _paid(stage, plan) for plan in funded}
    mismatches = tuple(
        {
            "row": plan.row.number,
            "title": plan.row.title,
            "paid_cents": paid[plan.row.number],
            "published_cents": plan.ceiling_cents,
        }
        for plan in funded
        if paid[plan.row.number] != plan.ceiling_cents
    )
    after = "intake evaluation membership reimbursement"
    await stage.client.read(AUDITOR, "/audit/v1/projects", after=after)
    return Summary(
        projects=len(stage.portfolio.plans),
        submitted=await _submitted(stage),
        eligible=eligible,
        ineligible=len(stage.portfolio.plans) - eligible,
        approved=await _approved(stage),
        paid_cents=sum(paid.values()),
        published_cents=sum(plan.ceiling_cents for plan in funded),
        mismatches=mismatches,
        events=sum(stage.client.positions.values()),
        requests=stage.client.requests,
        example=stage.projects[funded[0].row.number],
    )


async def _paid(stage: Stage, plan: Plan) -> int:
    project = stage.projects[plan.row.number]
    path = f"/reimbursement/v1/projects/{project}/payments/totals"
    found = await stage.client.read(FINANCE, path, after="reimbursement")
    return to_cents(found["confirmed"]["amount"])


async def _submitted(stage: Stage) -> int:
    found = await stage.client.read(
        AUDITOR, "/intake/v1/proposals?limit=200", after="intake evaluation"
    )
    return sum(1 for item in found["items"] if item["status"] not in ("draft", "withdrawn"))


async def _approved(stage: Stage) -> int:
    found = await stage.client.read(
        AUDITOR, "/reimbursement/v1/awards?limit=200", after="evaluation"
    )
    return len(found["items"])
