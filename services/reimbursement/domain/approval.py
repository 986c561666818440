"""Approving or rejecting assessed claims; from the approval on their costs count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reimbursement.commands.aftermath import ApproveBatch
from services.reimbursement.commands.claim import ApproveClaim, RejectClaim
from services.reimbursement.domain.account import Account, evolve
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.agreement import require_known as require_agreement
from services.reimbursement.domain.claim import Claim, require_known, require_status
from services.reimbursement.domain.entitlement import (
    Asking,
    Entitlement,
    accepted_by_rate,
    entitlements,
    inputs_hash,
)
from services.reimbursement.domain.restating import ceiling_shared
from services.reimbursement.domain.settling import counted_against, offset
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
from shared.kernel.refusals import Invalid, Refusal, SamePerson


class OtherContent(Refusal):
    """The content hash is not that of the filed claim; look at it again before you decide."""

    rule = "X7"
    french = "L'empreinte n'est pas celle de la réclamation déposée; relisez-la avant de décider."


class OtherProject(Invalid):
    """All claims of a batch are of its own project, and each is named once."""

    rule = "R-17"
    french = "Toutes les réclamations d'un lot sont de son projet, chacune nommée une seule fois."


@dataclass(frozen=True, slots=True)
class Considered:
    """One claim of a batch: what it is, what counts of it, and what it would be worth."""

    claim: Claim
    account: Account
    accepted: tuple[RateShare, ...]
    worth: Entitlement

    @property
    def quarter_total_cents(self) -> int:
        """The quarter's net total, this claim included: what the band is judged by (R-24)."""
        return self.account.approved_cents.get(self.claim.quarter, 0) + self.worth.net_cents

    def waits_for_another(self, agreement: Agreement) -> bool:
        """Whether the band asks for two approvers and this would be the first."""
        above = self.quarter_total_cents > agreement.single_approver_up_to_cents
        return above and not self.claim.approvers


def _require_other_person(claim: Claim, by: Actor) -> None:
    """Neither who certified nor who assessed approves, and nobody approves twice (X6)."""
    if by.person in {claim.certifier, *claim.assessors, *claim.approvers}:
        raise SamePerson


def _require_decidable(ask: Command, claim: Claim, content_hash: str) -> None:
    require_known(claim, ask.by)
    require_status(claim, "assessed")
    if content_hash != claim.content_hash:
        raise OtherContent
    _require_other_person(claim, ask.by)


def _considered(
    agreement: Agreement, claims: Sequence[Claim], accounts: Mapping[str, Account]
) -> Sequence[Considered]:
    """All of them together, in the order in which they count: reductions, then by quarter."""
    accepted = {claim.claim_id: accepted_by_rate(claim, agreement) for claim in claims}
    batch = [
        Asking(
            key=claim.claim_id,
            organisation_id=claim.organisation_id,
            account=accounts[claim.organisation_id],
            accepted=accepted[claim.claim_id],
        )
        for claim in claims
    ]
    by_id = {claim.claim_id: claim for claim in claims}
    found = entitlements(agreement, batch)
    running = dict(accounts)
    considered = []
    for claim_id, worth in found.items():
        claim = by_id[claim_id]
        account = running[claim.organisation_id]
        one = Considered(claim, account, accepted[claim_id], worth)
        running[claim.organisation_id] = evolve(account, _costs_accepted(one))
        considered.append(one)
    return considered


def approve_claim(ask: ApproveClaim, claim: Claim, account: Account, agreement: Agreement) -> Said:
    """Let the claim count: on its own stream, the account's, and the agreement's (R-2, R-17).

    The quarter's net total decides how many approvers it takes (R-24), all different (X6); the
    first of two leaves the claim as it is. Where nothing is payable it is settled at once.
    """
    _require_decidable(ask, claim, ask.content_hash)
    require_in_force(agreement)
    considered = _considered(agreement, [claim], {claim.organisation_id: account})
    said = _approved(ask, agreement, considered)
    roles = {
        f"claim-{claim.claim_id}": "claim",
        f"account-{claim.project_id}.{claim.organisation_id}": "account",
    }
    return {roles.get(to, to): events for to, events in said.items()}


def approve_batch(
    ask: ApproveBatch,
    agreement: Agreement,
    claims: Mapping[str, Claim],
    accounts: Mapping[str, Account],
) -> Said:
    """Let several assessed claims count together: they share the room in proportion (R-17).

    All of them or none: where one of them needs a second approver, each such one gets its first
    approval, and everything waits for the batch that another person approves.
    """
    require_agreement(agreement, ask.by)
    asked = {named.claim_id: named.content_hash for named in ask.claims}
    if len(asked) != len(ask.claims) or not all(
        claim_id.startswith(f"{ask.project_id}.") for claim_id in asked
    ):
        raise OtherProject
    for claim_id, content_hash in asked.items():
        _require_decidable(ask, claims[f"claim-{claim_id}"], content_hash)
    require_in_force(agreement)
    by_party = {name.partition(".")[2]: account for name, account in accounts.items()}
    return _approved(ask, agreement, _considered(agreement, list(claims.values()), by_party))


