"""Costs that look alike, over claims, participants, years and edits (R-23, C-010, hard case 7)."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import PAYERS_DAY, Desk, cad, cents, desk, done, on, path
from tests.reimbursement.claim_examples import Q1, Q2

S1, S2 = "Ateliers Boréal inc.", "Quincaillerie du Nord"
NEXT_YEAR = "2026-27Q1"
TAXES = {"taxes": [{"tax": "gst", "amount": cad(50_000)}, {"tax": "qst", "amount": cad(99_750)}]}

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, end_date=date(2026, 6, 30), now=eg.at(2026, 7, 20)) as found:
        yield found


def bill(here: Desk, number: str, day: str, **changes: Any) -> dict[str, Any]:
    """11,497.50 with both taxes, which are recovered whole."""
    days = dict.fromkeys(("invoiced_on", "incurred_from", "incurred_to", "paid_on"), day)
    return here.line(Q1, 1_000_000, invoice_number=number, **{**TAXES, **days, **changes})


def duplicate_of(here: Desk, quarter: str, line_id: str, party: str = eg.robots) -> Any:
    return here.claim(quarter, party)["lines"][line_id]["duplicate"]


def test_c010_five_invoices_that_look_alike(here: Desk) -> None:
    first = here.enter(Q1, bill(here, "INV-0042/17", "2025-05-12"))
    second = here.enter(Q1, bill(here, "inv 0042 17", "2025-05-13"), eg.robots)
    third = here.enter(NEXT_YEAR, bill(here, "INV-0042/17", "2026-05-12"))
    fourth_body = bill(here, "INV-0042/17", "2025-05-12", supplier=S2)
    fourth = here.enter(Q1, fourth_body, eg.robots)
    assert duplicate_of(here, Q1, fourth) is None
    credit: dict[str, Any] = {"tax": None, "taxes": [{"tax": "gst", "amount": cad(-10_000)}]}
    credit["taxes"].append({"tax": "qst", "amount": cad(-19_950)})
    note = bill(here, "INV-0042/17", "2025-05-20", amount=cad(-200_000), **credit)
    fifth = here.enter(Q1, {**note, "credit_of": {"line_id": first}})
    assert duplicate_of(here, Q1, fifth, eg.terminal) is None
    assert duplicate_of(here, NEXT_YEAR, third, eg.terminal) is None
    suspected = duplicate_of(here, Q1, second)
    assert (suspected["status"], suspected["of_line_id"]) == ("suspected", first)
    wrong = done(
        here.lead(eg.robots).put(
            f"{path(Q1, eg.robots)}/lines/{fourth}",
            {**fourth_body, "invoiced_on": "2025-05-30", "supplier": S1},
            **on(PAYERS_DAY),
        )
    )
    assert wrong["lines"][fourth]["duplicate"] is None, "far enough apart"
    corrected = here.lead(eg.robots).put(
        f"{path(Q1, eg.robots)}/lines/{fourth}",
        {**fourth_body, "supplier": S1},
        **on(PAYERS_DAY),
    )
    assert corrected.status_code == 409, "a claim never has one invoice twice"
    gone = f"{path(Q1, eg.robots)}/lines/{second}/withdraw"
    done(here.lead(eg.robots).post(gone, **on(PAYERS_DAY)))
    again = done(
        here.lead(eg.robots).put(
            f"{path(Q1, eg.robots)}/lines/{fourth}",
            {**fourth_body, "supplier": S1},
            **on(PAYERS_DAY),
        )
    )
    assert again["lines"][fourth]["duplicate"]["status"] == "suspected"
    claim = here.through(Q1)
    assert cents(claim["assessment"]["gross"]) == 800_000
    assert cents(here.account()["entitled"]) == 320_000
    assert cents(here.account()["holdback"]) == 32_000
    assert cents(claim["payable"]) == 288_000
    partner = here.through(Q1, eg.robots)
    assert partner["lines"][fourth]["reason_code"] == "duplicate_suspected"
    assert cents(partner["assessment"]["gross"]) == 0


def test_r23_a_suspected_line_counts_nothing_until_it_is_cleared_with_a_reason(
    here: Desk,
) -> None:
    here.enter(Q1, bill(here, "A-1", "2025-05-12"))
    suspect = here.enter(Q1, bill(here, "A-1", "2025-05-13"), eg.robots)
    claim, assessor = path(Q1, eg.robots), here.here.as_(ce.assessor)
    here.file(Q1, eg.robots)
    line = f"{claim}/lines/{suspect}"
    more = {"eligible_amount": cad(1), "reason_code": "eligible", "reason": "I think so."}
    refused = assessor.put(f"{line}/assessment", more, **on(PAYERS_DAY))
    assert (refused.status_code, refused.json()["code"]) == (409, "line-counts-nothing")
    clear = f"{line}/duplicate/clear"
    assert assessor.post(clear, {}, **on(PAYERS_DAY)).status_code == 422
    own = here.lead(eg.robots).post(clear, {"reason": "No."}, **on(PAYERS_DAY))
    assert own.status_code == 403
    found = done(assessor.post(clear, {"reason": "Another truck."}, **on(PAYERS_DAY)))
    assert found["lines"][suspect]["duplicate"]["status"] == "cleared"
    twice = assessor.post(clear, {"reason": "Another truck."}, **on(PAYERS_DAY))
    assert (twice.status_code, twice.json()["code"]) == (409, "not-suspected")
    assert cents(here.assess(Q1, eg.robots)["assessment"]["gross"]) == 1_000_000


def test_r23_a_confirmed_duplicate_never_counts(here: Desk) -> None:
    here.enter(Q1, bill(here, "A-1", "2025-05-12"))
    suspect = here.enter(Q1, bill(here, "A-1", "2025-05-13"), eg.robots)
    here.file(Q1, eg.robots)
    assessor, line = here.here.as_(ce.assessor), f"{path(Q1, eg.robots)}/lines/{suspect}"
    done(assessor.post(f"{line}/duplicate/confirm", {"reason": "It is."}, **on(PAYERS_DAY)))
    claim = here.assess(Q1, eg.robots)
    assert claim["lines"][suspect]["reason_code"] == "duplicate_confirmed"
    assert cents(claim["assessment"]["gross"]) == 0


def test_x6_who_entered_a_line_does_not_clear_it(here: Desk) -> None:
    here.enter(Q1, bill(here, "A-1", "2025-05-12"))
    officer, claim = here.here.as_(eg.officer), path(Q1, eg.robots)
    body = bill(here, "A-1", "2025-05-13")
    entered = done(officer.post(f"{claim}/lines", body, on_behalf_of=eg.robots, **on(PAYERS_DAY)))
    [line_id] = entered["lines"]
    clear = f"{claim}/lines/{line_id}/duplicate/clear"
    same = officer.post(clear, {"reason": "Fine."}, **on(PAYERS_DAY))
    assert (same.status_code, same.json()["rule"]) == (409, "X6")
    other = here.here.as_(eg.second_officer)
    done(other.post(clear, {"reason": "Fine."}, **on(PAYERS_DAY)))


def test_r23_a_participant_is_not_told_whose_invoice_its_own_looks_like(here: Desk) -> None:
    here.enter(Q1, bill(here, "A-1", "2025-05-12"))
    suspect = here.enter(Q1, bill(here, "A-1", "2025-05-13"), eg.robots)
    own = here.lead(eg.robots).get(path(Q1, eg.robots))
    assert own.json()["lines"][suspect]["duplicate"]["of_claim_id"] is None
    assert ce.claim_id(Q1) not in own.text
    explained = here.lead(eg.robots).get(f"{path(Q1, eg.robots)}/explain")
    assert ce.claim_id(Q1) not in explained.text
    assert duplicate_of(here, Q1, suspect)["of_claim_id"] == ce.claim_id(Q1)


def test_r23_one_file_behind_two_claims_is_suspect_and_parts_of_one_invoice_are_not(
    here: Desk,
) -> None:
    proof = {"sha256": "ab" * 32, "kind": "invoice"}

    def proved(quarter: str, body: dict[str, Any], party: str) -> dict[str, Any]:
        claim, lead = path(quarter, party), here.lead(party)
        before = set(done(lead.get(claim))["lines"])
        entered = done(lead.post(f"{claim}/lines", body, **on(PAYERS_DAY)))
        [line_id] = set(entered["lines"]) - before
        evidence = f"{claim}/lines/{line_id}/evidence"
        found: dict[str, Any] = done(lead.post(evidence, proof, **on(PAYERS_DAY)))
        line: dict[str, Any] = found["lines"][line_id]
        return line

    halves = bill(here, "B-1", "2025-05-12", shared_between={eg.terminal: "1", eg.robots: "1"})
    for party in (eg.terminal, eg.robots):
        assert proved(Q1, halves, party)["duplicate"] is None
    own = proved(Q1, here.line(Q1, 5_000), eg.terminal)
    assert own["duplicate"]["because"] == "evidence", "the partner's claim has this file too"
    other = proved(Q2, here.line(Q2, 4_000, supplier=S2), eg.institute)
    assert (other["duplicate"]["status"], other["duplicate"]["because"]) == (
        "suspected",
        "evidence",
    )


def test_r23_monthly_equal_rents_are_legitimate(here: Desk) -> None:
    for month in ("04", "05", "06"):
        body = bill(here, "RENT", f"2025-{month}-01")
        line_id = here.enter(Q1, body)
        assert duplicate_of(here, Q1, line_id, eg.terminal) is None


def test_c010_of_two_filings_at_the_same_instant_exactly_one_is_unsuspected(here: Desk) -> None:
    bodies = {
        eg.terminal: bill(here, "INV-0042/17", "2025-05-12"),
        eg.robots: bill(here, "inv 0042 17", "2025-05-13"),
    }

    async def both() -> list[int]:
        posts = [
            here.lead(party).client.post(f"{path(Q1, party)}/lines", body, **on(PAYERS_DAY))
            for party, body in bodies.items()
        ]
        return [answer.status_code for answer in await asyncio.gather(*posts)]

    assert here.here.portal.call(both) == [200, 200]
    found = [
        line["duplicate"] for party in bodies for line in here.claim(Q1, party)["lines"].values()
    ]
    assert sorted(duplicate is None for duplicate in found) == [False, True]
