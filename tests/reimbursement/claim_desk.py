"""An agreement over 2025-26 in a real service, and everybody who works on its claims by REST."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from services.reimbursement.inbound import ProposedCost
from shared.kernel.commands import Actor
from shared.kernel.money import dollars
from shared.kernel.periods import Quarter, rfc3339
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.support.running import OPERATOR, Caller, Running, running

institute_lead = Actor(
    person="institute-lead", roles=frozenset({"applicant"}), organisation_id=eg.institute
)
LEADS = {
    eg.terminal: eg.terminal_lead,
    eg.robots: eg.robots_lead,
    eg.institute: institute_lead,
}
PAYERS_DAY = date(2026, 5, 20)
AGREEMENT = f"/v1/agreements/{eg.project}"


def cad(cents: int, currency: str = "CAD") -> dict[str, str]:
    """An amount as it is sent."""
    return {"amount": dollars(cents), "currency": currency}


def cents(money: Mapping[str, str]) -> int:
    """An amount as it was answered."""
    return int(money["amount"].replace(".", ""))


def on(day: date, hour: int = 16) -> dict[str, str]:
    """The header that dates a command."""
    return {"effective_at": rfc3339(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))}


def path(quarter: str, organisation_id: str = eg.terminal) -> str:
    """The claim of a quarter."""
    return f"/v1/claims/{ce.claim_id(quarter, organisation_id)}"


@dataclass
class Desk:
    """The service, and what was done so far."""

    here: Running
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def lead(self, organisation_id: str = eg.terminal) -> Caller:
        """The participant's own person."""
        return self.here.as_(LEADS[organisation_id])

    def line(
        self, quarter: str, hundredths: int, currency: str = "CAD", **changes: Any
    ) -> dict[str, Any]:
        """A cost on the first day of a quarter, on an invoice of its own."""
        day = Quarter.parse(quarter).start.isoformat()
        body = {
            "kind": "labour",
            "supplier": "Ateliers Boréal inc.",
            "invoice_number": f"INV-{next(self.numbers)}",
            "invoiced_on": day,
            "incurred_from": day,
            "incurred_to": day,
            "paid_on": day,
            "amount": cad(hundredths, currency),
            "place": "QC",
        }
        return {**body, **changes}

    def enter(
        self, quarter: str, body: Mapping[str, Any], organisation_id: str = eg.terminal
    ) -> str:
        """Enter a line and prove it; returns its id."""
        lead, claim = self.lead(organisation_id), path(quarter, organisation_id)
        before = set(lead.get(claim).json()["lines"])
        answer = done(lead.post(f"{claim}/lines", body, **on(PAYERS_DAY)))
        [line_id] = set(answer["lines"]) - before
        self.prove(quarter, line_id, organisation_id)
        return str(line_id)

    def prove(self, quarter: str, line_id: str, organisation_id: str = eg.terminal) -> None:
        """Attach a document of its own to a line."""
        proof = {"sha256": sha256(line_id.encode()).hexdigest(), "kind": "invoice"}
        claim = path(quarter, organisation_id)
        lead = self.lead(organisation_id)
        done(lead.post(f"{claim}/lines/{line_id}/evidence", proof, **on(PAYERS_DAY)))

    def claim(self, quarter: str, organisation_id: str = eg.terminal) -> dict[str, Any]:
        """The claim as staff see it."""
        return done(self.here.as_(eg.officer).get(path(quarter, organisation_id)))

    def file(
        self, quarter: str, organisation_id: str = eg.terminal, day: date = PAYERS_DAY
    ) -> dict[str, Any]:
        """File with a statement for every kind."""
        kinds = ("labour", "equipment", "dissemination", "capital")
        body = {"necessity": dict.fromkeys(kinds, "The trucks are programmed here.")}
        lead = self.lead(organisation_id)
        return done(lead.post(f"{path(quarter, organisation_id)}/file", body, **on(day)))

    def assess(
        self, quarter: str, organisation_id: str = eg.terminal, day: date = PAYERS_DAY
    ) -> dict[str, Any]:
        """Confirm what the rules propose, and close the assessment."""
        assessor, claim = self.here.as_(ce.assessor), path(quarter, organisation_id)
        done(assessor.post(f"{claim}/proposals/confirm", **on(day)))
        return done(assessor.post(f"{claim}/assess", **on(day)))

    def approve(
        self, quarter: str, organisation_id: str = eg.terminal, day: date = PAYERS_DAY
    ) -> dict[str, Any]:
        """Approve, by a second person too where the band asks for one."""
        claim = path(quarter, organisation_id)
        named = {"content_hash": self.claim(quarter, organisation_id)["content_hash"]}
        found = done(self.here.as_(ce.approver).post(f"{claim}/approve", named, **on(day)))
        if found["status"] == "assessed":
            second = self.here.as_(ce.second_approver)
            found = done(second.post(f"{claim}/approve", named, **on(day)))
        return found

    def pay(
        self, quarter: str, organisation_id: str = eg.terminal, day: date = PAYERS_DAY
    ) -> dict[str, Any]:
        """Authorise, issue and confirm what is payable."""
        payer, claim = self.here.as_(ce.payer), path(quarter, organisation_id)
        reference = {"reference": f"EFT-{quarter}-{organisation_id[-2:]}"}
        done(payer.post(f"{claim}/payment/authorise", **on(day)))
        done(payer.post(f"{claim}/payment/issue", reference, **on(day)))
        return done(payer.post(f"{claim}/payment/confirm", reference, **on(day)))

    def through(
        self, quarter: str, organisation_id: str = eg.terminal, day: date = PAYERS_DAY
    ) -> dict[str, Any]:
        """From filing to the approval."""
        self.file(quarter, organisation_id, day)
        self.assess(quarter, organisation_id, day)
        return self.approve(quarter, organisation_id, day)

    def account(self, organisation_id: str = eg.terminal) -> dict[str, Any]:
        """Cumulative figures of a participant."""
        found = f"/v1/accounts/{eg.project}.{organisation_id}"
        return done(self.here.as_(eg.officer).get(found))

    def run_timers(self, day: date) -> None:
        """What is due up to a business date is done."""
        body = {"business_date": day.isoformat()}
        done(self.here.as_(OPERATOR).post("/v1/timers/run", body), 200, 202)


