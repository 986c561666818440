"""One payment on its way: authorised, issued, and confirmed or failed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.events.payment import (
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
)

PaymentEvent: TypeAlias = PaymentAuthorised | PaymentIssued | PaymentConfirmed | PaymentFailed


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment: how much, how far it is, under which reference the bank knows it."""

    payment_id: str
    amount_cents: int
    status: Literal["authorised", "issued", "confirmed", "failed"]
    authorised_by: str
    authorised_on: date
    reference: str | None = None
    issued_on: date | None = None
    confirmed_on: date | None = None
    failure: str | None = None

    @property
    def on_its_way(self) -> bool:
        """Whether it is authorised and neither confirmed nor failed."""
        return self.status in ("authorised", "issued")


def pay(payment: Payment | None, event: PaymentEvent) -> Payment:
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
        case _:
            assert_never(event)
