"""What is owed after a payment, in either direction, and how it is settled (R-12)."""

from datetime import date
from typing import Literal, TypeAlias

from services.reimbursement.events.correction import CorrectionId
from services.reimbursement.events.payment import PaymentId
from shared.kernel.events import Event
from shared.kernel.identifiers import ClaimId, Line, OrganisationId, PersonId, ProjectId
from shared.kernel.money import Cents, PositiveCents

Cause: TypeAlias = Literal["correction", "audit_finding", "bank_excess", "deduction", "amendment"]


class OfDebt(Event):
    """Whose account it is about."""

    project_id: ProjectId
    organisation_id: OrganisationId


class _Settling(OfDebt):
    balance_cents: Cents
    """The account's balance afterwards, with its sign; below zero it is still owed to the funder.

    What is waived and what is promised to claims is left out of it.
    """
    settles: tuple[CorrectionId, ...] = ()
    """The corrections that are settled by it."""


class OverpaymentEstablished(OfDebt, name="OverpaymentEstablished"):
    """More was paid than is owed, for this cause; it is taken from what follows first."""

    cause: Cause
    source: Line
    """The correction, or the bank's reference."""
    amount_cents: PositiveCents
    """What this cause adds to what is owed."""
    excess_cents: Cents
    """What the bank sent beyond what was authorised: it counts as paid."""
    balance_cents: Cents
    """The account's balance afterwards, below zero."""
    established_on: date
    established_by: PersonId


class DebtListed(Event, name="DebtListed"):
    """A participant owes in this project; its other projects look there before they pay."""

    organisation_id: OrganisationId
    project_id: ProjectId


class TopUpAuthorised(_Settling, name="TopUpAuthorised"):
    """What a correction added is paid by a payment of its own."""

    payment_id: PaymentId
    amount_cents: PositiveCents


class OffsetApplied(_Settling, name="OffsetApplied"):
    """A balance was counted against a payable amount; nothing was sent for it.

    Where the participant's other project is named, its debt there was paid from here: the amount
    counts as paid here, and as received there.
    """

    claim_id: ClaimId | None = None
    """The claim whose payable amount it was; absent where the holdback, or a correction, was it."""
    amount_cents: Cents
    """Taken off; below zero, an amount that was still owed to the participant was added."""
    moved_cents: Cents = 0
    """What it changes of what counts as paid here."""
    other_project_id: ProjectId | None = None
    applied_on: date


class RecoveryRequested(OfDebt, name="RecoveryRequested"):
    """The participant was asked to pay what no payable amount and no holdback covers; no interest.

    Never called a repayment of the grant: it was never owed.
    """

    amount_cents: PositiveCents
    reason: Line
    requested_on: date
    requested_by: PersonId


class RecoveryContested(OfDebt, name="RecoveryContested"):
    """The participant contests what is asked of it: the request rests until that is resolved."""

    reason: Line
    contested_by: PersonId


class RecoveryContestResolved(OfDebt, name="RecoveryContestResolved"):
    """Another person looked at the contest; upheld, the request goes on, else it is withdrawn."""

    outcome: Literal["upheld", "withdrawn"]
    reason: Line
    resolved_by: PersonId


class RecoveryReceived(_Settling, name="RecoveryReceived"):
    """Money came back from the participant; it counts as not paid."""

    amount_cents: PositiveCents
    reference: Line
    received_on: date
    recorded_by: PersonId


class RecoveryWaived(_Settling, name="RecoveryWaived"):
    """A person with the authority gave up an amount; the balance stays visible, a figure apart."""

    amount_cents: PositiveCents
    authority: Line
    reason: Line
    waived_on: date
    waived_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    OverpaymentEstablished,
    DebtListed,
    TopUpAuthorised,
    OffsetApplied,
    RecoveryRequested,
    RecoveryContested,
    RecoveryContestResolved,
    RecoveryReceived,
    RecoveryWaived,
)
