"""Corrections after an approval: two persons, the band, the balance (R-11, R-12, R-24)."""

import pytest

from services.reimbursement.commands.aftermath import WithdrawCorrection
from services.reimbursement.commands.payment import AuthoriseAccountPayment
from services.reimbursement.domain.approval import OtherContent
from services.reimbursement.domain.claim_refusals import ClaimNotFound, CostLineNotFound
from services.reimbursement.domain.correcting import (
    AdjustedBeyondClaimed,
    CorrectionDecided,
    CorrectionNotFound,
    NothingAdjusted,
    NothingToCorrect,
    OriginNotYours,
)
from services.reimbursement.domain.holdback import HoldbackNotReleased
from services.reimbursement.domain.payment_course import PaymentAlreadyAuthorised
from services.reimbursement.events.correction import CorrectionApprovalGiven, CorrectionApproved
from services.reimbursement.events.debt import OverpaymentEstablished, TopUpAuthorised
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal, SamePerson
from tests.reimbursement import aftermath_examples as ae
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2
from tests.support.spec import Given

here = ce.in_force()
paid = ce.paid(here, Q1, [10_000])
opened = paid.after(ae.opened())
down = opened.after(ae.adjust(-2_500))
approved_down = down.after(ae.approve(down))
half = ce.assessed_in_part(here, Q1, 10_000, 6_000)
up = half.after(ae.opened(), ae.adjust(4_000))
approved_up = up.after(ae.approve(up))
top_up = AuthoriseAccountPayment(payment_id=ce.payment_id(9), **ae.ACCOUNT, **ce.by(ce.payer))


def test_r11_a_paid_claim_never_changes_a_correction_refers_to_it() -> None:
    before, after = ce.claim_of(paid), ce.claim_of(approved_down)
    assert (after.content_hash, after.assessment, after.status) == (
        before.content_hash,
        before.assessment,
        "paid",
    )
    line, was = after.line(ce.line_id(1)), before.line(ce.line_id(1))
    assert (line.eligible_cents, line.adjusted_cents) == (was.eligible_cents, -2_500)
    assert line.counted_cents == 7_500


def test_r12_an_error_found_after_payment_is_owed_and_taken_from_the_next_claim() -> None:
    events = down.when(ae.approve(down)).then_names(
        "CorrectionApproved",
        "EntitlementRestated",
        "OverpaymentEstablished",
        "CeilingShared",
        "DebtListed",
    )
    overpaid = events[2]
    assert isinstance(overpaid, OverpaymentEstablished)
    assert (overpaid.cause, overpaid.source) == ("correction", ae.correction_id(1))
    assert (overpaid.amount_cents, overpaid.balance_cents) == (900, -900)
    account = ce.account_of(approved_down)
    assert (account.payable_cents, account.overpaid_cents, account.owed_cents) == (-900, 900, 900)
    assert not account.finished
    later = ce.approved(approved_down, Q2, [10_000])
    assert ce.claim_of(later, Q2).payable_cents == 3_600 - 900
    assert ce.account_of(later).debt.corrections == {}


def test_r12_an_error_in_the_other_direction_is_topped_up_by_others() -> None:
    (event, *_) = up.when(ae.approve(up)).then_names(
        "CorrectionApproved", "EntitlementRestated", "CeilingShared"
    )
    assert isinstance(event, CorrectionApproved)
    assert event.net_cents == 1_440
    assert ce.account_of(approved_up).free_cents == 1_440
    half.when(top_up).then_refused(HoldbackNotReleased)
    approved_up.when(
        AuthoriseAccountPayment(payment_id=ce.payment_id(9), **ae.ACCOUNT, **ce.by(ce.approver))
    ).then_refused(SamePerson)
    topped, _ = approved_up.when(top_up).then_names("TopUpAuthorised", "PaymentAuthorised")
    assert isinstance(topped, TopUpAuthorised)
    assert (topped.amount_cents, topped.settles) == (1_440, (ae.correction_id(1),))
    done = approved_up.after(top_up)
    assert (ce.account_of(done).payable_cents, ce.account_of(done).debt.corrections) == (0, {})
    done.when(top_up).then_refused(HoldbackNotReleased)


def test_r2_an_addition_that_nobody_topped_up_is_paid_with_the_next_claim() -> None:
    later = ce.approved(approved_up, Q2, [10_000])
    assert ce.claim_of(later, Q2).payable_cents == 3_600 + 1_440
    assert ce.account_of(later).debt.corrections == {}
    later.when(top_up).then_refused(HoldbackNotReleased)


def test_r2_a_correction_and_its_opposite_leave_everything_as_it_was() -> None:
    back = approved_down.after(ae.opened(number=2), ae.adjust(2_500, number=2))
    back = back.after(ae.approve(back, number=2))
    account, before = ce.account_of(back), ce.account_of(paid)
    assert (account.payable_cents, account.entitled_cents) == (0, before.entitled_cents)
    assert account.accepted_cents == before.accepted_cents
    assert account.debt.corrections == {}


def test_r24_c020_the_second_part_by_correction_counts_towards_the_band() -> None:
    """150,000.00 and 100,000.01 in one quarter are 250,000.01: two approvers, X twice refused."""
    cents = 41_666_667
    known = ce.assessed_in_part(here, Q1, cents + 27_777_781, cents)
    assert ce.account_of(known).approved_cents[Q1] == 15_000_000
    pair = known.after(ae.opened(), ae.adjust(27_777_781))
    (given,) = pair.when(ae.approve(pair)).then_names("CorrectionApprovalGiven")
    assert isinstance(given, CorrectionApprovalGiven)
    assert given.quarter_total_cents == 25_000_001
    once = pair.after(ae.approve(pair))
    once.when(ae.approve(once)).then_refused(SamePerson)
    done = once.after(ae.approve(once, **ce.by(ce.second_approver)))
    assert ae.correction_of(done).approvers == ("approver-1", "approver-2")


