"""Approving or rejecting an assessed claim; from the approval on its costs count."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.claim import ApproveClaim, RejectClaim
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import Claim, require_known, require_status
from services.reimbursement.domain.entitlement import (
    Entitlement,
    accepted_by_rate,
    entitlement,
    inputs_hash,
)
from services.reimbursement.events.agreement import CeilingPart, CeilingShared
from services.reimbursement.events.claim import (
    ClaimApprovalGiven,
    ClaimApproved,
    ClaimRejected,
    ClaimSettled,
    RateShare,
)
from services.reimbursement.events.payment import CostsAccepted
from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Said
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal, SamePerson


class OtherContent(Refusal):
    """The content hash is not that of the filed claim; look at it again before you decide."""

    rule = "X7"
    french = "L'empreinte n'est pas celle de la réclamation déposée; relisez-la avant de décider."


def _require_other_person(claim: Claim, by: Actor) -> None:
    """Neither who certified nor who assessed approves, and nobody approves twice (X6)."""
    if by.person in {claim.certifier, *claim.assessors, *claim.approvers}:
        raise SamePerson


def approve_claim(ask: ApproveClaim, claim: Claim, account: Account, agreement: Agreement) -> Said:
    """Let the claim count: on its own stream, the account's, and the agreement's (R-2, R-17).

    The quarter's net total decides how many approvers it takes (R-24), all different (X6); the
    first of two leaves the claim as it is. Where nothing is payable it is settled at once.
    """
    require_known(claim, ask.by)
    require_status(claim, "assessed")
    if ask.content_hash != claim.content_hash:
        raise OtherContent
    require_in_force(agreement)
    _require_other_person(claim, ask.by)
    accepted = accepted_by_rate(claim, agreement)
    worth = entitlement(account, agreement, claim.organisation_id, accepted)
    total = account.approved_cents.get(claim.quarter, 0) + worth.net_cents
    if total > agreement.single_approver_up_to_cents and not claim.approvers:
        return [
            ClaimApprovalGiven(
                claim_id=claim.claim_id,
                project_id=claim.project_id,
                organisation_id=claim.organisation_id,
                content_hash=claim.content_hash,
                quarter_total_cents=total,
                approved_by=ask.by.person,
            )
        ]
    approved = ClaimApproved(
        claim_id=claim.claim_id,
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        content_hash=claim.content_hash,
        entitled_cents=worth.entitled_cents,
        holdback_cents=worth.holdback_cents,
        payable_cents=worth.payable_cents,
        quarter_total_cents=total,
        inputs_hash=inputs_hash(claim, account, agreement),
        policy_version=agreement.policy_version,
        approved_by=ask.by.person,
    )
    return {
        "claim": [approved, *_settled(claim, worth)],
        "account": [_costs_accepted(claim, worth, accepted)],
        "agreement": [_ceiling_shared(claim, worth, agreement)],
    }


def _settled(claim: Claim, worth: Entitlement) -> Sequence[Event]:
    if worth.payable_cents > 0:
        return []
    return [
        ClaimSettled(
            claim_id=claim.claim_id,
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            carried_cents=worth.payable_cents,
        )
    ]


def _costs_accepted(
    claim: Claim, worth: Entitlement, accepted: tuple[RateShare, ...]
) -> CostsAccepted:
    return CostsAccepted(
        project_id=claim.project_id,
        organisation_id=claim.organisation_id,
        claim_id=claim.claim_id,
        quarter=claim.quarter,
        accepted=accepted,
        entitled_cents=worth.entitled_cents,
        holdback_cents=worth.holdback_cents,
        payable_cents=worth.payable_cents,
        net_cents=worth.net_cents,
    )


def _ceiling_shared(claim: Claim, worth: Entitlement, agreement: Agreement) -> CeilingShared:
    part = CeilingPart(
        claim_id=claim.claim_id,
        organisation_id=claim.organisation_id,
        increment_cents=worth.increment_cents,
        part_cents=worth.part_cents,
    )
    return CeilingShared(
        project_id=claim.project_id,
        batch=agreement.batches + 1,
        room_cents=agreement.room_cents,
        parts=(part,),
    )


def reject_claim(ask: RejectClaim, claim: Claim) -> Sequence[ClaimRejected]:
    """Refuse the whole claim with a reason; not who certified, assessed or approved it (X6)."""
    require_known(claim, ask.by)
    require_status(claim, "assessed")
    if ask.content_hash != claim.content_hash:
        raise OtherContent
    _require_other_person(claim, ask.by)
    return [
        ClaimRejected(
            claim_id=claim.claim_id,
            project_id=claim.project_id,
            organisation_id=claim.organisation_id,
            content_hash=claim.content_hash,
            reason=ask.reason,
            rejected_by=ask.by.person,
        )
    ]


DECIDERS: Mapping[type[Command], Decider] = {
    ApproveClaim: Decider(
        approve_claim,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
    ),
    RejectClaim: Decider(reject_claim, claim="claim-{claim_id}"),
}
