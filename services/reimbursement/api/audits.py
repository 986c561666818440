"""Routes of audits: populations, samples that anybody draws again, findings and their course."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from services.reimbursement.api.envelope import TREASURERS
from services.reimbursement.commands.audit import (
    ContestAuditFinding,
    DrawAuditSample,
    ExtendAuditFinding,
    OpenAudit,
    RecordAuditFinding,
    ResolveAuditFinding,
)
from services.reimbursement.domain.agreement import Agreement, claim_ids, require_known
from services.reimbursement.domain.auditing import AuditNotFound, population_of
from services.reimbursement.domain.sampling import draw, population_hash
from services.reimbursement.events.audit import Method
from shared.kernel.commands import PARTIES, READERS
from shared.kernel.identifiers import ClaimId, Line, ProjectId, Sha256
from shared.kernel.money import NonNegativeMoneyIn
from shared.kernel.shown import shown
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form, Read

AUDITORS = frozenset({"auditor", "finance", "programme_officer"})

api = Api(
    "reimbursement",
    access={
        "audit_project": AUDITORS,
        "read_audits": READERS | PARTIES,
        "contest_audit_finding": PARTIES | TREASURERS,
        "resolve_audit_finding": TREASURERS,
    },
)


class SampleForm(Form):
    """How lines are drawn, and from exactly which population."""

    method: Method
    size: Annotated[int, Field(ge=1, le=100_000)]
    seed: Line
    position: Annotated[int, Field(ge=0)]
    """How far the journal had come when the population was looked at."""
    population_sha256: Sha256


class FindingForm(Form):
    """Which line does not stand, how much of it, and why."""

    claim_id: ClaimId
    line_id: Line
    disallowed: NonNegativeMoneyIn
    systemic: bool = False
    projected: NonNegativeMoneyIn | None = None
    """What is likely for the whole population: information only."""
    reason: Line


class ResolutionForm(Form):
    """What of a finding stands, and why."""

    outcome: Literal["upheld", "reduced", "dismissed"]
    disallowed: NonNegativeMoneyIn
    reason: Line


class ExtensionForm(Form):
    """In which other projects a finding is looked for."""

    project_ids: Annotated[tuple[ProjectId, ...], Field(min_length=1, max_length=100)]
    reason: Line


_AUDITS = "/projects/{project_id}/audits"
_FINDINGS = "/projects/{project_id}/audit-findings/{finding_id}"


@api.command("POST", _AUDITS, action="audit_project", status=201)
def open_audit(form: ReasonForm, ask: Ask) -> OpenAudit:
    """Open an audit of a project's costs, also after its agreement is closed."""
    return OpenAudit(
        project_id=ask.path["project_id"],
        audit_id=ask.new_id("aud"),
        reason=form.reason,
        **ask.who,
    )


@api.read("/projects/{project_id}/audit-population", action="audit_project")
def read_population(read: Read) -> Mapping[str, Any]:
    """Every line that counts now, with the position and the hash that a sample names."""
    population = _population(read)
    return {
        "position": read.snapshot.position,
        "sha256": population_hash(population),
        "lines": [
            {"claim_id": claim_id, "line_id": line_id, "counted_cents": cents}
            for claim_id, line_id, cents in population
        ],
    }


@api.command("POST", _AUDITS + "/{audit_id}/samples", action="audit_project", status=201)
def draw_audit_sample(form: SampleForm, ask: Ask) -> DrawAuditSample:
    """Draw a sample from the population that was looked at; a redraw is another sample."""
    return DrawAuditSample(
        project_id=ask.path["project_id"],
        audit_id=ask.path["audit_id"],
        method=form.method,
        size=form.size,
        seed=form.seed,
        position=form.position,
        population_sha256=form.population_sha256,
        **ask.who,
    )


@api.read(_AUDITS + "/{audit_id}", action="audit_project")
def read_audit(read: Read) -> Mapping[str, Any]:
    """An audit with its samples; each says whether it is drawn again as it was drawn."""
    agreement = _agreement(read)
    audit = agreement.audits.audits.get(read.path["audit_id"])
    if audit is None:
        raise AuditNotFound
    population = _population(read)
    same = population_hash(population)
    return {
        **shown(audit),
        "samples": [
            {
                **shown(sample),
                "population_unchanged": sample.population_sha256 == same,
                "drawn_again": None
                if sample.population_sha256 != same
                else draw(population, sample.method, sample.size, sample.seed) == sample.lines,
            }
            for sample in audit.samples
        ],
    }


@api.read("/projects/{project_id}/audit-findings", action="read_audits")
def list_audit_findings(read: Read) -> Mapping[str, Any]:
    """A project's findings and how far each is; participants see their own."""
    own = read.actor.lists_only()
    findings: Sequence[Any] = [
        shown(finding)
        for finding in _agreement(read).audits.findings.values()
        if own is None or finding.organisation_id == own
    ]
    return {"items": findings}


@api.command("POST", _AUDITS + "/{audit_id}/findings", action="audit_project", status=201)
def record_audit_finding(form: FindingForm, ask: Ask) -> RecordAuditFinding:
    """Say that a line does not stand; the participant may contest it."""
    return RecordAuditFinding(
        project_id=ask.path["project_id"],
        audit_id=ask.path["audit_id"],
        finding_id=ask.new_id("fnd"),
        claim_id=form.claim_id,
        line_id=form.line_id,
        disallowed_cents=form.disallowed,
        systemic=form.systemic,
        projected_cents=form.projected,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", _FINDINGS + "/contest", action="contest_audit_finding")
def contest_audit_finding(form: ReasonForm, ask: Ask) -> ContestAuditFinding:
    """Contest a finding in time, as the participant that it is about."""
    return ContestAuditFinding(reason=form.reason, **_finding(ask))


@api.command("POST", _FINDINGS + "/resolve", action="resolve_audit_finding")
def resolve_audit_finding(form: ResolutionForm, ask: Ask) -> ResolveAuditFinding:
    """Decide what of a finding stands; a correction of that line follows by itself."""
    return ResolveAuditFinding(
        outcome=form.outcome, disallowed_cents=form.disallowed, reason=form.reason, **_finding(ask)
    )


@api.command("POST", _FINDINGS + "/extend", action="audit_project")
def extend_audit_finding(form: ExtensionForm, ask: Ask) -> ExtendAuditFinding:
    """Look for a systemic finding in other projects: each opens an audit of its own."""
    return ExtendAuditFinding(project_ids=form.project_ids, reason=form.reason, **_finding(ask))


def _finding(ask: Ask) -> dict[str, Any]:
    return {
        "project_id": ask.path["project_id"],
        "finding_id": ask.path["finding_id"],
        **ask.who,
    }


def _agreement(read: Read) -> Agreement:
    agreement: Agreement = read.state(f"agreement-{read.path['project_id']}")
    require_known(agreement, read.actor)
    return agreement


def _population(read: Read) -> tuple[tuple[str, str, int], ...]:
    agreement = _agreement(read)
    ids = claim_ids(agreement)
    return population_of({name: read.state(f"claim-{name}") for name in ids})
