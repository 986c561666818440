"""Hard cases 12, 13 and 18 over HTTP, with their figures."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import (
    AGREEMENT,
    Desk,
    cad,
    cents,
    desk,
    done,
    on,
    path,
)
from tests.reimbursement.claim_examples import Q1, Q2

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def proposed(here: Desk, quarter: str) -> tuple[int, list[str]]:
    """What the rules accept of the only line, and why not all of it: before and after filing."""
    checked = done(here.lead().ask("POST", f"{path(quarter)}/check"))
    [before] = checked["lines"].values()
    here.file(quarter)
    here.assess(quarter)
    [after] = here.claim(quarter)["lines"].values()
    assert cents(checked["eligible"]) == cents(after["eligible"])
    return cents(after["eligible"]), [cut["reason_code"] for cut in before["cuts"]]


def test_case_12_r4_three_weeks_abroad_disallow_their_days(here: Desk) -> None:
    """21 of 91 days: 9,100.00 become 7,000.00."""
    body = here.line(
        Q1,
        910_000,
        incurred_from="2025-04-01",
        incurred_to="2025-06-30",
        abroad=[{"first": "2025-05-01", "last": "2025-05-21"}],
    )
    here.enter(Q1, body)
    assert proposed(here, Q1) == (700_000, ["abroad"])
    assert cents(here.approve(Q1)["payable"]) == 252_000


def test_case_13_a_related_partys_price_counts_up_to_the_market_value(here: Desk) -> None:
    body = here.line(Q1, 90_000, related_party=True, market_value=cad(70_000))
    here.enter(Q1, body)
    assert proposed(here, Q1) == (70_000, ["above_market_value"])


def test_case_18_terminated_in_mid_quarter_what_was_spent_until_then_is_paid(here: Desk) -> None:
    """The agreement ends on 15 August: what was spent then is claimed, what came after counts 0."""
    spent: dict[str, Any] = dict.fromkeys(
        ("invoiced_on", "incurred_from", "incurred_to", "paid_on"), "2025-08-14"
    )
    ended = {"reason": "Its market is gone.", "last_eligible_date": "2025-08-15"}
    terminated = here.here.as_(eg.officer).post(
        f"{AGREEMENT}/terminate", ended, **on(date(2025, 8, 20))
    )
    assert done(terminated)["status"] == "terminated"
    here.enter(Q2, here.line(Q2, 10_000_000, **spent))
    late = here.line(Q2, 5_000, **dict.fromkeys(spent, "2025-08-16"))
    here.enter(Q2, late)
    here.file(Q2)
    here.assess(Q2)
    here.approve(Q2)
    assert here.pay(Q2)["status"] == "paid"
    assert cents(here.account()["paid"]) == 3_600_000
    assert cents(here.account()["entitled"]) == 4_000_000
    worth = {line["incurred_from"]: line for line in here.claim(Q2)["lines"].values()}
    assert cents(worth["2025-08-16"]["eligible"]) == 0
