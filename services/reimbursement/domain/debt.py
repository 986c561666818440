"""What a participant owes, or is owed, beyond its claims, and how that stands (R-12)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from services.reimbursement.events.debt import (
    OffsetApplied,
    OverpaymentEstablished,
    RecoveryContested,
    RecoveryContestResolved,
    RecoveryReceived,
    RecoveryRequested,
    RecoveryWaived,
    TopUpAuthorised,
)

DebtEvent: TypeAlias = (
    OverpaymentEstablished
    | TopUpAuthorised
    | OffsetApplied
    | RecoveryRequested
    | RecoveryContested
    | RecoveryContestResolved
    | RecoveryReceived
    | RecoveryWaived
)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An approved correction that is not settled yet: what it adds, and who approved it."""

    net_cents: int
    approved_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Debt:
    """An account's history of being paid too much; amounts in cents, each a figure of its own."""

    established: bool = False
    """Whether an overpayment was ever established; what merely carries is no debt elsewhere."""
    excess_cents: int = 0
    """What the bank sent beyond what was authorised."""
    requested_cents: int = 0
    """Asked for and still open."""
    requested_by: str = ""
    contested_by: str = ""
    """Who contests the request; empty where nobody does."""
    received_cents: int = 0
    waived_cents: int = 0
    corrections: Mapping[str, Unsettled] = field(default_factory=dict)
    """By id."""
    excess_references: frozenset[str] = frozenset()
    """Under which references the bank sent too much; each counts once."""

    @property
    def contested(self) -> bool:
        """Whether the request rests (R-12)."""
        return bool(self.contested_by)

    @property
    def adds(self) -> bool:
        """Whether a correction added something that was not paid yet."""
        return any(correction.net_cents > 0 for correction in self.corrections.values())

    @property
    def approvers(self) -> frozenset[str]:
        """Who approved what is not settled yet; none of them authorises its payment (X6)."""
        return frozenset(
            person for correction in self.corrections.values() for person in correction.approved_by
        )

    def with_correction(self, correction_id: str, correction: Unsettled) -> "Debt":
        """This with an approved correction more, until it is settled."""
        if not correction.net_cents:
            return self
        return replace(self, corrections={**self.corrections, correction_id: correction})

    def settled_at(self, balance_cents: int) -> tuple[str, ...]:
        """Which corrections a balance settles: nothing is owed any more in their direction."""
        return tuple(
            correction_id
            for correction_id, correction in self.corrections.items()
            if (correction.net_cents < 0 <= balance_cents)
            or (balance_cents <= 0 < correction.net_cents)
        )


def _without(debt: Debt, settled: tuple[str, ...]) -> Debt:
    left = {name: one for name, one in debt.corrections.items() if name not in settled}
    return replace(debt, corrections=left)


def evolve_debt(debt: Debt, event: DebtEvent) -> Debt:
    """The debt after one event more."""
    match event:
        case OverpaymentEstablished():
            seen = {event.source} if event.excess_cents else set()
            return replace(
                debt,
                established=True,
                excess_cents=debt.excess_cents + event.excess_cents,
                excess_references=debt.excess_references | seen,
            )
        case TopUpAuthorised() | OffsetApplied():
            return _without(debt, event.settles)
        case RecoveryRequested():
            return replace(
                debt, requested_cents=event.amount_cents, requested_by=event.requested_by
            )
        case RecoveryContested():
            return replace(debt, contested_by=event.contested_by)
        case RecoveryContestResolved():
            requested = debt.requested_cents if event.outcome == "upheld" else 0
            return replace(debt, contested_by="", requested_cents=requested)
        case RecoveryReceived():
            received = debt.received_cents + event.amount_cents
            left = max(debt.requested_cents - event.amount_cents, 0)
            settled = _without(debt, event.settles)
            return replace(settled, received_cents=received, requested_cents=left)
        case RecoveryWaived():
            waived = debt.waived_cents + event.amount_cents
            left = max(debt.requested_cents - event.amount_cents, 0)
            settled = _without(debt, event.settles)
            return replace(settled, waived_cents=waived, requested_cents=left)
        case _:
            assert_never(event)


def moved_by(event: DebtEvent) -> int:
    """What an event changes of the amount that counts as paid, in cents (R-2)."""
    match event:
        case OverpaymentEstablished():
            return event.excess_cents
        case OffsetApplied():
            return event.moved_cents
        case RecoveryReceived():
            return -event.amount_cents
        case _:
            return 0
