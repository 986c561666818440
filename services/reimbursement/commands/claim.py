"""What can be asked of a claim, from its first cost line to its approval."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from services.reimbursement.events.agreement import CostKind
from services.reimbursement.events.invoice import Days, LineRef, NamedTax
from services.reimbursement.events.line_course import RefusedRow
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
class CostFacts(OfClaim):
    """A cost as its invoice states it: amounts of the whole document, in its own currency.

    All days are inclusive; what the line takes of the document follows from weights and days.
    """

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
    """Before taxes; with them where `taxes_inside` names some. Hundredths of the currency."""
    tax_cents: int
    """Taxes of which nothing is claimed."""
    place: str
    related_party: bool
    currency: str = "CAD"
    taxes: Mapping[NamedTax, int] = field(default_factory=dict)
    """On top of the amount, of which what the participant does not recover is claimed (R-20)."""
    taxes_inside: Mapping[NamedTax, Fraction] = field(default_factory=dict)
    """Rates of the taxes inside the amount (R-20)."""
    service_from: date | None = None
    service_to: date | None = None
    """What the invoice is for, where the line takes some days of it only (R-18)."""
    shared_between: Mapping[str, Fraction] = field(default_factory=dict)
    """By participant, its weight in a shared invoice (R-7)."""
    credit_of: LineRef | None = None
    abroad: tuple[Days, ...] = ()
    owed_since: date | None = None
    overhead: bool = False
    market_value_cents: int | None = None
    debit_cents: int | None = None
    """What the bank took in dollars, where the policy counts that (R-22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCostLine(CostFacts):
    """Enter a cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectCostLine(CostFacts):
    """State a line of the draft anew; everything about it is checked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCostLines(OfClaim):
    """Enter the rows of a file: all of them, or the good ones."""

    file_sha256: str
    format: Literal["csv", "xlsx"]
    rows: Mapping[int, RecordCostLine]
    """By row number, those that can be read."""
    unreadable: tuple[RefusedRow, ...]
    all_or_nothing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FixExchangeRate(OfClaim):
    """Give a pending line its rate, now that there is one."""

    line_id: str
    debit_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReclaimCostLine(OfClaim):
    """Bring back what was deducted from a line of an earlier claim, and is paid by now."""

    line_id: str
    deducted_claim_id: str
    deducted_line_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSupplierPayment(OfClaim):
    """Say how much the supplier of a line got, in hundredths of the line's currency."""

    line_id: str
    currency: str
    amount_hundredths: int
    paid_on: date
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductUnpaidLines(OfClaim):
    """Deduct what suppliers were not paid in time, at the start of day 91."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDuplicate(OfClaim):
    """Find that a suspected line is another cost."""

    line_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDuplicate(OfClaim):
    """Find that a suspected line repeats a cost."""

    line_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryClaim(OfClaim):
    """Ask the participant about some lines, or about the claim."""

    query_id: str
    question: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuery(OfClaim):
    """Answer what was asked."""

    query_id: str
    answer: str
    evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeBudget(OfClaim):
    """Give back what a rejected claim took of its cost kinds."""


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
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmProposals(OfClaim):
    """Accept what the rules propose for every line that nobody decided yet."""


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
