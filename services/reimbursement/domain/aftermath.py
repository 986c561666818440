"""What follows a claim's approval: holds, earlier payments, and corrections (R-11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.domain.payment import Payment
from services.reimbursement.events.correction import (
    CorrectionApprovalGiven,
    CorrectionApproved,
    CorrectionOpened,
    CorrectionWithdrawn,
    CostLineAdjusted,
    Origin,
)
from services.reimbursement.events.holding import (
    HoldReason,
    PaymentHeld,
    PaymentHoldReleased,
)

CorrectionEvent: TypeAlias = (
    CorrectionOpened
    | CostLineAdjusted
    | CorrectionApprovalGiven
    | CorrectionApproved
    | CorrectionWithdrawn
)
HoldEvent: TypeAlias = PaymentHeld | PaymentHoldReleased


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an approved amount is not paid for now, since when, and who said so."""

    detail: str
    since: date
    held_by: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a correction changes of one line, in cents, and why."""

    delta_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction; `approved` it counts, and its account says when it is settled."""

    correction_id: str
    origin: Origin
    finding_id: str | None
    reason: str
    opened_on: date
    opened_by: str
    status: Literal["opened", "assessed", "approved", "withdrawn"] = "opened"
    lines: Mapping[str, Adjustment] = field(default_factory=dict)
    adjusters: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()
    net_cents: int = 0
    approved_on: date | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be decided."""
        return self.status in ("opened", "assessed")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """All that a claim's approval was followed by."""

    holds: Mapping[HoldReason, Hold] = field(default_factory=dict)
    past_payments: tuple[Payment, ...] = ()
    """Earlier ones that failed or came back."""
    corrections: Mapping[str, Correction] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether no correction is still to be decided (R-16)."""
        return not any(correction.open for correction in self.corrections.values())


def evolve_holds(after: Aftermath, event: HoldEvent) -> Aftermath:
    """The holds after one event more."""
    others = {reason: hold for reason, hold in after.holds.items() if reason != event.reason}
    match event:
        case PaymentHeld():
            hold = Hold(event.detail, event.held_on, event.held_by)
            return replace(after, holds={**others, event.reason: hold})
        case PaymentHoldReleased():
            return replace(after, holds=others)
        case _:
            assert_never(event)


def evolve_corrections(after: Aftermath, event: CorrectionEvent) -> Aftermath:
    """The corrections after one event more."""
    before = after.corrections.get(event.correction_id)
    corrected = _corrected(before, event)
    return replace(after, corrections={**after.corrections, event.correction_id: corrected})


def _corrected(before: Correction | None, event: CorrectionEvent) -> Correction:
    if isinstance(event, CorrectionOpened):
        return Correction(
            correction_id=event.correction_id,
            origin=event.origin,
            finding_id=event.finding_id,
            reason=event.reason,
            opened_on=event.opened_on,
            opened_by=event.opened_by,
        )
    assert before is not None, "only an open correction goes on"
    match event:
        case CostLineAdjusted():
            return replace(
                before,
                status="assessed",
                lines={**before.lines, event.line_id: Adjustment(event.delta_cents, event.reason)},
                adjusters=before.adjusters | {event.adjusted_by},
                approvers=(),
            )
        case CorrectionApprovalGiven():
            return replace(before, approvers=(*before.approvers, event.approved_by))
        case CorrectionApproved():
            return replace(
                before,
                status="approved",
                approvers=(*before.approvers, event.approved_by),
                net_cents=event.net_cents,
                approved_on=event.approved_on,
            )
        case CorrectionWithdrawn():
            return replace(before, status="withdrawn")
        case _:
            assert_never(event)
