"""Paying an approved claim: authorised by another person, issued, confirmed or failed."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.reimbursement.commands.payment import (
    AuthorisePayment,
    ConfirmPayment,
    FailPayment,
    IssuePayment,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import COUNTED, Claim, require_known
from services.reimbursement.domain.member import Member
from services.reimbursement.domain.payment import (
    NothingPayable,
    PaymentAlreadyAuthorised,
    authorise,
    confirm,
    fail,
    issue,
)
from services.reimbursement.events.claim import ClaimSettled
from services.reimbursement.events.payment import (
    PaymentBooked,
    PaymentConfirmed,
    PaymentIssued,
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


class MemberNotActive(Refusal):
    """The participant is not an active member on that day, so the payment is held."""

    rule = "R-1"
    french = "Le participant n'est pas membre actif ce jour-là; le paiement est retenu."


def require_active_member(member: Member, ask: Command) -> None:
    """Raise MemberNotActive unless it is a member on the business day and today (R-1)."""
    days: set[date] = {ask.effective_on, civil_date(ask.now)}
    if not all(member.active_on(day) for day in days):
        raise MemberNotActive


def _require_due(claim: Claim) -> None:
    if claim.status not in COUNTED:
        raise ClaimNotApproved
    if claim.status == "settled":
        raise NothingPayable
    if claim.status not in ("approved", "failed"):
        raise PaymentAlreadyAuthorised


def authorise_payment(
    ask: AuthorisePayment, claim: Claim, account: Account, agreement: Agreement, member: Member
) -> Said:
    """Let an approved claim's amount go to the bank, once (R-1, R-2, R-24, X6).

    Where reductions approved meanwhile left less in the account, no more than that is paid; where
    they left nothing, the claim is settled. Neither certifier nor assessor may authorise.
    """
    require_known(claim, ask.by)
    _require_due(claim)
    require_in_force(agreement)
    if ask.by.person in {claim.certifier, *claim.assessors}:
        raise SamePerson
    require_active_member(member, ask)
    amount_cents = min(account.promised_cents[claim.claim_id], account.payable_cents)
    if amount_cents <= 0:
        return _nothing_left(claim, account)
    authorised = authorise(ask, amount_cents)
    booked = PaymentBooked(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=ask.payment_id,
        amount_cents=amount_cents,
    )
    return {"claim": [authorised], "account": [booked]}


def _nothing_left(claim: Claim, account: Account) -> Said:
    settled = ClaimSettled(
        claim_id=claim.claim_id,
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        carried_cents=min(account.payable_cents, 0),
    )
    ended = PromiseEnded(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
    )
    return {"claim": [settled], "account": [ended]}


def issue_payment(ask: IssuePayment, claim: Claim) -> Sequence[PaymentIssued]:
    """Record that the bank has the order for a claim's payment."""
    require_known(claim, ask.by)
    return issue(ask, claim.payment)


def confirm_payment(ask: ConfirmPayment, claim: Claim) -> Sequence[PaymentConfirmed]:
    """Record that the participant has the money; a second confirmation changes nothing."""
    require_known(claim, ask.by)
    return confirm(ask, claim.payment)


def fail_payment(ask: FailPayment, claim: Claim, account: Account) -> Said:
    """Record that the bank could not pay: the amount no longer counts as paid (R-2)."""
    require_known(claim, ask.by)
    failed = fail(ask, claim.payment)
    unbooked = PaymentUnbooked(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=failed.payment_id,
        amount_cents=failed.amount_cents,
    )
    return {"claim": [failed], "account": [unbooked]}


DECIDERS: Mapping[type[Command], Decider] = {
    AuthorisePayment: Decider(
        authorise_payment,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
        member="organisation-{organisation_id}",
    ),
    IssuePayment: Decider(issue_payment, claim="claim-{claim_id}"),
    ConfirmPayment: Decider(confirm_payment, claim="claim-{claim_id}"),
    FailPayment: Decider(
        fail_payment,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
    ),
}
