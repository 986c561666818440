"""What the bank reports, row by row: applied to the payment that it names, or refused (C-019)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, assert_never

from services.reimbursement.commands.bank import (
    ApplyRowToAccount,
    ApplyRowToClaim,
    ReceiveBankReport,
    RefuseRow,
)
from services.reimbursement.commands.payment import (
    ConfirmAccountPayment,
    ConfirmPayment,
    FailAccountPayment,
    FailPayment,
    ReturnAccountPayment,
    ReturnPayment,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.paying import unbooked
from services.reimbursement.domain.payment import Payment, bring_back, confirm, fail
from services.reimbursement.domain.settling import listed
from services.reimbursement.events.bank import (
    BankReportReceived,
    BankRowApplied,
    BankRowRefused,
    Effect,
    ReportRow,
)
from services.reimbursement.events.debt import OverpaymentEstablished
from services.reimbursement.events.payment import (
    BankDebitNoted,
    LateConfirmationNoted,
    PaymentConfirmed,
    PaymentFailed,
    PaymentReturned,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, Said
from shared.kernel.events import Event
from shared.kernel.refusals import NotFound, Refusal

ReportEvent: TypeAlias = BankReportReceived | BankRowApplied | BankRowRefused
ApplyRow: TypeAlias = ApplyRowToClaim | ApplyRowToAccount


class PaymentNotOurs(NotFound):
    """The row names no payment of ours."""

    french = "La ligne ne nomme aucun de nos paiements."


class AmountDiffers(Refusal):
    """The row's amount is not that of the payment which it names."""

    rule = "R-24"
    french = "Le montant de la ligne n'est pas celui du paiement qu'elle nomme."


class PaymentNotLatest(Refusal):
    """A later payment replaced the one that the row names; this changes nothing of it."""

    rule = "R-24"
    french = "Le paiement nommé fut remplacé par un autre, et ceci n'y change rien."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row did: an effect, or why it was refused."""

    effect: Effect | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class BankReport:
    """One report of the bank and what became of its rows, by number."""

    report_id: str = ""
    format: str = ""
    rows: tuple[ReportRow, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


def evolve(report: BankReport, event: ReportEvent) -> BankReport:
    """The report after one event more."""
    match event:
        case BankReportReceived():
            return BankReport(event.report_id, event.format, event.rows)
        case BankRowApplied():
            outcome = Outcome(effect=event.effect)
        case BankRowRefused():
            outcome = Outcome(refused=event.reason)
        case _:
            assert_never(event)
    return replace(report, outcomes={**report.outcomes, str(event.row): outcome})


def payment_of(row: ReportRow) -> str:
    """The payment that a row means, by its end-to-end id."""
    return f"pay_{row.end_to_end_id}"


def receive_bank_report(ask: ReceiveBankReport, report: BankReport) -> Sequence[BankReportReceived]:
    """Take a report in, once: a second import of the same one changes nothing."""
    if report.report_id:
        return []
    return [
        BankReportReceived(
            report_id=ask.report_id,
            format=ask.format,
            rows=tuple(ask.rows),
            received_by=ask.by.person,
        )
    ]


def apply_row_to_claim(
    ask: ApplyRowToClaim, report: BankReport, claim: Claim, account: Account, payee: Payee
) -> Said:
    """Let a row take effect on a claim's payment; what contradicts is recorded as refused."""
    try:
        events = _said(ask, claim.payment, claim.after.past_payments)
    except Refusal as refused:
        return {"report": [_refused(ask, refused)]}
    unpaid = [
        unbooked(claim, event)
        for event in events
        if isinstance(event, PaymentFailed | PaymentReturned)
    ]
    excess = _excess(ask, claim.payment, account, events)
    return {
        "report": [_applied(ask, events, excess)],
        "claim": events,
        "account": [*unpaid, *excess],
        "payee": _listed(account, payee) if excess else [],
    }


def apply_row_to_account(
    ask: ApplyRowToAccount, report: BankReport, account: Account, payee: Payee
) -> Said:
    """Let a row take effect on an account's own payment, as on a claim's."""
    try:
        events = _said(ask, account.payment, account.past_payments)
    except Refusal as refused:
        return {"report": [_refused(ask, refused)]}
    excess = _excess(ask, account.payment, account, events)
    return {
        "report": [_applied(ask, events, excess)],
        "account": [*events, *excess],
        "payee": _listed(account, payee) if excess else [],
    }


def _listed(account: Account, payee: Payee) -> Sequence[Event]:
    return listed(account.organisation_id, account.project_id, payee.owes_in)


def _said(ask: ApplyRow, payment: Payment | None, past: Sequence[Payment]) -> Sequence[Event]:
    """What a row says about a payment, by the decisions that people's commands take too."""
    row = ask.row
    every = [*past, *([] if payment is None else [payment])]
    named = [one for one in every if one.payment_id == payment_of(row)]
    if not named:
        raise PaymentNotOurs
    if row.amount_cents is not None and row.amount_cents != named[0].amount_cents:
        raise AmountDiffers
    match row.kind:
        case "accepted":
            return []
        case "rejected":
            return _rejected(ask, named[0], payment)
        case "returned":
            return bring_back(_returning(ask), payment, past)
        case "settled" | "debited":
            confirmed = confirm(_confirming(ask), payment, past)
            return [*confirmed, *_debited(ask, named[0])]


