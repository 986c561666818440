"""What a participant is owed: cumulative, exact, rounded once, under cap and ceiling (R-2, R-17).

The figures of C-001, C-002, C-003, C-006, C-011, C-012 and C-013.
"""

from datetime import date
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    ReleaseHoldback,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.entitlement import accepted_by_rate, entitlement
from services.reimbursement.events.claim import RateShare
from shared.kernel.money import half_up
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2, Q3, Q4
from tests.support.spec import Given

SEVEN = (10_001, 20_006, 33_331, 47_116, 58_221, 64_446, 99_991)


def figures(here: Given) -> tuple[int, int, int]:
    account = ce.account_of(here)
    return account.entitled_cents, account.holdback_cents, account.paid_cents


@pytest.mark.parametrize("amounts", [SEVEN, SEVEN[::-1], (333_112,), (10_001, 323_111)])
def test_lines_are_added_before_they_are_rounded(amounts: tuple[int, ...]) -> None:
    here = ce.paid(ce.in_force(), Q1, amounts)
    assert figures(here) == (133_245, 13_325, 119_920)
    assert ce.claim_of(here).payable_cents == 119_920


def test_three_equal_quarters_share_the_cents_of_the_cumulative_sum() -> None:
    here = ce.in_force()
    seen = []
    for quarter in (Q1, Q2, Q3):
        here = ce.paid(here, quarter, [33_333])
        seen.append((*figures(here), ce.claim_of(here, quarter).payable_cents))
    assert seen == [
        (13_333, 1_333, 12_000, 12_000),
        (26_666, 2_667, 23_999, 11_999),
        (40_000, 4_000, 36_000, 12_001),
    ]


def test_a_tie_goes_up_and_a_debit_of_two_cents_is_kept() -> None:
    here = ce.paid(ce.in_force(rate=Fraction(3, 8)), Q1, [8_765_436])
    assert figures(here) == (3_287_039, 328_704, 2_958_335)
    here = ce.paid(here, Q2, [-4])
    assert figures(here) == (3_287_037, 328_704, 2_958_335)
    assert ce.account_of(here).payable_cents == -2
    assert ce.claim_of(here, Q2).status == "settled"
    assert ce.claim_of(here, Q2).payable_cents == -2


def test_a_claim_that_is_only_a_credit_note_is_settled_and_its_debit_carried() -> None:
    here = ce.paid(ce.in_force(), Q1, [4_821_735, -1_193_010, 764_444])
    assert figures(here) == (1_757_268, 175_727, 1_581_541)
    assessed = ce.assessed(here, Q2, [-1_250_003])
    assert ce.claim_of(assessed, Q2).payable_cents == -450_002
    here = ce.paid(here, Q2, [-1_250_003])
    assert figures(here) == (1_257_266, 125_727, 1_581_541)
    assert ce.claim_of(here, Q2).status == "settled"
    here = ce.assessed(here, Q3, [2_000_000])
    assessment = ce.claim_of(here, Q3).assessment
    assert assessment is not None
    assert (assessment.offset_cents, assessment.payable_cents) == (-450_002, 269_998)
    here = here.after(ce.approve(here, Q3), ce.authorise(Q3))
    assert figures(here) == (2_057_266, 205_727, 1_851_539)


def at_the_cap() -> Given:
    """Two quarters paid, and 250,000.00 is all that the participant may ever get."""
    here = ce.in_force(caps={eg.terminal: 25_000_000})
    here = ce.paid(here, Q1, [61_234_567])
    assert figures(here) == (24_493_827, 2_449_383, 22_044_444)
    return ce.assessed(ce.assessed(here, Q3, [3_000_000]), Q4, [2_500_000])


@pytest.mark.parametrize(("first", "second"), [(Q3, Q4), (Q4, Q3)])
@pytest.mark.parametrize("pay_between", [True, False])
def test_two_pending_claims_share_what_the_cap_leaves_once(
    first: str, second: str, pay_between: bool
) -> None:
    here = at_the_cap()
    for quarter in (Q3, Q4):
        assert ce.claim_of(here, quarter).payable_cents == 455_556
    here = here.after(ce.approve(here, first))
    if pay_between:
        here = here.after(ce.authorise(first))
    here = here.after(ce.approve(here, second))
    assert ce.claim_of(here, second).status == "settled"
    if not pay_between:
        here = here.after(ce.authorise(first))
    assert figures(here) == (25_000_000, 2_500_000, 22_500_000)
    account = ce.account_of(here)
    assert sum(account.accepted_cents.values()) == 61_234_567 + 3_000_000 + 2_500_000


def test_a_quiet_quarter_pays_nothing_and_the_release_completes_the_sum() -> None:
    here = ce.paid(ce.in_force(holdback_pct=Fraction(3, 40)), Q1, [12_500_010])
    assert figures(here) == (5_000_004, 375_000, 4_625_004)
    here = ce.paid(here, Q3, [7])
    assert ce.claim_of(here, Q3).payable_cents == 2
    here = ce.with_final_report(here)
    account: dict[str, Any] = {"project_id": eg.project, "organisation_id": eg.terminal}
    release = ReleaseHoldback(**account, **ce.by(eg.officer))
    (released,) = here.when(release).then_names("HoldbackReleased")
    assert released.model_dump()["amount_cents"] == 375_001
    authorise = AuthoriseAccountPayment(payment_id=ce.payment_id(9), **account, **ce.by(ce.payer))
    here = here.after(release, authorise)
    assert figures(here) == (5_000_007, 0, 5_000_007)