def test_r24_one_cent_less_needs_one_approver() -> None:
    cents = 41_666_667
    known = ce.assessed_in_part(here, Q1, cents + 27_777_778, cents)
    pair = known.after(ae.opened(), ae.adjust(27_777_778))
    event = pair.when(ae.approve(pair)).decision().says[0][1]
    assert isinstance(event, CorrectionApproved)
    assert event.quarter_total_cents == 25_000_000


def test_x6_saying_something_else_takes_earlier_approvals_back() -> None:
    cents = 41_666_667
    known = ce.assessed_in_part(here, Q1, cents + 27_777_781, cents)
    pair = known.after(ae.opened(), ae.adjust(27_777_781))
    once = pair.after(ae.approve(pair)).after(ae.adjust(27_777_780))
    assert ae.correction_of(once).approvers == ()


def test_a_withdrawn_correction_changed_nothing() -> None:
    withdraw = WithdrawCorrection(
        claim_id=ce.claim_id(Q1),
        correction_id=ae.correction_id(1),
        reason="It was right after all.",
        **ce.by(eg.officer),
    )
    assert not ce.claim_of(down).finished
    done = down.after(withdraw)
    assert ae.correction_of(done).status == "withdrawn"
    assert ce.claim_of(done).finished
    assert ce.account_of(done) == ce.account_of(paid)
    done.when(withdraw).then_refused(CorrectionDecided)


def test_the_same_adjustment_again_changes_nothing() -> None:
    down.when(ae.adjust(-2_500)).then_nothing()


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (here, ae.opened(), NothingToCorrect),
        (ce.assessed(here, Q1, [10_000]), ae.opened(), NothingToCorrect),
        (paid, ae.opened(**ce.by(eg.outsider)), ClaimNotFound),
        (paid, ae.opened(**ce.by(eg.terminal_lead)), OriginNotYours),
        (paid, ae.opened(origin="participant"), OriginNotYours),
        (paid, ae.adjust(-1), CorrectionNotFound),
        (opened, ae.adjust(-1, line=7), CostLineNotFound),
        (opened, ae.adjust(1), AdjustedBeyondClaimed),
        (opened, ae.adjust(-10_001), AdjustedBeyondClaimed),
        (opened, ae.adjust(-1, **ce.by(eg.terminal_lead)), SamePerson),
        (opened, ae.approve(opened), NothingAdjusted),
        (down, ae.approve(opened), OtherContent),
        (down, ae.approve(down, **ce.by(ae.corrector)), SamePerson),
        (down, ae.approve(down, **ce.by(eg.terminal_lead)), SamePerson),
        (approved_down, ae.approve(approved_down), CorrectionDecided),
        (approved_down, ae.adjust(-1), CorrectionDecided),
    ],
)
def test_what_a_correction_refuses(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)


def test_r11_two_corrections_of_one_line_never_go_below_nothing() -> None:
    known = paid.after(
        ae.opened(), ae.adjust(-6_000), ae.opened(number=2), ae.adjust(-6_000, number=2)
    )
    known = known.after(ae.approve(known))
    known.when(ae.approve(known, number=2)).then_refused(AdjustedBeyondClaimed)


def test_an_addition_may_be_opened_by_the_participant() -> None:
    mine = half.after(ae.opened(origin="participant", **ce.by(eg.terminal_lead)))
    assert ae.correction_of(mine).opened_by == "terminal-lead"


def test_r13_an_overpayment_is_covered_by_the_holdback_once_it_is_released() -> None:
    known = ce.paid(here, Q1, [100_000])
    known = ae.corrected(known, -2_500)
    assert ce.account_of(known).payable_cents == -900
    done = ae.released(known)
    account = ce.account_of(done)
    assert (account.payable_cents, account.debt.corrections) == (39_000 - 36_000, {})
    done = done.after(top_up)
    assert ce.account_of(done).payable_cents == 0
    done.when(top_up).then_refused(PaymentAlreadyAuthorised)


def test_r12_only_what_no_payable_amount_covers_is_an_overpayment() -> None:
    """100,000 accepted, 36,000 paid, 4,000 released and not paid yet; 12,500 do not stand."""
    known = ae.released(ce.paid(here, Q1, [100_000]))
    assert ce.account_of(known).free_cents == 4_000
    known = known.after(ae.opened(), ae.adjust(-12_500))
    events = known.when(ae.approve(known)).decision().says
    (overpaid,) = [event for _, event in events if isinstance(event, OverpaymentEstablished)]
    assert (overpaid.amount_cents, overpaid.balance_cents) == (1_000, -1_000)


def test_r12_what_is_not_paid_yet_is_lowered_and_nothing_is_overpaid() -> None:
    known = ce.approved(here, Q1, [10_000]).after(ae.opened(), ae.adjust(-2_500))
    names = {event.event_name for _, event in known.when(ae.approve(known)).decision().says}
    assert "OverpaymentEstablished" not in names
    known = known.after(ae.approve(known), ce.authorise())
    assert ce.account_of(known).paid_cents == 2_700
    assert ce.account_of(known).debt.corrections == {}
