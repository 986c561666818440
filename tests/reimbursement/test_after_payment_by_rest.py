"""What follows payments, with exact figures, over the interface (R-12, R-24, M-12)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.reimbursement.inbound import GracePeriodStarted, MembershipRenewed
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_desk import (
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
from tests.reimbursement.claim_examples import Q1, Q2, Q3
from tests.reimbursement.money_steps import (
    ACCOUNT,
    NO_HOLDBACK,
    claimed,
    corrected,
    elsewhere,
    excess,
    figures,
    move_to,
    paid,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


@contextmanager
def without_holdback(folder: Path) -> Iterator[Desk]:
    with desk(folder, parameters=NO_HOLDBACK) as found:
        yield found


def test_c017_the_filed_quarter_does_not_move(here: Desk) -> None:
    wrong = here.enter(Q1, here.line(Q1, 4_567_890))
    assert paid(here, Q1, [81_234_567 - 4_567_890]) == 29_244_444
    assert paid(here, Q2, [10_000_000]) == 3_600_000
    officer = here.here.as_(eg.officer)
    filed = officer.get(f"{path(Q1)}/report?view=filed")
    assert filed.status_code == 200
    correction = corrected(here, Q1, wrong, -4_567_890)
    assert correction["status"] == "approved"
    assert officer.get(f"{path(Q1)}/report?view=filed").content == filed.content
    views = [
        done(officer.get(f"{path(Q1)}/report?view={view}"))["eligible"]
        for view in ("filed", "restated")
    ]
    assert [cents(eligible) for eligible in views] == [81_234_567, 76_666_677]
    assert paid(here, Q3, [15_000_000]) == 3_755_560
    assert figures(here) == (40_666_671, 4_066_667, 0)
    [settled] = done(officer.get(f"/v1/corrections?claim_id={ce.claim_id(Q1)}"))["items"]
    assert (settled["status"], settled["settled_as"]) == ("settled", "offset")


def test_c018_a_debt_is_recovered_exactly_once(tmp_path: Path) -> None:
    with without_holdback(tmp_path) as here:
        paid(here, Q1, [250_000])
        excess(here, 123_456, "DUP-1")
        excess(here, 123_456, "DUP-1")
        assert cents(here.account()["overpaid"]) == 123_456
        assert claimed(here, Q2, [250_000])["status"] == "settled"
        assert cents(here.account()["overpaid"]) == 23_456
        assert paid(here, Q3, [1_250_000]) == 476_544
        account = here.account()
        assert (cents(account["overpaid"]), account["finished"]) == (0, True)


def test_c018_a_debt_in_another_agreement_is_subtracted_once(tmp_path: Path) -> None:
    other = eg.other_project
    with without_holdback(tmp_path) as here:
        agree(here.here, money=Money(project_id=other))
        paid(here, Q1, [250_000])
        excess(here, 123_456, "DUP-1")
        payer, sent = here.here.as_(ce.payer), []
        for quarter, amount in ((Q1, 250_000), (Q2, 1_250_000)):
            claim = elsewhere(here, other, quarter, amount)
            state = done(payer.post(f"{claim}/payment/authorise", **on(PAYERS_DAY)))
            sent.append(cents(state["payment"]["amount"]) if state["payment"] else 0)
        assert sent == [0, 476_544]
        assert cents(here.account()["overpaid"]) == 0


def test_c019_paid_returned_paid_again(tmp_path: Path) -> None:
    """13,400.00: counted as paid on 1, 8, 10 and 15 October: all, nothing, all, all."""
    with without_holdback(tmp_path) as here:
        claimed(here, Q1, [3_350_000])
        move_to(here, date(2026, 10, 14))
        payer, claim = here.here.as_(ce.payer), path(Q1)

        def does(day: date, step: str, **body: str) -> dict[str, Any]:
            return done(payer.post(f"{claim}/payment/{step}", body or None, **on(day)))

        start, back, again = date(2026, 9, 30), date(2026, 10, 7), date(2026, 10, 9)
        does(start, "authorise")
        does(start, "issue", reference="EFT-1")
        does(start, "confirm", reference="EFT-1")
        state = does(back, "return", reference="EFT-1", reason="Account closed.")
        assert state["status"] == "returned"
        for step, body in (("authorise", {}), ("issue", {"reference": "EFT-2"})):
            does(again, step, **body)
        assert does(again, "confirm", reference="EFT-2")["status"] == "paid"
        late = does(date(2026, 10, 14), "confirm", reference="EFT-1")
        assert (late["status"], late["payment"]["reference"]) == ("paid", "EFT-2")
        [first] = late["after"]["past_payments"]
        assert first["late_confirmation_on"] == "2026-10-14"
        known = [
            cents(done(payer.get(f"/v1/projects/{eg.project}/paid?until={day}"))["paid"])
            for day in ("2026-10-01", "2026-10-08", "2026-10-10", "2026-10-15")
        ]
        assert known == [1_340_000, 0, 1_340_000, 1_340_000]
        listed = done(payer.get(f"/v1/projects/{eg.project}/payments"))["items"]
        assert [row["status"] for row in listed] == ["returned", "confirmed"]
        assert [row["late_confirmation_on"] for row in listed] == ["2026-10-14", None]


@pytest.mark.parametrize("until", ["tomorrow", "2026-02-30", "20261001"])
def test_what_was_paid_by_no_such_day_is_refused(here: Desk, until: str) -> None:
    asked = here.here.as_(ce.payer).get(f"/v1/projects/{eg.project}/paid?until={until}")
    assert (asked.status_code, asked.json()["code"]) == (400, "bad-query")
    assert asked.json()["errors"][0]["pointer"] == "query: until"


def test_c020_case_20_two_approvers_in_the_same_millisecond_make_one_event(here: Desk) -> None:
    here.enter(Q1, here.line(Q1, 10_000))
    here.file(Q1)
    named = {"content_hash": here.assess(Q1)["content_hash"]}
    answers = [
        here.here.as_(person).post(f"{path(Q1)}/approve", named, **on(PAYERS_DAY))
        for person in (ce.approver, ce.second_approver)
    ]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "claim-already-decided"


@pytest.mark.parametrize(("net", "approvers"), [(25_000_000, 1), (25_000_001, 2)])
def test_c020_every_cent_belongs_to_one_band(tmp_path: Path, net: int, approvers: int) -> None:
    with desk(tmp_path, rate=Fraction(2, 5), parameters=NO_HOLDBACK) as here:
        here.enter(Q1, here.line(Q1, net * 5 // 2 if net % 2 == 0 else (net * 5 + 1) // 2))
        here.file(Q1)
        named = {"content_hash": here.assess(Q1)["content_hash"]}
        first = done(here.here.as_(ce.approver).post(f"{path(Q1)}/approve", named))
        assert len(first["approvers"]) == 1
        assert (first["status"] == "approved") == (approvers == 1)
        if approvers == 2:
            again = here.here.as_(ce.approver).post(f"{path(Q1)}/approve", named)
            assert (again.status_code, again.json()["rule"]) == (409, "X6")
            second = done(here.here.as_(ce.second_approver).post(f"{path(Q1)}/approve", named))
            assert second["status"] == "approved"


def test_case_10_grace_between_approval_and_payment(here: Desk) -> None:
    claimed(here, Q1, [10_000])
    member = f"organisation-{eg.terminal}"
    heard: dict[str, Any] = {"organisation_id": eg.terminal, "effective_on": date(2026, 5, 1)}
    here.here.hear(member, GracePeriodStarted(**heard), eg.at(2026, 5, 1))
    payer = here.here.as_(ce.payer)
    refused = payer.post(f"{path(Q1)}/payment/authorise", **on(PAYERS_DAY))
    assert (refused.status_code, refused.json()["rule"]) == (409, "R-1")
    [hold] = done(payer.get("/v1/payment-holds"))["items"]
    assert (hold["claim_id"], hold["reason"]) == (ce.claim_id(Q1), "membership")
    here.here.hear(member, MembershipRenewed(**heard), eg.at(2026, 5, 1))
    assert done(payer.get("/v1/payment-holds"))["items"] == []
    done(payer.post(f"{path(Q1)}/payment/authorise", **on(PAYERS_DAY)))


def test_m12_a_late_fact_raises_one_finding_and_undoes_nothing(here: Desk) -> None:
    paid(here, Q1, [10_000])
    heard: dict[str, Any] = {"organisation_id": eg.terminal, "effective_on": date(2026, 5, 1)}
    grace = GracePeriodStarted(**heard)
    here.here.hear(f"organisation-{eg.terminal}", grace, eg.at(2026, 5, 1))
    officer = here.here.as_(eg.officer)
    [finding] = done(officer.get("/v1/compliance-findings"))["items"]
    assert (finding["claim_id"], finding["rule"]) == (ce.claim_id(Q1), "R-1")
    assert here.claim(Q1)["status"] == "paid"
    resolve = f"{ACCOUNT}/compliance-findings/{finding['finding_id']}/resolve"
    body = {"outcome": "accepted", "reason": "Paid the week after."}
    done(officer.post(resolve, body, **on(PAYERS_DAY)))
    [resolved] = done(officer.get("/v1/compliance-findings"))["items"]
    assert resolved["outcome"] == "accepted"
