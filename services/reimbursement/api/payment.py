"""Routes of payments: of claims, and of participants' accounts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from services.reimbursement.api.claim import CLAIM_READERS
from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    AuthorisePayment,
    ConfirmAccountPayment,
    ConfirmPayment,
    FailAccountPayment,
    FailPayment,
    IssueAccountPayment,
    IssuePayment,
    ReleaseHoldback,
    ReturnAccountPayment,
    ReturnPayment,
)
from services.reimbursement.domain.account import Account, require_known
from services.reimbursement.projections.payment import LEDGER, PAYMENTS
from shared.kernel.commands import Actor
from shared.kernel.identifiers import Line, OrganisationId
from shared.kernel.money import money
from shared.kernel.shown import shown
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.points import day_of
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

PAYERS = {"payer", "finance"}


def show_account(account: Account, actor: Actor) -> Mapping[str, Any]:
    """An account with its balance, for its participant and staff. Raises AccountNotFound."""
    require_known(account, actor)
    return {
        **shown(account),
        "payable": money(account.payable_cents),
        "overpaid": money(account.overpaid_cents),
        "balance": money(account.balance_cents),
        "free": money(account.free_cents),
        "finished": account.finished,
    }


api = Api(
    "reimbursement",
    access={
        "read_account": CLAIM_READERS,
        "read_payments": CLAIM_READERS,
        "authorise_payment": {"payer"},
        "issue_payment": PAYERS,
        "confirm_payment": PAYERS,
        "fail_payment": PAYERS,
        "return_payment": PAYERS,
        "release_holdback": TREASURERS,
    },
    show={"account": show_account},
)


class ReferenceForm(Form):
    """The reference under which the bank knows the payment."""

    reference: Line


class ReturnForm(Form):
    """Under which reference the bank had paid, and why it came back."""

    reference: Line
    reason: Line


class ReleaseForm(Form):
    """Whose holdback is released."""

    organisation_id: OrganisationId


@api.read("/projects/{project_id}/payments", action="read_payments", query=("status", "claim_id"))
def list_payments(read: Read) -> Page:
    """A project's payments, oldest first; participants see their own."""
    found = read.page(
        PAYMENTS,
        order="position",
        with_total=True,
        project_id=read.path["project_id"],
        status=read.query.get("status"),
        claim_id=read.query.get("claim_id"),
        organisation_id=read.actor.lists_only(),
    )
    return found.map(without_position)


@api.read("/projects/{project_id}/payments/totals", action="read_payments")
def total_payments(read: Read) -> Mapping[str, Any]:
    """What a project's payments add up to, by status; participants see their own."""
    query = select(PAYMENTS.c.status, func.sum(PAYMENTS.c.amount_cents).label("cents")).where(
        PAYMENTS.c.project_id == read.path["project_id"]
    )
    organisation_id = read.actor.lists_only()
    if organisation_id is not None:
        query = query.where(PAYMENTS.c.organisation_id == organisation_id)
    found = {row["status"]: int(row["cents"]) for row in read.select(query.group_by("status"))}
    return {
        status: money(found.get(status, 0))
        for status in ("authorised", "issued", "confirmed", "failed", "returned")
    }


@api.read("/projects/{project_id}/paid", action="read_payments", query=("until", "organisation_id"))
def read_paid(read: Read) -> Mapping[str, Any]:
    """What counted as paid at the end of a civil day, and every change up to it (R-2, C-019).

    Raises BadQuery where `until` is no such day.
    """
    party = read.actor.lists_only() or read.query.get("organisation_id")
    query = select(LEDGER).where(LEDGER.c.project_id == read.path["project_id"])
    if party is not None:
        query = query.where(LEDGER.c.organisation_id == party)
    if (until := day_of(read.query, "until")) is not None:
        query = query.where(LEDGER.c.on_day <= until.isoformat())
    rows = read.select(query.order_by(LEDGER.c.on_day, LEDGER.c.position))
    return {
        "paid": money(sum(row["change_cents"] for row in rows)),
        "changes": [without_position(row) for row in rows],
    }


