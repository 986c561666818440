"""The membership watch: holds that come and go by themselves, and findings of late facts (M-12)."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.reimbursement.commands.aftermath import (
    HoldPayment,
    ReleasePaymentHold,
    ResolveComplianceFinding,
    ReviewHolds,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.account import require_known as require_account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim, require_known
from services.reimbursement.domain.holding import reasons_to_hold
from services.reimbursement.domain.member import Member
from services.reimbursement.events.holding import (
    ComplianceFindingRaised,
    ComplianceFindingResolved,
    HoldReason,
    PaymentHeld,
    PaymentHoldReleased,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States
from shared.kernel.events import Event
from shared.kernel.periods import civil_date
from shared.kernel.refusals import NotFound, Refusal

UNPAID = ("approved", "payment_authorised", "failed", "returned")
"""Where a claim's amount waits and may be held."""


class NothingToHold(Refusal):
    """Only a claim that is approved and not yet with the bank can be held."""

    rule = "R-10"
    french = "Seule une réclamation approuvée, pas encore à la banque, peut être retenue."


class NotHeldByAPerson(Refusal):
    """Nobody holds this claim; other holds are released by what caused them."""

    rule = "R-10"
    french = "Personne ne retient cette réclamation; les autres retenues se lèvent d'elles-mêmes."


class FindingNotFound(NotFound):
    """There is no such finding here."""

    french = "Il n'y a pas de telle constatation ici."


class FindingAlreadyResolved(Refusal):
    """This finding is resolved already."""

    rule = "M-12"
    french = "Cette constatation est déjà résolue."


def hold_payment(ask: HoldPayment, claim: Claim) -> Sequence[PaymentHeld]:
    """Hold it, as a person, with a reason; held already, it stays as it is."""
    require_known(claim, ask.by)
    if claim.status not in UNPAID:
        raise NothingToHold
    if "person" in claim.after.holds:
        return []
    return [_held(claim, "person", ask.reason, ask.effective_on, ask.by.person)]


def release_payment_hold(ask: ReleasePaymentHold, claim: Claim) -> Sequence[PaymentHoldReleased]:
    """Release what a person held; nothing is assessed again. Raises NotHeldByAPerson."""
    require_known(claim, ask.by)
    if "person" not in claim.after.holds:
        raise NotHeldByAPerson
    return [_released(claim, "person", ask.reason, ask.effective_on, ask.by.person)]


def review_holds(
    ask: ReviewHolds,
    account: Account,
    agreement: Agreement,
    member: Member,
    claims: Mapping[str, Claim],
) -> Said:
    """Compare what is held with what has to be, and past payments with what is known now.

    A late fact undoes no payment: each that it would have barred raises one finding (M-12).
    """
    today = civil_date(ask.now)
    said: dict[str, Sequence[Event]] = {
        stream: _changed_holds(ask, claim, agreement, member, today)
        for stream, claim in claims.items()
    }
    return {**said, "account": _findings(ask, account, member)}


def _changed_holds(
    ask: ReviewHolds, claim: Claim, agreement: Agreement, member: Member, today: date
) -> Sequence[Event]:
    due = {
        reason.kind: reason.detail
        for reason in reasons_to_hold(claim, agreement, member, [today])
        if reason.kind != "person" and claim.status in UNPAID
    }
    held = {kind: hold for kind, hold in claim.after.holds.items() if kind != "person"}
    on, by = ask.effective_on, ask.by.person
    return [
        *(_held(claim, kind, detail, on, by) for kind, detail in due.items() if kind not in held),
        *(
            _released(claim, kind, "The reason is gone.", on, by)
            for kind in held
            if kind not in due
        ),
    ]


def _findings(
    ask: ReviewHolds, account: Account, member: Member
) -> Sequence[ComplianceFindingRaised]:
    return [
        ComplianceFindingRaised(
            finding_id=finding_id_of(payment_id),
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            claim_id=booked.claim_id,
            rule="R-1",
            about=f"On the day of its authorisation the membership was: {standing}.",
            raised_on=ask.effective_on,
        )
        for payment_id, booked in account.booked.items()
        if booked.on is not None
        and (standing := member.standing_on(booked.on)) != "active"
        and finding_id_of(payment_id) not in account.findings
    ]


def finding_id_of(payment_id: str) -> str:
    """The id of a payment's one finding."""
    return f"finding_{payment_id.removeprefix('pay_')}"


def resolve_compliance_finding(
    ask: ResolveComplianceFinding, account: Account
) -> Sequence[ComplianceFindingResolved]:
    """Say what follows from it. Raises FindingNotFound, FindingAlreadyResolved."""
    require_account(account, ask.by)
    resolved = account.findings.get(ask.finding_id)
    if resolved is None:
        raise FindingNotFound
    if resolved:
        raise FindingAlreadyResolved
    return [
        ComplianceFindingResolved(
            finding_id=ask.finding_id,
            project_id=account.project_id,
            organisation_id=account.organisation_id,
            outcome=ask.outcome,
            reason=ask.reason,
            resolved_on=ask.effective_on,
            resolved_by=ask.by.person,
        )
    ]


def _held(claim: Claim, kind: HoldReason, detail: str, on: date, by: str) -> PaymentHeld:
    return PaymentHeld(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        reason=kind,
        detail=detail,
        held_on=on,
        held_by=by,
    )


def _released(
    claim: Claim, kind: HoldReason, detail: str, on: date, by: str
) -> PaymentHoldReleased:
    return PaymentHoldReleased(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        reason=kind,
        detail=detail,
        released_on=on,
        released_by=by,
    )


def _claims_with_money(_: ReviewHolds, states: States) -> Sequence[str]:
    account: Account = states["account"]
    booked = {one.claim_id for one in account.booked.values() if one.claim_id is not None}
    return [f"claim-{claim_id}" for claim_id in sorted(booked | set(account.promised_cents))]


_ACCOUNT = "account-{project_id}.{organisation_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    HoldPayment: Decider(hold_payment, claim="claim-{claim_id}"),
    ReleasePaymentHold: Decider(release_payment_hold, claim="claim-{claim_id}"),
    ReviewHolds: Decider(
        review_holds,
        account=_ACCOUNT,
        agreement="agreement-{project_id}",
        member="organisation-{organisation_id}",
        claims=_claims_with_money,
    ),
    ResolveComplianceFinding: Decider(resolve_compliance_finding, account=_ACCOUNT),
}
