"""From a draft to the verdict on its eligibility, and the detailed version of those that go on."""

from collections.abc import Mapping
from typing import Any

from services.main.demo.client import Person
from services.main.demo.portfolio import FICTITIOUS, Cost, Plan
from services.main.demo.stage import OFFICER, Stage, document, together
from shared.kernel.money import money

COMPUTED = ("participants", "sme", "readiness", "canada")


async def propose(stage: Stage, plan: Plan) -> None:
    """Draft, fill and submit one initial proposal as its lead would."""
    lead = stage.person_of(plan.parties[0])
    row = plan.row
    draft = {
        "programme": plan.programme,
        "title": row.title,
        "lead_organisation_id": stage.ids[plan.parties[0]],
        "lead_name": plan.parties[0],
        "sector": row.sector,
        "planned_start": plan.starts_on.isoformat(),
    }
    client, on = stage.client, plan.submitted_on
    found = await client.command(lead, "/intake/v1/proposals", draft, on=on)
    project = stage.projects[row.number] = found["project_id"]
    path = f"/intake/v1/proposals/{project}"
    for name in plan.parties[1:]:
        body = {"organisation_id": stage.ids[name], "name": name}
        await client.command(lead, f"{path}/participants", body, on=on)
    for section in ("summary", "need", "benefit"):
        body = {"sha256": document(row.number, section)}
        await client.command(lead, f"{path}/sections/{section}", body, on=on, method="PUT")
    await _work_plan(stage, plan, lead)
    endorsement = {"executive_title": "Chief executive", "endorsed_on": on.isoformat()}
    await client.command(lead, f"{path}/endorsement", endorsement, on=on)
    ip = {
        "owners": [{"owner": _ip_owner(stage, plan), "share": "1"}],
        "protection": f"Trade secret {FICTITIOUS}",
        "benefit_to_others": f"Results are shown to the cluster's members {FICTITIOUS}.",
    }
    filled = await client.command(lead, f"{path}/ip-plan", ip, on=on, method="PUT")
    await _confirm(stage, plan, filled["content_hash"])
    await client.command(lead, f"{path}/submit", on=on)
    stage.done.step(f"submitted {row.title}")


def _ip_owner(stage: Stage, plan: Plan) -> str:
    """The first party that may own it: no government, and a third party where there is none."""
    parties = stage.portfolio.parties
    may_own = [name for name in plan.parties if parties[name].kind != "government"]
    return stage.ids[may_own[0]] if may_own else f"A foundation {FICTITIOUS}"


async def _work_plan(stage: Stage, plan: Plan, lead: Person) -> None:
    places = plan.places
    packages = [
        {
            "name": f"Work of participant {number} {FICTITIOUS}",
            "place": f"CA-{places[(number - 1) % len(places)]}",
            "organisation_id": stage.ids[name],
            "starts_on": plan.starts_on.isoformat(),
            "ends_on": plan.ends_on.isoformat(),
        }
        for number, name in enumerate(plan.parties, 1)
    ]
    path = f"/intake/v1/proposals/{stage.projects[plan.row.number]}/work-plan"
    await stage.client.command(
        lead, path, {"packages": packages}, on=plan.submitted_on, method="PUT"
    )


async def _confirm(stage: Stage, plan: Plan, content_hash: str) -> None:
    """Each partner confirms this very version (I-10)."""
    project = stage.projects[plan.row.number]
    await together(
        stage.client.command(
            stage.person_of(name),
            f"/intake/v1/proposals/{project}/participants/{stage.ids[name]}/confirm",
            {"content_hash": content_hash},
            on=plan.submitted_on,
        )
        for name in plan.parties[1:]
    )


async def judge(stage: Stage, plan: Plan) -> bool:
    """Give six verdicts, the computed ones as computed, and conclude; returns the outcome."""
    project = stage.projects[plan.row.number]
    path = f"/evaluation/v1/evaluations/{project}"
    shown = await stage.client.read(OFFICER, f"{path}/eligibility", after="intake membership")
    verdicts = {name: _computed(shown, name) for name in COMPUTED}
    for name in ("scope", "incremental"):
        verdicts[name] = {"verdict": "met", "reason": f"As the proposal describes it {FICTITIOUS}."}
    for name, verdict in verdicts.items():
        await stage.client.command(
            OFFICER, f"{path}/eligibility/{name}", verdict, on=plan.submitted_on, method="PUT"
        )
    found = await stage.client.command(
        OFFICER, f"{path}/eligibility/conclude", on=plan.submitted_on
    )
    stage.done.step(f"judged {plan.row.title}")
    return bool(found["eligible"])


def _computed(shown: Mapping[str, Any], name: str) -> Mapping[str, str]:
    found = next(item for item in shown["conditions"] if item["condition"] == name)
    return {"verdict": found["computed"]["verdict"], "reason": found["computed"]["because"]}


async def detail(stage: Stage, plan: Plan) -> None:
    """Open the detailed stage, add the budget, have the partners confirm, submit."""
    client, on = stage.client, plan.submitted_on
    lead = stage.person_of(plan.parties[0])
    path = f"/intake/v1/proposals/{stage.projects[plan.row.number]}"
    await client.read(lead, path, after="evaluation")
    await client.command(lead, f"{path}/detailed", on=on)
    lines = [_budget_line(stage, cost) for cost in plan.costs]
    filled = await client.command(lead, f"{path}/budget", {"lines": lines}, on=on, method="PUT")
    await _confirm(stage, plan, filled["content_hash"])
    await client.command(lead, f"{path}/detailed/submit", on=on)


def _budget_line(stage: Stage, cost: Cost) -> Mapping[str, Any]:
    return {
        "organisation_id": stage.ids[cost.party],
        "kind": cost.kind,
        "quarter": str(cost.quarter),
        "amount": money(cost.cents),
    }