def _approved(
    ask: Command, agreement: Agreement, considered: Sequence[Considered]
) -> Mapping[str, Sequence[Event]]:
    """The events of a whole batch, by full stream name; a claim alone is a batch of one."""
    waiting = [one for one in considered if one.waits_for_another(agreement)]
    if waiting:
        return {f"claim-{one.claim.claim_id}": [_first_of_two(ask, one)] for one in waiting}
    said: dict[str, list[Event]] = {}
    for one in considered:
        claim = one.claim
        said[f"claim-{claim.claim_id}"] = [_claim_approved(ask, one, agreement), *_settled(one)]
        account_stream = f"account-{claim.project_id}.{claim.organisation_id}"
        said.setdefault(account_stream, []).extend(_on_account(ask, one))
    said["agreement"] = [_ceiling_shared(agreement, considered)]
    return said


def _first_of_two(ask: Command, one: Considered) -> ClaimApprovalGiven:
    return ClaimApprovalGiven(
        **one.claim.identity,
        content_hash=one.claim.content_hash,
        quarter_total_cents=one.quarter_total_cents,
        approved_by=ask.by.person,
    )


def _claim_approved(ask: Command, one: Considered, agreement: Agreement) -> ClaimApproved:
    return ClaimApproved(
        **one.claim.identity,
        content_hash=one.claim.content_hash,
        entitled_cents=one.worth.entitled_cents,
        holdback_cents=one.worth.holdback_cents,
        payable_cents=one.worth.payable_cents,
        quarter_total_cents=one.quarter_total_cents,
        inputs_hash=inputs_hash(one.claim, one.account, agreement),
        policy_version=agreement.policy_version,
        approved_by=ask.by.person,
    )


def _settled(one: Considered) -> Sequence[Event]:
    if one.worth.payable_cents > 0:
        return []
    return [ClaimSettled(**one.claim.identity, carried_cents=one.worth.payable_cents)]


def _on_account(ask: Command, one: Considered) -> Sequence[Event]:
    """The costs count; what of them only made up for the balance before is said as an offset."""
    accepted = _costs_accepted(one)
    made_up = counted_against(one.worth.carried_cents, one.worth.net_cents)
    after = evolve(one.account, accepted)
    offsets = offset(after, made_up, ask.effective_on, claim_id=one.claim.claim_id)
    return [accepted, *offsets]


def _costs_accepted(one: Considered) -> CostsAccepted:
    return CostsAccepted(
        **one.claim.identity,
        quarter=one.claim.quarter,
        accepted=one.accepted,
        entitled_cents=one.worth.entitled_cents,
        holdback_cents=one.worth.holdback_cents,
        payable_cents=one.worth.payable_cents,
        net_cents=one.worth.net_cents,
    )


def _ceiling_shared(agreement: Agreement, considered: Sequence[Considered]) -> CeilingShared:
    parts = tuple(
        CeilingPart(
            claim_id=one.claim.claim_id,
            organisation_id=one.claim.organisation_id,
            increment_cents=one.worth.increment_cents,
            part_cents=one.worth.part_cents,
        )
        for one in considered
    )
    return ceiling_shared(agreement, parts)


def reject_claim(ask: RejectClaim, claim: Claim) -> Sequence[ClaimRejected]:
    """Refuse the whole claim with a reason; not who certified, assessed or approved it (X6)."""
    _require_decidable(ask, claim, ask.content_hash)
    return [
        ClaimRejected(
            **claim.identity,
            content_hash=claim.content_hash,
            reason=ask.reason,
            rejected_by=ask.by.person,
        )
    ]


def _claims(ask: ApproveBatch, _: object) -> Sequence[str]:
    return sorted({f"claim-{named.claim_id}" for named in ask.claims})


def _accounts(ask: ApproveBatch, _: object) -> Sequence[str]:
    owners = {named.claim_id.rpartition(".")[0] for named in ask.claims}
    return sorted(f"account-{owner}" for owner in owners)


DECIDERS: Mapping[type[Command], Decider] = {
    ApproveClaim: Decider(
        approve_claim,
        claim="claim-{claim_id}",
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
    ),
    ApproveBatch: Decider(
        approve_batch, agreement="agreement-{project_id}", claims=_claims, accounts=_accounts
    ),
    RejectClaim: Decider(reject_claim, claim="claim-{claim_id}"),
}
