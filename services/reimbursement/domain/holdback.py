"""Releasing a participant's holdback, and paying the balance of its account."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.payment import (
    AuthoriseAccountPayment,
    ConfirmAccountPayment,
    FailAccountPayment,
    IssueAccountPayment,
    ReleaseHoldback,
)
from services.reimbursement.domain.account import Account, require_known
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.paying import require_active_member
from services.reimbursement.domain.payment import (
    NothingPayable,
    PaymentAlreadyAuthorised,
    authorise,
    confirm,
    fail,
    issue,
)
from services.reimbursement.events.payment import (
    HoldbackReleased,
    PaymentAuthorised,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
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
    """The balance of an account is paid once its holdback is released; before, claims are."""

    rule = "R-13"
    french = "Le solde d'un compte se paie après la retenue; avant, ce sont les réclamations."


def release_holdback(
    ask: ReleaseHoldback, account: Account, agreement: Agreement
) -> Sequence[HoldbackReleased]:
    """Hold nothing back any more; what was held becomes payable from the account (R-13)."""
    require_known(account, ask.by)
    require_in_force(agreement)
    if not agreement.final_report_accepted:
        raise FinalReportNotAccepted
    if account.holdback_released:
        raise HoldbackAlreadyReleased
    return [
        HoldbackReleased(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            amount_cents=account.holdback_cents,
            released_by=ask.by.person,
        )
    ]


def authorise_account_payment(
    ask: AuthoriseAccountPayment, account: Account, agreement: Agreement, member: Member
) -> Sequence[PaymentAuthorised]:
    """Let the balance that no claim is promised go to the bank (R-1, R-2, R-24).

    By another person than who released the holdback (X6).
    """
    require_known(account, ask.by)
    require_in_force(agreement)
    if not account.holdback_released:
        raise HoldbackNotReleased
    if account.payment is not None and account.payment.on_its_way:
        raise PaymentAlreadyAuthorised
    if account.free_cents <= 0:
        raise NothingPayable
    if ask.by.person == account.released_by:
        raise SamePerson
    require_active_member(member, ask)
    return [authorise(ask, account.free_cents)]


def issue_account_payment(ask: IssueAccountPayment, account: Account) -> Sequence[PaymentIssued]:
    """Record that the bank has the order for the balance."""
    require_known(account, ask.by)
    return issue(ask, account.payment)


def confirm_account_payment(
    ask: ConfirmAccountPayment, account: Account
) -> Sequence[PaymentConfirmed]:
    """Record that the participant has the money; a second confirmation changes nothing."""
    require_known(account, ask.by)
    return confirm(ask, account.payment)


def fail_account_payment(ask: FailAccountPayment, account: Account) -> Sequence[PaymentFailed]:
    """Record that the bank could not pay; the balance may be authorised again."""
    require_known(account, ask.by)
    return [fail(ask, account.payment)]


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
    ),
    IssueAccountPayment: Decider(issue_account_payment, account=_ACCOUNT),
    ConfirmAccountPayment: Decider(confirm_account_payment, account=_ACCOUNT),
    FailAccountPayment: Decider(fail_account_payment, account=_ACCOUNT),
}
