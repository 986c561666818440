"""The one computation of what a participant is owed: cumulative, exact, rounded once (R-2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim, assessed_lines
from services.reimbursement.domain.days import counted_parts
from services.reimbursement.events.claim import RateShare
from shared.kernel.canonical import canonical
from shared.kernel.money import allocate, half_up, portion


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a claim, or a difference in what was accepted, makes of an account, in cents."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Accepted costs (or signed differences) that are to count on a participant's account."""

    key: str
    """What orders the asks of one participant: a claim's id, which sorts by quarter."""
    organisation_id: str
    account: Account
    accepted: Sequence[RateShare]

    @property
    def earns(self) -> Fraction:
        """What they add to the exact entitlement, in cents."""
        return sum((share.rate * share.accepted_cents for share in self.accepted), Fraction(0))


def entitlement(
    account: Account, agreement: Agreement, organisation_id: str, accepted: Sequence[RateShare]
) -> Entitlement:
    """What a participant's account becomes when these accepted costs count as well (R-2)."""
    asking = Asking(key="", organisation_id=organisation_id, account=account, accepted=accepted)
    return entitlements(agreement, [asking])[asking.key]


def entitlements(agreement: Agreement, batch: Sequence[Asking]) -> Mapping[str, Entitlement]:
    """What each of a batch makes of its account, by key; THE computation of every path (R-2).

    Rounded HALF_UP once, on the cumulative total; then the participant's cap; then the room that
    the ceiling leaves, shared among the participants in proportion to what each asks (R-17).
    Reductions always go through, first of all, and free room. Order inside the batch is irrelevant.
    """
    by_participant: dict[str, list[Asking]] = {}
    for asking in sorted(batch, key=lambda asking: (asking.earns >= 0, asking.key)):
        by_participant.setdefault(asking.organisation_id, []).append(asking)
    steps = {party: _steps(agreement, asks) for party, asks in by_participant.items()}
    asked = {party: taken[-1].increment_cents for party, taken in steps.items()}
    granted = share_room(agreement.room_cents, asked)
    return {
        key: entitled
        for party, asks in by_participant.items()
        for key, entitled in _taken(agreement, asks, steps[party], granted[party])
    }


def share_room(room_cents: int, increments: Mapping[str, int]) -> Mapping[str, int]:
    """What each participant gets of the room: reductions first, then in proportion (R-17, X12)."""
    freed = sum(cents for cents in increments.values() if cents < 0)
    growing = {party: cents for party, cents in increments.items() if cents > 0}
    room = max(room_cents - freed, 0)
    if sum(growing.values()) <= room:
        return increments
    return {**increments, **allocate(room, growing)}


@dataclass(frozen=True, slots=True)
class _Step:
    """One ask of a participant after the ones before it, as if the ceiling left room for all."""

    earned_cents: int
    increment_cents: int
    """Cumulative after the participant's cap, less what it was entitled to before the batch."""


def _steps(agreement: Agreement, asks: Sequence[Asking]) -> Sequence[_Step]:
    account, cap = asks[0].account, agreement.cap_of(asks[0].organisation_id)
    exact = sum((rate * cents for rate, cents in account.accepted_cents.items()), Fraction(0))
    steps = []
    for asking in asks:
        exact += asking.earns
        earned = half_up(exact)
        capped = earned if cap is None else min(earned, cap)
        steps.append(_Step(earned, capped - account.entitled_cents))
    return steps


def _taken(
    agreement: Agreement, asks: Sequence[Asking], steps: Sequence[_Step], granted_cents: int
) -> Iterator[tuple[str, Entitlement]]:
    account = asks[0].account
    released, pct = account.holdback_released, agreement.holdback_pct
    before, held, carried = account.entitled_cents, account.holdback_cents, account.free_cents
    asked_before = 0
    for asking, step in zip(asks, steps, strict=True):
        entitled = account.entitled_cents + min(step.increment_cents, granted_cents)
        holdback = 0 if released else portion(pct, entitled)
        entitlement = Entitlement(
            increment_cents=step.increment_cents - asked_before,
            part_cents=entitled - before,
            entitled_cents=entitled,
            holdback_cents=holdback,
            unfunded_cents=step.earned_cents - entitled,
            net_cents=(entitled - holdback) - (before - held),
            carried_cents=carried,
        )
        yield asking.key, entitlement
        before, held, carried = entitled, holdback, min(entitlement.payable_cents, 0)
        asked_before = step.increment_cents


def accepted_by_rate(claim: Claim, agreement: Agreement) -> tuple[RateShare, ...]:
    """What counts of the claim's costs, by the exact rate in force on their incurred days.

    A line over a change of rate, or over days that don't count, is cut there by days (R-18).
    """
    totals: dict[Fraction, int] = {}
    for line, cents in assessed_lines(claim):
        for _, rate, part in counted_parts(line, cents, agreement, claim.organisation_id):
            totals[rate] = totals.get(rate, 0) + part
    return tuple(RateShare(rate=rate, accepted_cents=totals[rate]) for rate in sorted(totals))


def difference_by_rate(
    before: Iterable[RateShare], after: Iterable[RateShare]
) -> tuple[RateShare, ...]:
    """What changed of accepted costs by exact rate, with its sign; unchanged rates left out."""
    changes: dict[Fraction, int] = {}
    for sign, shares in ((-1, before), (1, after)):
        for share in shares:
            changes[share.rate] = changes.get(share.rate, 0) + sign * share.accepted_cents
    return tuple(
        RateShare(rate=rate, accepted_cents=changes[rate])
        for rate in sorted(changes)
        if changes[rate]
    )


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