def _rejected(ask: ApplyRow, named: Payment, payment: Payment | None) -> Sequence[PaymentFailed]:
    if named.status == "failed":
        return []
    if named is not payment:
        raise PaymentNotLatest
    return [fail(_failing(ask), payment)]


def _debited(ask: ApplyRow, named: Payment) -> Sequence[BankDebitNoted]:
    """Under which of its own references the bank took the money; each is noted once."""
    reference = ask.row.bank_reference
    if reference is None or reference in named.debits or not named.live:
        return []
    noted = BankDebitNoted(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        claim_id=ask.claim_id if isinstance(ask, ApplyRowToClaim) else None,
        payment_id=named.payment_id,
        amount_cents=named.amount_cents,
        bank_reference=reference,
        noted_on=ask.effective_on,
    )
    return [noted]


def _excess(
    ask: ApplyRow, payment: Payment | None, account: Account, events: Sequence[Event]
) -> Sequence[OverpaymentEstablished]:
    """A live payment that was taken a second time was sent twice: that is owed (C-018)."""
    again = [event for event in events if isinstance(event, BankDebitNoted)]
    if not again or payment is None or not payment.debits:
        return []
    (debit,) = again
    return [
        OverpaymentEstablished(
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            cause="bank_excess",
            source=debit.bank_reference,
            amount_cents=debit.amount_cents,
            excess_cents=debit.amount_cents,
            balance_cents=account.free_cents - debit.amount_cents,
            established_on=ask.effective_on,
            established_by=ask.by.person,
        )
    ]


def _applied(ask: ApplyRow, events: Sequence[Event], excess: Sequence[Event]) -> BankRowApplied:
    effects: Mapping[type[Event], Effect] = {
        PaymentConfirmed: "confirmed",
        PaymentFailed: "failed",
        PaymentReturned: "returned",
        LateConfirmationNoted: "alert",
    }
    found = [effects[type(event)] for event in events if type(event) in effects]
    effect: Effect = "excess" if excess else found[0] if found else "unchanged"
    return BankRowApplied(
        report_id=ask.report_id, row=ask.row.row, payment_id=payment_of(ask.row), effect=effect
    )


def _refused(ask: ApplyRow, refused: Refusal) -> BankRowRefused:
    return BankRowRefused(report_id=ask.report_id, row=ask.row.row, reason=refused.code())


def _who(ask: ApplyRow) -> dict[str, Any]:
    return {"by": ask.by, "now": ask.now, "effective_at": ask.effective_at}


def _confirming(ask: ApplyRow) -> ConfirmPayment | ConfirmAccountPayment:
    reference = ask.row.end_to_end_id
    if isinstance(ask, ApplyRowToClaim):
        return ConfirmPayment(claim_id=ask.claim_id, reference=reference, **_who(ask))
    return ConfirmAccountPayment(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        reference=reference,
        **_who(ask),
    )


def _returning(ask: ApplyRow) -> ReturnPayment | ReturnAccountPayment:
    what: dict[str, Any] = {
        "reference": ask.row.end_to_end_id,
        "reason": ask.row.reason or "unspecified",
    }
    if isinstance(ask, ApplyRowToClaim):
        return ReturnPayment(claim_id=ask.claim_id, **what, **_who(ask))
    return ReturnAccountPayment(
        project_id=ask.project_id, organisation_id=ask.organisation_id, **what, **_who(ask)
    )


def _failing(ask: ApplyRow) -> FailPayment | FailAccountPayment:
    reason = ask.row.reason or "unspecified"
    if isinstance(ask, ApplyRowToClaim):
        return FailPayment(claim_id=ask.claim_id, reason=reason, **_who(ask))
    return FailAccountPayment(
        project_id=ask.project_id, organisation_id=ask.organisation_id, reason=reason, **_who(ask)
    )


def refuse_row(ask: RefuseRow, report: BankReport) -> Sequence[BankRowRefused]:
    """Say that it names no payment of ours."""
    refused = BankRowRefused(report_id=ask.report_id, row=ask.row, reason=PaymentNotOurs.code())
    return [refused]


_REPORT, _ACCOUNT = "bankreport-{report_id}", "account-{project_id}.{organisation_id}"
FOLDS = {"bankreport": Fold(BankReport(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    ReceiveBankReport: Decider(receive_bank_report, report=_REPORT),
    ApplyRowToClaim: Decider(
        apply_row_to_claim,
        report=_REPORT,
        claim="claim-{claim_id}",
        account=_ACCOUNT,
        payee="payee-{organisation_id}",
    ),
    ApplyRowToAccount: Decider(
        apply_row_to_account, report=_REPORT, account=_ACCOUNT, payee="payee-{organisation_id}"
    ),
    RefuseRow: Decider(refuse_row, report=_REPORT),
}
