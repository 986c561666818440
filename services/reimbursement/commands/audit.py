"""What can be asked about audits of a project's costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.reimbursement.events.audit import Method
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAudit(Command):
    """Something asked of the audits of one project."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAudit(OfAudit):
    """Look at a project's costs again."""

    audit_id: str
    reason: str
    finding_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawAuditSample(OfAudit):
    """Draw lines from the population that was looked at, by this seed."""

    audit_id: str
    method: Method
    size: int
    seed: str
    position: int
    population_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAuditFinding(OfAudit):
    """Say that a line does not stand, in whole or in part."""

    audit_id: str
    finding_id: str
    claim_id: str
    line_id: str
    disallowed_cents: int
    systemic: bool
    projected_cents: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestAuditFinding(OfAudit):
    """Contest a finding, as the participant that it is about."""

    finding_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveAuditFinding(OfAudit):
    """Decide what of a finding stands, as another person than recorded it."""

    finding_id: str
    outcome: Literal["upheld", "reduced", "dismissed"]
    disallowed_cents: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendAuditFinding(OfAudit):
    """Look for a systemic finding in other agreements of the participant."""

    finding_id: str
    project_ids: Sequence[str]
    reason: str
