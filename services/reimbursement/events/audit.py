"""What an audit of a project's costs says, from its opening to what follows from a finding."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.invoice import LineId
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import ClaimId, Line, OrganisationId, PersonId, ProjectId, Sha256
from shared.kernel.money import Cents

AuditId: TypeAlias = Annotated[str, Field(pattern=r"^aud_[0-9a-f]{32}$")]
AuditFindingId: TypeAlias = Annotated[str, Field(pattern=r"^fnd_[0-9a-f]{32}$")]
Method: TypeAlias = Literal["random", "monetary_unit"]
NonNegativeCents: TypeAlias = Annotated[Cents, Field(ge=0)]


class _OfAudit(Event):
    project_id: ProjectId


class AuditOpened(_OfAudit, name="AuditOpened"):
    """A project's costs are looked at again, for this reason; on the agreement's stream."""

    audit_id: AuditId
    reason: Line
    finding_id: AuditFindingId | None = None
    """The finding in another project that it follows from."""
    opened_on: date
    opened_by: PersonId


class SampledLine(Fact):
    """One line of a sample."""

    claim_id: ClaimId
    line_id: LineId


class AuditSampleDrawn(_OfAudit, name="AuditSampleDrawn"):
    """Lines were drawn from a frozen population; the same seed draws the same lines again."""

    audit_id: AuditId
    method: Method
    size: Annotated[int, Field(ge=1)]
    seed: Line
    position: Annotated[int, Field(ge=0)]
    """How far the journal had come when the population was looked at."""
    population: Annotated[int, Field(ge=1)]
    """How many lines it has."""
    population_sha256: Sha256
    """Over every line's id and counted cents, in order."""
    lines: tuple[SampledLine, ...]
    drawn_by: PersonId


class AuditFindingRecorded(_OfAudit, name="AuditFindingRecorded"):
    """A line does not stand; only lines with findings are adjusted, a projection informs (R-12)."""

    audit_id: AuditId
    finding_id: AuditFindingId
    organisation_id: OrganisationId
    claim_id: ClaimId
    line_id: LineId
    disallowed_cents: NonNegativeCents
    """Without sign, of what counts of the line."""
    systemic: bool
    projected_cents: NonNegativeCents | None = None
    """What the sample makes likely for the population: information, never an adjustment."""
    reason: Line
    recorded_on: date
    contest_until: date
    """Inclusive."""
    recorded_by: PersonId


class AuditFindingContested(_OfAudit, name="AuditFindingContested"):
    """The participant contests a finding: nothing is asked of it until that is resolved."""

    finding_id: AuditFindingId
    organisation_id: OrganisationId
    reason: Line
    contested_on: date
    contested_by: PersonId


class AuditFindingResolved(_OfAudit, name="AuditFindingResolved"):
    """Another person decided what of a finding stands; a correction follows from it."""

    finding_id: AuditFindingId
    organisation_id: OrganisationId
    claim_id: ClaimId
    line_id: LineId
    outcome: Literal["upheld", "reduced", "dismissed"]
    disallowed_cents: NonNegativeCents
    reason: Line
    resolved_by: PersonId


class AuditFindingExtended(_OfAudit, name="AuditFindingExtended"):
    """A systemic finding is looked for in other agreements of the same participant."""

    finding_id: AuditFindingId
    organisation_id: OrganisationId
    project_ids: Annotated[tuple[ProjectId, ...], Field(min_length=1)]
    reason: Line
    extended_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    AuditOpened,
    AuditSampleDrawn,
    AuditFindingRecorded,
    AuditFindingContested,
    AuditFindingResolved,
    AuditFindingExtended,
)
