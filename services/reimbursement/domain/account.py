"""A participant's account in one project: what counts, what is held back, paid and promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TypeAlias, assert_never

from services.reimbursement.domain.debt import Debt, DebtEvent, Unsettled, evolve_debt, moved_by
from services.reimbursement.domain.payment import NotedEvent, Payment, PaymentEvent, pay
from services.reimbursement.events.claim import RateShare
from services.reimbursement.events.debt import (
    OffsetApplied,
    OverpaymentEstablished,
    RecoveryContested,
    RecoveryContestResolved,
    RecoveryReceived,
    RecoveryRequested,
    RecoveryWaived,
    TopUpAuthorised,
)
from services.reimbursement.events.holding import (
    ComplianceFindingRaised,
    ComplianceFindingResolved,
)
from services.reimbursement.events.payment import (
    BankDebitNoted,
    CostsAccepted,
    EntitlementRestated,
    HoldbackReleased,
    LateConfirmationNoted,
    PaymentAuthorised,
    PaymentBooked,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
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
class Booked:
    """A payment that counts as paid: of which claim (or of the account itself), since when."""

    claim_id: str | None
    amount_cents: int
    on: date | None
    """The civil day of its authorisation."""


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
    """Authorised and live, with what the bank sent in excess, less what was recovered."""
    promised_cents: Mapping[str, int] = field(default_factory=dict)
    """By claim: approved, above zero, not authorised yet."""
    approved_cents: Mapping[str, int] = field(default_factory=dict)
    """By quarter: the net amounts approved, what the approval band is judged by (R-24)."""
    holdback_released: bool = False
    released_by: str = ""
    payment: Payment | None = None
    """The latest payment of the account itself, such as a released holdback or a top-up."""
    past_payments: tuple[Payment, ...] = ()
    """Earlier ones of its own that failed or came back."""
    booked: Mapping[str, Booked] = field(default_factory=dict)
    """What counts as paid, by payment."""
    debt: Debt = field(default_factory=Debt)
    findings: Mapping[str, bool] = field(default_factory=dict)
    """Compliance findings of its payments: whether each is resolved."""

    @property
    def payable_cents(self) -> int:
        """Entitled less held back less paid, with its sign (R-2)."""
        return self.entitled_cents - self.holdback_cents - self.paid_cents

    @property
    def overpaid_cents(self) -> int:
        """What was paid beyond what is owed; the balance stays visible when it is waived."""
        return max(-self.payable_cents, 0)

    @property
    def balance_cents(self) -> int:
        """What is payable once what was waived is no longer taken, with its sign (R-12)."""
        return self.payable_cents + min(self.debt.waived_cents, self.overpaid_cents)

    @property
    def free_cents(self) -> int:
        """The balance that is promised to no claim; below zero it is carried."""
        return self.balance_cents - sum(self.promised_cents.values())

    @property
    def owed_cents(self) -> int:
        """What is owed to the funder here and not given up (R-12)."""
        return max(-self.balance_cents, 0)

    @property
    def finished(self) -> bool:
        """Whether nothing is owed in either direction and no payment is on its way (R-16)."""
        given_up = min(self.debt.waived_cents, self.overpaid_cents)
        on_its_way = self.payment is not None and self.payment.on_its_way
        at_rest = not self.promised_cents and not on_its_way and not self.debt.corrections
        return (
            self.entitled_cents == self.paid_cents - given_up
            and at_rest
            and all(self.findings.values())
        )


def may_read(account: Account, by: Actor) -> bool:
    """Whether a person may see an account: its own organisation, staff, auditors."""
    return by.may_read((account.organisation_id,))


def require_known(account: Account, by: Actor) -> None:
    """Raise AccountNotFound where there is none, or none that this person may know of."""
    if not account.project_id or not may_read(account, by):
        raise AccountNotFound


def _without(promised: Mapping[str, int], claim_id: str) -> Mapping[str, int]:
    return {name: cents for name, cents in promised.items() if name != claim_id}


def _counted(
    accepted: Mapping[Fraction, int], shares: tuple[RateShare, ...]
) -> Mapping[Fraction, int]:
    totals = dict(accepted)
    for share in shares:
        totals[share.rate] = totals.get(share.rate, 0) + share.accepted_cents
    return totals


def _entitled(account: Account, event: CostsAccepted | EntitlementRestated) -> Account:
    approved = account.approved_cents.get(event.quarter, 0) + event.net_cents
    return replace(
        account,
        project_id=event.project_id,
        organisation_id=event.organisation_id,
        accepted_cents=_counted(account.accepted_cents, event.accepted),
        entitled_cents=event.entitled_cents,
        holdback_cents=event.holdback_cents,
        approved_cents={**account.approved_cents, event.quarter: approved},
    )


def _accepted(account: Account, event: CostsAccepted) -> Account:
    promised = dict(account.promised_cents)
    if event.payable_cents > 0:
        promised[event.claim_id] = event.payable_cents
    return replace(_entitled(account, event), promised_cents=promised)


def _restated(account: Account, event: EntitlementRestated) -> Account:
    restated = _entitled(account, event)
    if event.because != "correction" or event.source is None:
        return restated
    unsettled = Unsettled(event.net_cents, event.approved_by or ())
    return replace(restated, debt=restated.debt.with_correction(event.source, unsettled))


ClaimBooking: TypeAlias = PaymentBooked | PaymentUnbooked | PromiseEnded


def _booked(account: Account, event: ClaimBooking) -> Account:
    others = _without(account.promised_cents, event.claim_id)
    match event:
        case PaymentBooked():
            booked = Booked(event.claim_id, event.amount_cents, event.authorised_on)
            return replace(
                account,
                paid_cents=account.paid_cents + event.amount_cents,
                promised_cents=others,
                booked={**account.booked, event.payment_id: booked},
            )
        case PaymentUnbooked():
            return replace(
                account,
                paid_cents=account.paid_cents - event.amount_cents,
                promised_cents={**others, event.claim_id: event.amount_cents},
                booked=_unbooked(account, event.payment_id),
            )
        case PromiseEnded():
            return replace(account, promised_cents=others)
        case _:
            assert_never(event)


def _unbooked(account: Account, payment_id: str) -> Mapping[str, Booked]:
    return {name: booked for name, booked in account.booked.items() if name != payment_id}


def _paid(account: Account, event: PaymentEvent) -> Account:
    """A payment of the account itself counts from its authorisation until it fails."""
    past, paid, booked = account.past_payments, account.paid_cents, account.booked
    match event:
        case PaymentAuthorised():
            past = past if account.payment is None else (*past, account.payment)
            paid += event.amount_cents
            mark = Booked(None, event.amount_cents, event.authorised_on)
            booked = {**booked, event.payment_id: mark}
        case PaymentFailed() | PaymentReturned():
            paid -= event.amount_cents
            booked = _unbooked(account, event.payment_id)
        case _:
            pass  # Issued and confirmed, it counts as it did.
    return replace(
        account,
        paid_cents=paid,
        booked=booked,
        past_payments=past,
        payment=pay(account.payment, event),
    )


def _noted(account: Account, event: NotedEvent) -> Account:
    payment, past = note(account.payment, account.past_payments, event)
    return replace(account, payment=payment, past_payments=past)


def note(
    payment: Payment | None, past: tuple[Payment, ...], event: NotedEvent
) -> tuple[Payment | None, tuple[Payment, ...]]:
    """The latest payment and the earlier ones, once something of one of them is noted."""

    def noted(one: Payment) -> Payment:
        return pay(one, event) if one.payment_id == event.payment_id else one

    return None if payment is None else noted(payment), tuple(noted(one) for one in past)


Finding: TypeAlias = ComplianceFindingRaised | ComplianceFindingResolved
AccountEvent: TypeAlias = (
    CostsAccepted
    | EntitlementRestated
    | ClaimBooking
    | HoldbackReleased
    | PaymentEvent
    | NotedEvent
    | DebtEvent
    | Finding
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
        case LateConfirmationNoted() | BankDebitNoted():
            return _noted(account, event)
        case (
            PaymentAuthorised()
            | PaymentIssued()
            | PaymentConfirmed()
            | PaymentFailed()
            | PaymentReturned()
        ):
            return _paid(account, event)
        case ComplianceFindingRaised() | ComplianceFindingResolved():
            resolved = isinstance(event, ComplianceFindingResolved)
            return replace(account, findings={**account.findings, event.finding_id: resolved})
        case (
            OverpaymentEstablished()
            | TopUpAuthorised()
            | OffsetApplied()
            | RecoveryRequested()
            | RecoveryContested()
            | RecoveryContestResolved()
            | RecoveryReceived()
            | RecoveryWaived()
        ):
            paid = account.paid_cents + moved_by(event)
            return replace(account, paid_cents=paid, debt=evolve_debt(account.debt, event))
        case _:
            assert_never(event)


FOLDS = {"account": Fold(Account(), evolve)}
