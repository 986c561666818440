"""One payment on its way: authorised, issued, and confirmed or failed (R-24).

A claim's payment and the payment of an account's balance take the same steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias, assert_never

from services.reimbursement.commands.claim import OfClaim
from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    AuthorisePayment,
    ConfirmAccountPayment,
    ConfirmPayment,
    FailAccountPayment,
    FailPayment,
    IssueAccountPayment,
    IssuePayment,
    OfAccount,
    ReturnAccountPayment,
    ReturnPayment,
)
from services.reimbursement.domain.payment_course import Status, must_be_legal
from services.reimbursement.events.payment import (
    BankDebitNoted,
    LateConfirmationNoted,
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
)
from shared.kernel.refusals import Refusal

PaymentEvent: TypeAlias = (
    PaymentAuthorised | PaymentIssued | PaymentConfirmed | PaymentFailed | PaymentReturned
)
NotedEvent: TypeAlias = LateConfirmationNoted | BankDebitNoted
"""What is noted of a payment, live or not, and moves no balance."""


class NothingPayable(Refusal):
    """Nothing is payable here; what is below zero is carried to the next claim."""

    rule = "R-2"
    french = "Rien n'est payable ici; ce qui est sous zéro est reporté à la suivante."


class OtherReference(Refusal):
    """The payment was issued under another reference; check which payment is meant."""

    rule = "R-24"
    french = "Le paiement a été émis sous une autre référence; vérifiez duquel il s'agit."


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment: how much, how far it is, under which reference the bank knows it."""

    payment_id: str
    amount_cents: int
    status: Status
    authorised_by: str
    authorised_on: date
    reference: str | None = None
    issued_on: date | None = None
    confirmed_on: date | None = None
    failure: str | None = None
    """Why it failed or came back."""
    debits: tuple[str, ...] = ()
    """Under which of its own references the bank took the money; more than one is too much."""
    late_confirmation_on: date | None = None
    """When the bank confirmed it although it had failed or come back: an alert (C-019)."""

    @property
    def on_its_way(self) -> bool:
        """Whether it is authorised and neither confirmed nor failed."""
        return self.status in ("authorised", "issued")

    @property
    def live(self) -> bool:
        """Whether it counts as paid: neither failed nor returned (R-2)."""
        return self.status not in ("failed", "returned")


def pay(payment: Payment | None, event: PaymentEvent | NotedEvent) -> Payment:
    """The payment after one event more; an authorisation begins another payment."""
    if isinstance(event, PaymentAuthorised):
        return Payment(
            payment_id=event.payment_id,
            amount_cents=event.amount_cents,
            status="authorised",
            authorised_by=event.authorised_by,
            authorised_on=event.authorised_on,
        )
    assert payment is not None, "only an authorised payment goes on"
    match event:
        case PaymentIssued():
            return replace(
                payment, status="issued", reference=event.reference, issued_on=event.issued_on
            )
        case PaymentConfirmed():
            return replace(payment, status="confirmed", confirmed_on=event.confirmed_on)
        case PaymentFailed():
            return replace(payment, status="failed", failure=event.reason)
        case PaymentReturned():
            return replace(payment, status="returned", failure=event.reason)
        case LateConfirmationNoted():
            return replace(payment, late_confirmation_on=event.noted_on)
        case BankDebitNoted():
            return replace(payment, debits=(*payment.debits, event.bank_reference))
        case _:
            assert_never(event)


def authorise(
    ask: AuthorisePayment | AuthoriseAccountPayment, amount_cents: int
) -> PaymentAuthorised:
    """An amount may go to the bank, under the payment's id that the command names."""
    return PaymentAuthorised(
        payment_id=ask.payment_id,
        amount_cents=amount_cents,
        authorised_on=ask.effective_on,
        authorised_by=ask.by.person,
        **_payee(ask),
    )


def issue(
    ask: IssuePayment | IssueAccountPayment, payment: Payment | None
) -> Sequence[PaymentIssued]:
    """The bank has the order for an authorised payment. Raises NoPaymentOnItsWay."""
    must_be_legal(ask, None if payment is None else payment.status)
    assert payment is not None, "the table lets nothing be issued that is not authorised"
    issued = PaymentIssued(
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        reference=ask.reference,
        issued_on=ask.effective_on,
        issued_by=ask.by.person,
        **_payee(ask),
    )
    return [issued]


def confirm(
    ask: ConfirmPayment | ConfirmAccountPayment,
    payment: Payment | None,
    past: Sequence[Payment] = (),
) -> Sequence[PaymentConfirmed | LateConfirmationNoted]:
    """The payment issued under this reference has arrived. Quiet: that is known already.

    One that had failed or come back is noted as an alert, and counts no more than before (C-019).
    Raises NoPaymentOnItsWay, OtherReference.
    """
    every = [*past, *([] if payment is None else [payment])]
    for dead in every:
        if not dead.live and dead.reference == ask.reference:
            return _noted_late(ask, dead)
    must_be_legal(ask, None if payment is None else payment.status)
    assert payment is not None, "the table lets nothing be confirmed that is not issued"
    if payment.reference != ask.reference:
        raise OtherReference
    if payment.status == "confirmed":
        return []
    confirmed = PaymentConfirmed(
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        reference=ask.reference,
        confirmed_on=ask.effective_on,
        confirmed_by=ask.by.person,
        **_payee(ask),
    )
    return [confirmed]


def fail(ask: FailPayment | FailAccountPayment, payment: Payment | None) -> PaymentFailed:
    """The bank could not pay what was on its way. Raises NoPaymentOnItsWay."""
    must_be_legal(ask, None if payment is None else payment.status)
    assert payment is not None, "the table lets nothing fail that is not on its way"
    return PaymentFailed(
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        reason=ask.reason,
        failed_on=ask.effective_on,
        recorded_by=ask.by.person,
        **_payee(ask),
    )


def bring_back(
    ask: ReturnPayment | ReturnAccountPayment,
    payment: Payment | None,
    past: Sequence[Payment] = (),
) -> Sequence[PaymentReturned]:
    """The money came back to the funder's account. Quiet: that is known already.

    Raises NoPaymentOnItsWay, OtherReference.
    """
    every = [*past, *([] if payment is None else [payment])]
    if any(one.status == "returned" and one.reference == ask.reference for one in every):
        return []
    must_be_legal(ask, None if payment is None else payment.status)
    assert payment is not None, "the table lets nothing come back that was not issued"
    if payment.reference != ask.reference:
        raise OtherReference
    returned = PaymentReturned(
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        reference=ask.reference,
        reason=ask.reason,
        returned_on=ask.effective_on,
        recorded_by=ask.by.person,
        **_payee(ask),
    )
    return [returned]


def _noted_late(
    ask: ConfirmPayment | ConfirmAccountPayment, dead: Payment
) -> Sequence[LateConfirmationNoted]:
    if dead.late_confirmation_on is not None:
        return []
    noted = LateConfirmationNoted(
        payment_id=dead.payment_id,
        amount_cents=dead.amount_cents,
        reference=ask.reference,
        noted_on=ask.effective_on,
        recorded_by=ask.by.person,
        **_payee(ask),
    )
    return [noted]


def _payee(ask: OfClaim | OfAccount) -> dict[str, Any]:
    return {
        "project_id": ask.project_id,
        "organisation_id": ask.organisation_id,
        "claim_id": ask.claim_id if isinstance(ask, OfClaim) else None,
    }
