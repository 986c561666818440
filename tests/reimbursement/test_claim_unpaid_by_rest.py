"""Suppliers that are not paid in time: deducted on day 91, and back when paid (R-13, R-19)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import Desk, cad, cents, desk, done, on, path
from tests.reimbursement.claim_examples import Q1, Q2, Q3, Q4

FILED = date(2026, 1, 15)
EVENING = {"effective_at": "2026-01-16T02:30:00Z"}
"""2026-01-15 at 21:30 in Toronto."""
DAY_90 = date(2026, 4, 15)
DAY_91 = date(2026, 4, 16)
MAY = date(2026, 5, 11)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def unpaid(here: Desk, amounts: tuple[int, ...], quarter: str = Q3) -> list[str]:
    lead, ids = here.lead(), []
    for amount in amounts:
        body = here.line(quarter, amount, paid_on=None)
        before = set(done(lead.get(path(quarter)))["lines"])
        entered = done(lead.post(f"{path(quarter)}/lines", body, **EVENING))
        [line_id] = set(entered["lines"]) - before
        here.prove(quarter, line_id)
        ids.append(str(line_id))
    return ids


def pay_supplier(here: Desk, line_id: str, amount: int, paid_on: str, instant: str) -> Any:
    body = {"amount": cad(amount), "paid_on": paid_on, "proof": "ab" * 32}
    payments = f"{path(Q3)}/lines/{line_id}/supplier-payments"
    return here.lead().post(payments, body, effective_at=instant)


def test_c016_day_90_crosses_the_clock_change(here: Desk) -> None:
    first, second, third = unpaid(here, (1_000_010, 2_000_020, 3_000_030))
    necessity = {"necessity": {"labour": "Programming."}}
    done(here.lead().post(f"{path(Q3)}/file", necessity, **EVENING))
    assert here.claim(Q3)["filed_on"] == "2026-01-15"
    here.assess(Q3, day=date(2026, 2, 1))
    here.approve(Q3, day=date(2026, 2, 1))
    assert cents(here.account()["entitled"]) == 2_400_024
    assert cents(here.account()["holdback"]) == 240_002
    assert cents(here.pay(Q3, day=date(2026, 2, 2))["payable"]) == 2_160_022
    done(pay_supplier(here, first, 1_000_010, "2026-04-15", "2026-04-16T02:45:00Z"))
    here.run_timers(DAY_90)
    assert not any(cents(line["deducted"]) for line in _rows(here))
    here.run_timers(DAY_91)
    lines = here.claim(Q3)["lines"]
    kept = [lines[line]["kept"] for line in (first, second, third)]
    assert kept == [None, "0", "0"]
    assert here.claim(Q3)["suppliers_reviewed_on"] == "2026-04-16"
    assert cents(here.account()["entitled"]) == 400_004
    done(pay_supplier(here, second, 2_000_020, "2026-04-16", "2026-04-16T14:00:00Z"))
    reclaim = f"{path(Q4)}/lines/reclaim"
    named = {"claim_id": path(Q3).rpartition("/")[2], "line_id": second}
    back = done(here.lead().post(reclaim, named, **on(MAY)))
    [returned] = back["lines"].values()
    assert (cents(returned["amount"]), returned["reclaims"]["line_id"]) == (2_000_020, second)
    assert (returned["incurred_from"], returned["stated"]["true_quarter"]) == ("2025-10-01", Q3)
    assert returned["duplicate"] is None, "it is never a duplicate of itself"
    here.enter(Q4, here.line(Q4, 1_234_567))
    settled = here.through(Q4, day=MAY)
    account = here.account()
    assert (cents(account["entitled"]), cents(account["holdback"])) == (1_693_839, 169_384)
    assert (settled["status"], cents(settled["payable"])) == ("settled", -635_567)
    rebuilt = here.here.rebuild()
    assert rebuilt.digest_before == rebuilt.digest_after


def _rows(here: Desk) -> list[dict[str, Any]]:
    listed = done(here.here.as_(eg.officer).get(f"/v1/cost-lines?project_id={eg.project}"))
    rows: list[dict[str, Any]] = listed["items"]
    return [{**row, "deducted": row["deducted"] or {"amount": "0.00"}} for row in rows]


def test_r19_partial_payments_count_for_what_they_are(here: Desk) -> None:
    [line_id] = unpaid(here, (900_000,))
    here.through(Q3, day=FILED)
    assert pay_supplier(here, line_id, 0, "2026-02-01", "2026-02-02T16:00:00Z").status_code == 422
    for day, amount in (("2026-02-01", 200_000), ("2026-04-15", 100_000)):
        done(pay_supplier(here, line_id, amount, day, f"{day}T20:00:00Z"))
    here.run_timers(DAY_91)
    line = here.claim(Q3)["lines"][line_id]
    assert line["kept"] == "1/3"
    assert cents(here.account()["entitled"]) == 120_000  # 40 % of a third of 9,000.00
    done(pay_supplier(here, line_id, 300_000, "2026-04-20", "2026-04-21T16:00:00Z"))
    reclaim = f"{path(Q4)}/lines/reclaim"
    named = {"claim_id": path(Q3).rpartition("/")[2], "line_id": line_id}
    back = done(here.lead().post(reclaim, named, **on(MAY)))
    [(new_id, returned)] = back["lines"].items()
    assert cents(returned["amount"]) == 300_000
    twice = here.lead().post(reclaim, named, **on(MAY))
    assert (twice.status_code, twice.json()["code"]) == (409, "nothing-to-reclaim")
    proof = {"sha256": "cd" * 32, "kind": "proof_of_payment"}
    done(here.lead().post(f"{path(Q4)}/lines/{new_id}/evidence", proof, **on(MAY)))
    done(here.lead().post(f"{path(Q4)}/lines/{new_id}/withdraw", **on(MAY)))
    done(here.lead().post(reclaim, named, **on(MAY)))
    beyond = pay_supplier(here, line_id, 300_001, "2026-05-01", "2026-05-02T16:00:00Z")
    assert (beyond.status_code, beyond.json()["code"]) == (409, "paid-beyond-owed")


def test_r13_a_claim_not_yet_decided_counts_only_what_was_paid(here: Desk) -> None:
    [first, _] = unpaid(here, (600_000, 400_000))
    here.file(Q3, day=FILED)
    done(pay_supplier(here, first, 150_000, "2026-03-01", "2026-03-02T16:00:00Z"))
    here.run_timers(DAY_91)
    here.assess(Q3)
    here.approve(Q3)
    assert cents(here.account()["entitled"]) == 60_000  # 40 % of a quarter of 6,000.00


def test_r13_who_was_paid_when_the_cost_was_entered_is_not_looked_up(here: Desk) -> None:
    here.enter(Q3, here.line(Q3, 500_000))
    here.through(Q3, day=FILED)
    before = len(here.here.stored())
    here.run_timers(DAY_91)
    assert here.claim(Q3)["suppliers_reviewed_on"] is None
    told = [stored.sealed for stored in here.here.stored()[before:]]
    assert len(told) == 1, "the run of the timers and nothing else"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"paid_on": "2026-05-12"}, "paid-in-future"),
        ({"amount": cad(100, "USD")}, "other-currency"),
        ({"amount": cad(-100)}, "payment-not-positive"),
    ],
)
def test_r19_a_payment_to_a_supplier_is_one(here: Desk, changes: dict[str, Any], code: str) -> None:
    [line_id] = unpaid(here, (900_000,))
    body = {"amount": cad(100), "paid_on": "2026-05-11", "proof": "ab" * 32, **changes}
    payments = f"{path(Q3)}/lines/{line_id}/supplier-payments"
    answer = here.lead().post(payments, body, **on(MAY))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_r13_a_deducted_cost_comes_back_in_a_later_quarter_of_the_same_participant(
    here: Desk,
) -> None:
    [line_id] = unpaid(here, (900_000,))
    here.through(Q3, day=FILED)
    here.run_timers(DAY_91)
    named = {"claim_id": path(Q3).rpartition("/")[2], "line_id": line_id}

    def reclaim(quarter: str, party: str = eg.terminal) -> tuple[int, str]:
        claim = path(quarter, party)
        answer = here.lead(party).post(f"{claim}/lines/reclaim", named, **on(MAY))
        return answer.status_code, answer.json()["code"]

    assert reclaim(Q4) == (409, "nothing-to-reclaim"), "its supplier is not paid yet"
    done(pay_supplier(here, line_id, 900_000, "2026-05-01", "2026-05-02T16:00:00Z"))
    assert reclaim(Q2) == (409, "reclaimed-too-early")
    assert reclaim(Q4, eg.robots) == (409, "nothing-to-reclaim")


def test_hard_case_5_a_late_line_goes_in_the_next_open_claim_with_its_true_period(
    here: Desk,
) -> None:
    here.enter(Q1, here.line(Q1, 100_000))
    late = here.line(Q1, 50_000)
    for quarter in (Q2, Q3):
        early = here.lead().post(f"{path(quarter)}/lines", late, **on(MAY))
        assert (early.status_code, early.json()["rule"]) == (409, "R-21"), "Q1 is still open"
    here.file(Q1)
    other = here.lead().post(f"{path(Q3)}/lines", late, **on(MAY))
    assert (other.status_code, other.json()["rule"]) == (409, "R-21"), "Q2 is the next open one"
    line_id = here.enter(Q2, late)
    line = here.claim(Q2)["lines"][line_id]
    assert (line["stated"]["true_quarter"], line["incurred_from"]) == (Q1, "2025-04-01")
    crossing = {**late, "incurred_to": "2025-07-01", "invoice_number": "X"}
    parts = here.lead().post(f"{path(Q2)}/lines", crossing, **on(MAY))
    assert parts.json()["rule"] == "R-18"