def test_costs_belong_to_their_civil_day_whenever_they_are_entered() -> None:
    here = ce.in_force()
    for quarter, day, cents in (
        (Q1, date(2025, 6, 30), [111_111, 333_333]),
        (Q2, date(2025, 7, 1), [222_222]),
        (Q4, date(2026, 3, 31), [444_444]),
    ):
        for number, amount in enumerate(cents, 1):
            line = ce.cost(quarter, number, amount_cents=amount, incurred_from=day, incurred_to=day)
            here = here.after(line, ce.proof(line))
        here = here.after(ce.file(quarter))
        for number, amount in enumerate(cents, 1):
            here = here.after(ce.assess_line(ce.line_id(number), amount, quarter))
        here = here.after(ce.assess(quarter))
        here = here.after(ce.approve(here, quarter), ce.authorise(quarter))
    payables = [ce.claim_of(here, quarter).payable_cents for quarter in (Q1, Q2, Q4)]
    assert payables == [160_000, 79_999, 160_001]
    assert ce.account_of(here).entitled_cents == 444_444


def test_the_ceiling_binds_the_sum_over_participants() -> None:
    here = ce.in_force(ceiling_cents=50_000)
    here = ce.approved(here, Q1, [100_000])
    here = ce.approved(here, Q1, [100_000], eg.robots)
    partner: Account = here.state(f"account-{eg.project}.{eg.robots}")
    assert (ce.account_of(here).entitled_cents, partner.entitled_cents) == (40_000, 10_000)
    agreement: Agreement = here.state(eg.agreement_stream)
    assert (agreement.room_cents, agreement.batches) == (0, 2)


def test_a_reduction_frees_room_for_the_next_claim() -> None:
    here = ce.in_force(ceiling_cents=50_000)
    here = ce.approved(here, Q1, [100_000])
    here = ce.approved(here, Q1, [100_000], eg.robots)
    here = ce.approved(here, Q2, [-50_000])
    assert ce.account_of(here).entitled_cents == 20_000
    here = ce.approved(here, Q2, [1], eg.robots)
    partner: Account = here.state(f"account-{eg.project}.{eg.robots}")
    assert partner.entitled_cents == 30_000


def test_a_line_over_a_change_of_rate_is_cut_there_by_days() -> None:
    agreement = ce.agreed()
    half = Fraction(1, 2)
    rates = tuple(
        rate.model_copy(update=update)
        for rate in agreement.rates
        for update in (
            {"applies_to": date(2025, 4, 11)},
            {"applies_from": date(2025, 4, 11), "rate": half},
        )
    )
    changed = agreement.model_copy(update={"rates": rates})
    here = Given(DOMAIN, ce.history(changed))
    line = ce.cost(amount_cents=100, incurred_to=date(2025, 4, 30))
    here = here.after(line, ce.proof(line), ce.file(), ce.assess_line(line.line_id, 100))
    shares = accepted_by_rate(ce.claim_of(here), here.state(eg.agreement_stream))
    assert shares == (
        RateShare(rate=Fraction(2, 5), accepted_cents=33),
        RateShare(rate=half, accepted_cents=67),
    )


def test_no_order_of_approvals_changes_a_sum_below_the_ceiling() -> None:
    claims = {Q1: [33_333], Q2: [-12_345], Q3: [77_777, 1]}
    ends = set()
    for order in permutations(claims):
        here = ce.in_force()
        for quarter in claims:
            here = ce.assessed(here, quarter, claims[quarter])
        for quarter in order:
            here = here.after(ce.approve(here, quarter))
        account = ce.account_of(here)
        ends.add((account.entitled_cents, account.holdback_cents, account.payable_cents))
    assert ends == {(39_506, 3_951, 35_555)}


CENTS = st.integers(-300_000, 900_000)
CLAIMS = st.lists(st.lists(CENTS, min_size=1, max_size=4), min_size=1, max_size=4)


@settings(max_examples=25)
@for_all(
    claims=CLAIMS,
    rate=st.fractions(0, 1, max_denominator=97),
    ceiling_cents=st.integers(1, 1_000_000),
    late=st.sets(st.integers(0, 3)),
)
def test_payments_and_holdback_are_the_rounded_share_and_never_above_the_ceiling(
    claims: list[list[int]], rate: Fraction, ceiling_cents: int, late: set[int]
) -> None:
    """Whatever the grouping of lines, and whether a claim is paid at once or after all others."""
    here = ce.in_force(rate=rate, ceiling_cents=ceiling_cents)
    waiting = []
    for index, (quarter, amounts) in enumerate(zip((Q1, Q2, Q3, Q4), claims, strict=False)):
        here = ce.approved(here, quarter, amounts)
        if ce.claim_of(here, quarter).status == "approved":
            if index in late:
                waiting.append(quarter)
            else:
                here = here.after(ce.authorise(quarter))
        account = ce.account_of(here)
        assert account.entitled_cents <= ceiling_cents
        assert account.paid_cents <= ceiling_cents
    for quarter in waiting:
        here = here.after(ce.authorise(quarter))
    account = ce.account_of(here)
    total = sum(sum(amounts) for amounts in claims)
    assert account.entitled_cents == min(half_up(rate * total), ceiling_cents)
    assert account.paid_cents + account.holdback_cents + account.free_cents == (
        account.entitled_cents
    )
    assert account.free_cents <= 0


@for_all(
    accepted=st.lists(CENTS, min_size=1, max_size=8),
    rate=st.fractions(0, 1, max_denominator=97),
)
def test_grouping_changes_nothing(accepted: list[int], rate: Fraction) -> None:
    agreement: Agreement = ce.in_force().state(eg.agreement_stream)
    together = [RateShare(rate=rate, accepted_cents=sum(accepted))]
    apart = [RateShare(rate=rate, accepted_cents=cents) for cents in accepted]
    assert entitlement(Account(), agreement, eg.terminal, together) == entitlement(
        Account(), agreement, eg.terminal, apart
    )
