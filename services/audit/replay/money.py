"""The payments of a project, and their sums: authorised, issued, confirmed by the bank."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.audit.inbound import Fields, Source, Told

_STATUS = {
    "PaymentAuthorised": "authorised",
    "PaymentIssued": "issued",
    "PaymentConfirmed": "confirmed",
    "PaymentFailed": "failed",
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


def evolve_money(money: Money, told: Told, fields: Fields) -> Money:
    """The payments after one event of reimbursement; others change nothing."""
    if told.name == "HoldbackReleased":
        party, amount = fields.text("organisation_id") or "", fields.whole("amount_cents") or 0
        released = {**money.holdback_released_cents, party: amount}
        return replace(money, holdback_released_cents=released)
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


def _summed(money: Money) -> Money:
    return replace(
        money,
        authorised_cents=_sum(money, "authorised", "issued", "confirmed"),
        issued_cents=_sum(money, "issued", "confirmed"),
        paid_cents=_sum(money, "confirmed"),
    )


def _sum(money: Money, *statuses: str) -> int:
    return sum(
        payment.amount_cents for payment in money.payments.values() if payment.status in statuses
    )
