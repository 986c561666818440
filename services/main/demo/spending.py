"""From the signatures to the last payment: claims by quarter, the final report, the holdback."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from services.main.demo.portfolio import FICTITIOUS, Cost, Plan
from services.main.demo.stage import (
    ASSESSOR,
    FINANCE,
    OFFICER,
    PAYER,
    SECOND_OFFICER,
    Stage,
    document,
    together,
)
from shared.kernel.money import money
from shared.kernel.periods import Quarter


async def agree(stage: Stage, plan: Plan) -> None:
    """Terms, all signatures; the agreement executes by itself once all are members."""
    client, on = stage.client, plan.decided_on + timedelta(days=6)
    path = f"/reimbursement/v1/agreements/{stage.projects[plan.row.number]}"
    await client.read(FINANCE, path, after="intake evaluation membership")
    terms = {"eligible_from": plan.starts_on.isoformat(), "end_date": plan.ends_on.isoformat()}
    await client.command(FINANCE, f"{path}/terms", terms, on=on, method="PUT")
    for name in plan.parties:
        body = {"organisation_id": stage.ids[name]}
        await client.command(stage.person_of(name), f"{path}/signatures", body, on=on)
    await client.command(FINANCE, f"{path}/signatures", {"party": "funder"}, on=on)
    stage.done.step(f"signed {plan.row.title}")


async def claim_all(stage: Stage, plan: Plan) -> None:
    """Every participant's claims, one quarter after the other."""

    async def of_party(name: str) -> None:
        for quarter in plan.quarters_of(name):
            await _claim(stage, plan, name, quarter)

    await together(of_party(name) for name in plan.parties)
    stage.done.step(f"claimed {plan.row.title}")


async def _claim(stage: Stage, plan: Plan, name: str, quarter: Quarter) -> None:
    """One claim: lines with evidence, certified, assessed, approved, paid."""
    client, person = stage.client, stage.person_of(name)
    claim = f"{stage.projects[plan.row.number]}.{stage.ids[name]}.{quarter}"
    path = f"/reimbursement/v1/claims/{claim}"
    costs = [cost for cost in plan.costs if (cost.party, cost.quarter) == (name, quarter)]
    day = max(quarter.start, plan.starts_on)
    for number, cost in enumerate(costs, 1):
        line = _line(plan, cost, number, day)
        entered = await client.command(person, f"{path}/lines", line, on=quarter.end)
        line_id = max(entered["lines"])
        evidence = {"sha256": document(claim, number), "kind": "invoice"}
        await client.command(person, f"{path}/lines/{line_id}/evidence", evidence, on=quarter.end)
    necessity = {cost.kind: f"Needed for the project's work {FICTITIOUS}." for cost in costs}
    filed_on = quarter.end + timedelta(days=20)
    filed = await client.command(person, f"{path}/file", {"necessity": necessity}, on=filed_on)
    await _assess_and_approve(stage, path, filed, filed_on + timedelta(days=10))
    await _pay(stage, path, filed_on + timedelta(days=15), f"{claim[-9:]}-{name[:30]}")


def _line(plan: Plan, cost: Cost, number: int, day: date) -> Mapping[str, Any]:
    invoice = f"{plan.row.number:02d}-{cost.quarter}-{number}-{document(cost.party)[:8]}"
    return {
        "kind": cost.kind,
        "description": f"Costs of the quarter {FICTITIOUS}",
        "supplier": f"Supplier of {cost.kind} {FICTITIOUS}",
        "invoice_number": invoice,
        "invoiced_on": day.isoformat(),
        "incurred_from": day.isoformat(),
        "incurred_to": (day + timedelta(days=number)).isoformat(),
        "paid_on": (day + timedelta(days=number)).isoformat(),
        "amount": money(cost.cents),
        "place": plan.places[0],
    }


async def _assess_and_approve(stage: Stage, path: str, filed: Mapping[str, Any], on: date) -> None:
    client = stage.client
    for line_id, line in filed["lines"].items():
        body = {"eligible_amount": line["amount"], "reason_code": "eligible"}
        await client.command(
            ASSESSOR, f"{path}/lines/{line_id}/assessment", body, on=on, method="PUT"
        )
    await client.command(ASSESSOR, f"{path}/assess", on=on)
    approval = {"content_hash": filed["content_hash"]}
    approved = await client.command(OFFICER, f"{path}/approve", approval, on=on)
    if approved["status"] == "assessed":
        await client.command(SECOND_OFFICER, f"{path}/approve", approval, on=on)


async def _pay(stage: Stage, path: str, on: date, reference: str) -> None:
    client, body = stage.client, {"reference": reference}
    await client.command(PAYER, f"{path}/payment/authorise", on=on)
    await client.command(FINANCE, f"{path}/payment/issue", body, on=on)
    await client.command(FINANCE, f"{path}/payment/confirm", body, on=on + timedelta(days=2))


async def close(stage: Stage, plan: Plan) -> None:
    """Final report, intellectual property, holdback of everybody, and the agreement's end."""
    client, project = stage.client, stage.projects[plan.row.number]
    lead = stage.person_of(plan.parties[0])
    path = f"/reimbursement/v1/agreements/{project}"
    on = plan.ends_on + timedelta(days=60)
    await client.command(OFFICER, f"{path}/complete", on=on)
    report = {"sha256": document(plan.row.number, "final report")}
    await client.command(lead, f"{path}/final-report", report, on=on)
    await client.command(OFFICER, f"{path}/final-report/accept", on=on)
    outcome = {"results": [], "benefit_to_others": f"Shown to the members {FICTITIOUS}."}
    await client.command(lead, f"{path}/ip-outcome", outcome, on=on)
    for name in plan.parties:
        body = {"organisation_id": stage.ids[name]}
        await client.command(FINANCE, f"{path}/holdback/release", body, on=on)
        account = f"/reimbursement/v1/accounts/{project}.{stage.ids[name]}"
        await _pay(stage, account, on + timedelta(days=5), f"holdback-{name[:30]}")
    await client.command(FINANCE, f"{path}/close", on=on + timedelta(days=30))
    stage.done.step(f"closed {plan.row.title}")
