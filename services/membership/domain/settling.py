"""Settling a fee year and taking it back: what each of them changes of the status (M-10, M-11)."""

from collections.abc import Sequence
from datetime import date

from services.membership.commands import RecordFeePayment, ReverseFeePayment, WaiveFee
from services.membership.domain.acting import require_known, require_past, spoken_until
from services.membership.domain.admission import with_admission
from services.membership.domain.course import (
    covering,
    decided_on,
    reconciled,
    settled_years,
)
from services.membership.domain.folding import OrganisationEvent, evolve
from services.membership.domain.organisation import Fee, Organisation, Payment
from services.membership.domain.refusals import (
    FeeNotAssessed,
    FeeOverpaid,
    NoSuchPayment,
    NothingToReverse,
    NothingToWaive,
    PaymentNotNamed,
    PaymentReferenceUsed,
    ReversalByAssessor,
    WaiverByAssessor,
)
from services.membership.domain.transitions import must_be_legal
from services.membership.events.fees import (
    FeeAssessed,
    FeePaid,
    FeePaymentReversed,
    FeeWaived,
)
from shared.kernel.decider import Said
from shared.kernel.money import money
from shared.kernel.operations import Operations


def settled(
    organisation: Organisation, event: FeeAssessed | FeePaid | FeeWaived, until: date
) -> Sequence[OrganisationEvent]:
    """A fee's event, and what follows where nothing is owed of its year any more.

    Before the admission that is the admission (M-10); after it, the year is covered from its first
    day on, or from the day on which it was settled (M-11), unless a decision is in force then.
    """
    if organisation.membership is None:
        return with_admission(organisation, event)
    after = evolve(organisation, event)
    covered = [
        covering(after, year, begins)
        for begins, year in settled_years(organisation.membership, after.fees)
        if year.number == event.fee_year and not decided_on(organisation.membership, begins)
    ]
    return reconciled(organisation, [event], until, last=covered)


def record_payment(ask: RecordFeePayment, organisation: Organisation, timers: Operations) -> Said:
    """Record a part or all of a fee as paid; the last part admits or renews (M-10, M-11).

    Refused: OrganisationNotFound, FeeNotAssessed, MembershipEnded, DayStillToCome,
    PaymentReferenceUsed, FeeOverpaid. Quiet: the same payment is recorded already.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    fee = _require_fee(organisation, ask.fee_year)
    require_past(ask, ask.paid_on)
    payment = Payment(ask.reference, ask.paid_on, ask.amount_cents)
    if payment in fee.payments:
        return []
    if any(other.reference == ask.reference for other in (*fee.payments, *fee.returned)):
        raise PaymentReferenceUsed
    if ask.amount_cents > fee.outstanding_cents:
        raise FeeOverpaid(outstanding=money(fee.outstanding_cents))
    paid = FeePaid(
        organisation_id=ask.organisation_id,
        fee_year=fee.fee_year,
        amount_cents=ask.amount_cents,
        paid_on=ask.paid_on,
        reference=ask.reference,
        recorded_by=ask.by.person,
    )
    return settled(organisation, paid, spoken_until(ask, timers))


def waive_fee(ask: WaiveFee, organisation: Organisation, timers: Operations) -> Said:
    """Waive what is still owed, by another person than who assessed it (X6, M-10).

    Refused: OrganisationNotFound, FeeNotAssessed, MembershipEnded, NothingToWaive,
    WaiverByAssessor.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    fee = _require_fee(organisation, ask.fee_year)
    if not fee.outstanding_cents:
        raise NothingToWaive
    if ask.by.person == fee.assessed_by:
        raise WaiverByAssessor
    waived = FeeWaived(
        organisation_id=ask.organisation_id,
        fee_year=fee.fee_year,
        amount_cents=fee.outstanding_cents,
        waived_on=ask.effective_on,
        reason=ask.reason,
        approved_by=ask.by.person,
    )
    return settled(organisation, waived, spoken_until(ask, timers))


def reverse_payment(ask: ReverseFeePayment, organisation: Organisation, timers: Operations) -> Said:
    """Take back a payment, or an assessment that was a mistake, and with it that year alone (M-11).

    What was assessed wrongly is taken back by another person than who assessed it (X6), and may be
    assessed anew. The status of every day is said anew where it changes; no payment to anybody is
    undone by that (M-12).

    Refused: OrganisationNotFound, MembershipEnded, NothingToReverse, PaymentNotNamed,
    NoSuchPayment, ReversalByAssessor.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    fee = organisation.fees.get(ask.fee_year)
    if fee is None:
        raise NothingToReverse
    covered = (
        [
            year
            for _, year in settled_years(organisation.membership, organisation.fees)
            if year.number == ask.fee_year
        ]
        if organisation.membership
        else []
    )
    reversal = FeePaymentReversed(
        organisation_id=ask.organisation_id,
        fee_year=ask.fee_year,
        amount_cents=_amount_taken_back(ask, fee),
        reference=ask.reference,
        mistake=ask.mistake,
        covered_from=covered[0].start if covered else None,
        covered_until=covered[0].end if covered else None,
        reversed_on=ask.effective_on,
        reason=ask.reason,
        reversed_by=ask.by.person,
    )
    return reconciled(organisation, [reversal], spoken_until(ask, timers))


def _amount_taken_back(ask: ReverseFeePayment, fee: Fee) -> int:
    if (ask.mistake == "payment") != (ask.reference is not None):
        raise PaymentNotNamed
    if ask.mistake == "assessment":
        if ask.by.person == fee.assessed_by:
            raise ReversalByAssessor
        return sum(payment.amount_cents for payment in fee.payments)
    named = [paid.amount_cents for paid in fee.payments if paid.reference == ask.reference]
    if not named:
        raise NoSuchPayment
    return named[0]


def _require_fee(organisation: Organisation, fee_year: int) -> Fee:
    if fee_year not in organisation.fees:
        raise FeeNotAssessed
    return organisation.fees[fee_year]
