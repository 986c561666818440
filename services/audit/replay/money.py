"""The payments of a project and their sums, and what else moves what counts as paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.audit.inbound import Fields, Source, Told

_STATUS = {
    "PaymentAuthorised": "authorised",
    "PaymentIssued": "issued",
    "PaymentConfirmed": "confirmed",
    "PaymentFailed": "failed",
    "PaymentReturned": "returned",
}
_MOVED = {
    "OverpaymentEstablished": ("excess_cents", "excess_cents"),
    "OffsetApplied": ("offset_cents", "moved_cents"),
    "RecoveryReceived": ("recovered_cents", "amount_cents"),
    "RecoveryWaived": ("waived_cents", "amount_cents"),
}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, and each step of its way to the participant."""

    payment_id: str
    organisation_id: str | None = None
    claim_id: str | None = None
    """Absent where the account's own balance is paid, such as a released holdback."""
    amount_cents: int = 0
    status: str | None = None
    reference: str | None = None
    timeline: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """All payments of a project; sums in cents, each over the payments that came so far."""

    payments: Mapping[str, Payment] = field(default_factory=dict)
    authorised_cents: int = 0
    """Of all that did not fail."""
    issued_cents: int = 0
    """Of those at the bank, confirmed ones included."""
    paid_cents: int = 0
    """Of those that the bank confirmed, released holdback included."""
    holdback_released_cents: Mapping[str, int] = field(default_factory=dict)
    """By participant."""
    excess_cents: int = 0
    """What the bank sent beyond what was authorised."""
    offset_cents: int = 0
    """What was counted as paid here for a debt elsewhere; below zero, received from there."""
    recovered_cents: int = 0
    """What participants sent back."""
    waived_cents: int = 0
    """What was given up; a figure of its own, it moves nothing."""
    counted_cents: int = 0
    """What counts as paid: live payments and excess, less what came back (R-2)."""


def evolve_money(money: Money, told: Told, fields: Fields) -> Money:
    """The payments after one event of reimbursement; others change nothing."""
    if told.name == "HoldbackReleased":
        party, amount = fields.text("organisation_id") or "", fields.whole("amount_cents") or 0
        released = {**money.holdback_released_cents, party: amount}
        return replace(money, holdback_released_cents=released)
    if told.name in _MOVED:
        return _moved(money, told.name, fields)
    if told.name == "LateConfirmationNoted":
        return _noted_late(money, told, fields)
    if told.name not in _STATUS:
        return money
    # A payment without a name is counted all the same, under the event that told of it.
    payment_id = fields.text("payment_id") or told.event_id
    before = money.payments.get(payment_id) or Payment(payment_id)
    amount_cents = fields.whole("amount_cents")
    payment = replace(
        before,
        organisation_id=fields.text("organisation_id") or before.organisation_id,
        claim_id=fields.text("claim_id") or before.claim_id,
        amount_cents=before.amount_cents if amount_cents is None else amount_cents,
        status=_STATUS[told.name],
        reference=fields.text("reference") or before.reference,
        timeline=(*before.timeline, told.source),
    )
    return _summed(replace(money, payments={**money.payments, payment_id: payment}))


def _moved(money: Money, name: str, fields: Fields) -> Money:
    figure, read = _MOVED[name]
    before: int = getattr(money, figure)
    changed: dict[str, Any] = {figure: before + (fields.whole(read) or 0)}
    return _summed(replace(money, **changed))


def _noted_late(money: Money, told: Told, fields: Fields) -> Money:
    """An alert: no sum changes by it."""
    payment = money.payments.get(fields.text("payment_id") or "")
    if payment is None:
        return money
    noted = replace(payment, timeline=(*payment.timeline, told.source))
    return replace(money, payments={**money.payments, payment.payment_id: noted})


def _summed(money: Money) -> Money:
    live = _sum(money, "authorised", "issued", "confirmed")
    return replace(
        money,
        authorised_cents=live,
        counted_cents=live + money.excess_cents + money.offset_cents - money.recovered_cents,
        issued_cents=_sum(money, "issued", "confirmed"),
        paid_cents=_sum(money, "confirmed"),
    )


def _sum(money: Money, *statuses: str) -> int:
    return sum(
        payment.amount_cents for payment in money.payments.values() if payment.status in statuses
    )
