"""Fees: assessed, paid, waived and taken back, for the first fee year and for those after it."""

from datetime import date

from services.membership.api.roles import CASHIER, FINANCE
from services.membership.commands import (
    AssessFee,
    RecordFeePayment,
    ReverseFeePayment,
    WaiveFee,
)
from services.membership.domain.admission import FIRST_YEAR
from services.membership.domain.fees import year_number
from services.membership.events.vocabulary import Mistake
from services.membership.projections.fees import FEES
from shared.kernel.commands import READERS
from shared.kernel.identifiers import Line
from shared.kernel.money import PositiveMoneyIn
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

ACCESS = {
    "assess_fee": FINANCE,
    "record_fee_payment": CASHIER,
    "waive_fee": FINANCE,
    "reverse_fee": FINANCE,
    "read_fees": READERS,
}
api = Api("membership", access=ACCESS)
FIRST = "/organisations/{organisation_id}/fee"
"""The first fee year, which is the admission's."""
YEARLY = "/organisations/{organisation_id}/fees/{fee_year}"
"""Any fee year by its number; 1 is the first one."""


class PaymentForm(Form):
    """A payment as the bank reports it."""

    amount: PositiveMoneyIn
    paid_on: date
    reference: Line


class WaiverForm(Form):
    """Why the fee is waived."""

    reason: Line


class ReversalForm(Form):
    """What is taken back: a payment by its reference, or the whole assessment; and why."""

    mistake: Mistake
    reference: Line | None = None
    reason: Line


def _year(ask: Ask) -> int:
    """The fee year that an address names, the first one where it names none."""
    return year_number(ask.path["fee_year"]) if "fee_year" in ask.path else FIRST_YEAR


def _assess(ask: Ask) -> AssessFee:
    return AssessFee(organisation_id=ask.path["organisation_id"], fee_year=_year(ask), **ask.who)


def _pay(form: PaymentForm, ask: Ask) -> RecordFeePayment:
    return RecordFeePayment(
        organisation_id=ask.path["organisation_id"],
        fee_year=_year(ask),
        amount_cents=form.amount,
        paid_on=form.paid_on,
        reference=form.reference,
        **ask.who,
    )


def _waive(form: WaiverForm, ask: Ask) -> WaiveFee:
    return WaiveFee(
        organisation_id=ask.path["organisation_id"],
        fee_year=_year(ask),
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", f"{FIRST}/assess", action="assess_fee")
def assess_fee(ask: Ask) -> AssessFee:
    """Assess the fee of the first fee year by the schedule in force."""
    return _assess(ask)


@api.command("POST", f"{YEARLY}/assess", action="assess_fee")
def assess_yearly_fee(ask: Ask) -> AssessFee:
    """Assess the fee of a fee year by the schedule in force."""
    return _assess(ask)


@api.command("POST", f"{FIRST}/pay", action="record_fee_payment")
def record_payment(form: PaymentForm, ask: Ask) -> RecordFeePayment:
    """Record a payment of the first fee; the last one admits if nothing else is missing."""
    return _pay(form, ask)


@api.command("POST", f"{YEARLY}/pay", action="record_fee_payment")
def record_yearly_payment(form: PaymentForm, ask: Ask) -> RecordFeePayment:
    """Record a payment of a fee year; the last one renews, or reinstates after a lapse."""
    return _pay(form, ask)


@api.command("POST", f"{FIRST}/waive", action="waive_fee")
def waive_fee(form: WaiverForm, ask: Ask) -> WaiveFee:
    """Waive what is still owed of the first fee."""
    return _waive(form, ask)


@api.command("POST", f"{YEARLY}/waive", action="waive_fee")
def waive_yearly_fee(form: WaiverForm, ask: Ask) -> WaiveFee:
    """Waive what is still owed of a fee year."""
    return _waive(form, ask)


@api.command("POST", f"{YEARLY}/reverse", action="reverse_fee")
def reverse_payment(form: ReversalForm, ask: Ask) -> ReverseFeePayment:
    """Take back a payment, or a whole assessment; that fee year alone is covered no more."""
    return ReverseFeePayment(
        organisation_id=ask.path["organisation_id"],
        fee_year=_year(ask),
        mistake=form.mistake,
        reference=form.reference,
        reason=form.reason,
        **ask.who,
    )


@api.read("/fees", action="read_fees", query=("programme", "fee_class", "status"))
def list_fees(read: Read) -> Page:
    """Fees, the first assessed first."""
    asked = read.query.get
    return read.page(
        FEES,
        order="position",
        programme=asked("programme"),
        fee_class=asked("fee_class"),
        status=asked("status"),
    )
