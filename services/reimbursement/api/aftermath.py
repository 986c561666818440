"""Routes of what follows an approval: holds, corrections, compliance findings, batches."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from services.reimbursement.api.claim import APPROVERS, CLAIM_READERS, ApprovalForm
from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.api.lines import CLAIMANTS
from services.reimbursement.api.payment import PAYERS, account_of
from services.reimbursement.commands.aftermath import (
    AdjustCostLine,
    ApproveBatch,
    ApproveCorrection,
    HoldPayment,
    NamedClaim,
    OpenCorrection,
    ReleasePaymentHold,
    ResolveComplianceFinding,
    WithdrawCorrection,
)
from services.reimbursement.domain.claim import Claim, may_read
from services.reimbursement.domain.claim_refusals import ClaimNotFound
from services.reimbursement.domain.correcting import CorrectionNotFound, content_hash
from services.reimbursement.events.correction import Origin
from services.reimbursement.projections.payment import CORRECTIONS, FINDINGS, HOLDS
from shared.kernel.identifiers import ClaimId, Line, Sha256
from shared.kernel.money import MoneyIn
from shared.kernel.shown import shown
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

BATCH_CLAIMS_MAX = 100
"""Claims approved together; a project has not more in a year."""

api = Api(
    "reimbursement",
    access={
        "read_aftermath": CLAIM_READERS,
        "approve_batch": APPROVERS,
        "hold_payment": TREASURERS | PAYERS,
        "release_payment_hold": TREASURERS | PAYERS,
        "open_correction": CLAIMANTS | {"certifier"},
        "adjust_cost_line": {"certifier"},
        "approve_correction": APPROVERS,
        "withdraw_correction": TREASURERS | {"certifier"},
        "resolve_compliance_finding": TREASURERS,
    },
)


class BatchClaim(Form):
    """One claim of a batch, by its id and the hash of what is approved."""

    claim_id: ClaimId
    content_hash: Sha256


class BatchForm(Form):
    """The claims that are approved together."""

    claims: Annotated[tuple[BatchClaim, ...], Field(min_length=1, max_length=BATCH_CLAIMS_MAX)]


class CorrectionForm(Form):
    """Where a correction comes from, and why."""

    origin: Origin
    finding_id: Line | None = None
    reason: Line


class AdjustmentForm(Form):
    """By how much a line counts more or less, and why."""

    delta: MoneyIn
    reason: Line


class ResolutionForm(Form):
    """What follows from a finding, and why."""

    outcome: Literal["accepted", "corrected", "recovered", "unfounded"]
    reason: Line


@api.command("POST", "/agreements/{project_id}/claims/approve", action="approve_batch")
def approve_batch(form: BatchForm, ask: Ask) -> ApproveBatch:
    """Approve assessed claims together: they share the room under the ceiling (R-17)."""
    claims = [
        NamedClaim(claim_id=named.claim_id, content_hash=named.content_hash)
        for named in form.claims
    ]
    return ApproveBatch(project_id=ask.path["project_id"], claims=claims, **ask.who)


@api.command("POST", "/claims/{claim_id}/hold", action="hold_payment")
def hold_payment(form: ReasonForm, ask: Ask) -> HoldPayment:
    """Keep an approved claim from being paid, with a reason."""
    return HoldPayment(claim_id=ask.path["claim_id"], reason=form.reason, **ask.who)


@api.command("POST", "/claims/{claim_id}/hold/release", action="release_payment_hold")
def release_payment_hold(form: ReasonForm, ask: Ask) -> ReleasePaymentHold:
    """Let a claim that a person held be paid."""
    return ReleasePaymentHold(claim_id=ask.path["claim_id"], reason=form.reason, **ask.who)


@api.read("/payment-holds", action="read_aftermath", query=("project_id", "claim_id", "reason"))
def list_holds(read: Read) -> Page:
    """What is held now, oldest first; participants see their own."""
    return _own(read, HOLDS, "project_id", "claim_id", "reason")


@api.command("POST", "/claims/{claim_id}/corrections", action="open_correction", status=201)
def open_correction(form: CorrectionForm, ask: Ask) -> OpenCorrection:
    """Say that something of an approved claim counted wrongly."""
    return OpenCorrection(
        claim_id=ask.path["claim_id"],
        correction_id=ask.new_id("cor"),
        origin=form.origin,
        finding_id=form.finding_id,
        reason=form.reason,
        **ask.who,
    )


_CORRECTION = "/claims/{claim_id}/corrections/{correction_id}"


@api.command("PUT", _CORRECTION + "/lines/{line_id}", action="adjust_cost_line")
def adjust_cost_line(form: AdjustmentForm, ask: Ask) -> AdjustCostLine:
    """Say by how much a line counts differently, as another person than the certifier."""
    return AdjustCostLine(
        line_id=ask.path["line_id"], delta_cents=form.delta, reason=form.reason, **_named(ask)
    )


@api.command("POST", _CORRECTION + "/approve", action="approve_correction")
def approve_correction(form: ApprovalForm, ask: Ask) -> ApproveCorrection:
    """Let the differences count, as another person than opened or adjusted it."""
    return ApproveCorrection(content_hash=form.content_hash, **_named(ask))


@api.command("POST", _CORRECTION + "/withdraw", action="withdraw_correction")
def withdraw_correction(form: ReasonForm, ask: Ask) -> WithdrawCorrection:
    """Give a correction up before it is approved."""
    return WithdrawCorrection(reason=form.reason, **_named(ask))


@api.read(_CORRECTION, action="read_aftermath")
def read_correction(read: Read) -> Mapping[str, Any]:
    """One correction: its lines, how far it is, and the hash that an approval names."""
    claim: Claim = read.state(f"claim-{read.path['claim_id']}")
    if claim.status == "absent" or not may_read(claim, read.actor):
        raise ClaimNotFound
    found = claim.after.corrections.get(read.path["correction_id"])
    if found is None:
        raise CorrectionNotFound
    settled = read.row(CORRECTIONS, found.correction_id) or {}
    return {
        **shown(found),
        "content_hash": content_hash(found),
        "settled_as": settled.get("settled_as"),
    }


@api.read(
    "/corrections", action="read_aftermath", query=("project_id", "claim_id", "status", "origin")
)
def list_corrections(read: Read) -> Page:
    """Corrections, oldest first; participants see their own."""
    return _own(read, CORRECTIONS, "project_id", "claim_id", "status", "origin")


@api.read("/compliance-findings", action="read_aftermath", query=("project_id", "claim_id"))
def list_compliance_findings(read: Read) -> Page:
    """What late facts would have barred, oldest first; participants see their own."""
    return _own(read, FINDINGS, "project_id", "claim_id")


@api.command(
    "POST",
    "/accounts/{account_id}/compliance-findings/{finding_id}/resolve",
    action="resolve_compliance_finding",
)
def resolve_compliance_finding(form: ResolutionForm, ask: Ask) -> ResolveComplianceFinding:
    """Say what follows from a finding about a payment."""
    return ResolveComplianceFinding(
        finding_id=ask.path["finding_id"],
        outcome=form.outcome,
        reason=form.reason,
        **account_of(ask),
        **ask.who,
    )


def _named(ask: Ask) -> dict[str, Any]:
    return {
        "claim_id": ask.path["claim_id"],
        "correction_id": ask.path["correction_id"],
        **ask.who,
    }


def _own(read: Read, table: Any, *filters: str) -> Page:
    asked: dict[str, Any] = {name: read.query.get(name) for name in filters}
    found = read.page(table, order="position", organisation_id=read.actor.lists_only(), **asked)
    return found.map(without_position)
