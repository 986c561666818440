"""The one computation of what a participant is owed: cumulative, exact, rounded once (R-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256

from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim, CostLine, assessed_lines
from services.reimbursement.domain.split import split_by_days
from services.reimbursement.events.claim import RateShare
from shared.kernel.canonical import canonical
from shared.kernel.money import half_up, portion


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a claim makes of a participant's account, in cents."""

    increment_cents: int
    """What it asks of the room under the ceiling: cumulative, after the cap, less before."""
    part_cents: int
    """What it gets of that room (R-17)."""
    entitled_cents: int
    """Cumulative."""
    holdback_cents: int
    """Cumulative, of the rounded entitlement; 0 once released."""
    unfunded_cents: int
    """Cumulative entitlement beyond the cap or the ceiling: accepted, but not funded."""
    net_cents: int
    """What this claim adds to entitlement less holdback."""
    carried_cents: int
    """The balance before this claim that is paid and promised to nobody, with its sign."""

    @property
    def payable_cents(self) -> int:
        """Entitled less held back less what was paid or promised before, with its sign."""
        return self.net_cents + self.carried_cents


def entitlement(
    account: Account, agreement: Agreement, organisation_id: str, accepted: Sequence[RateShare]
) -> Entitlement:
    """What a participant's account becomes when these accepted costs count as well.

    Rounded HALF_UP once, on the cumulative total; then the participant's cap; then the room that
    the ceiling leaves. A reduction always goes through and frees room.
    """
    exact = sum((rate * cents for rate, cents in account.accepted_cents.items()), Fraction(0))
    exact += sum((share.rate * share.accepted_cents for share in accepted), Fraction(0))
    earned = half_up(exact)
    before = account.entitled_cents
    increment = min(earned, agreement.cap_of(organisation_id)) - before
    part = min(increment, agreement.room_cents)
    entitled = before + part
    holdback = 0 if account.holdback_released else portion(agreement.holdback_pct, entitled)
    return Entitlement(
        increment_cents=increment,
        part_cents=part,
        entitled_cents=entitled,
        holdback_cents=holdback,
        unfunded_cents=earned - entitled,
        net_cents=(entitled - holdback) - (before - account.holdback_cents),
        carried_cents=account.free_cents,
    )


def accepted_by_rate(claim: Claim, agreement: Agreement) -> tuple[RateShare, ...]:
    """The claim's eligible costs by the exact rate in force on the days they were incurred.

    A line over a change of rate is cut there by calendar days (R-18).
    """
    totals: dict[Fraction, int] = {}
    for line, eligible_cents in assessed_lines(claim):
        cuts = _rate_changes(claim, line, agreement)
        for part in split_by_days(eligible_cents, line.incurred_from, line.incurred_to, cuts):
            rate = agreement.rate_on(claim.organisation_id, line.kind, part.first)
            totals[rate] = totals.get(rate, 0) + part.amount_cents
    return tuple(RateShare(rate=rate, accepted_cents=totals[rate]) for rate in sorted(totals))


def _rate_changes(claim: Claim, line: CostLine, agreement: Agreement) -> set[date]:
    own = [
        agreed
        for agreed in agreement.rates
        if (agreed.organisation_id, agreed.kind) == (claim.organisation_id, line.kind)
    ]
    ends = {agreed.applies_to for agreed in own if agreed.applies_to is not None}
    return ends | {agreed.applies_from for agreed in own}


def inputs_hash(claim: Claim, account: Account, agreement: Agreement) -> str:
    """SHA-256 over everything that the computation reads, so that it can be done again (X7)."""
    read: Mapping[str, object] = {
        "content_hash": claim.content_hash,
        "eligible": {line.line_id: cents for line, cents in assessed_lines(claim)},
        "accepted": {str(rate): cents for rate, cents in account.accepted_cents.items()},
        "entitled": account.entitled_cents,
        "holdback": account.holdback_cents,
        "paid": account.paid_cents,
        "promised": dict(account.promised_cents),
        "released": account.holdback_released,
        "cap": agreement.cap_of(claim.organisation_id),
        "room": agreement.room_cents,
        "holdback_pct": str(agreement.holdback_pct),
        "rates": [
            agreed.model_dump(mode="json")
            for agreed in agreement.rates
            if agreed.organisation_id == claim.organisation_id
        ],
    }
    return sha256(canonical(read).encode()).hexdigest()