def done(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The body of an answer that must have worked."""
    assert answer.status_code in (statuses or (200, 201)), answer.text
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


@dataclass(frozen=True)
class Money:
    """What an agreement grants besides its rate, in cents, and for which project."""

    ceiling_cents: int = 1_000_000_000
    caps: Mapping[str, int] = field(default_factory=dict)
    project_id: str = eg.project


USUAL = Money()


@contextmanager
def desk(
    folder: Path,
    *,
    rate: Fraction = Fraction(2, 5),
    end_date: date = date(2026, 3, 31),
    budget: Sequence[ProposedCost] = (),
    parameters: Mapping[str, Any] | None = None,
    now: datetime = datetime(2026, 5, 20, 16, tzinfo=UTC),
) -> Iterator[Desk]:
    """The agreement is in force from 2025-04-01 on; all three participants are members."""
    with running(folder, "reimbursement", now=now, heard_at=eg.at(2025, 3, 1)) as here:
        _prepare(here, parameters or {})
        agree(here, rate, end_date, budget)
        yield Desk(here)


@contextmanager
def granted(
    folder: Path, money: Money = USUAL, parameters: Mapping[str, Any] | None = None
) -> Iterator[Desk]:
    """The same with another ceiling, or with caps."""
    now = datetime(2026, 5, 20, 16, tzinfo=UTC)
    with running(folder, "reimbursement", now=now, heard_at=eg.at(2025, 3, 1)) as here:
        _prepare(here, parameters or {})
        agree(here, money=money)
        yield Desk(here)


def _prepare(here: Running, parameters: Mapping[str, Any]) -> None:
    """A policy and an envelope; the three participants are members."""
    policy = {
        "programme": "scale-ai",
        "version": "2018-1",
        "effective_from": "2018-04-01",
        "reason": "The usual rules.",
        "parameters": parameters,
    }
    envelope = {
        "envelope_id": "federal-2018",
        "source": "Innovation Superclusters Initiative",
        "programme": "scale-ai",
        "amount": cad(5_340_000_000),
        "valid_from": "2018-04-01",
        "valid_to": "2030-03-31",
    }
    before = on(date(2018, 4, 1))
    done(here.as_(eg.officer).post("/v1/policies", policy, **before))
    done(here.as_(eg.finance).post("/v1/envelopes", envelope, **before))
    for party in LEADS:
        admitted = eg.admitted(party, date(2025, 3, 2))
        here.hear(f"organisation-{party}", admitted, eg.at(2025, 3, 2))


def agree(
    here: Running,
    rate: Fraction = Fraction(2, 5),
    end_date: date = date(2026, 3, 31),
    budget: Sequence[ProposedCost] = (),
    money: Money = USUAL,
) -> None:
    """An approved project's agreement is signed by everybody and executed."""
    march, project_id = on(date(2025, 3, 10)), money.project_id
    detailed = eg.detailed.model_copy(
        update={"budget_lines": tuple(budget), "project_id": project_id}
    )
    approved = eg.approved.model_copy(
        update={
            "rate": rate,
            "ceiling_cents": money.ceiling_cents,
            "decided_on": date(2025, 3, 1),
            "project_id": project_id,
        }
    )
    here.hear(f"proposal-{project_id}", detailed)
    here.hear(f"evaluation-{project_id}", approved)
    agreement = f"/v1/agreements/{project_id}"
    caps = [
        {"organisation_id": party, "cap": cad(most_cents)}
        for party, most_cents in money.caps.items()
    ]
    terms = {"eligible_from": "2025-04-01", "end_date": end_date.isoformat()}
    stated = {**terms, "participant_caps": caps}
    done(here.as_(eg.officer).put(f"{agreement}/terms", stated, **march))
    for party, lead in LEADS.items():
        done(here.as_(lead).post(f"{agreement}/signatures", {"organisation_id": party}, **march))
    # With the last signature nothing is missing any more, and it is executed by itself.
    finance = here.as_(eg.finance)
    done(finance.post(f"{agreement}/signatures", {"party": "funder"}, **march))
