"""A participant's account in one project: what counts, what is held back, paid and promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias, assert_never

from services.reimbursement.domain.payment import Payment, PaymentEvent, pay
from services.reimbursement.events.payment import (
    CostsAccepted,
    EntitlementRestated,
    HoldbackReleased,
    PaymentAuthorised,
    PaymentBooked,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentUnbooked,
    PromiseEnded,
)
from shared.kernel.commands import Actor
from shared.kernel.decider import Fold
from shared.kernel.refusals import NotFound


class AccountNotFound(NotFound):
    """No claim of this participant was approved in this project, or it is not for you to know."""

    french = "Aucune réclamation de ce participant n'est approuvée, ou vous n'avez pas à le savoir."


@dataclass(frozen=True, slots=True)
class Account:
    """Cumulative figures over all approved claims, in cents; a pending claim does not count."""

    project_id: str = ""
    organisation_id: str = ""
    accepted_cents: Mapping[Fraction, int] = field(default_factory=dict)
    """By exact rate."""
    entitled_cents: int = 0
    """After the participant's cap and the ceiling."""
    holdback_cents: int = 0
    paid_cents: int = 0
    """Authorised and live."""
    promised_cents: Mapping[str, int] = field(default_factory=dict)
    """By claim: approved, above zero, not authorised yet."""
    approved_cents: Mapping[str, int] = field(default_factory=dict)
    """By quarter: the net amounts approved, what the approval band is judged by (R-24)."""
    holdback_released: bool = False
    released_by: str = ""
    payment: Payment | None = None
    """The latest payment of the account itself, such as a released holdback."""

    @property
    def payable_cents(self) -> int:
        """Entitled less held back less paid, with its sign (R-2)."""
        return self.entitled_cents - self.holdback_cents - self.paid_cents

    @property
    def free_cents(self) -> int:
        """What is payable and promised to no claim; below zero it is carried."""
        return self.payable_cents - sum(self.promised_cents.values())

    @property
    def finished(self) -> bool:
        """Whether nothing is owed in either direction and no payment is on its way (R-16)."""
        on_its_way = self.payment is not None and self.payment.on_its_way
        return self.entitled_cents == self.paid_cents and not self.promised_cents and not on_its_way


def may_read(account: Account, by: Actor) -> bool:
    """Whether a person may see an account: its own organisation, staff, auditors."""
    return by.may_read((account.organisation_id,))


def require_known(account: Account, by: Actor) -> None:
    """Raise AccountNotFound where there is none, or none that this person may know of."""
    if not account.project_id or not may_read(account, by):
        raise AccountNotFound


def _without(promised: Mapping[str, int], claim_id: str) -> Mapping[str, int]:
    return {name: cents for name, cents in promised.items() if name != claim_id}


def _accepted(account: Account, event: CostsAccepted) -> Account:
    accepted = dict(account.accepted_cents)
    for share in event.accepted:
        accepted[share.rate] = accepted.get(share.rate, 0) + share.accepted_cents
    promised = dict(account.promised_cents)
    if event.payable_cents > 0:
        promised[event.claim_id] = event.payable_cents
    approved = account.approved_cents.get(event.quarter, 0) + event.net_cents
    return replace(
        account,
        project_id=event.project_id,
        organisation_id=event.organisation_id,
        accepted_cents=accepted,
        entitled_cents=event.entitled_cents,
        holdback_cents=event.holdback_cents,
        promised_cents=promised,
        approved_cents={**account.approved_cents, event.quarter: approved},
    )


def _restated(account: Account, event: EntitlementRestated) -> Account:
    accepted = dict(account.accepted_cents)
    for share in event.accepted:
        accepted[share.rate] = accepted.get(share.rate, 0) + share.accepted_cents
    approved = account.approved_cents.get(event.quarter, 0) + event.net_cents
    return replace(
        account,
        project_id=event.project_id,
        organisation_id=event.organisation_id,
        accepted_cents=accepted,
        entitled_cents=event.entitled_cents,
        holdback_cents=event.holdback_cents,
        approved_cents={**account.approved_cents, event.quarter: approved},
    )


ClaimBooking: TypeAlias = PaymentBooked | PaymentUnbooked | PromiseEnded


def _booked(account: Account, event: ClaimBooking) -> Account:
    others = _without(account.promised_cents, event.claim_id)
    match event:
        case PaymentBooked():
            paid = account.paid_cents + event.amount_cents
            return replace(account, paid_cents=paid, promised_cents=others)
        case PaymentUnbooked():
            paid = account.paid_cents - event.amount_cents
            promised = {**others, event.claim_id: event.amount_cents}
            return replace(account, paid_cents=paid, promised_cents=promised)
        case PromiseEnded():
            return replace(account, promised_cents=others)
        case _:
            assert_never(event)


def _paid(account: Account, event: PaymentEvent) -> Account:
    """A payment of the account itself counts from its authorisation until it fails."""
    change = 0
    if isinstance(event, PaymentAuthorised):
        change = event.amount_cents
    elif isinstance(event, PaymentFailed):
        change = -event.amount_cents
    return replace(
        account, paid_cents=account.paid_cents + change, payment=pay(account.payment, event)
    )


AccountEvent: TypeAlias = (
    CostsAccepted | EntitlementRestated | ClaimBooking | HoldbackReleased | PaymentEvent
)


def evolve(account: Account, event: AccountEvent) -> Account:
    """The account after one event more."""
    match event:
        case CostsAccepted():
            return _accepted(account, event)
        case EntitlementRestated():
            return _restated(account, event)
        case PaymentBooked() | PaymentUnbooked() | PromiseEnded():
            return _booked(account, event)
        case HoldbackReleased():
            return replace(
                account,
                holdback_cents=0,
                holdback_released=True,
                released_by=event.released_by,
            )
        case PaymentAuthorised() | PaymentIssued() | PaymentConfirmed() | PaymentFailed():
            return _paid(account, event)
        case _:
            assert_never(event)


FOLDS = {"account": Fold(Account(), evolve)}
