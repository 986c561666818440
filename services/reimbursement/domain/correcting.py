"""Corrections after an approval: opened, adjusted line by line, approved by others (R-11, R-24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.reimbursement.commands.aftermath import (
    AdjustCostLine,
    ApproveCorrection,
    OpenCorrection,
    WithdrawCorrection,
)
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.aftermath import Adjustment, Correction
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.approval import OtherContent
from services.reimbursement.domain.claim import COUNTED, Claim, adjusted, require_known
from services.reimbursement.domain.entitlement import (
    accepted_by_rate,
    difference_by_rate,
    inputs_hash,
)
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.restating import Why, restate, shared_after
from services.reimbursement.domain.settling import follow_restatement, listed
from services.reimbursement.events.claim import RateShare
from services.reimbursement.events.correction import (
    CorrectionApprovalGiven,
    CorrectionApproved,
    CorrectionOpened,
    CorrectionWithdrawn,
    CostLineAdjusted,
)
from services.reimbursement.events.debt import Cause, OverpaymentEstablished
from services.reimbursement.events.payment import EntitlementRestated
from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Said
from shared.kernel.refusals import Forbidden, Invalid, NotFound, Refusal, SamePerson


class NothingToCorrect(Refusal):
    """The claim is not approved: until then its lines are assessed, afterwards corrected."""

    rule = "R-11"
    french = "La réclamation n'est pas approuvée : avant, on évalue ses lignes; après, on corrige."


class CorrectionNotFound(NotFound):
    """The claim has no such correction."""

    french = "La réclamation n'a pas cette correction."


class CorrectionDecided(Refusal):
    """This correction is approved or withdrawn; open another one."""

    rule = "R-11"
    french = "Cette correction est approuvée ou retirée; ouvrez-en une autre."


class NothingAdjusted(Refusal):
    """The correction adjusts no line yet, so there is nothing to approve."""

    rule = "R-11"
    french = "La correction n'ajuste encore aucune ligne; il n'y a rien à approuver."


class AdjustedBeyondClaimed(Invalid):
    """With its corrections a line counts for nothing at least, and for what it claims at most."""

    rule = "R-6"
    french = "Corrections comprises, une ligne compte de zéro au montant réclamé."


class OriginNotYours(Forbidden):
    """A participant opens corrections of its own origin, staff of every other."""

    rule = "I-13"
    french = "Un participant ouvre des corrections en son nom; le personnel, toutes les autres."


def content_hash(correction: Correction) -> str:
    """What an approval names: the lines and by how much each is adjusted, and why."""
    content = {
        "correction": correction.correction_id,
        "lines": {
            line_id: {"delta": str(one.delta_cents), "reason": one.reason}
            for line_id, one in sorted(correction.lines.items())
        },
    }
    return sha256(canonical(content).encode()).hexdigest()


def _found(claim: Claim, correction_id: str) -> Correction:
    found = claim.after.corrections.get(correction_id)
    if found is None:
        raise CorrectionNotFound
    if not found.open:
        raise CorrectionDecided
    return found


def open_correction(ask: OpenCorrection, claim: Claim) -> Sequence[CorrectionOpened]:
    """Say that something of an approved claim counted wrongly; its record stays (R-11)."""
    require_known(claim, ask.by)
    if claim.status not in COUNTED:
        raise NothingToCorrect
    by_participant = ask.by.acts_for((claim.organisation_id,))
    if by_participant != (ask.origin == "participant"):
        raise OriginNotYours
    return [
        CorrectionOpened(
            **claim.identity,
            correction_id=ask.correction_id,
            origin=ask.origin,
            finding_id=ask.finding_id,
            reason=ask.reason,
            opened_on=ask.effective_on,
            opened_by=ask.by.person,
        )
    ]


def adjust_cost_line(ask: AdjustCostLine, claim: Claim) -> Sequence[CostLineAdjusted]:
    """Say by how much a line counts differently; said again it replaces; not by the certifier."""
    require_known(claim, ask.by)
    correction = _found(claim, ask.correction_id)
    line = claim.line(ask.line_id)
    if ask.by.person == claim.certifier:
        raise SamePerson
    if not _within(line.amount_cents, line.counted_cents + ask.delta_cents):
        raise AdjustedBeyondClaimed
    if correction.lines.get(ask.line_id) == Adjustment(ask.delta_cents, ask.reason):
        return []
    return [
        CostLineAdjusted(
            **claim.identity,
            correction_id=ask.correction_id,
            line_id=ask.line_id,
            delta_cents=ask.delta_cents,
            reason=ask.reason,
            adjusted_by=ask.by.person,
        )
    ]


def _within(claimed_cents: int, counted_cents: int) -> bool:
    low, high = sorted((0, claimed_cents))
    return low <= counted_cents <= high


def withdraw_correction(ask: WithdrawCorrection, claim: Claim) -> Sequence[CorrectionWithdrawn]:
    """Give it up; nothing changed by it, and it stays to be read."""
    require_known(claim, ask.by)
    _found(claim, ask.correction_id)
    return [
        CorrectionWithdrawn(
            **claim.identity,
            correction_id=ask.correction_id,
            reason=ask.reason,
            withdrawn_by=ask.by.person,
        )
    ]


def differences(claim: Claim, correction: Correction, agreement: Agreement) -> Sequence[RateShare]:
    """What a correction changes of the accepted costs, by exact rate, with signs."""
    after = adjusted(claim, correction)
    return difference_by_rate(
        accepted_by_rate(claim, agreement), accepted_by_rate(after, agreement)
    )


def _require_approvable(claim: Claim, correction: Correction, by: Actor, hash_: str) -> None:
    if not correction.lines:
        raise NothingAdjusted
    if hash_ != content_hash(correction):
        raise OtherContent
    others = {claim.certifier, correction.opened_by, *correction.adjusters, *correction.approvers}
    if by.person in others:
        raise SamePerson
    for line_id, line in adjusted(claim, correction).lines.items():
        if line_id in correction.lines and not _within(line.amount_cents, line.counted_cents):
            raise AdjustedBeyondClaimed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """What an approved correction makes of the account."""

    claim: Claim
    correction: Correction
    account: Account
    agreement: Agreement
    restated: EntitlementRestated

    @property
    def quarter_total_cents(self) -> int:
        """The quarter's net total, this correction included (R-24)."""
        approved = self.account.approved_cents.get(self.claim.quarter, 0)
        return approved + self.restated.net_cents

    @property
    def waits_for_another(self) -> bool:
        """Whether the band asks for two approvers and this is the first."""
        above = self.quarter_total_cents > self.agreement.single_approver_up_to_cents
        return above and not self.correction.approvers