@api.resource("/accounts/{account_id}", stream="account-{account_id}", action="read_account")
def read_account() -> None:
    """One participant's account in one project: accepted, entitled, held back, paid, balance."""


@api.command("POST", "/claims/{claim_id}/payment/authorise", action="authorise_payment")
def authorise_payment(ask: Ask) -> AuthorisePayment:
    """Authorise the payment of an approved claim, once, for an active member."""
    return AuthorisePayment(claim_id=ask.path["claim_id"], payment_id=ask.new_id("pay"), **ask.who)


@api.command("POST", "/claims/{claim_id}/payment/issue", action="issue_payment")
def issue_payment(form: ReferenceForm, ask: Ask) -> IssuePayment:
    """Record that the bank has the order."""
    return IssuePayment(claim_id=ask.path["claim_id"], reference=form.reference, **ask.who)


@api.command("POST", "/claims/{claim_id}/payment/confirm", action="confirm_payment")
def confirm_payment(form: ReferenceForm, ask: Ask) -> ConfirmPayment:
    """Record that the participant has the money."""
    return ConfirmPayment(claim_id=ask.path["claim_id"], reference=form.reference, **ask.who)


@api.command("POST", "/claims/{claim_id}/payment/fail", action="fail_payment")
def fail_payment(form: ReasonForm, ask: Ask) -> FailPayment:
    """Record that the bank could not pay; the amount may be authorised again."""
    return FailPayment(claim_id=ask.path["claim_id"], reason=form.reason, **ask.who)


@api.command("POST", "/claims/{claim_id}/payment/return", action="return_payment")
def return_payment(form: ReturnForm, ask: Ask) -> ReturnPayment:
    """Record that the money came back after the bank had paid; it may be authorised again."""
    return ReturnPayment(
        claim_id=ask.path["claim_id"], reference=form.reference, reason=form.reason, **ask.who
    )


@api.command("POST", "/agreements/{project_id}/holdback/release", action="release_holdback")
def release_holdback(form: ReleaseForm, ask: Ask) -> ReleaseHoldback:
    """Release a participant's holdback; answered with its account."""
    return ReleaseHoldback(
        project_id=ask.path["project_id"], organisation_id=form.organisation_id, **ask.who
    )


@api.command("POST", "/accounts/{account_id}/payment/authorise", action="authorise_payment")
def authorise_account_payment(ask: Ask) -> AuthoriseAccountPayment:
    """Authorise the payment of an account's balance: a released holdback, or a top-up."""
    return AuthoriseAccountPayment(payment_id=ask.new_id("pay"), **account_of(ask), **ask.who)


@api.command("POST", "/accounts/{account_id}/payment/issue", action="issue_payment")
def issue_account_payment(form: ReferenceForm, ask: Ask) -> IssueAccountPayment:
    """Record that the bank has the order."""
    return IssueAccountPayment(reference=form.reference, **account_of(ask), **ask.who)


@api.command("POST", "/accounts/{account_id}/payment/confirm", action="confirm_payment")
def confirm_account_payment(form: ReferenceForm, ask: Ask) -> ConfirmAccountPayment:
    """Record that the participant has the money."""
    return ConfirmAccountPayment(reference=form.reference, **account_of(ask), **ask.who)


@api.command("POST", "/accounts/{account_id}/payment/fail", action="fail_payment")
def fail_account_payment(form: ReasonForm, ask: Ask) -> FailAccountPayment:
    """Record that the bank could not pay; the balance may be authorised again."""
    return FailAccountPayment(reason=form.reason, **account_of(ask), **ask.who)


@api.command("POST", "/accounts/{account_id}/payment/return", action="return_payment")
def return_account_payment(form: ReturnForm, ask: Ask) -> ReturnAccountPayment:
    """Record that the money came back after the bank had paid; it may be authorised again."""
    return ReturnAccountPayment(
        reference=form.reference, reason=form.reason, **account_of(ask), **ask.who
    )


def account_of(ask: Ask) -> dict[str, Any]:
    """The two parts of an account's id; whatever is no such id names no account."""
    project_id, _, organisation_id = ask.path["account_id"].partition(".")
    return {"project_id": project_id, "organisation_id": organisation_id}
