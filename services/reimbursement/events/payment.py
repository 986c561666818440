"""What happens to a participant's account in a project, and to the payments made from it."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.claim import RateShare
from shared.kernel.events import Event
from shared.kernel.identifiers import ClaimId, Line, OrganisationId, PersonId, ProjectId
from shared.kernel.money import Cents, PositiveCents
from shared.kernel.periods import QuarterLabel

Because: TypeAlias = Literal["correction", "deduction", "return", "amendment"]
PaymentId: TypeAlias = Annotated[str, Field(pattern=r"^pay_[0-9a-f]{32}$")]


class _OfAccount(Event):
    project_id: ProjectId
    organisation_id: OrganisationId


class CostsAccepted(_OfAccount, name="CostsAccepted"):
    """An approved claim's costs count towards the participant's cumulative entitlement (R-2)."""

    claim_id: ClaimId
    quarter: QuarterLabel
    accepted: tuple[RateShare, ...]
    entitled_cents: Cents
    """Cumulative, after the participant's cap and the ceiling."""
    holdback_cents: Cents
    """Cumulative; 0 once released."""
    payable_cents: Cents
    """Promised to this claim; where it is not above zero, nothing is promised."""
    net_cents: Cents
    """What this claim adds to entitlement less holdback: the band's measure (R-24)."""


class EntitlementRestated(_OfAccount, name="EntitlementRestated"):
    """What counts on the account changed after an approval: computed anew as a whole (R-2, R-11).

    What it changes is paid or taken with what follows; nothing that was paid changes.
    """

    claim_id: ClaimId | None = None
    """The claim whose costs changed; absent where the terms changed."""
    quarter: QuarterLabel
    because: Because
    source: Line | None = None
    """The correction, the deducted line or the amendment that it follows from."""
    accepted: tuple[RateShare, ...]
    """The differences of accepted costs by exact rate, with their signs."""
    increment_cents: Cents
    """What it asked of the room under the ceiling, after the cap."""
    part_cents: Cents
    """What it got of it (R-17)."""
    entitled_cents: Cents
    """Cumulative, after the participant's cap and the ceiling."""
    holdback_cents: Cents
    """Cumulative; 0 once released."""
    net_cents: Cents
    """What it adds to entitlement less holdback, with its sign (R-24)."""
    restated_on: date
    approved_by: tuple[PersonId, ...] | None = None
    """Who approved it, where people did; none of them authorises what it adds (X6)."""


class PaymentBooked(_OfAccount, name="PaymentBooked"):
    """A claim's payment was authorised: it counts as paid, and is promised no longer."""

    claim_id: ClaimId
    payment_id: PaymentId
    amount_cents: PositiveCents
    authorised_on: date | None = None
    """Absent in what was recorded before late facts were looked at (M-12)."""


class PaymentUnbooked(_OfAccount, name="PaymentUnbooked"):
    """A claim's payment failed or came back: it counts as paid no longer, and is promised again."""

    claim_id: ClaimId
    payment_id: PaymentId
    amount_cents: PositiveCents


class PromiseEnded(_OfAccount, name="PromiseEnded"):
    """A claim was settled without payment, since reductions approved later took its amount."""

    claim_id: ClaimId


class HoldbackReleased(_OfAccount, name="HoldbackReleased"):
    """The final report was accepted, so nothing of the entitlement is held back any more."""

    amount_cents: Cents
    released_by: PersonId


class _OfPayment(_OfAccount):
    payment_id: PaymentId
    claim_id: ClaimId | None = None
    """Absent where the account's own balance is paid, such as a released holdback."""
    amount_cents: PositiveCents


class PaymentAuthorised(_OfPayment, name="PaymentAuthorised"):
    """A payment may go to the bank; the participant is an active member that day (R-1)."""

    authorised_on: date
    authorised_by: PersonId


class PaymentIssued(_OfPayment, name="PaymentIssued"):
    """The payment was handed to the bank under this reference."""

    reference: Line
    issued_on: date
    issued_by: PersonId


class PaymentConfirmed(_OfPayment, name="PaymentConfirmed"):
    """The bank confirmed that the participant has the money."""

    reference: Line
    confirmed_on: date
    confirmed_by: PersonId


class PaymentFailed(_OfPayment, name="PaymentFailed"):
    """The bank could not pay; the same amount may be authorised again."""

    reason: Line
    failed_on: date
    recorded_by: PersonId


class PaymentReturned(_OfPayment, name="PaymentReturned"):
    """The money came back after the bank had paid; the amount may be authorised again."""

    reference: Line
    reason: Line
    returned_on: date
    recorded_by: PersonId


class LateConfirmationNoted(_OfPayment, name="LateConfirmationNoted"):
    """The bank confirmed a transfer that had failed or come back: an alert, and no balance moves.

    Two live transfers for one amount are never made; whether the bank sent it all the same, people
    find out.
    """

    reference: Line
    noted_on: date
    recorded_by: PersonId


class BankDebitNoted(_OfPayment, name="BankDebitNoted"):
    """The bank took a payment's amount under this reference of its own; a second one is excess."""

    bank_reference: Line
    noted_on: date


EVENTS: tuple[type[Event], ...] = (
    CostsAccepted,
    EntitlementRestated,
    PaymentBooked,
    PaymentUnbooked,
    PromiseEnded,
    HoldbackReleased,
    PaymentAuthorised,
    PaymentIssued,
    PaymentConfirmed,
    PaymentFailed,
    PaymentReturned,
    LateConfirmationNoted,
    BankDebitNoted,
)
