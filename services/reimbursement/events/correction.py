"""What happens after a decision: corrections of a claim's costs, which change nothing recorded."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.claim import OfClaim, RateShare
from services.reimbursement.events.invoice import LineId
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, Sha256, Slug
from shared.kernel.money import Cents

CorrectionId: TypeAlias = Annotated[str, Field(pattern=r"^cor_[0-9a-f]{32}$")]
Origin: TypeAlias = Literal["participant", "staff", "audit_finding", "late_fact"]


class _OfCorrection(OfClaim):
    correction_id: CorrectionId


class CorrectionOpened(_OfCorrection, name="CorrectionOpened"):
    """Somebody says that costs counted wrongly; the claim itself stays as it was (R-11)."""

    origin: Origin
    finding_id: Line | None = None
    """The audit finding that it follows from."""
    reason: Line
    opened_on: date
    opened_by: PersonId


class CostLineAdjusted(_OfCorrection, name="CostLineAdjusted"):
    """A correction changes what counts of one line, by a signed difference, with a reason."""

    line_id: LineId
    delta_cents: Cents
    """All that this correction changes of the line; it replaces what it said before."""
    reason: Line
    adjusted_by: PersonId


class CorrectionApprovalGiven(_OfCorrection, name="CorrectionApprovalGiven"):
    """The first of two approvers agreed; the quarter's total is above the single band (R-24)."""

    content_hash: Sha256
    quarter_total_cents: Cents
    approved_by: PersonId


class CorrectionApproved(_OfCorrection, name="CorrectionApproved"):
    """The differences count from now on; the cash effect is of this day, not of the quarter."""

    content_hash: Sha256
    accepted: tuple[RateShare, ...]
    """The differences of accepted costs by exact rate."""
    entitled_cents: Cents
    """Cumulative, of the participant, the differences included."""
    net_cents: Cents
    """What it adds to entitlement less holdback, with its sign."""
    quarter_total_cents: Cents
    """What the band was judged by (R-24)."""
    inputs_hash: Sha256
    policy_version: Slug
    approved_on: date
    approved_by: PersonId


class CorrectionWithdrawn(_OfCorrection, name="CorrectionWithdrawn"):
    """A correction was given up before it was approved; nothing changed by it."""

    reason: Line
    withdrawn_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    CorrectionOpened,
    CostLineAdjusted,
    CorrectionApprovalGiven,
    CorrectionApproved,
    CorrectionWithdrawn,
)
