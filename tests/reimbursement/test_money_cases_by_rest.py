"""The cases about money, with their exact figures, over the interface (R-2, R-12, X9)."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest

from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import (
    AGREEMENT,
    PAYERS_DAY,
    Desk,
    Money,
    cents,
    desk,
    done,
    granted,
    on,
    path,
)
from tests.reimbursement.claim_examples import Q1, Q2, Q3, Q4
from tests.reimbursement.money_steps import (
    ACCOUNT,
    claimed,
    figures,
    paid,
    release,
    report_accepted,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


SEVEN = [10_001, 20_006, 33_331, 47_116, 58_221, 64_446, 99_991]


def test_c001_seven_lines_lose_no_cent(here: Desk) -> None:
    assert paid(here, Q1, SEVEN) == 119_920
    assert figures(here) == (133_245, 13_325, 0)


def test_c001_any_order_or_grouping_gives_the_same(here: Desk) -> None:
    paid(here, Q1, SEVEN[4:])
    paid(here, Q2, SEVEN[:2])
    paid(here, Q3, SEVEN[2:4])
    assert figures(here) == (133_245, 13_325, 0)


def test_c002_three_equal_thirds(here: Desk) -> None:
    assert [paid(here, quarter, [33_333]) for quarter in (Q1, Q2, Q3)] == [12_000, 11_999, 12_001]
    assert figures(here) == (40_000, 4_000, 0)


def test_c003_a_tie_goes_up_and_two_cents_are_kept(tmp_path: Path) -> None:
    with desk(tmp_path, rate=Fraction(3, 8)) as here:
        assert paid(here, Q1, [8_765_436]) == 2_958_335
        assert figures(here) == (3_287_039, 328_704, 0)
        assert claimed(here, Q2, [-4])["status"] == "settled"
        assert figures(here) == (3_287_037, 328_704, -2)


def test_c004_decimals_that_are_not_what_they_seem(tmp_path: Path) -> None:
    amounts = ["33730648.78", 1511033.6, "35126336.82", "4.35", 1.15, "1184010.69"]
    with granted(tmp_path, Money(ceiling_cents=5_000_000_000)) as here:
        for amount in amounts:
            here.enter(Q1, here.line(Q1, 0, amount={"amount": amount, "currency": "CAD"}))
        wrong = here.line(Q1, 0, amount={"amount": "35126336.823", "currency": "CAD"})
        refused = here.lead().post(f"{path(Q1)}/lines", wrong, **on(PAYERS_DAY))
        assert refused.status_code == 422
        lines = here.claim(Q1)["lines"].values()
        assert sorted(cents(line["amount"]) for line in lines) == [
            115, 435, 118_401_069, 151_103_360, 3_373_064_878, 3_512_633_682,
        ]  # fmt: skip
        here.through(Q1)
        assert figures(here) == (2_862_081_416, 286_208_142, 2_575_873_274)


def test_c006_the_claim_that_is_only_a_credit_note(here: Desk) -> None:
    assert paid(here, Q1, [4_821_735, -1_193_010, 764_444]) == 1_581_541
    second = claimed(here, Q2, [-1_250_003])
    assert second["status"] == "settled"
    assert figures(here) == (1_257_266, 125_727, -450_002)
    assert paid(here, Q3, [2_000_000]) == 269_998
    assert figures(here) == (2_057_266, 205_727, 0)


def test_c011_two_pending_claims_and_one_cap_in_any_order(tmp_path: Path) -> None:
    for number, order in enumerate(permutations((Q3, Q4))):
        money = Money(caps={eg.terminal: 25_000_000})
        with granted(tmp_path / str(number), money) as here:
            assert paid(here, Q1, [61_234_567]) == 22_044_444
            for quarter, amount in ((Q3, 3_000_000), (Q4, 2_500_000)):
                here.enter(quarter, here.line(quarter, amount))
                here.file(quarter)
                here.assess(quarter)
            found = [here.approve(quarter) for quarter in order]
            assert [cents(claim["payable"]) for claim in found] == [455_556, 0]
            assert figures(here)[:2] == (25_000_000, 2_500_000)


def test_c011_approved_at_the_same_moment_the_total_is_the_same(tmp_path: Path) -> None:
    with granted(tmp_path, Money(caps={eg.terminal: 25_000_000})) as here:
        paid(here, Q1, [61_234_567])
        claims = []
        for quarter, amount in ((Q4, 2_500_000), (Q3, 3_000_000)):
            here.enter(quarter, here.line(quarter, amount))
            here.file(quarter)
            named = here.assess(quarter)
            claims.append({"claim_id": ce.claim_id(quarter), "content_hash": named["content_hash"]})
        approver = here.here.as_(ce.approver)
        done(approver.post(f"{AGREEMENT}/claims/approve", {"claims": claims}, **on(PAYERS_DAY)))
        assert sorted(cents(here.claim(quarter)["payable"]) for quarter in (Q3, Q4)) == [0, 455_556]


def test_c012_a_quiet_quarter_pays_zero(tmp_path: Path) -> None:
    with desk(tmp_path, parameters={"holdback_pct": "0.075"}) as here:
        assert paid(here, Q1, [12_500_010]) == 4_625_004
        assert figures(here) == (5_000_004, 375_000, 0)
        assert paid(here, Q3, [7]) == 2
        assert figures(here) == (5_000_007, 375_001, 0)
        assert release(here).status_code == 409
        report_accepted(here)
        assert release(here).status_code == 200
        payer = here.here.as_(ce.payer)
        done(payer.post(f"{ACCOUNT}/payment/authorise", **on(PAYERS_DAY)))
        assert cents(here.account()["payment"]["amount"]) == 375_001
        assert 4_625_004 + 2 + 375_001 == 5_000_007
