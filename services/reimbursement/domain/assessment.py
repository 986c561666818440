"""Assessing a filed claim line by line, and what it is then worth."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.claim import (
    AssessClaim,
    AssessCostLine,
    ConfirmProposals,
    OfClaim,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.budget import STREAM as BUDGET
from services.reimbursement.domain.budget import BudgetUse, accepted_now
from services.reimbursement.domain.claim import Claim, require_known
from services.reimbursement.domain.claim_refusals import LinesNotAssessed
from services.reimbursement.domain.cost_line import CostLine
from services.reimbursement.domain.entitlement import (
    accepted_by_rate,
    entitlement,
    inputs_hash,
)
from services.reimbursement.domain.propose import ELIGIBLE, barred, beyond_limit, propose
from services.reimbursement.domain.transitions import ASSESSING, must_be_legal
from services.reimbursement.events.claim import ClaimAssessed, CostLineAssessed, Proposed
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.refusals import Invalid, Refusal, SamePerson


class EligibleBeyondClaimed(Invalid):
    """The eligible amount lies between zero and what the line claims, with the line's sign."""

    rule = "R-6"
    french = "Le montant admissible va de zéro au montant réclamé, avec le signe de la ligne."


class LineCountsNothing(Refusal):
    """The line may repeat another one; it counts 0 until a person cleared it, with a reason."""

    rule = "R-23"
    french = "La ligne en répète peut-être une autre; elle compte 0 jusqu'à ce qu'on l'écarte."


class MoreThanProposed(Refusal):
    """More than the rules propose counts only with a reason in words; give one."""

    rule = "X7"
    french = "Plus que ce que les règles proposent ne compte qu'avec un motif; donnez-en un."


class BeyondKindLimit(Refusal):
    """More was accepted of these cost kinds than is left of their budgets; cut some lines."""

    rule = "R-8"
    french = "Plus est accepté pour ces natures de coût que ne laisse leur budget; coupez."


def assess_cost_line(
    ask: AssessCostLine, claim: Claim, agreement: Agreement, budget: BudgetUse
) -> Sequence[CostLineAssessed]:
    """Decide a line's eligible amount, with a reason (R-6); not the claim's certifier (X6).

    What the rules propose is recorded beside it; more than that needs a reason in words. Until
    the assessment is closed a line may be decided again; the same answer changes nothing.
    """
    _require_assessor(ask, claim)
    line = claim.line(ask.line_id)
    low, high = sorted((0, line.amount_cents))
    if not low <= ask.eligible_cents <= high:
        raise EligibleBeyondClaimed
    if ask.eligible_cents and barred(line):
        raise LineCountsNothing
    proposed = propose(claim, agreement, budget)[line.line_id]
    if ask.eligible_cents > proposed.eligible_cents and ask.reason is None:
        raise MoreThanProposed(proposed_cents=proposed.eligible_cents)
    decided = (ask.eligible_cents, ask.reason_code, ask.reason)
    if (line.eligible_cents, line.reason_code, line.reason) == decided:
        return []
    return [_assessed(claim, line, ask, proposed)]


def confirm_proposals(
    ask: ConfirmProposals, claim: Claim, agreement: Agreement, budget: BudgetUse
) -> Sequence[CostLineAssessed]:
    """Accept what the rules propose for all lines that nobody decided; not the certifier (X6)."""
    _require_assessor(ask, claim)
    proposals = propose(claim, agreement, budget)
    return [
        _assessed(claim, line, ask, proposals[line.line_id])
        for line in claim.lines.values()
        if line.eligible_cents is None
    ]


def reason_code_of(proposed: Proposed) -> str:
    """The code of the largest cut; `eligible` where nothing was cut."""
    cuts = sorted(proposed.cuts, key=lambda cut: -abs(cut.cut_cents))
    return cuts[0].reason_code if cuts else ELIGIBLE


def _require_assessor(ask: AssessCostLine | ConfirmProposals, claim: Claim) -> None:
    require_known(claim, ask.by)
    must_be_legal(ask, claim)
    _require_other_person(ask, claim)


def _require_other_person(ask: OfClaim, claim: Claim) -> None:
    if ask.by.person == claim.certifier:
        raise SamePerson


def _require_decided(claim: Claim) -> None:
    undecided = [line.line_id for line in claim.lines.values() if line.eligible_cents is None]
    if undecided:
        raise LinesNotAssessed(lines=undecided)


def _assessed(
    claim: Claim, line: CostLine, ask: AssessCostLine | ConfirmProposals, proposed: Proposed
) -> CostLineAssessed:
    reason: str | None = None
    eligible, code = proposed.eligible_cents, reason_code_of(proposed)
    if isinstance(ask, AssessCostLine):
        eligible, code, reason = ask.eligible_cents, ask.reason_code, ask.reason
    return CostLineAssessed(
        **claim.identity,
        line_id=line.line_id,
        eligible_cents=eligible,
        reason_code=code,
        reason=reason,
        proposed=proposed,
        assessed_by=ask.by.person,
    )


def assess_claim(
    ask: AssessClaim, claim: Claim, account: Account, agreement: Agreement, budget: BudgetUse
) -> Said:
    """Close the assessment and compute what the claim is worth if approved now (R-2, R-8, X7)."""
    require_known(claim, ask.by)
    if claim.status in ASSESSING:
        _require_other_person(ask, claim)
        _require_decided(claim)
    must_be_legal(ask, claim)
    require_in_force(agreement)
    if barred_lines := [
        line.line_id for line in claim.lines.values() if line.eligible_cents and barred(line)
    ]:
        raise LineCountsNothing(lines=barred_lines)
    if beyond := sorted(set(beyond_limit(claim, agreement, budget))):
        raise BeyondKindLimit(kinds=beyond)
    accepted = accepted_by_rate(claim, agreement)
    worth = entitlement(account, agreement, claim.organisation_id, accepted)
    assessed = ClaimAssessed(
        **claim.identity,
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
    return {"claim": [assessed], "budget": [accepted_now(claim)]}


DECIDERS: Mapping[type[Command], Decider] = {
    AssessCostLine: Decider(
        assess_cost_line,
        claim="claim-{claim_id}",
        agreement="agreement-{project_id}",
        budget=BUDGET,
    ),
    ConfirmProposals: Decider(
        confirm_proposals,
        claim="claim-{claim_id}",
        agreement="agreement-{project_id}",
        budget=BUDGET,
    ),
    AssessClaim: Decider(
        assess_claim,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
        budget=BUDGET,
    ),
}
