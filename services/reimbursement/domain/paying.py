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
from services.reimbursement.domain.payment import Payment
from services.reimbursement.events.claim import ClaimSettled
from services.reimbursement.events.payment import (
    PaymentAuthorised,
    PaymentBooked,
    PaymentConfirmed,
    PaymentFailed,
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


class NothingPayable(Refusal):
    """Nothing is payable here; what is below zero is carried to the next claim."""

    rule = "R-2"
    french = "Rien n'est payable ici; ce qui est sous zéro est reporté à la suivante."


class PaymentAlreadyAuthorised(Refusal):
    """There is a live payment for this already; one authorisation is all there is."""

    rule = "R-24"
    french = "Un paiement est déjà en cours pour ceci; il n'y a qu'une autorisation."


class MemberNotActive(Refusal):
    """The participant is not an active member on that day, so the payment is held."""

    rule = "R-1"
    french = "Le participant n'est pas membre actif ce jour-là; le paiement est retenu."


class NoPaymentOnItsWay(Refusal):
    """No payment is at this step: it must be authorised, then issued, then confirmed or failed."""

    rule = "R-24"
    french = "Aucun paiement n'en est là : autorisé, puis émis, puis confirmé ou échoué."


class OtherReference(Refusal):
    """The payment was issued under another reference; check which payment is meant."""

    rule = "R-24"
    french = "Le paiement a été émis sous une autre référence; vérifiez duquel il s'agit."


def require_active_member(member: Member, ask: Command) -> None:
    """Raise MemberNotActive unless it is a member on the business day and today (R-1)."""
    days: set[date] = {ask.effective_on, civil_date(ask.now)}
    if not all(member.active_on(day) for day in days):
        raise MemberNotActive


def require_issuable(payment: Payment | None) -> Payment:
    """The authorised payment that may be issued. Raises NoPaymentOnItsWay."""
    if payment is None or payment.status != "authorised":
        raise NoPaymentOnItsWay
    return payment


def require_confirmable(payment: Payment | None, reference: str) -> Payment | None:
    """The issued payment of this reference; nothing where it is confirmed already.

    Raises NoPaymentOnItsWay, OtherReference.
    """
    if payment is None or payment.status not in ("issued", "confirmed"):
        raise NoPaymentOnItsWay
    if payment.reference != reference:
        raise OtherReference
    return payment if payment.status == "issued" else None


def require_on_its_way(payment: Payment | None) -> Payment:
    """The payment that may still fail. Raises NoPaymentOnItsWay."""
    if payment is None or not payment.on_its_way:
        raise NoPaymentOnItsWay
    return payment


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
    authorised = PaymentAuthorised(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=ask.payment_id,
        amount_cents=amount_cents,
        authorised_on=ask.effective_on,
        authorised_by=ask.by.person,
    )
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
    """Record that the bank has the order."""
    require_known(claim, ask.by)
    payment = require_issuable(claim.payment)
    return [
        PaymentIssued(
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            claim_id=claim.claim_id,
            payment_id=payment.payment_id,
            amount_cents=payment.amount_cents,
            reference=ask.reference,
            issued_on=ask.effective_on,
            issued_by=ask.by.person,
        )
    ]


def confirm_payment(ask: ConfirmPayment, claim: Claim) -> Sequence[PaymentConfirmed]:
    """Record that the participant has the money; a second confirmation changes nothing."""
    require_known(claim, ask.by)
    payment = require_confirmable(claim.payment, ask.reference)
    if payment is None:
        return []
    return [
        PaymentConfirmed(
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            claim_id=claim.claim_id,
            payment_id=payment.payment_id,
            amount_cents=payment.amount_cents,
            reference=ask.reference,
            confirmed_on=ask.effective_on,
            confirmed_by=ask.by.person,
        )
    ]


def fail_payment(ask: FailPayment, claim: Claim, account: Account) -> Said:
    """Record that the bank could not pay: the amount no longer counts as paid (R-2)."""
    require_known(claim, ask.by)
    payment = require_on_its_way(claim.payment)
    failed = PaymentFailed(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        reason=ask.reason,
        failed_on=ask.effective_on,
        recorded_by=ask.by.person,
    )
    unbooked = PaymentUnbooked(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
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
