"""What can be asked after an approval: holds, corrections, findings, debts and how they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.reimbursement.commands.claim import OfClaim
from services.reimbursement.commands.payment import OfAccount
from services.reimbursement.events.correction import Origin
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPayment(OfClaim):
    """Keep an approved claim from being paid until somebody releases it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePaymentHold(OfClaim):
    """Let a claim that a person held be paid."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHolds(OfAccount):
    """Hold what may not be paid any more, release what may; find what a late fact would bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveComplianceFinding(OfAccount):
    """Say what follows from a compliance finding of a payment."""

    finding_id: str
    outcome: Literal["accepted", "corrected", "recovered", "unfounded"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCorrection(OfClaim):
    """Say that costs of an approved claim counted wrongly."""

    correction_id: str
    origin: Origin
    finding_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustCostLine(OfClaim):
    """Say by how much a line is to count more or less, in cents, and why."""

    correction_id: str
    line_id: str
    delta_cents: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCorrection(OfClaim):
    """Approve exactly this content of a correction."""

    correction_id: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCorrection(OfClaim):
    """Give a correction up before it is approved."""

    correction_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClaim:
    """One claim of a batch, and the content that is approved."""

    claim_id: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveBatch(Command):
    """Approve several assessed claims of one project together: they share the room (R-17)."""

    project_id: str
    claims: Sequence[NamedClaim]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBankExcess(OfAccount):
    """Say that the bank sent more than was authorised, under this reference."""

    amount_cents: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecovery(OfAccount):
    """Ask the participant for what no payable amount and no holdback covers."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestRecovery(OfAccount):
    """Contest, as the participant, what is asked for."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRecoveryContest(OfAccount):
    """Say whether a contested request goes on."""

    outcome: Literal["upheld", "withdrawn"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveRecovery(OfAccount):
    """Say that money came back from the participant."""

    amount_cents: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveRecovery(OfAccount):
    """Give up an amount that was asked for, by an authority and with a reason."""

    amount_cents: int
    authority: str
    reason: str
