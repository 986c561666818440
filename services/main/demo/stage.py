"""Who acts in the demo, and the steps that everything else builds on: policies, money, parties."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from services.main.demo.client import Client, Person
from services.main.demo.portfolio import (
    COVID_ROUND,
    FICTITIOUS,
    PROGRAMMES,
    Party,
    Plan,
    Portfolio,
)
from services.main.demo.progress import Bar
from shared.kernel.money import money

OPENING = date(2018, 4, 1)
"""The first day of the clusters' first envelope, from which everything else may follow."""
COVID_CALL = (date(2020, 5, 1), date(2020, 6, 1))
"""When the call of round SAI-2020-05 was in force, half-open."""
ENVELOPES: Mapping[str, int] = dict.fromkeys(PROGRAMMES.values(), 250_000_000_00)
FEES = {
    "individual": 100_00, "sme": 500_00, "large": 5_000_00, "academic": 1_000_00,
    "nonprofit": 1_000_00, "government": 2_000_00,
}  # fmt: skip

OFFICER = Person("officer-1", "programme_officer")
SECOND_OFFICER = Person("officer-2", "programme_officer")
FINANCE = Person("finance-1", "finance")
ASSESSOR = Person("assessor-1", "certifier")
PAYER = Person("payer-1", "payer")
AUDITOR = Person("auditor-1", "auditor")
COMMITTEE = tuple(Person(f"committee-{number}", "committee") for number in (1, 2, 3))
REVIEWERS = tuple(Person(f"reviewer-{number}", "reviewer") for number in (1, 2, 3))


@dataclass(slots=True)
class Stage:
    """What the steps share: the client, the plan of everything, and the ids given so far."""

    client: Client
    portfolio: Portfolio
    done: Bar
    ids: dict[str, str] = field(default_factory=dict)
    """By registered name, the organisation's id."""
    projects: dict[int, str] = field(default_factory=dict)
    """By row number, the project's id."""
    members: set[str] = field(default_factory=set)

    def person_of(self, name: str) -> Person:
        """The person who acts for an organisation."""
        organisation_id = self.ids[name]
        return Person(f"applicant-{organisation_id[-12:]}", "applicant", organisation_id)


def document(*what: object) -> str:
    """The hash of a fictitious document."""
    return sha256("/".join(["fictitious", *map(str, what)]).encode()).hexdigest()


async def together(tasks: Iterable[Awaitable[Any]], at_once: int = 8) -> None:
    """Do these at the same time, so many at once; the first fault ends all."""
    gate = asyncio.Semaphore(at_once)

    async def one(task: Awaitable[Any]) -> None:
        async with gate:
            await task

    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(one(task))


async def publish_policies(stage: Stage) -> None:
    """Every programme's rules; a special call is a version in force for its time."""
    for programme in PROGRAMMES.values():
        usual = {} if programme == "scale-ai" else {"reimbursement_rate_max": "3/5"}
        await _policy(stage, "intake", programme, f"{programme}-1", {})
        await _policy(stage, "evaluation", programme, f"{programme}-1", {})
        await _policy(stage, "reimbursement", programme, f"{programme}-1", usual)
        fees = {name: money(cents) for name, cents in FEES.items()}
        await _policy(stage, "membership", programme, f"{programme}-1", {"fee_schedule": fees})
    single_firm = {"min_participants": 1, "min_smes": 0}
    version = COVID_ROUND.lower()
    await _policy(stage, "evaluation", "scale-ai", version, single_firm, COVID_CALL)
    # Decisions and claims of the call's projects come later than the call itself.
    until = (COVID_CALL[0], date(2020, 7, 15))
    await _policy(
        stage, "reimbursement", "scale-ai", version, {"reimbursement_rate_max": "1"}, until
    )


async def _policy(
    stage: Stage,
    service: str,
    programme: str,
    version: str,
    parameters: Mapping[str, Any],
    window: tuple[date, date] | None = None,
) -> None:
    first, after = window or (OPENING, None)
    body = {
        "programme": programme,
        "version": version,
        "parameters": parameters,
        "effective_from": first.isoformat(),
        "effective_to": after.isoformat() if after else None,
        "reason": "The rules of a special call." if window else "The programme's usual rules.",
    }
    await stage.client.command(OFFICER, f"/{service}/v1/policies", body, on=OPENING)


async def open_envelopes(stage: Stage) -> None:
    """One envelope a programme; amounts are fictitious."""
    for programme, cents in ENVELOPES.items():
        body = {
            "envelope_id": f"{programme}-2018",
            "source": f"Government contribution {FICTITIOUS}",
            "programme": programme,
            "amount": money(cents),
            "valid_from": OPENING.isoformat(),
            "valid_to": "2028-03-31",
        }
        await stage.client.command(FINANCE, "/reimbursement/v1/envelopes", body, on=OPENING)


async def register_parties(stage: Stage) -> None:
    """Every organisation of the register, once, under each of its spellings."""
    await together(_register(stage, party) for party in stage.portfolio.parties.values())
    for alias, name in stage.portfolio.aliases:
        await _alias(stage, alias, name)
    for one, other in stage.portfolio.groups:
        body = {"affiliate_id": stage.ids[other], "since": OPENING.isoformat()}
        await stage.client.command(
            OFFICER, f"/membership/v1/organisations/{stage.ids[one]}/affiliations", body, on=OPENING
        )


async def _register(stage: Stage, party: Party) -> None:
    body = {
        "name": party.name,
        "kind": party.kind,
        "country": party.country,
        "province": party.province,
    }
    organisations = "/membership/v1/organisations"
    found = await stage.client.command(OFFICER, organisations, body, on=OPENING)
    stage.ids[party.name] = found["organisation_id"]
    size = {
        "fte": str(party.fte),
        "affiliates_fte": "0",
        "as_of": OPENING.isoformat(),
        "evidence_sha256": document("size", party.name),
    }
    path = f"{organisations}/{found['organisation_id']}/size"
    await stage.client.command(OFFICER, path, size, on=OPENING)
    stage.done.step(f"registered {party.name}")


async def _alias(stage: Stage, alias: str, name: str) -> None:
    body = {"name": alias, "reason": "The register's own note: the same body."}
    path = f"/membership/v1/organisations/{stage.ids[name]}/aliases"
    await stage.client.command(OFFICER, path, body, on=OPENING)


def funded_in_order(plans: Iterable[Plan]) -> list[Plan]:
    """The projects that go on to payment, by their decisions."""
    return sorted((plan for plan in plans if plan.row.funded), key=lambda plan: plan.decided_on)
