"""Costs in another currency: one rate by event, fixed for good (R-22, C-008, C-009)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.reimbursement.api.exchange import published_table
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import PAYERS_DAY, Desk, cad, cents, desk, done, on, path
from tests.reimbursement.claim_examples import Q1, Q2

RATES = "/v1/exchange-rates"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def publish(here: Desk, currency: str, rates: dict[str, str]) -> dict[str, Any]:
    body = {
        "source": "a-published-table",
        "rates": [{"day": day, "rate": rate} for day, rate in rates.items()],
    }
    return done(here.here.as_(eg.finance).post(f"{RATES}/{currency}", body, **on(PAYERS_DAY)))


def days(day: str) -> dict[str, str]:
    return dict.fromkeys(("invoiced_on", "incurred_from", "incurred_to", "paid_on"), day)


def test_c008_a_refund_at_last_months_rate(here: Desk) -> None:
    publish(here, "usd", {"2025-05-14": "1.3712", "2025-06-12": "1.4219"})
    bill = here.line(Q1, 1_845_000, "USD", **days("2025-05-14"))
    billed = here.enter(Q1, bill)
    credit = here.line(Q1, -307_500, "USD", **days("2025-06-12"))
    lost = here.lead().post(f"{path(Q1)}/lines", credit, **on(PAYERS_DAY))
    assert (lost.status_code, lost.json()["code"]) == (409, "credit-without-original")
    credited = here.enter(Q1, {**credit, "credit_of": {"line_id": billed}})
    publish(here, "usd", {"2025-05-14": "9.9", "2025-06-12": "9.9"})  # It moves no fixed line.
    claim = here.through(Q1)
    lines = claim["lines"]
    assert [cents(lines[line]["amount"]) for line in (billed, credited)] == [2_529_864, -421_644]
    assert lines[credited]["rate"]["source"] == "original_line"
    assert cents(claim["assessment"]["gross"]) == 2_108_220
    assert cents(here.account()["entitled"]) == 843_288
    assert cents(here.account()["holdback"]) == 84_329
    assert cents(claim["payable"]) == 758_959


def test_r22_a_credit_of_the_full_amount_brings_the_line_to_nothing(here: Desk) -> None:
    publish(here, "usd", {"2025-05-14": "1.3712"})
    bill = here.line(Q1, 33_333, "USD", **days("2025-05-14"))
    billed = here.enter(Q1, bill)
    whole = here.line(Q2, -33_333, "USD", **days("2025-07-12"))
    here.file(Q1)
    named = {"line_id": billed, "claim_id": path(Q1).rpartition("/")[2]}
    credited = here.enter(Q2, {**whole, "credit_of": named})
    amounts = [
        cents(here.claim(Q1)["lines"][billed]["amount"]),
        cents(here.claim(Q2)["lines"][credited]["amount"]),
    ]
    assert sum(amounts) == 0
    assert amounts[0] == 45_706  # 333.33 × 1.3712 = 457.062096


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": cad(-1, "EUR")}, "credit-in-other-currency"),
        ({"amount": cad(1, "USD")}, "credit-in-other-currency"),
        ({"credit_of": {"line_id": "line_" + "0" * 32}}, "original-not-found"),
        (
            {"credit_of": {"line_id": "line_" + "0" * 32, "claim_id": ce.claim_id(Q1, eg.robots)}},
            "original-not-found",
        ),
    ],
)
def test_r22_a_credit_note_is_one_of_its_original(
    here: Desk, changes: dict[str, Any], code: str
) -> None:
    publish(here, "usd", {"2025-05-14": "1.3712"})
    billed = here.enter(Q1, here.line(Q1, 1_000, "USD", **days("2025-05-14")))
    credit = here.line(Q1, -100, "USD", credit_of={"line_id": billed})
    answer = here.lead().post(f"{path(Q1)}/lines", {**credit, **changes}, **on(PAYERS_DAY))
    assert (answer.json()["rule"], answer.json()["code"]) == ("R-22", code)


def test_c009_no_rate_on_sunday_and_none_ever(here: Desk) -> None:
    publish(here, "eur", {"2025-08-28": "1.6001", "2025-08-29": "1.6083", "2025-09-01": "1.7"})
    sunday = days("2025-08-31")
    euros = here.enter(Q2, here.line(Q2, 777_777, "EUR", **sunday))
    yen = here.enter(Q2, here.line(Q2, 100_000_000, "JPY", **sunday))
    before = here.claim(Q2)["lines"]
    assert cents(before[euros]["amount"]) == 1_250_899
    assert before[euros]["rate"]["published_on"] == "2025-08-29"
    assert before[euros]["rate"]["wanted_on"] == "2025-08-31"
    assert (cents(before[yen]["amount"]), before[yen]["rate"]) == (0, None)
    checked = done(here.lead().ask("POST", f"{path(Q2)}/check"))
    assert checked["missing"]["rates"] == [yen]
    assert checked["lines"][yen]["reason_code"] == "rate_pending"
    assert (cents(checked["eligible"]), cents(checked["entitled"])) == (1_250_899, 500_360)
    necessity = {"necessity": {"labour": "Programming."}}
    filed = here.lead().post(f"{path(Q2)}/file", necessity, **on(PAYERS_DAY))
    assert (filed.status_code, filed.json()["code"]) == (409, "rates-pending")
    assert filed.json()["lines"] == [yen]
    rate = f"{path(Q2)}/lines/{yen}/rate"
    assert done(here.lead().post(rate, {}, **on(PAYERS_DAY)))["lines"][yen]["rate"] is None
    publish(here, "jpy", {"2025-08-29": "0.00921"})
    fixed = done(here.lead().post(rate, {}, **on(PAYERS_DAY)))["lines"]
    assert cents(fixed[yen]["amount"]) == 921_000
    assert fixed[euros] == before[euros]
    again = here.lead().post(rate, {}, **on(PAYERS_DAY))
    assert (again.status_code, again.json()["code"]) == (409, "rate-is-fixed")


def test_r22_the_bank_of_canadas_table_is_loaded_by_a_command(here: Desk) -> None:
    finance = here.here.as_(eg.finance)
    load = f"{RATES}/usd/bank-of-canada"
    loaded = done(finance.post(load, **on(PAYERS_DAY)))
    assert len(loaded["rates"]) == 197
    assert loaded["rates"][0] == {
        "day": "2020-10-01",
        "rate": "3323/2500",  # 1.3292
        "source": "fx_boc_daily_2020-10_2021-07",
    }
    heads = len(here.here.stored())
    done(finance.post(load, **on(PAYERS_DAY)))
    assert len(here.here.stored()) == heads, "the same table again changes nothing"
    assert done(here.lead().get(f"{RATES}/usd"))["currency"] == "USD"
    assert not any(
        date(2020, 10, 10) <= day <= date(2020, 10, 12) for day in published_table("USD")
    )
    for wrong in ("xxx", "USD", "cad", "usdd"):
        unknown = finance.post(f"{RATES}/{wrong}/bank-of-canada")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "no-exchange-rates")
    assert here.lead().get(f"{RATES}/gbp").status_code == 404
    nothing = {"source": "x", "rates": [{"day": "2025-01-01", "rate": "0"}]}
    refused = finance.post(f"{RATES}/usd", nothing)
    assert (refused.status_code, refused.json()["code"]) == (422, "rate-of-nothing")
    assert here.lead().post(load).status_code == 403


def test_r22_the_actual_debit_counts_where_the_policy_says_so(tmp_path: Path) -> None:
    with desk(tmp_path, parameters={"fx_policy": "actual_cad_debit"}) as here:
        body = here.line(Q1, 10_000, "USD", cad_debit=cad(13_777))
        here.enter(Q1, body)
        [line] = here.claim(Q1)["lines"].values()
        assert (cents(line["amount"]), line["rate"]["rate"]) == (13_777, "13777/10000")
        later = here.enter(Q1, here.line(Q1, 20_000, "USD"))
        assert here.claim(Q1)["lines"][later]["rate"] is None
        rate = f"{path(Q1)}/lines/{later}/rate"
        done(here.lead().post(rate, {"cad_debit": cad(27_001)}, **on(PAYERS_DAY)))
        assert cents(here.claim(Q1)["lines"][later]["amount"]) == 27_001


@pytest.mark.parametrize("currency", ["USD", "CAD"])
def test_r22_a_debit_is_stated_only_where_it_counts(here: Desk, currency: str) -> None:
    publish(here, "usd", {"2025-04-01": "1.4"})
    body = here.line(Q1, 10_000, currency, cad_debit=cad(13_777))
    answer = here.lead().post(f"{path(Q1)}/lines", body, **on(PAYERS_DAY))
    assert (answer.status_code, answer.json()["code"]) == (422, "debit-not-asked")


def test_r22_all_amounts_of_an_invoice_are_in_its_currency(here: Desk) -> None:
    body = here.line(Q1, 10_000, "USD", tax=cad(500))
    answer = here.lead().post(f"{path(Q1)}/lines", body, **on(PAYERS_DAY))
    assert (answer.status_code, answer.json()["code"]) == (422, "currencies-differ")


def test_r25_what_no_ledger_holds_is_refused_before_it_is_recorded(here: Desk) -> None:
    publish(here, "usd", {"2025-04-01": "1000000"})
    most = 99_999_999_999_999
    taxed: dict[str, Any] = {"taxes": [{"tax": "gst", "amount": cad(1)}]}
    for body in (
        here.line(Q1, most, **taxed),
        here.line(Q1, most, "USD"),
        here.line(Q1, 99_999_999_999_000, "USD"),
    ):
        answer = here.lead().post(f"{path(Q1)}/lines", body, **on(PAYERS_DAY))
        assert (answer.status_code, answer.json()["code"]) == (422, "amount-too-large")
    here.enter(Q1, here.line(Q1, most))
    more = here.lead().post(f"{path(Q1)}/lines", here.line(Q1, 1), **on(PAYERS_DAY))
    assert (more.status_code, more.json()["code"]) == (422, "amount-too-large")
    debit = here.line(Q1, 1, cad_debit=cad(-1))
    assert here.lead().post(f"{path(Q1)}/lines", debit, **on(PAYERS_DAY)).status_code == 422
