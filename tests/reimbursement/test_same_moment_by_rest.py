"""Two persons at the same moment: one event, one answer 409, each cent once (C-018, C-020)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import (
    AGREEMENT,
    PAYERS_DAY,
    Desk,
    Money,
    agree,
    cents,
    desk,
    done,
    on,
    path,
)
from tests.reimbursement.claim_examples import Q1, Q2
from tests.reimbursement.money_steps import NO_HOLDBACK, claimed, elsewhere, excess, paid

TODAY = on(PAYERS_DAY)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, parameters=NO_HOLDBACK) as found:
        yield found


def together(*asks: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """All of them at once, each in a thread of its own."""
    with ThreadPoolExecutor(len(asks)) as threads:
        return [asked.result() for asked in [threads.submit(ask) for ask in asks]]


def test_c020_case_20_two_approvers_at_once_make_one_event(here: Desk) -> None:
    here.enter(Q1, here.line(Q1, 10_000))
    here.file(Q1)
    named = {"content_hash": here.assess(Q1)["content_hash"]}
    callers = [here.here.as_(person) for person in (ce.approver, ce.second_approver)] * 4
    answers = together(
        *(partial(one.post, f"{path(Q1)}/approve", named, **TODAY) for one in callers)
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert events(here, "ClaimApproved") == events(here, "CostsAccepted") == 1


def test_r24_a_payment_is_authorised_once_however_many_press(here: Desk) -> None:
    claimed(here, Q1, [10_000])
    payer = here.here.as_(ce.payer)
    authorise = f"{path(Q1)}/payment/authorise"
    answers = together(*(partial(payer.post, authorise, **TODAY) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert events(here, "PaymentAuthorised") == 1


def test_c018_claims_paid_at_once_recover_a_debt_exactly_once(here: Desk) -> None:
    agree(here.here, money=Money(project_id=eg.other_project))
    paid(here, Q1, [250_000])
    excess(here, 123_456, "DUP-1")
    claims = [
        elsewhere(here, eg.other_project, quarter, amount)
        for quarter, amount in ((Q1, 250_000), (Q2, 1_250_000))
    ]
    payer = here.here.as_(ce.payer)
    answers = together(
        *(partial(payer.post, f"{claim}/payment/authorise", **TODAY) for claim in claims)
    )
    sent = [
        cents(state["payment"]["amount"]) if state["payment"] else 0 for state in map(done, answers)
    ]
    assert sum(sent) == 600_000 - 123_456
    assert cents(here.account()["overpaid"]) == 0


def test_r17_batches_at_once_never_share_a_room_twice(here: Desk) -> None:
    """The ceiling is 10,000,000.00; both ask for more than half of it."""
    batches = []
    for party in (eg.terminal, eg.robots):
        here.enter(Q1, here.line(Q1, 1_500_000_000), party)
        here.file(Q1, party)
        named = {"content_hash": here.assess(Q1, party)["content_hash"]}
        first = f"{path(Q1, party)}/approve"
        done(here.here.as_(ce.approver).post(first, named, **TODAY))
        batches.append({"claims": [{"claim_id": ce.claim_id(Q1, party), **named}]})
    second = here.here.as_(ce.second_approver)
    together(
        *(partial(second.post, f"{AGREEMENT}/claims/approve", body, **TODAY) for body in batches)
    )
    entitled = [cents(here.account(party)["entitled"]) for party in (eg.terminal, eg.robots)]
    assert sorted(entitled) == [400_000_000, 600_000_000]


def events(here: Desk, name: str) -> int:
    kind = f".{name}.v1"
    return sum(kind in stored.sealed.envelope for stored in here.here.stored())
