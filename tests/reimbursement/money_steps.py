"""Steps of the money cases, taken by whoever may take them, over the interface."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import AGREEMENT, PAYERS_DAY, Desk, cad, cents, done, on, path

ACCOUNT = f"/v1/accounts/{eg.project}.{eg.terminal}"
NO_HOLDBACK = {"holdback_pct": "0"}


def claimed(here: Desk, quarter: str, amounts: Sequence[int]) -> dict[str, Any]:
    """A claim of these amounts in cents, approved; its state."""
    for amount in amounts:
        here.enter(quarter, here.line(quarter, amount))
    return here.through(quarter)


def paid(here: Desk, quarter: str, amounts: Sequence[int]) -> int:
    """The same, paid if anything is payable; what was paid."""
    claim = claimed(here, quarter, amounts)
    if claim["status"] == "settled":
        return 0
    return cents(here.pay(quarter)["payment"]["amount"])


def figures(here: Desk) -> tuple[int, int, int]:
    account = here.account()
    return cents(account["entitled"]), cents(account["holdback"]), cents(account["payable"])


def release(here: Desk) -> Any:
    body = {"organisation_id": eg.terminal}
    officer = here.here.as_(eg.officer)
    return officer.post(f"{AGREEMENT}/holdback/release", body, **on(PAYERS_DAY))


def report_accepted(here: Desk) -> None:
    done(here.lead().post(f"{AGREEMENT}/final-report", {"sha256": "fe" * 32}, **on(PAYERS_DAY)))
    officer = here.here.as_(eg.officer)
    done(officer.post(f"{AGREEMENT}/final-report/accept", **on(PAYERS_DAY)))


def corrected(here: Desk, quarter: str, line_id: str, delta: int) -> dict[str, Any]:
    """A correction of one line, approved by as many as the band asks for; as it then stands."""
    corrector, named = here.here.as_(ae.corrector), path(quarter)
    body = {"origin": "staff", "reason": "The invoice was read wrongly."}
    opened = done(corrector.post(f"{named}/corrections", body, **on(PAYERS_DAY)))
    *_, correction_id = opened["after"]["corrections"]
    one = f"{named}/corrections/{correction_id}"
    adjusted = {"delta": cad(delta), "reason": "Read again."}
    done(corrector.put(f"{one}/lines/{line_id}", adjusted, **on(PAYERS_DAY)))
    content = {"content_hash": done(corrector.get(one))["content_hash"]}
    for person in (ce.approver, ce.second_approver):
        found = done(corrector.get(one))
        if found["status"] == "assessed":
            done(here.here.as_(person).post(f"{one}/approve", content, **on(PAYERS_DAY)))
    return done(corrector.get(one))


def excess(here: Desk, amount: int, reference: str) -> None:
    body = {"amount": cad(amount), "reference": reference}
    payer = here.here.as_(ce.payer)
    done(payer.post(f"{ACCOUNT}/bank-excess", body, **on(PAYERS_DAY)))


def elsewhere(here: Desk, project_id: str, quarter: str, amount: int) -> str:
    """An approved claim in another project; its path."""
    claim = path(quarter).replace(eg.project, project_id)
    lead, day = here.lead(), on(PAYERS_DAY)
    [line_id] = done(lead.post(f"{claim}/lines", here.line(quarter, amount), **day))["lines"]
    proof = {"sha256": f"{int(quarter[-1])}b" * 32, "kind": "invoice"}
    done(lead.post(f"{claim}/lines/{line_id}/evidence", proof, **day))
    filed = done(lead.post(f"{claim}/file", {"necessity": {"labour": "Needed."}}, **day))
    assessor = here.here.as_(ce.assessor)
    done(assessor.post(f"{claim}/proposals/confirm", **day))
    done(assessor.post(f"{claim}/assess", **day))
    named = {"content_hash": filed["content_hash"]}
    done(here.here.as_(ce.approver).post(f"{claim}/approve", named, **day))
    return claim


def move_to(here: Desk, day: date) -> None:
    here.here.clock.instant = here.here.clock.instant.replace(
        year=day.year, month=day.month, day=day.day, hour=20
    )
