"""What can be asked of a claim, from its first cost line to its approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.reimbursement.events.agreement import CostKind
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClaim(Command):
    """Something asked of one claim, whose id says whose it is and of which project."""

    claim_id: str

    @property
    def project_id(self) -> str:
        """The first part of the claim's id."""
        return self.claim_id.split(".")[0]

    @property
    def organisation_id(self) -> str:
        """The second part of the claim's id; empty where the id has none."""
        return self.claim_id.partition(".")[2].partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCostLine(OfClaim):
    """Enter a cost, net of recoverable tax, in cents; both incurred days are inclusive."""

    line_id: str
    kind: CostKind
    description: str | None
    supplier: str
    invoice_number: str
    invoiced_on: date
    incurred_from: date
    incurred_to: date
    paid_on: date | None
    amount_cents: int
    tax_cents: int
    place: str
    related_party: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCostLine(OfClaim):
    """Take a line back before filing."""

    line_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachEvidence(OfClaim):
    """Attach a document to a line by its hash."""

    line_id: str
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClaim(OfClaim):
    """Certify all lines and ask for payment; each kind claimed needs its necessity (R-5)."""

    necessity: Mapping[CostKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessCostLine(OfClaim):
    """Say how much of a line is eligible, in cents, and why."""

    line_id: str
    eligible_cents: int
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessClaim(OfClaim):
    """Close the assessment and compute what the claim is worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveClaim(OfClaim):
    """Approve exactly the content that this hash names."""

    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectClaim(OfClaim):
    """Refuse the whole claim."""

    content_hash: str
    reason: str
