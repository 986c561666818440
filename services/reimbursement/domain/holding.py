"""Whether an amount may be paid now, and why not: one function, for every path (R-1, R-10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.member import Member
from services.reimbursement.events.holding import HoldReason
from shared.kernel.refusals import Refusal


class MemberNotActive(Refusal):
    """The participant is not an active member on that day, so the payment is held."""

    rule = "R-1"
    french = "Le participant n'est pas membre actif ce jour-là; le paiement est retenu."


class PaymentIsHeld(Refusal):
    """The payment is held for the listed reasons; it goes on without another assessment."""

    rule = "R-10"
    french = "Le paiement est retenu pour les raisons énumérées; il reprendra sans réévaluation."


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to hold."""

    kind: HoldReason
    detail: str


def reasons_to_hold(
    claim: Claim | None, agreement: Agreement, member: Member, days: Iterable[date]
) -> Sequence[Reason]:
    """Why an amount is not paid on these civil days; nothing where it may be.

    A breach holds costs incurred from its day on; the account's own balance (no claim) waits for
    the cure. What a person holds stays until a person releases it.
    """
    reasons: list[Reason] = []
    standings = {member.standing_on(day) for day in days}
    if standings != {"active"}:
        worst = sorted(standings - {"active"})[0]
        reasons.append(Reason("membership", f"The participant's membership: {worst}."))
    if agreement.suspended:
        reasons.append(Reason("suspension", "The project is suspended."))
    if agreement.breach is not None and _touches(claim, agreement.breach.since):
        reasons.append(Reason("breach", f"A rule of the consortium: {agreement.breach.rule}."))
    if agreement.stacking_exceeded:
        reasons.append(Reason("stacking", "All governments together give more than they may."))
    if claim is not None and (hold := claim.after.holds.get("person")) is not None:
        reasons.append(Reason("person", hold.detail))
    return reasons


def _touches(claim: Claim | None, since: date) -> bool:
    return claim is None or any(line.incurred_to >= since for line in claim.lines.values())


def require_payable(
    claim: Claim | None, agreement: Agreement, member: Member, days: Iterable[date]
) -> None:
    """Raise MemberNotActive, or PaymentIsHeld with every reason, unless it may be paid now."""
    reasons = reasons_to_hold(claim, agreement, member, days)
    if any(reason.kind == "membership" for reason in reasons):
        raise MemberNotActive(reasons=[reason.kind for reason in reasons])
    if reasons:
        raise PaymentIsHeld(reasons=[reason.kind for reason in reasons])
