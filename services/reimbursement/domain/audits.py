"""Audits of a project: samples, findings, and how far each finding is (R-12)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.events.audit import (
    AuditFindingContested,
    AuditFindingExtended,
    AuditFindingRecorded,
    AuditFindingResolved,
    AuditOpened,
    AuditSampleDrawn,
    Method,
    SampledLine,
)

AuditEvent: TypeAlias = (
    AuditOpened
    | AuditSampleDrawn
    | AuditFindingRecorded
    | AuditFindingContested
    | AuditFindingResolved
    | AuditFindingExtended
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, and what draws it again."""

    method: Method
    size: int
    seed: str
    position: int
    population_sha256: str
    lines: tuple[SampledLine, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit; a redraw is a new sample, the earlier ones stay."""

    audit_id: str
    reason: str
    opened_by: str
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one line, in cents without sign."""

    finding_id: str
    organisation_id: str
    claim_id: str
    line_id: str
    disallowed_cents: int
    systemic: bool
    contest_until: date
    recorded_by: str
    status: Literal["recorded", "contested", "upheld", "reduced", "dismissed"] = "recorded"
    extended_to: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether it is still to be resolved."""
        return self.status in ("recorded", "contested")


@dataclass(frozen=True, slots=True)
class Audits:
    """All audits and findings of one project."""

    audits: Mapping[str, Audit] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)

    @property
    def open_findings(self) -> tuple[str, ...]:
        """What keeps the agreement from being closed (R-16)."""
        return tuple(name for name, finding in self.findings.items() if finding.open)

    def contested(self, organisation_id: str) -> bool:
        """Whether this participant contests a finding: a request rests then (R-12)."""
        return any(
            finding.status == "contested" and finding.organisation_id == organisation_id
            for finding in self.findings.values()
        )


def evolve_audits(audits: Audits, event: AuditEvent) -> Audits:
    """The audits after one event more."""
    match event:
        case AuditOpened():
            audit = Audit(event.audit_id, event.reason, event.opened_by)
            return replace(audits, audits={**audits.audits, event.audit_id: audit})
        case AuditSampleDrawn():
            audit = audits.audits[event.audit_id]
            drawn = replace(audit, samples=(*audit.samples, _sample(event)))
            return replace(audits, audits={**audits.audits, event.audit_id: drawn})
        case AuditFindingRecorded():
            return _with(audits, _recorded(event))
        case AuditFindingContested():
            finding = audits.findings[event.finding_id]
            return _with(audits, replace(finding, status="contested"))
        case AuditFindingResolved():
            finding = replace(
                audits.findings[event.finding_id],
                status=event.outcome,
                disallowed_cents=event.disallowed_cents,
            )
            return _with(audits, finding)
        case AuditFindingExtended():
            finding = audits.findings[event.finding_id]
            extended = finding.extended_to | set(event.project_ids)
            return _with(audits, replace(finding, extended_to=extended))
        case _:
            assert_never(event)


def _with(audits: Audits, finding: Finding) -> Audits:
    return replace(audits, findings={**audits.findings, finding.finding_id: finding})


def _sample(event: AuditSampleDrawn) -> Sample:
    return Sample(
        method=event.method,
        size=event.size,
        seed=event.seed,
        position=event.position,
        population_sha256=event.population_sha256,
        lines=event.lines,
    )


def _recorded(event: AuditFindingRecorded) -> Finding:
    return Finding(
        finding_id=event.finding_id,
        organisation_id=event.organisation_id,
        claim_id=event.claim_id,
        line_id=event.line_id,
        disallowed_cents=event.disallowed_cents,
        systemic=event.systemic,
        contest_until=event.contest_until,
        recorded_by=event.recorded_by,
    )
