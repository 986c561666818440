"""Overpayments: established, asked for, contested, received, waived, in the order of R-12."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.aftermath import (
    ContestRecovery,
    ReceiveRecovery,
    RecordBankExcess,
    RequestRecovery,
    ResolveRecoveryContest,
    WaiveRecovery,
)
from services.reimbursement.domain.account import Account, require_known
from services.reimbursement.domain.agreement import Agreement, require_acting_for
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.settling import listed
from services.reimbursement.events.debt import (
    OverpaymentEstablished,
    RecoveryContested,
    RecoveryContestResolved,
    RecoveryReceived,
    RecoveryRequested,
    RecoveryWaived,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.refusals import Refusal, SamePerson


class NothingOwed(Refusal):
    """The participant owes nothing here that payable amounts do not cover."""

    rule = "R-12"
    french = "Le participant ne doit rien ici que les montants payables ne couvrent."


class MoreThanOwed(Refusal):
    """This is more than the participant still owes."""

    rule = "R-12"
    french = "C'est plus que ce que le participant doit encore."


class HoldbackComesFirst(Refusal):
    """The holdback is applied first, when the final report is accepted; then it is asked for."""

    rule = "R-12"
    french = "La retenue s'applique d'abord, à l'acceptation du rapport final; ensuite on demande."


class RecoveryNotRequested(Refusal):
    """Nothing was asked of the participant yet; what was never asked for is not given up."""

    rule = "R-12"
    french = "Rien n'a encore été demandé au participant; on ne renonce pas avant de demander."


class RecoveryIsContested(Refusal):
    """The participant contests what is asked of it; that is looked at first."""

    rule = "R-12"
    french = "Le participant conteste ce qui lui est demandé; cela s'examine d'abord."


class RecoveryNotContested(Refusal):
    """Nobody contests a request here."""

    rule = "R-12"
    french = "Personne ne conteste de demande ici."


def record_bank_excess(ask: RecordBankExcess, account: Account, payee: Payee) -> Said:
    """The bank sent too much: it counts as paid, and is owed; each reference once (C-018)."""
    require_known(account, ask.by)
    if ask.reference in account.debt.excess_references:
        return []
    established = OverpaymentEstablished(
        project_id=account.project_id,
        organisation_id=account.organisation_id,
        cause="bank_excess",
        source=ask.reference,
        amount_cents=ask.amount_cents,
        excess_cents=ask.amount_cents,
        balance_cents=account.free_cents - ask.amount_cents,
        established_on=ask.effective_on,
        established_by=ask.by.person,
    )
    return {
        "account": [established],
        "payee": listed(account.organisation_id, account.project_id, payee.owes_in),
    }


def request_recovery(
    ask: RequestRecovery, account: Account, agreement: Agreement
) -> Sequence[RecoveryRequested]:
    """Ask for what next payables and the holdback do not cover (R-12); asked already, quiet."""
    require_known(account, ask.by)
    if account.owed_cents <= 0:
        raise NothingOwed
    if account.debt.contested or agreement.audits.contested(account.organisation_id):
        raise RecoveryIsContested
    if not account.holdback_released and agreement.status != "terminated":
        raise HoldbackComesFirst
    if account.debt.requested_cents == account.owed_cents:
        return []
    return [
        RecoveryRequested(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            amount_cents=account.owed_cents,
            reason=ask.reason,
            requested_on=ask.effective_on,
            requested_by=ask.by.person,
        )
    ]


def contest_recovery(ask: ContestRecovery, account: Account) -> Sequence[RecoveryContested]:
    """Let the request rest, as the participant that it was made to."""
    require_known(account, ask.by)
    require_acting_for((account.organisation_id,), ask.by)
    if not account.debt.requested_cents:
        raise RecoveryNotRequested
    if account.debt.contested:
        return []
    return [
        RecoveryContested(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            reason=ask.reason,
            contested_by=ask.by.person,
        )
    ]


def resolve_recovery_contest(
    ask: ResolveRecoveryContest, account: Account
) -> Sequence[RecoveryContestResolved]:
    """Say, as another person than contests it, whether the request goes on (X6)."""
    require_known(account, ask.by)
    if not account.debt.contested:
        raise RecoveryNotContested
    if ask.by.person in (account.debt.contested_by, account.debt.requested_by):
        raise SamePerson
    return [
        RecoveryContestResolved(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            outcome=ask.outcome,
            reason=ask.reason,
            resolved_by=ask.by.person,
        )
    ]


def receive_recovery(ask: ReceiveRecovery, account: Account) -> Sequence[RecoveryReceived]:
    """Money came back: it counts as not paid; never more than is owed."""
    require_known(account, ask.by)
    _require_owed(account, ask.amount_cents)
    balance = account.free_cents + ask.amount_cents
    return [
        RecoveryReceived(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            amount_cents=ask.amount_cents,
            reference=ask.reference,
            received_on=ask.effective_on,
            recorded_by=ask.by.person,
            balance_cents=balance,
            settles=account.debt.settled_at(balance),
        )
    ]


def waive_recovery(ask: WaiveRecovery, account: Account) -> Sequence[RecoveryWaived]:
    """Give up what was asked for, as another person than asked; the balance stays visible."""
    require_known(account, ask.by)
    if not account.debt.requested_cents:
        raise RecoveryNotRequested
    if account.debt.contested:
        raise RecoveryIsContested
    if ask.by.person == account.debt.requested_by:
        raise SamePerson
    _require_owed(account, ask.amount_cents)
    balance = account.free_cents + ask.amount_cents
    return [
        RecoveryWaived(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            amount_cents=ask.amount_cents,
            authority=ask.authority,
            reason=ask.reason,
            waived_on=ask.effective_on,
            waived_by=ask.by.person,
            balance_cents=balance,
            settles=account.debt.settled_at(balance),
        )
    ]


def _require_owed(account: Account, amount_cents: int) -> None:
    if account.owed_cents <= 0:
        raise NothingOwed
    if amount_cents > account.owed_cents:
        raise MoreThanOwed


_ACCOUNT = "account-{project_id}.{organisation_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    RecordBankExcess: Decider(
        record_bank_excess, account=_ACCOUNT, payee="payee-{organisation_id}"
    ),
    RequestRecovery: Decider(
        request_recovery, account=_ACCOUNT, agreement="agreement-{project_id}"
    ),
    ContestRecovery: Decider(contest_recovery, account=_ACCOUNT),
    ResolveRecoveryContest: Decider(resolve_recovery_contest, account=_ACCOUNT),
    ReceiveRecovery: Decider(receive_recovery, account=_ACCOUNT),
    WaiveRecovery: Decider(waive_recovery, account=_ACCOUNT),
}