def approve_correction(
    ask: ApproveCorrection, claim: Claim, account: Account, agreement: Agreement, payee: Payee
) -> Said:
    """Let the differences count; by another person than opened or adjusted it (X6).

    The band is that of the participant's quarter in total, this correction included (R-24). What
    becomes of the difference, the cumulative balance says: a top-up, an offset, a recovery (R-12).
    """
    require_known(claim, ask.by)
    correction = _found(claim, ask.correction_id)
    _require_approvable(claim, correction, ask.by, ask.content_hash)
    why = Why(
        because="correction",
        quarter=claim.quarter,
        on=ask.effective_on,
        claim_id=claim.claim_id,
        source=correction.correction_id,
        approved_by=(*correction.approvers, ask.by.person),
    )
    accepted = differences(claim, correction, agreement)
    restated = restate(account, agreement, claim.organisation_id, accepted, why)
    decided = _Decided(
        claim=claim, correction=correction, account=account, agreement=agreement, restated=restated
    )
    if decided.waits_for_another:
        return [_first_of_two(ask, decided)]
    return _counted(ask, decided, payee)


def _first_of_two(ask: ApproveCorrection, decided: _Decided) -> CorrectionApprovalGiven:
    claim = decided.claim
    return CorrectionApprovalGiven(
        **claim.identity,
        correction_id=ask.correction_id,
        content_hash=ask.content_hash,
        quarter_total_cents=decided.quarter_total_cents,
        approved_by=ask.by.person,
    )


def _counted(ask: ApproveCorrection, decided: _Decided, payee: Payee) -> Said:
    claim, restated = decided.claim, decided.restated
    approved = CorrectionApproved(
        **claim.identity,
        correction_id=ask.correction_id,
        content_hash=ask.content_hash,
        accepted=restated.accepted,
        entitled_cents=restated.entitled_cents,
        net_cents=restated.net_cents,
        quarter_total_cents=decided.quarter_total_cents,
        inputs_hash=inputs_hash(claim, decided.account, decided.agreement),
        policy_version=decided.agreement.policy_version,
        approved_on=ask.effective_on,
        approved_by=ask.by.person,
    )
    cause: Cause = "correction" if decided.correction.finding_id is None else "audit_finding"
    follows = follow_restatement(decided.account, restated, cause, ask.by.person)
    owes = any(isinstance(event, OverpaymentEstablished) for event in follows)
    return {
        "claim": [approved],
        "account": [restated, *follows],
        "agreement": shared_after(decided.agreement, restated),
        "payee": listed(claim.organisation_id, claim.project_id, payee.owes_in) if owes else [],
    }


_CLAIM = "claim-{claim_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    OpenCorrection: Decider(open_correction, claim=_CLAIM),
    AdjustCostLine: Decider(adjust_cost_line, claim=_CLAIM),
    WithdrawCorrection: Decider(withdraw_correction, claim=_CLAIM),
    ApproveCorrection: Decider(
        approve_correction,
        claim=_CLAIM,
        account="account-{project_id}.{organisation_id}",
        agreement="agreement-{project_id}",
        payee="payee-{organisation_id}",
    ),
}
