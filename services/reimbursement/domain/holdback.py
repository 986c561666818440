"""Releasing a participant's holdback, and paying the balance of its account."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    ConfirmAccountPayment,
    FailAccountPayment,
    IssueAccountPayment,
    ReleaseHoldback,
    ReturnAccountPayment,
)
from services.reimbursement.domain.account import Account, evolve, require_known
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.debts import (
    debts_taken,
    owing_accounts,
    paid_elsewhere,
    received_from,
)
from services.reimbursement.domain.envelope import Envelope
from services.reimbursement.domain.holding import require_payable
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.paying import paying_days, require_window
from services.reimbursement.domain.payment import (
    NothingPayable,
    authorise,
    bring_back,
    confirm,
    fail,
    issue,
)
from services.reimbursement.domain.payment_course import must_be_legal
from services.reimbursement.domain.settling import counted_against, offset
from services.reimbursement.domain.streams import envelope_of
from services.reimbursement.events.debt import TopUpAuthorised
from services.reimbursement.events.payment import (
    HoldbackReleased,
    LateConfirmationNoted,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal, SamePerson


class FinalReportNotAccepted(Refusal):
    """The holdback is released only after the final report is accepted."""

    rule = "R-13"
    french = "La retenue n'est libérée qu'une fois le rapport final accepté."


class HoldbackAlreadyReleased(Refusal):
    """The holdback of this participant is released already."""

    rule = "R-13"
    french = "La retenue de ce participant est déjà libérée."


class HoldbackNotReleased(Refusal):
    """A balance is paid once the holdback is released, or what a correction added; else claims."""

    rule = "R-13"
    french = "Un solde se paie après la retenue, ou par correction; sinon, par les réclamations."


def release_holdback(ask: ReleaseHoldback, account: Account, agreement: Agreement) -> Said:
    """Hold nothing back any more; what was held is payable, or covers what is owed (R-12, R-13)."""
    require_known(account, ask.by)
    require_in_force(agreement)
    if not agreement.final_report_accepted:
        raise FinalReportNotAccepted
    if account.holdback_released:
        raise HoldbackAlreadyReleased
    released = HoldbackReleased(
        project_id=account.project_id,
        organisation_id=account.organisation_id,
        amount_cents=account.holdback_cents,
        released_by=ask.by.person,
    )
    covered = max(counted_against(account.free_cents, account.holdback_cents), 0)
    return [released, *offset(evolve(account, released), covered, ask.effective_on)]


def authorise_account_payment(
    ask: AuthoriseAccountPayment,
    account: Account,
    agreement: Agreement,
    member: Member,
    owing: Mapping[str, Account],
    **read: Payee | Envelope,
) -> Said:
    """Let the balance that no claim is promised go to the bank (R-1, R-2, R-24).

    Once the holdback is released, or for what a correction added; by another person than released
    the one or approved the other (X6). Debts in other agreements are taken off, as from a claim.
    """
    require_known(account, ask.by)
    require_in_force(agreement)
    if not account.holdback_released and not account.debt.adds:
        raise HoldbackNotReleased
    must_be_legal(ask, None if account.payment is None else account.payment.status)
    if account.free_cents <= 0:
        raise NothingPayable
    if ask.by.person in {account.released_by, *account.debt.approvers}:
        raise SamePerson
    require_window(read["envelope"], ask)
    require_payable(None, agreement, member, paying_days(ask))
    taken = debts_taken(owing, account.free_cents)
    amount = account.free_cents - sum(taken.values())
    elsewhere = paid_elsewhere(account, owing, taken, ask.effective_on)
    return {
        "account": [*elsewhere, *_sent(ask, account, amount)],
        **received_from(account, owing, taken, ask.effective_on),
    }


def _sent(ask: AuthoriseAccountPayment, account: Account, amount: int) -> Sequence[Event]:
    if amount <= 0:
        return []
    if not account.debt.adds:
        return [authorise(ask, amount)]
    topped_up = TopUpAuthorised(
        project_id=account.project_id,
        organisation_id=account.organisation_id,
        payment_id=ask.payment_id,
        amount_cents=amount,
        balance_cents=0,
        settles=account.debt.settled_at(0),
    )
    return [topped_up, authorise(ask, amount)]


def issue_account_payment(ask: IssueAccountPayment, account: Account) -> Sequence[PaymentIssued]:
    """Record that the bank has the order for the balance."""
    require_known(account, ask.by)
    return issue(ask, account.payment)


def confirm_account_payment(
    ask: ConfirmAccountPayment, account: Account
) -> Sequence[PaymentConfirmed | LateConfirmationNoted]:
    """Record that the participant has the money; a second confirmation changes nothing."""
    require_known(account, ask.by)
    return confirm(ask, account.payment, account.past_payments)


def fail_account_payment(ask: FailAccountPayment, account: Account) -> Sequence[PaymentFailed]:
    """Record that the bank could not pay; the balance may be authorised again."""
    require_known(account, ask.by)
    return [fail(ask, account.payment)]


def return_account_payment(
    ask: ReturnAccountPayment, account: Account
) -> Sequence[PaymentReturned]:
    """Record that the money came back; the balance may be authorised again."""
    require_known(account, ask.by)
    return bring_back(ask, account.payment, account.past_payments)


_ACCOUNT = "account-{project_id}.{organisation_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    ReleaseHoldback: Decider(
        release_holdback, account=_ACCOUNT, agreement="agreement-{project_id}"
    ),
    AuthoriseAccountPayment: Decider(
        authorise_account_payment,
        account=_ACCOUNT,
        agreement="agreement-{project_id}",
        member="organisation-{organisation_id}",
        payee="payee-{organisation_id}",
        owing=owing_accounts,
        envelope=envelope_of,
    ),
    IssueAccountPayment: Decider(issue_account_payment, account=_ACCOUNT),
    ConfirmAccountPayment: Decider(confirm_account_payment, account=_ACCOUNT),
    FailAccountPayment: Decider(fail_account_payment, account=_ACCOUNT),
    ReturnAccountPayment: Decider(return_account_payment, account=_ACCOUNT),
}
