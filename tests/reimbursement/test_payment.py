"""Paying a claim and the holdback: an active member, other persons, once (R-1, R-13, R-24, X6)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    ConfirmAccountPayment,
    FailAccountPayment,
    FailPayment,
    IssueAccountPayment,
    ReleaseHoldback,
)
from services.reimbursement.domain.account import AccountNotFound
from services.reimbursement.domain.claim_refusals import ClaimNotFound
from services.reimbursement.domain.holdback import (
    FinalReportNotAccepted,
    HoldbackAlreadyReleased,
    HoldbackNotReleased,
)
from services.reimbursement.domain.holding import MemberNotActive
from services.reimbursement.domain.paying import ClaimNotApproved
from services.reimbursement.domain.payment import NothingPayable, OtherReference
from services.reimbursement.domain.payment_course import NoPaymentOnItsWay, PaymentAlreadyAuthorised
from services.reimbursement.events.debt import OffsetApplied
from services.reimbursement.events.payment import PaymentAuthorised, PaymentConfirmed
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal, SamePerson
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.reimbursement.claim_examples import Q1, Q2, Q3
from tests.support.spec import Given

ACCOUNT: dict[str, Any] = {"project_id": eg.project, "organisation_id": eg.terminal}
here = ce.in_force()
assessed = ce.assessed(here, Q1, [10_000])
approved = ce.approved(here, Q1, [10_000])
authorised = approved.after(ce.authorise())
issued = authorised.after(ce.issue())
paid = issued.after(ce.confirm())
settled = ce.approved(here, Q1, [-10_000])


def fail() -> FailPayment:
    return FailPayment(claim_id=ce.claim_id(Q1), reason="Account closed.", **ce.by(ce.payer))


def with_members(known: Given, *heard: Any) -> Given:
    return Given(known.domain, {**known.history, f"organisation-{eg.terminal}": list(heard)})


def test_a_payment_is_authorised_and_counts_as_paid() -> None:
    event, _ = approved.when(ce.authorise()).then_names("PaymentAuthorised", "PaymentBooked")
    assert isinstance(event, PaymentAuthorised)
    assert (event.amount_cents, event.authorised_by) == (3_600, "payer-1")
    account = ce.account_of(authorised)
    assert (account.paid_cents, account.promised_cents, account.payable_cents) == (3_600, {}, 0)
    assert ce.claim_of(authorised).status == "payment_authorised"


def test_a_payment_is_issued_and_confirmed_once() -> None:
    assert ce.claim_of(issued).status == "issued"
    (event,) = issued.when(ce.confirm()).then_names("PaymentConfirmed")
    assert isinstance(event, PaymentConfirmed)
    assert (event.claim_id, event.amount_cents, event.reference) == (
        ce.claim_id(Q1),
        3_600,
        "EFT-1",
    )
    assert ce.claim_of(paid).status == "paid"
    paid.when(ce.confirm()).then_nothing()


def test_a_failed_payment_is_authorised_again_for_the_same_amount() -> None:
    for known in (authorised, issued):
        failed = known.after(fail())
        assert ce.claim_of(failed).status == "failed"
        account = ce.account_of(failed)
        assert (account.paid_cents, account.promised_cents) == (0, {ce.claim_id(Q1): 3_600})
        again = failed.after(ce.authorise(number=2))
        assert ce.account_of(again).paid_cents == 3_600
        payment = ce.claim_of(again.after(ce.issue(reference="EFT-2"))).payment
        assert payment is not None
        assert (payment.status, payment.reference) == ("issued", "EFT-2")


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (here, ce.authorise(**ce.by(eg.outsider)), ClaimNotFound),
        (here, ce.authorise(), ClaimNotApproved),
        (assessed, ce.authorise(), ClaimNotApproved),
        (settled, ce.authorise(), NothingPayable),
        (approved, ce.authorise(**ce.by(eg.terminal_lead)), SamePerson),
        (approved, ce.authorise(**ce.by(ce.assessor)), SamePerson),
        (with_members(approved), ce.authorise(), MemberNotActive),
        (
            with_members(approved, eg.admitted(eg.terminal, date(2026, 1, 21))),
            ce.authorise(),
            MemberNotActive,
        ),
        (authorised, ce.authorise(number=2), PaymentAlreadyAuthorised),
        (paid, ce.authorise(number=2), PaymentAlreadyAuthorised),
        (approved, ce.issue(), NoPaymentOnItsWay),
        (issued, ce.issue(), NoPaymentOnItsWay),
        (authorised, ce.confirm(), NoPaymentOnItsWay),
        (issued, ce.confirm(reference="EFT-2"), OtherReference),
        (paid, ce.confirm(reference="EFT-2"), OtherReference),
        (approved, fail(), NoPaymentOnItsWay),
        (paid, fail(), NoPaymentOnItsWay),
    ],
)
def test_what_is_refused(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)


def test_a_backdated_payment_needs_the_membership_of_both_days() -> None:
    noon = datetime(2026, 1, 20, 17, tzinfo=UTC)
    backdated = ce.authorise(
        by=ce.payer, now=noon, effective_at=datetime(2026, 1, 10, 17, tzinfo=UTC)
    )
    late = with_members(approved, eg.admitted(eg.terminal, date(2026, 1, 15)))
    late.when(backdated).then_refused(MemberNotActive)
    early = with_members(approved, eg.admitted(eg.terminal, date(2026, 1, 10)))
    early.when(backdated).then_names("PaymentAuthorised", "PaymentBooked")


def test_a_reduction_approved_before_the_payment_lowers_it() -> None:
    known = ce.approved(ce.approved(here, Q1, [10_000]), Q2, [-2_500])
    event, _, offset = known.when(ce.authorise()).then_names(
        "PaymentAuthorised", "PaymentBooked", "OffsetApplied"
    )
    assert isinstance(event, PaymentAuthorised)
    assert event.amount_cents == 2_700
    assert isinstance(offset, OffsetApplied)
    assert (offset.amount_cents, offset.moved_cents, offset.balance_cents) == (900, 0, 0)
    assert ce.account_of(known.after(ce.authorise())).payable_cents == 0


def test_a_reduction_of_everything_settles_the_claim_instead_of_paying() -> None:
    known = ce.approved(ce.approved(here, Q1, [10_000]), Q2, [-12_500])
    known.when(ce.authorise()).then_names("ClaimSettled", "PromiseEnded", "OffsetApplied")
    known = known.after(ce.authorise())
    assert ce.claim_of(known).status == "settled"
    assert ce.account_of(known).free_cents == -900
    known = ce.approved(known, Q3, [12_500])
    assert ce.claim_of(known, Q3).payable_cents == 3_600


# The holdback.

release = ReleaseHoldback(**ACCOUNT, **ce.by(eg.officer))
authorise = AuthoriseAccountPayment(payment_id=ce.payment_id(7), **ACCOUNT, **ce.by(ce.payer))
issue = IssueAccountPayment(reference="EFT-7", **ACCOUNT, **ce.by(ce.payer))
confirm = ConfirmAccountPayment(reference="EFT-7", **ACCOUNT, **ce.by(ce.payer))
failed = FailAccountPayment(reason="Account closed.", **ACCOUNT, **ce.by(ce.payer))
reported = ce.with_final_report(paid)
released = reported.after(release)


def test_the_holdback_is_released_and_paid_from_the_account() -> None:
    assert not ce.account_of(reported).finished
    reported.when(release).then_names("HoldbackReleased")
    assert ce.account_of(released).free_cents == 400
    released.when(authorise).then_names("PaymentAuthorised")
    done = released.after(authorise, issue, confirm)
    done.when(confirm).then_nothing()
    account = ce.account_of(done)
    assert (account.paid_cents, account.entitled_cents, account.finished) == (4_000, 4_000, True)


def test_a_holdback_payment_that_fails_is_authorised_again() -> None:
    known = released.after(authorise, issue, failed)
    assert ce.account_of(known).free_cents == 400
    known.when(authorise).then_names("PaymentAuthorised")


def test_nothing_is_held_back_of_what_is_approved_after_the_release() -> None:
    known = released.after(authorise, issue, confirm)
    known = ce.approved(known, Q2, [10_000])
    assert ce.claim_of(known, Q2).payable_cents == 4_000


@pytest.mark.parametrize(
    ("known", "ask", "refusal"),
    [
        (here, release, AccountNotFound),
        (reported, ReleaseHoldback(**ACCOUNT, **ce.by(eg.outsider)), AccountNotFound),
        (paid, release, FinalReportNotAccepted),
        (released, release, HoldbackAlreadyReleased),
        (reported, authorise, HoldbackNotReleased),
        (
            released,
            AuthoriseAccountPayment(payment_id=ce.payment_id(7), **ACCOUNT, **ce.by(eg.officer)),
            SamePerson,
        ),
        (with_members(released), authorise, MemberNotActive),
        (released.after(authorise), authorise, PaymentAlreadyAuthorised),
        (released.after(authorise, issue, confirm), authorise, NothingPayable),
        (released, issue, NoPaymentOnItsWay),
        (released.after(authorise), confirm, NoPaymentOnItsWay),
        (released, failed, NoPaymentOnItsWay),
        (
            released.after(authorise, issue),
            ConfirmAccountPayment(reference="EFT-8", **ACCOUNT, **ce.by(ce.payer)),
            OtherReference,
        ),
    ],
)
def test_what_the_account_refuses(known: Given, ask: Command, refusal: type[Refusal]) -> None:
    known.when(ask).then_refused(refusal)
