"""Routes of overpayments: what the bank sent in excess, requests, contests, receipts, waivers."""

from typing import Literal

from services.reimbursement.api.envelope import TREASURERS
from services.reimbursement.api.payment import PAYERS, account_of
from services.reimbursement.commands.aftermath import (
    ContestRecovery,
    ReceiveRecovery,
    RecordBankExcess,
    RequestRecovery,
    ResolveRecoveryContest,
    WaiveRecovery,
)
from shared.kernel.commands import PARTIES
from shared.kernel.identifiers import Line
from shared.kernel.money import PositiveMoneyIn
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form

api = Api(
    "reimbursement",
    access={
        "record_bank_excess": PAYERS,
        "request_recovery": TREASURERS,
        "contest_recovery": PARTIES | TREASURERS,
        "resolve_recovery_contest": TREASURERS,
        "receive_recovery": PAYERS,
        "waive_recovery": {"finance", "committee"},
    },
)


class MoneyForm(Form):
    """An amount, and the bank's reference of it."""

    amount: PositiveMoneyIn
    reference: Line


class ContestForm(Form):
    """Whether the request goes on, and why."""

    outcome: Literal["upheld", "withdrawn"]
    reason: Line


class WaiverForm(Form):
    """How much is given up, by whose authority, and why."""

    amount: PositiveMoneyIn
    authority: Line
    reason: Line


@api.command("POST", "/accounts/{account_id}/bank-excess", action="record_bank_excess")
def record_bank_excess(form: MoneyForm, ask: Ask) -> RecordBankExcess:
    """Record that the bank sent more than was authorised; each reference counts once."""
    return RecordBankExcess(
        amount_cents=form.amount, reference=form.reference, **account_of(ask), **ask.who
    )


@api.command("POST", "/accounts/{account_id}/recovery/request", action="request_recovery")
def request_recovery(form: ReasonForm, ask: Ask) -> RequestRecovery:
    """Ask the participant for what no payable amount and no holdback covers (R-12)."""
    return RequestRecovery(reason=form.reason, **account_of(ask), **ask.who)


@api.command("POST", "/accounts/{account_id}/recovery/contest", action="contest_recovery")
def contest_recovery(form: ReasonForm, ask: Ask) -> ContestRecovery:
    """Contest a request, as the participant; it rests until that is resolved."""
    return ContestRecovery(reason=form.reason, **account_of(ask), **ask.who)


@api.command(
    "POST", "/accounts/{account_id}/recovery/contest/resolve", action="resolve_recovery_contest"
)
def resolve_recovery_contest(form: ContestForm, ask: Ask) -> ResolveRecoveryContest:
    """Say, as a third person, whether a contested request goes on."""
    return ResolveRecoveryContest(
        outcome=form.outcome, reason=form.reason, **account_of(ask), **ask.who
    )


@api.command("POST", "/accounts/{account_id}/recovery/receive", action="receive_recovery")
def receive_recovery(form: MoneyForm, ask: Ask) -> ReceiveRecovery:
    """Record that money came back from the participant."""
    return ReceiveRecovery(
        amount_cents=form.amount, reference=form.reference, **account_of(ask), **ask.who
    )


@api.command("POST", "/accounts/{account_id}/recovery/waive", action="waive_recovery")
def waive_recovery(form: WaiverForm, ask: Ask) -> WaiveRecovery:
    """Give up what was asked for, with authority; the balance stays visible."""
    return WaiveRecovery(
        amount_cents=form.amount,
        authority=form.authority,
        reason=form.reason,
        **account_of(ask),
        **ask.who,
    )
