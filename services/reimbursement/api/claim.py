"""Routes of whole claims: filing, questions, assessment, approval, and lists."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from services.reimbursement.api.envelope import without_position
from services.reimbursement.api.lines import CLAIMANTS
from services.reimbursement.commands.claim import (
    AnswerQuery,
    ApproveClaim,
    AssessClaim,
    AssessCostLine,
    ClearDuplicate,
    ConfirmDuplicate,
    ConfirmProposals,
    FileClaim,
    QueryClaim,
    RejectClaim,
)
from services.reimbursement.domain.claim import Claim, may_read
from services.reimbursement.domain.claim_refusals import ClaimNotFound
from services.reimbursement.domain.entry import LINES_MAX
from services.reimbursement.events.agreement import CostKind
from services.reimbursement.events.invoice import LineId
from services.reimbursement.projections.claim import CLAIMS
from services.reimbursement.projections.cost_line import COST_LINES
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import Line, Sha256, Slug, Text
from shared.kernel.money import MoneyIn
from shared.kernel.shown import shown
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

JUDGES = {"certifier", "programme_officer"}
APPROVERS = {"certifier", "programme_officer", "finance"}
CLAIM_READERS = READERS | PARTIES


def show_claim(claim: Claim, actor: Actor) -> Mapping[str, Any]:
    """A claim with its lines, for its participant and staff. Raises ClaimNotFound."""
    if claim.status == "absent" or not may_read(claim, actor):
        raise ClaimNotFound
    found: Mapping[str, Any] = shown(claim)
    for line in found["lines"].values():
        hide_others(line["duplicate"], claim.organisation_id, actor)
    return found


def hide_others(duplicate: dict[str, Any] | None, organisation_id: str, actor: Actor) -> None:
    """A participant is told that its line looks like another, not whose that other one is."""
    of_others = duplicate is not None and organisation_id not in duplicate["of_claim_id"]
    if duplicate is not None and of_others and actor.lists_only() is not None:
        duplicate["of_claim_id"] = duplicate["of_line_id"] = None


api = Api(
    "reimbursement",
    access={
        "read_claim": CLAIM_READERS,
        "read_claims": CLAIM_READERS,
        "file_claim": CLAIMANTS,
        "answer_query": CLAIMANTS,
        "query_claim": {"certifier"},
        "judge_duplicate": JUDGES,
        "assess_cost_line": {"certifier"},
        "assess_claim": {"certifier"},
        "approve_claim": APPROVERS,
        "reject_claim": APPROVERS,
    },
    show={"claim": show_claim},
)


class FilingForm(Form):
    """For each cost kind claimed, why its costs were needed for the project."""

    necessity: dict[CostKind, Text]


class LineAssessmentForm(Form):
    """How much of a line is eligible, and why; in words where more than the rules propose."""

    eligible_amount: MoneyIn
    reason_code: Slug
    reason: Line | None = None


class QueryForm(Form):
    """What the assessor asks, and about which lines; none for the claim as a whole."""

    question: Line
    lines: Annotated[tuple[LineId, ...], Field(max_length=LINES_MAX)] = ()


class AnswerForm(Form):
    """The answer, with a document by its hash where there is one."""

    answer: Line
    evidence: Sha256 | None = None


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
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/proposals/confirm", action="assess_cost_line")
def confirm_proposals(ask: Ask) -> ConfirmProposals:
    """Accept what the rules propose for all lines that nobody decided yet."""
    return ConfirmProposals(claim_id=ask.path["claim_id"], **ask.who)


@api.command("POST", "/claims/{claim_id}/lines/{line_id}/duplicate/clear", action="judge_duplicate")
def clear_duplicate(form: ReasonForm, ask: Ask) -> ClearDuplicate:
    """Find that a suspected line is another cost; it counts from now on."""
    return ClearDuplicate(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        reason=form.reason,
        **ask.who,
    )


@api.command(
    "POST", "/claims/{claim_id}/lines/{line_id}/duplicate/confirm", action="judge_duplicate"
)
def confirm_duplicate(form: ReasonForm, ask: Ask) -> ConfirmDuplicate:
    """Find that a suspected line repeats another one; it never counts."""
    return ConfirmDuplicate(
        claim_id=ask.path["claim_id"],
        line_id=ask.path["line_id"],
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/queries", action="query_claim")
def query_claim(form: QueryForm, ask: Ask) -> QueryClaim:
    """Ask the participant something; the assessment waits for the answer."""
    return QueryClaim(
        claim_id=ask.path["claim_id"],
        query_id=ask.new_id("query"),
        question=form.question,
        lines=form.lines,
        **ask.who,
    )


@api.command("POST", "/claims/{claim_id}/queries/{query_id}/answer", action="answer_query")
def answer_query(form: AnswerForm, ask: Ask) -> AnswerQuery:
    """Answer what was asked; the assessment goes on."""
    return AnswerQuery(
        claim_id=ask.path["claim_id"],
        query_id=ask.path["query_id"],
        answer=form.answer,
        evidence=form.evidence,
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
