"""What happens to a claim: its cost lines, its filing, its assessment and its approval."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.agreement import CostKind
from services.reimbursement.events.invoice import Currency, Days, LineId, Stated
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import (
    ClaimId,
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
    Text,
)
from shared.kernel.money import Cents, Ratio
from shared.kernel.periods import QuarterLabel

Province: TypeAlias = Literal[
    "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"
]


class OfClaim(Event):
    """What every event about a claim names: the claim, and whose it is."""

    claim_id: ClaimId
    project_id: ProjectId
    organisation_id: OrganisationId


class CostLineFacts(OfClaim):
    """Everything about one cost; negative where it is a credit note."""

    line_id: LineId
    kind: CostKind
    description: Line | None = None
    supplier: Line
    invoice_number: Line
    invoiced_on: date
    incurred_from: date
    incurred_to: date
    """Inclusive."""
    paid_on: date | None = None
    amount_cents: Cents
    """Net of recoverable tax (R-20), in dollars; 0 in another currency until a rate is fixed."""
    tax_cents: Cents
    """The recoverable tax on top; with the amount it is the line's gross."""
    place: Province
    related_party: bool
    document: Sha256
    """The key of the invoice: same supplier and same number, however they are spelled."""
    recorded_by: PersonId
    stated: Stated | None = None
    """Absent in records that are older than shares, taxes by name and currencies."""


class CostLineRecorded(CostLineFacts, name="CostLineRecorded"):
    """A participant entered one cost of the quarter."""


class CostLineWithdrawn(OfClaim, name="CostLineWithdrawn"):
    """A participant took a line back before filing; its invoice may be entered again."""

    line_id: LineId
    withdrawn_by: PersonId


class EvidenceAttached(OfClaim, name="EvidenceAttached"):
    """A document that proves a line, known by its hash alone."""

    line_id: LineId
    sha256: Sha256
    kind: Slug
    """From an open list: `invoice`, `proof_of_payment`, `payroll`, `contract`."""
    attached_by: PersonId


class Necessity(Fact):
    """Why the costs of one kind were needed for the project (R-5)."""

    kind: CostKind
    statement: Text


class KindTotal(Fact):
    """The claimed costs of one kind."""

    kind: CostKind
    amount_cents: Cents


class ClaimFiled(OfClaim, name="ClaimFiled"):
    """A participant certified its costs of one quarter and asked to be paid its share of them."""

    quarter: QuarterLabel
    certifier: PersonId
    necessity: tuple[Necessity, ...]
    claimed_cents: Cents
    claimed_by_kind: tuple[KindTotal, ...]
    lines: Annotated[int, Field(ge=1)]
    content_hash: Sha256
    """Over the lines, their evidence and the necessity statements; approvals name it."""
    filed_on: date
    due_on: date
    """Inclusive."""
    late: bool
    """Decided once, from the recorded instant (R-3)."""
    deducted_on: date | None = None
    """The day at whose start whatever its supplier was not paid is deducted (R-13)."""


class Cut(Fact):
    """What a rule takes off a line, in cents, with the line's sign."""

    rule: str
    reason_code: Slug
    cut_cents: Cents


class Proposed(Fact):
    """What the rules alone made of a line when it was decided (X7)."""

    eligible_cents: Cents
    cuts: tuple[Cut, ...]


class CostLineAssessed(OfClaim, name="CostLineAssessed"):
    """An assessor decided how much of a line is eligible, and why."""

    line_id: LineId
    eligible_cents: Cents
    reason_code: Slug
    assessed_by: PersonId
    proposed: Proposed | None = None
    reason: Line | None = None
    """Why more counts than the rules propose."""


class RateShare(Fact):
    """Accepted cost to which one exact rate applies."""

    rate: Ratio
    accepted_cents: Cents


class ClaimAssessed(OfClaim, name="ClaimAssessed"):
    """All lines are decided; what the claim would be worth if it were approved now (R-2).

    The approval computes the same again: other claims may have been approved in between.
    """

    accepted: tuple[RateShare, ...]
    gross_cents: Cents
    """Accepted cost of this claim."""
    entitled_cents: Cents
    """Cumulative, after cap and ceiling, this claim included."""
    holdback_cents: Cents
    """Cumulative, of the rounded entitlement."""
    paid_before_cents: Cents
    """Paid or already promised to earlier claims."""
    offset_cents: Cents
    """What earlier claims carry over, with its sign; at most zero."""
    payable_cents: Cents
    """Below zero, nothing is paid and the amount is carried."""
    unfunded_cents: Cents
    """Entitlement beyond the participant's cap or the ceiling."""
    inputs_hash: Sha256
    policy_version: Slug
    assessed_by: PersonId


class ClaimApprovalGiven(OfClaim, name="ClaimApprovalGiven"):
    """The first of two approvers agreed; the quarter's total is above the single band (R-24)."""

    content_hash: Sha256
    quarter_total_cents: Cents
    approved_by: PersonId


class ClaimApproved(OfClaim, name="ClaimApproved"):
    """The claim counts from now on; the payable amount may be authorised if it is above zero."""

    content_hash: Sha256
    entitled_cents: Cents
    holdback_cents: Cents
    payable_cents: Cents
    quarter_total_cents: Cents
    """What the band was judged by: the quarter's net total, this claim included."""
    inputs_hash: Sha256
    policy_version: Slug
    approved_by: PersonId


class ClaimSettled(OfClaim, name="ClaimSettled"):
    """Nothing is payable for this claim, so it ends without a payment; a debit is carried."""

    carried_cents: Cents
    """The participant's balance, with its sign; at most zero."""


class ClaimRejected(OfClaim, name="ClaimRejected"):
    """The claim was refused as a whole; none of its costs count."""

    content_hash: Sha256
    reason: Line
    rejected_by: PersonId


class _OfDocument(Event):
    document: Sha256
    claim_id: ClaimId
    project_id: ProjectId
    organisation_id: OrganisationId
    line_id: LineId


class DocumentPart(Fact):
    """Which part of an invoice a line takes, by weight and by days."""

    currency: Currency
    share: Ratio
    days: Days
    suspected: bool
    """A suspected duplicate takes no share: it is another invoice, or does not count."""


class DocumentShareTaken(_OfDocument, name="DocumentShareTaken"):
    """A line of some claim rests on this much of an invoice (R-7); on the invoice's stream."""

    gross_cents: Cents
    """Of the whole invoice, in hundredths of its currency."""
    invoiced_on: date
    policy_version: Slug
    """The version that says how far apart two invoices must be dated (R-23)."""
    part: DocumentPart | None = None
    """Absent in older records: all of an invoice in dollars."""


class DocumentShareReleased(_OfDocument, name="DocumentShareReleased"):
    """The line was withdrawn and no longer rests on this invoice."""


class EvidenceUsed(_OfDocument, name="EvidenceUsed"):
    """A line is proved by the document with this hash; on the stream of that hash (R-23)."""

    invoice: Sha256
    """The key of the line's invoice: parts of one invoice share their evidence."""


class EvidenceReleased(_OfDocument, name="EvidenceReleased"):
    """The line was withdrawn and is no longer proved by this document."""


EVENTS: tuple[type[Event], ...] = (
    CostLineRecorded,
    CostLineWithdrawn,
    EvidenceAttached,
    ClaimFiled,
    CostLineAssessed,
    ClaimAssessed,
    ClaimApprovalGiven,
    ClaimApproved,
    ClaimSettled,
    ClaimRejected,
    DocumentShareTaken,
    DocumentShareReleased,
    EvidenceUsed,
    EvidenceReleased,
)
