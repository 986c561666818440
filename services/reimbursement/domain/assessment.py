"""Assessing a filed claim line by line, and what it is then worth."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.claim import AssessClaim, AssessCostLine
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import Claim, require_known, require_status
from services.reimbursement.domain.entitlement import (
    accepted_by_rate,
    entitlement,
    inputs_hash,
)
from services.reimbursement.events.claim import ClaimAssessed, CostLineAssessed
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.refusals import Invalid, Refusal, SamePerson


class EligibleBeyondClaimed(Invalid):
    """The eligible amount lies between zero and what the line claims, with the line's sign."""

    rule = "R-6"
    french = "Le montant admissible va de zéro au montant réclamé, avec le signe de la ligne."


class LinesNotAssessed(Refusal):
    """These cost lines are not assessed yet; decide each of them first."""

    rule = "R-6"
    french = "Ces lignes de coût ne sont pas encore évaluées; décidez d'abord de chacune."


def assess_cost_line(ask: AssessCostLine, claim: Claim) -> Sequence[CostLineAssessed]:
    """Decide a line's eligible amount, with a reason (R-6); not the claim's certifier (X6).

    Until the assessment is closed a line may be decided again; the same answer changes nothing.
    """
    require_known(claim, ask.by)
    require_status(claim, "filed", "under_review")
    line = claim.line(ask.line_id)
    if ask.by.person == claim.certifier:
        raise SamePerson
    low, high = sorted((0, line.amount_cents))
    if not low <= ask.eligible_cents <= high:
        raise EligibleBeyondClaimed
    if (line.eligible_cents, line.reason_code) == (ask.eligible_cents, ask.reason_code):
        return []
    return [
        CostLineAssessed(
            claim_id=claim.claim_id,
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            line_id=ask.line_id,
            eligible_cents=ask.eligible_cents,
            reason_code=ask.reason_code,
            assessed_by=ask.by.person,
        )
    ]


def assess_claim(
    ask: AssessClaim, claim: Claim, account: Account, agreement: Agreement
) -> Sequence[ClaimAssessed]:
    """Close the assessment and compute what the claim is worth if approved now (R-2, X7)."""
    require_known(claim, ask.by)
    require_status(claim, "filed", "under_review")
    require_in_force(agreement)
    if ask.by.person == claim.certifier:
        raise SamePerson
    if undecided := [line.line_id for line in claim.lines.values() if line.eligible_cents is None]:
        raise LinesNotAssessed(lines=undecided)
    accepted = accepted_by_rate(claim, agreement)
    worth = entitlement(account, agreement, claim.organisation_id, accepted)
    return [
        ClaimAssessed(
            claim_id=claim.claim_id,
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            accepted=accepted,
            gross_cents=sum(share.accepted_cents for share in accepted),
            entitled_cents=worth.entitled_cents,
            holdback_cents=worth.holdback_cents,
            paid_before_cents=account.paid_cents + sum(account.promised_cents.values()),
            offset_cents=min(worth.carried_cents, 0),
            payable_cents=worth.payable_cents,
            unfunded_cents=worth.unfunded_cents,
            inputs_hash=inputs_hash(claim, account, agreement),
            policy_version=agreement.policy_version,
            assessed_by=ask.by.person,
        )
    ]


DECIDERS: Mapping[type[Command], Decider] = {
    AssessCostLine: Decider(assess_cost_line, claim="claim-{claim_id}"),
    AssessClaim: Decider(
        assess_claim,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
    ),
}
