"""The cases about cost lines, with their exact figures, over the interface."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import (
    AGREEMENT,
    PAYERS_DAY,
    Desk,
    cad,
    cents,
    desk,
    done,
    on,
    path,
)
from tests.reimbursement.claim_examples import Q1, Q2, Q3, Q4

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def test_c005_one_invoice_three_partners_one_stray_cent(here: Desk) -> None:
    weights = {eg.terminal: "7", eg.robots: "5", eg.institute: "1"}
    shared = here.line(Q1, 700_273, shared_between=weights)
    for party in (eg.institute, eg.terminal, eg.robots):
        here.enter(Q1, shared, party)
    parts, entitled = {}, {}
    for party in weights:
        [line] = here.claim(Q1, party)["lines"].values()
        parts[party] = cents(line["amount"])
        here.through(Q1, party)
        entitled[party] = cents(here.account(party)["entitled"])
    assert list(parts.values()) == [377_070, 269_336, 53_867]
    assert list(entitled.values()) == [150_828, 107_734, 21_547]
    assert sum(parts.values()) == 700_273


def test_c007_the_same_invoice_three_tax_positions(here: Desk) -> None:
    for tax in ("gst", "qst"):
        for party, share in (
            (eg.terminal, "1"),
            (eg.robots, "0.83" if tax == "gst" else "0.515"),
            (eg.institute, "0"),
        ):
            body = {"organisation_id": party, "tax": tax, "share": share}
            declared = {**body, "applies_from": "2025-04-01"}
            done(here.lead(party).post(f"{AGREEMENT}/tax-recovery", declared, **on(PAYERS_DAY)))
    taxes = [
        {"tax": "gst", "amount": cad(61_728)},
        {"tax": "qst", "amount": cad(123_148)},
    ]
    found = {}
    for party in (eg.terminal, eg.robots, eg.institute):
        line_id = here.enter(Q1, here.line(Q1, 1_234_567, taxes=taxes), party)
        line = here.through(Q1, party)["lines"][line_id]
        found[party] = (cents(line["eligible"]), cents(here.account(party)["entitled"]))
        recovery = [tax["recovery"] for tax in line["stated"]["taxes"]]
        recovered = [tax["recovered_hundredths"] for tax in line["stated"]["taxes"]]
        if party == eg.robots:
            assert (recovery, recovered) == (["83/100", "103/200"], [51_234, 63_421])
    assert list(found.values()) == [
        (1_234_567, 493_827),
        (1_304_788, 521_915),
        (1_419_443, 567_777),
    ]


def test_r20_the_share_is_that_of_the_invoice_date_and_stays_with_the_line(here: Desk) -> None:
    lead = here.lead()
    body = {"organisation_id": eg.terminal, "tax": "gst", "share": "0.5"}
    recovery = f"{AGREEMENT}/tax-recovery"
    done(lead.post(recovery, {**body, "applies_from": "2025-04-01"}, **on(PAYERS_DAY)))
    taxes = [{"tax": "gst", "amount": cad(5_000)}]
    early = here.enter(Q1, here.line(Q1, 100_000, taxes=taxes))
    later = {**body, "share": "0", "applies_from": "2025-04-02"}
    done(lead.post(recovery, later, **on(PAYERS_DAY)))
    late = here.enter(Q1, here.line(Q1, 100_000, taxes=taxes, invoiced_on="2025-04-02"))
    again = here.enter(Q1, here.line(Q1, 100_000, taxes=taxes))
    amounts = [cents(here.claim(Q1)["lines"][line]["amount"]) for line in (early, late, again)]
    assert amounts == [102_500, 105_000, 102_500]
    assert lead.post(recovery, {**later, "organisation_id": eg.robots}).status_code == 403


def test_r20_a_tax_inside_a_price_is_taken_out_of_the_document(here: Desk) -> None:
    inside = [{"tax": "gst", "rate": "0.05"}, {"tax": "qst", "rate": "0.09975"}]
    line_id = here.enter(Q1, here.line(Q1, 1_149_750, taxes=inside))
    line = here.claim(Q1)["lines"][line_id]
    assert cents(line["amount"]) == 1_000_000  # 11,497.50 ÷ 1.14975
    assert [tax["amount_hundredths"] for tax in line["stated"]["taxes"]] == [50_000, 99_750]


def test_c015_a_years_licence_across_two_fiscal_years_and_an_end_date(tmp_path: Path) -> None:
    with desk(tmp_path, end_date=date(2026, 6, 30), now=eg.at(2026, 7, 20)) as here:
        licence = here.line(
            Q3,
            3_651_234,
            invoiced_on="2025-11-15",
            paid_on="2025-11-15",
            incurred_from="2025-11-15",
            incurred_to="2026-11-14",
        )
        day = date(2026, 7, 20)
        refused = here.lead().post(f"{path(Q3)}/lines", licence, **on(day))
        assert (refused.status_code, refused.json()["rule"]) == (409, "R-18")
        parts = refused.json()["parts"]
        assert [(cents(part["amount"]), part["eligible"]) for part in parts] == [
            (470_159, True),
            (900_304, True),
            (910_308, True),
            (1_370_463, False),
        ]
        entitled, payable = [], []
        for part in parts[:3]:
            days = {name: part[name] for name in ("incurred_from", "incurred_to")}
            whole = {"service_from": "2025-11-15", "service_to": "2026-11-14"}
            line_id = here.enter(part["quarter"], {**licence, **days, **whole})
            claim = here.through(part["quarter"], day=day)
            assert cents(claim["lines"][line_id]["eligible"]) == cents(part["amount"])
            entitled.append(cents(here.account()["entitled"]))
            payable.append(cents(claim["payable"]))
        assert entitled == [188_064, 548_185, 912_308]
        assert payable == [169_258, 324_108, 327_711]


def test_c006_the_claim_that_is_only_a_credit_note(here: Desk) -> None:
    for amount in (4_821_735, -1_193_010, 764_444):
        here.enter(Q1, here.line(Q1, amount))
    here.through(Q1)
    assert cents(here.account()["entitled"]) == 1_757_268
    assert cents(here.pay(Q1)["payable"]) == 1_581_541
    here.enter(Q2, here.line(Q2, -1_250_003))
    settled = here.through(Q2)
    assert (settled["status"], cents(settled["payable"])) == ("settled", -450_002)
    assert cents(here.account()["entitled"]) == 1_257_266
    here.enter(Q3, here.line(Q3, 2_000_000))
    assert cents(here.through(Q3)["payable"]) == 269_998


def test_c013_the_evening_of_30_june(here: Desk) -> None:
    lines = [
        (Q1, 111_111, "2025-06-30"),
        (Q2, 222_222, "2025-07-01"),
        (Q1, 333_333, "2025-06-30"),
        (Q4, 444_444, "2026-03-31"),
    ]
    lead, evening = here.lead(), {"effective_at": "2025-07-01T01:30:00Z"}
    for quarter, amount, day in lines:
        days = dict.fromkeys(("invoiced_on", "incurred_from", "incurred_to"), day)
        body = here.line(quarter, amount, paid_on=None, **days)
        dated = evening if quarter == Q1 else on(PAYERS_DAY)
        found = done(lead.post(f"{path(quarter)}/lines", body, **dated))
        for line_id in found["lines"]:
            here.prove(quarter, line_id)
        other = Q2 if quarter == Q1 else Q1
        elsewhere = lead.post(f"{path(other)}/lines", body, **on(PAYERS_DAY))
        assert (elsewhere.status_code, elsewhere.json()["rule"]) == (409, "R-21")
    entitled, payable = [], []
    for quarter in (Q1, Q2, Q4):
        payable.append(cents(here.through(quarter)["payable"]))
        entitled.append(cents(here.account()["entitled"]))
    assert entitled == [177_778, 266_666, 444_444]
    assert payable == [160_000, 79_999, 160_001]


def test_c014_a_claim_is_due_at_the_end_of_the_day_in_toronto(tmp_path: Path) -> None:
    """R-3, X11: both are accepted; late is decided once, from the recorded instant."""
    due = {Q1: "2025-08-14", Q2: "2025-11-14", Q3: "2026-02-14", Q4: "2026-05-15"}
    instant = datetime(2026, 2, 15, 4, 59, 59, tzinfo=UTC)
    with desk(tmp_path, now=instant - timedelta(hours=9)) as here:
        assert {quarter: here.claim(quarter)["due_on"] for quarter in due} == due
        for party in (eg.terminal, eg.robots):
            here.enter(Q3, here.line(Q3, 10_000), party)
        here.here.clock.instant = instant
        on_time = here.file(Q3, eg.terminal, date(2026, 2, 14))
        here.here.clock.instant = instant + timedelta(seconds=1)
        late = here.file(Q3, eg.robots, date(2026, 2, 14))
        assert [(claim["status"], claim["late"]) for claim in (on_time, late)] == [
            ("filed", False),
            ("filed", True),
        ]
        here.here.clock.instant = instant + timedelta(days=400)
        rebuilt = here.here.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after
        assert not here.claim(Q3)["late"]


def test_r7_shares_of_one_invoice_never_exceed_it(here: Desk) -> None:
    halves = here.line(Q1, 100_000, shared_between={eg.terminal: "1", eg.robots: "1"})
    here.enter(Q1, halves, eg.terminal)
    here.enter(Q1, halves, eg.robots)
    third = {**halves, "shared_between": {eg.institute: "1", eg.terminal: "1000"}}
    claim = path(Q1, eg.institute)
    answer = here.lead(eg.institute).post(f"{claim}/lines", third, **on(PAYERS_DAY))
    assert (answer.status_code, answer.json()["code"]) == (409, "shares-beyond-invoice")
    assert answer.json()["left"] == "0"
    assert here.claim(Q1, eg.institute)["lines"] == {}


def test_x5_a_claim_may_be_filed_as_of_a_day_before_anothers(here: Desk) -> None:
    here.enter(Q2, here.line(Q2, 1_000))
    here.file(Q2, day=date(2026, 5, 25))
    here.enter(Q1, here.line(Q1, 1_000), eg.robots)
    assert here.file(Q1, eg.robots, day=date(2026, 5, 21))["status"] == "filed"
