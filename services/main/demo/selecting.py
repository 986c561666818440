"""From the detailed version to a decision by two persons, and the memberships that follow."""

from datetime import timedelta

from services.main.demo.portfolio import FICTITIOUS, Plan, drawn
from services.main.demo.stage import (
    COMMITTEE,
    FINANCE,
    OFFICER,
    REVIEWERS,
    SECOND_OFFICER,
    Stage,
    together,
)
from shared.kernel.money import money

CRITERIA = ("team", "business", "strategic", "ecosystem")


async def select(stage: Stage, plan: Plan) -> None:
    """Reviews, lock, due diligence, committee, and the decision by two persons."""
    client, on = stage.client, plan.decided_on
    path = f"/evaluation/v1/evaluations/{stage.projects[plan.row.number]}"
    await client.read(OFFICER, path, after="intake")
    await client.command(OFFICER, f"{path}/detailed/accept", on=plan.submitted_on)
    for reviewer in REVIEWERS:
        await client.command(
            OFFICER, f"{path}/reviewers", {"person": reviewer.name, "affiliations": []}, on=on
        )
        await client.command(reviewer, f"{path}/conflict", {"declaration": "none"}, on=on)
        for criterion in CRITERIA:
            half_points = drawn(6, 10, plan.row.number, reviewer.name, criterion)
            body = {
                "score": f"{half_points // 2}.{half_points % 2 * 5}",
                "rationale": f"Drawn from the demo's seed {FICTITIOUS}.",
            }
            await client.command(reviewer, f"{path}/scores/{criterion}", body, on=on, method="PUT")
        await client.command(reviewer, f"{path}/review/submit", on=on)
    await client.command(OFFICER, f"{path}/lock", on=on)
    reason = f"Nothing found {FICTITIOUS}."
    await client.command(OFFICER, f"{path}/due-diligence/clear", {"reason": reason}, on=on)
    await _decide(stage, plan, path)
    stage.done.step(f"approved {plan.row.title}")


async def _decide(stage: Stage, plan: Plan, path: str) -> None:
    client, on = stage.client, plan.decided_on
    reasons = [
        f"The public register says that it was funded; the reasons are not public {FICTITIOUS}."
    ]
    recommendation = {"outcome": "approved", "reasons": reasons}
    await client.command(OFFICER, f"{path}/recommendation", recommendation, on=on)
    attendees = [member.name for member in COMMITTEE]
    await client.command(
        OFFICER, f"{path}/committee", {"attendees": attendees, "recusals": []}, on=on
    )
    decision = {
        "outcome": "approved",
        "rate": str(plan.rate),
        "ceiling": money(plan.ceiling_cents),
        "envelope_id": f"{plan.programme}-2018",
        "conditions": [],
        "reasons": reasons,
    }
    await client.command(OFFICER, f"{path}/decision", decision, on=on)
    await client.command(SECOND_OFFICER, f"{path}/decision/confirm", on=on)


async def admit(stage: Stage, plan: Plan) -> None:
    """Every participant that is no member yet applies, signs, and pays its fee."""
    new = [name for name in plan.parties if name not in stage.members]
    await stage.client.read(OFFICER, "/membership/v1/candidacies", after="evaluation")
    await together(_admit(stage, plan, name) for name in new)
    stage.members.update(new)


async def _admit(stage: Stage, plan: Plan, name: str) -> None:
    client, person, on = stage.client, stage.person_of(name), plan.decided_on
    path = f"/membership/v1/organisations/{stage.ids[name]}"
    project = {"project_id": stage.projects[plan.row.number]}
    await client.command(person, f"{path}/application", project, on=on)
    await client.command(person, f"{path}/agreement", on=on)
    assessed = await client.command(OFFICER, f"{path}/fee/assess", on=on)
    payment = {
        "amount": assessed["fee"]["outstanding"],
        "paid_on": (on + timedelta(days=5)).isoformat(),
        "reference": f"fee-{name[:40]}",
    }
    await client.command(FINANCE, f"{path}/fee/pay", payment, on=on + timedelta(days=5))
    stage.done.step(f"admitted {name}")
