"""Routes of claims, from the first cost line to the approval."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.commands.claim import (
    ApproveClaim,
    AssessClaim,
    AssessCostLine,
    AttachEvidence,
    FileClaim,
    RecordCostLine,
    RejectClaim,
    WithdrawCostLine,
)
from services.reimbursement.domain.claim import Claim, ClaimNotFound, may_read
from services.reimbursement.events.agreement import CostKind
from services.reimbursement.projections.claim import CLAIMS, COST_LINES
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import Line, Sha256, Slug, Text
from shared.kernel.money import MoneyIn
from shared.kernel.periods import CivilDate
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

CLAIMANTS = PARTIES | TREASURERS
APPROVERS = {"certifier", "programme_officer", "finance"}
CLAIM_READERS = READERS | PARTIES


def show_claim(claim: Claim, actor: Actor) -> Mapping[str, Any]:
    """A claim with its lines, for its participant and staff. Raises ClaimNotFound."""
    if claim.status == "absent" or not may_read(claim, actor):
        raise ClaimNotFound
    found: Mapping[str, Any] = shown(claim)
    return found


api = Api(
    "reimbursement",
    access={
        "read_claim": CLAIM_READERS,
        "read_claims": CLAIM_READERS,
        "record_cost_line": CLAIMANTS,
        "withdraw_cost_line": CLAIMANTS,
        "attach_evidence": CLAIMANTS,
        "file_claim": CLAIMANTS,
        "assess_cost_line": {"certifier"},
        "assess_claim": {"certifier"},
        "approve_claim": APPROVERS,
        "reject_claim": APPROVERS,
    },
    show={"claim": show_claim},
)


class CostLineForm(Form):
    """One cost: the amount is net of recoverable tax, below zero for a credit note."""

    kind: CostKind
    description: Line | None = None
    supplier: Line
    invoice_number: Line
    invoiced_on: CivilDate
    incurred_from: CivilDate
    incurred_to: CivilDate
    """Inclusive."""
    paid_on: CivilDate | None = None
    amount: MoneyIn
    tax: MoneyIn = 0
    place: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", examples=["QC", "CA-QC"])]
    """The province or territory where the cost was incurred."""
    related_party: bool = False


class EvidenceForm(Form):
    """A document by its hash; its kind is from an open list, such as `invoice`."""

    sha256: Sha256
    kind: Slug


class FilingForm(Form):
    """For each cost kind claimed, why its costs were needed for the project."""

    necessity: dict[CostKind, Text]


class LineAssessmentForm(Form):
    """How much of a line is eligible, and why."""

    eligible_amount: MoneyIn
    reason_code: Slug


class ApprovalForm(Form):
    """The hash of the content that is approved."""

    content_hash: Sha256


class RejectionForm(Form):
    """The hash of the content that is rejected, and why."""

    content_hash: Sha256
    reason: Line


@api.read("/claims", action="read_claims", query=("project_id", "status", "quarter"))
def list_claims(read: Read) -> Page:
    """Claims and claim periods, oldest first; participants see their own."""
    found = read.page(
        CLAIMS,
        order="position",
        project_id=read.query.get("project_id"),
        status=read.query.get("status"),
        quarter=read.query.get("quarter"),
        organisation_id=read.actor.lists_only(),
    )
    return found.map(_claim)


@api.resource("/claims/{claim_id}", stream="claim-{claim_id}", action="read_claim")
def read_claim() -> None:
    """One claim: its lines, its assessment, its content hash and its payment."""


@api.read("/cost-lines", action="read_claims", query=("project_id", "claim_id", "kind"))
def list_cost_lines(read: Read) -> Page:
    """Cost lines, oldest first; participants see their own."""
    found = read.page(
        COST_LINES,
        order="position",
        project_id=read.query.get("project_id"),
        claim_id=read.query.get("claim_id"),
        kind=read.query.get("kind"),
        organisation_id=read.actor.lists_only(),
    )
    return found.map(without_position)


@api.command("POST", "/claims/{claim_id}/lines", action="record_cost_line")
def record_cost_line(form: CostLineForm, ask: Ask) -> RecordCostLine:
    """Enter a cost of the quarter; the answer names the line's id."""
    return RecordCostLine(
        claim_id=ask.path["claim_id"],
        line_id=ask.new_id("line"),
        kind=form.kind,
        description=form.description,
        supplier=form.supplier,
        invoice_number=form.invoice_number,
        invoiced_on=form.invoiced_on,
        incurred_from=form.incurred_from,
        incurred_to=form.incurred_to,
        paid_on=form.paid_on,
        amount_cents=form.amount,
        tax_cents=form.tax,
        place=form.place,
        related_party=form.related_party,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/lines/{line_id}/evidence", action="attach_evidence")
def attach_evidence(form: EvidenceForm, ask: Ask) -> AttachEvidence:
    """Attach a document to a line by its hash."""
    return AttachEvidence(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        sha256=form.sha256,
        kind=form.kind,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/lines/{line_id}/withdraw", action="withdraw_cost_line")
def withdraw_cost_line(ask: Ask) -> WithdrawCostLine:
    """Take a line back before filing."""
    return WithdrawCostLine(claim_id=ask.path["claim_id"], line_id=ask.path["line_id"], **ask.who)


@api.command("POST", "/claims/{claim_id}/file", action="file_claim")
def file_claim(form: FilingForm, ask: Ask) -> FileClaim:
    """File the claim; the person who asks certifies it."""
    return FileClaim(claim_id=ask.path["claim_id"], necessity=form.necessity, **ask.who)


@api.command("PUT", "/claims/{claim_id}/lines/{line_id}/assessment", action="assess_cost_line")
def assess_cost_line(form: LineAssessmentForm, ask: Ask) -> AssessCostLine:
    """Decide how much of a line is eligible, as another person than the certifier."""
    return AssessCostLine(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        eligible_cents=form.eligible_amount,
        reason_code=form.reason_code,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/assess", action="assess_claim")
def assess_claim(ask: Ask) -> AssessClaim:
    """Close the assessment; the answer says what the claim is worth."""
    return AssessClaim(claim_id=ask.path["claim_id"], **ask.who)


@api.command("POST", "/claims/{claim_id}/approve", action="approve_claim")
def approve_claim(form: ApprovalForm, ask: Ask) -> ApproveClaim:
    """Approve the claim; above the band the first of two approvals leaves it assessed."""
    return ApproveClaim(claim_id=ask.path["claim_id"], content_hash=form.content_hash, **ask.who)


@api.command("POST", "/claims/{claim_id}/reject", action="reject_claim")
def reject_claim(form: RejectionForm, ask: Ask) -> RejectClaim:
    """Refuse the whole claim."""
    return RejectClaim(
        claim_id=ask.path["claim_id"],
        content_hash=form.content_hash,
        reason=form.reason,
        **ask.who,
    )


def _claim(row: Mapping[str, Any]) -> Mapping[str, Any]:
    late = None if row["late"] is None else bool(row["late"])
    return without_position({**row, "late": late})
