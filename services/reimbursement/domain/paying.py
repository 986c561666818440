"""Paying an approved claim: authorised by another person, issued, confirmed or failed."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.reimbursement.commands.payment import (
    AuthorisePayment,
    ConfirmPayment,
    FailPayment,
    IssuePayment,
    ReturnPayment,
)
from services.reimbursement.domain.account import Account, evolve
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import COUNTED, Claim, require_known
from services.reimbursement.domain.debts import (
    debts_taken,
    owing_accounts,
    paid_elsewhere,
    received_from,
)
from services.reimbursement.domain.envelope import Envelope, require_in_window
from services.reimbursement.domain.holding import PaymentIsHeld, require_payable
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.payment import (
    NothingPayable,
    authorise,
    bring_back,
    confirm,
    fail,
    issue,
)
from services.reimbursement.domain.payment_course import must_be_legal
from services.reimbursement.domain.settling import offset
from services.reimbursement.domain.streams import envelope_of
from services.reimbursement.events.claim import ClaimSettled
from services.reimbursement.events.payment import (
    LateConfirmationNoted,
    PaymentAuthorised,
    PaymentBooked,
    PaymentConfirmed,
    PaymentFailed,
    PaymentIssued,
    PaymentReturned,
    PaymentUnbooked,
    PromiseEnded,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.periods import civil_date
from shared.kernel.refusals import Refusal, SamePerson


class ClaimNotApproved(Refusal):
    """The claim is not approved, so nothing of it can be paid."""

    rule = "R-24"
    french = "La réclamation n'est pas approuvée; rien ne peut en être payé."


def paying_days(ask: Command) -> set[date]:
    """The civil days on which a payment must be allowed: the business day and today (R-1)."""
    return {ask.effective_on, civil_date(ask.now)}


def require_window(envelope: object, ask: Command) -> None:
    """The payment's business day falls in its envelope (R-15). Raises PaymentOutsideEnvelope."""
    assert isinstance(envelope, Envelope), "this role is an envelope"
    require_in_window(envelope, ask.effective_on)


def _require_due(ask: AuthorisePayment, claim: Claim) -> None:
    if claim.status not in COUNTED:
        raise ClaimNotApproved
    if claim.status == "settled":
        raise NothingPayable
    must_be_legal(ask, None if claim.payment is None else claim.payment.status)


def authorise_payment(
    ask: AuthorisePayment,
    claim: Claim,
    account: Account,
    agreement: Agreement,
    member: Member,
    owing: Mapping[str, Account],
    **read: Payee | Envelope,
) -> Said:
    """Let an approved claim's amount go to the bank, once (R-1, R-2, R-24, X6).

    Where reductions approved meanwhile left less in the account, no more than that is paid. What
    the participant owes in its other agreements is taken off, once, in those accounts' own streams.
    Where nothing is left, the claim is settled. Neither certifier nor assessor may authorise.
    """
    require_known(claim, ask.by)
    _require_due(ask, claim)
    require_in_force(agreement)
    if ask.by.person in {claim.certifier, *claim.assessors}:
        raise SamePerson
    require_window(read["envelope"], ask)
    require_payable(claim, agreement, member, paying_days(ask))
    promised, on = account.promised_cents[claim.claim_id], ask.effective_on
    payable = max(min(promised, account.balance_cents), 0)
    taken = debts_taken(owing, payable)
    amount = payable - sum(taken.values())
    on_claim: PaymentAuthorised | ClaimSettled = _settled(claim, account)
    counted: PaymentBooked | PromiseEnded = _promise_ended(claim)
    if amount > 0:
        on_claim, counted = authorise(ask, amount), _booked(ask, claim, amount)
    elsewhere = paid_elsewhere(evolve(account, counted), owing, taken, on)
    after = evolve(account, counted)
    for event in elsewhere:
        after = evolve(after, event)
    lowered = offset(after, promised - payable, on, claim_id=claim.claim_id)
    return {
        "claim": [on_claim],
        "account": [counted, *elsewhere, *lowered],
        **received_from(account, owing, taken, on),
    }


def _booked(ask: AuthorisePayment, claim: Claim, amount_cents: int) -> PaymentBooked:
    return PaymentBooked(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=ask.payment_id,
        amount_cents=amount_cents,
        authorised_on=ask.effective_on,
    )


def _settled(claim: Claim, account: Account) -> ClaimSettled:
    return ClaimSettled(
        **claim.identity,
        carried_cents=min(account.payable_cents, 0),
    )


def _promise_ended(claim: Claim) -> PromiseEnded:
    return PromiseEnded(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
    )


def issue_payment(ask: IssuePayment, claim: Claim) -> Sequence[PaymentIssued]:
    """Record that the bank has the order for a claim's payment, unless it is held meanwhile."""
    require_known(claim, ask.by)
    issued = issue(ask, claim.payment)
    if claim.after.holds:
        raise PaymentIsHeld(reasons=sorted(claim.after.holds))
    return issued


def confirm_payment(
    ask: ConfirmPayment, claim: Claim
) -> Sequence[PaymentConfirmed | LateConfirmationNoted]:
    """Record that the participant has the money; a second confirmation changes nothing."""
    require_known(claim, ask.by)
    return confirm(ask, claim.payment, claim.after.past_payments)


def fail_payment(ask: FailPayment, claim: Claim, account: Account) -> Said:
    """Record that the bank could not pay: the amount no longer counts as paid (R-2)."""
    require_known(claim, ask.by)
    failed = fail(ask, claim.payment)
    return {"claim": [failed], "account": [unbooked(claim, failed)]}


def return_payment(ask: ReturnPayment, claim: Claim, account: Account) -> Said:
    """Record that the money came back: it counts as paid no longer, and may go again (R-2)."""
    require_known(claim, ask.by)
    returned = bring_back(ask, claim.payment, claim.after.past_payments)
    return {"claim": returned, "account": [unbooked(claim, event) for event in returned]}


def unbooked(claim: Claim, event: PaymentFailed | PaymentReturned) -> PaymentUnbooked:
    """What a claim's account says when its payment failed or came back."""
    return PaymentUnbooked(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=event.payment_id,
        amount_cents=event.amount_cents,
    )


_CLAIM, _ACCOUNT = "claim-{claim_id}", "account-{project_id}.{organisation_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    AuthorisePayment: Decider(
        authorise_payment,
        claim=_CLAIM,
        account=_ACCOUNT,
        agreement="agreement-{project_id}",
        member="organisation-{organisation_id}",
        payee="payee-{organisation_id}",
        owing=owing_accounts,
        envelope=envelope_of,
    ),
    IssuePayment: Decider(issue_payment, claim=_CLAIM),
    ConfirmPayment: Decider(confirm_payment, claim=_CLAIM),
    FailPayment: Decider(fail_payment, claim=_CLAIM, account=_ACCOUNT),
    ReturnPayment: Decider(return_payment, claim=_CLAIM, account=_ACCOUNT),
}
