"""What the tests over HTTP send, and who sends it."""

from datetime import date, datetime
from typing import Any

import httpx

from services.membership.inbound import ApprovedParticipant, ProjectApproved
from shared.kernel.periods import civil_date, start_of_day
from tests.support.running import Caller, Running

PROJECT = "prj_" + "1" * 32


def cad(amount: str) -> dict[str, str]:
    """Money in a body."""
    return {"amount": amount, "currency": "CAD"}


FEES = {
    "individual": cad("100.00"),
    "sme": cad("1250.00"),
    "large": cad("5000.00"),
    "academic": cad("250.00"),
    "nonprofit": cad("200.00"),
    "government": cad("0.00"),
}
"""Fictitious, as all amounts here."""
POLICY = {
    "programme": "scale-ai",
    "version": "2020.1",
    "effective_from": "2020-01-01",
    "reason": "fictitious amounts",
    "parameters": {"fee_schedule": FEES},
}
FLEUVE = {"name": "Société Énergétique du Fleuve inc.", "kind": "SME", "country": "CA"}
SIZE = {"fte": "85.5", "affiliates_fte": 0, "as_of": "2020-01-01", "evidence_sha256": "e" * 64}


def officer_of(here: Running) -> Caller:
    """A programme officer."""
    return here.by("programme_officer", "officer-1")


def ask(caller: Caller, path: str, body: Any = None, on: date | None = None) -> Any:
    """A command that succeeds, true on a day."""
    headers = {"effective_at": start_of_day(on).isoformat()} if on else {}
    answer = caller.post(path, body, **headers)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def party_of(here: Running, organisation_id: str) -> Caller:
    """Somebody of the organisation itself."""
    return here.by("applicant", "applicant-1", organisation_id)


def approve(here: Running, *organisation_ids: str, on: date) -> None:
    """Evaluation says that a project of these parties is approved."""
    parties = tuple(ApprovedParticipant(organisation_id=party) for party in organisation_ids)
    approved = ProjectApproved(
        project_id=PROJECT, programme="scale-ai", participants=parties, decided_on=on
    )
    here.hear(f"evaluation-{PROJECT}", approved, effective_at=start_of_day(on))


def registered(here: Running, **changes: Any) -> str:
    """A registered organisation's id, under a policy, its size attested."""
    officer = officer_of(here)
    if officer.get("/v1/policies").status_code == 404:
        ask(officer, "/v1/policies", POLICY)
    first = date(2020, 1, 1)
    made = ask(officer, "/v1/organisations", {**FLEUVE, **changes}, on=first)
    organisation_id: str = made["organisation_id"]
    ask(officer, f"/v1/organisations/{organisation_id}/size", SIZE, on=first)
    return organisation_id


def member(here: Running, on: date, **changes: Any) -> str:
    """The path of an organisation that was admitted on a day."""
    organisation_id = registered(here, **changes)
    approve(here, organisation_id, on=on)
    path = f"/v1/organisations/{organisation_id}"
    party = party_of(here, organisation_id)
    ask(party, f"{path}/application", {"project_id": PROJECT}, on=on)
    ask(party, f"{path}/agreement", on=on)
    ask(officer_of(here), f"{path}/fee/assess", on=on)
    admitted = pay(here, path, 1, on)
    assert admitted["membership"]["admitted_on"] == on.isoformat()
    return path


def renew(here: Running, path: str, year: int, on: date) -> Any:
    """A fee year is assessed and paid on a day."""
    ask(officer_of(here), f"{path}/fees/{year}/assess", on=on)
    return pay(here, path, year, on)


def pay(here: Running, path: str, year: int, on: date, amount: str = "1250.00") -> Any:
    """A fee is paid on a day."""
    body = {"amount": cad(amount), "paid_on": on.isoformat(), "reference": f"bank-{year}-{on}"}
    return ask(here.by("finance", "finance-1"), f"{path}/fees/{year}/pay", body, on=on)


def run_timers(here: Running, *days: date) -> None:
    """Timers run for these business dates."""
    for day in days:
        body = {"business_date": day.isoformat()}
        answer = here.by("operator").post("/v1/timers/run", body)
        assert answer.status_code == 200, answer.text


def status(here: Running, path: str, day: date, known_at: datetime | None = None) -> Any:
    """What is answered about a day, as known at an instant."""
    query = f"as_of={day}"
    if known_at is not None:
        query += f"&known_at={known_at.isoformat().replace('+00:00', 'Z')}"
    answer = here.by("auditor", "auditor-1").get(f"{path}/status?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(here: Running, name: str) -> list[dict[str, Any]]:
    """The data of all events of a name, each with its effective instant."""
    found = here.by("auditor", "auditor-1").get(f"/v1/events?type={name}").json()
    return [{**event["data"], "time": event["time"]} for event in found]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]


def today(here: Running) -> date:
    """The civil day at which the clock stands."""
    return civil_date(here.clock.now())
