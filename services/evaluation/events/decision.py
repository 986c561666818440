"""The way to the decision: due diligence, recommendation, committee, two persons, the award."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.evaluation.events.vocabulary import (
    AwardConditions,
    Ballot,
    Decided,
    Outcome,
    Participants,
    PositiveCount,
    Reasons,
)
from shared.kernel.events import Event
from shared.kernel.identifiers import (
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
    Text,
)
from shared.kernel.money import PositiveCents, Ratio


class DueDiligenceFindingRecorded(Event, name="DueDiligenceFindingRecorded"):
    """Something was found out about a participant; until cleared, nothing is approved (E-8)."""

    project_id: ProjectId
    number: PositiveCount
    """Counted in each project, from 1."""
    organisation_id: OrganisationId | None = None
    """The participant concerned; absent if it concerns the project."""
    finding: Text
    source: Line
    recorded_by: PersonId


class DueDiligenceCleared(Event, name="DueDiligenceCleared"):
    """Nothing found about the participants stands against an award."""

    project_id: ProjectId
    reason: Line
    cleared_by: PersonId


class RecommendationMade(Event, name="RecommendationMade"):
    """What is put before the committee, with reasons."""

    project_id: ProjectId
    outcome: Outcome
    reasons: Reasons
    recommended_by: PersonId


class CommitteeConvened(Event, name="CommitteeConvened"):
    """The committee met: who was there, who stood back, and how many make a quorum (E-8)."""

    project_id: ProjectId
    attendees: Annotated[tuple[PersonId, ...], Field(max_length=100)]
    recusals: Annotated[tuple[PersonId, ...], Field(max_length=100)]
    """Attendees who stand back; reviewers recused from this project are among them."""
    quorum: int
    """How many non-recused members a decision needs."""
    convened_on: date
    convened_by: PersonId


class VoteRecorded(Event, name="VoteRecorded"):
    """A committee member's vote; votes inform the decision and never make it (E-9)."""

    project_id: ProjectId
    person: PersonId
    vote: Ballot


class DecisionProposed(Event, name="DecisionProposed"):
    """One person proposes the decision; it takes effect when a second one confirms (E-9)."""

    project_id: ProjectId
    outcome: Decided
    rate: Ratio | None = None
    ceiling_cents: PositiveCents | None = None
    envelope_id: Slug | None = None
    conditions: AwardConditions
    reasons: Annotated[tuple[Line, ...], Field(max_length=50)]
    proposed_by: PersonId
    proposed_on: date


class ProjectApproved(Event, name="ProjectApproved"):
    """Two persons approved the project: at which rate, up to which ceiling, for whom (E-9)."""

    project_id: ProjectId
    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: Participants
    rate: Ratio
    """The exact share of eligible costs that is reimbursed."""
    ceiling_cents: PositiveCents
    envelope_id: Slug
    conditions: AwardConditions
    conditions_due_on: date | None = None
    """The last civil day for all conditions; absent where there are none, and in older events."""
    reasons: Annotated[tuple[Line, ...], Field(max_length=50)]
    policy_version: Slug
    proposal_hash: Sha256
    weighted_score: Ratio
    decided_on: date
    proposed_by: PersonId
    confirmed_by: PersonId


class ProjectDeclined(Event, name="ProjectDeclined"):
    """Two persons declined the project, with reasons for the applicant (E-9)."""

    project_id: ProjectId
    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: Participants
    reasons: Reasons
    policy_version: Slug
    proposal_hash: Sha256
    weighted_score: Ratio
    decided_on: date
    proposed_by: PersonId
    confirmed_by: PersonId


class DecisionDeferred(Event, name="DecisionDeferred"):
    """Two persons put the decision off, with reasons; the committee meets again (E-9)."""

    project_id: ProjectId
    reasons: Reasons
    deferred_on: date
    proposed_by: PersonId
    confirmed_by: PersonId


class DecisionCommunicated(Event, name="DecisionCommunicated"):
    """The applicant was told what was decided; how is on record."""

    project_id: ProjectId
    decision: Slug
    """Where the evaluation stood: `approved`, `declined`, `deferred`, `rescinded` …."""
    means: Line
    communicated_on: date
    communicated_by: PersonId


class AwardConditionSatisfied(Event, name="AwardConditionSatisfied"):
    """One condition of an award is satisfied; with the last one the award stands by itself."""

    project_id: ProjectId
    number: PositiveCount
    """Its place among the award's conditions, from 1."""
    condition: Line
    reason: Line
    evidence_sha256: Sha256 | None = None
    satisfied_on: date
    satisfied_by: PersonId


class AwardConditionExpired(Event, name="AwardConditionExpired"):
    """The last day for a condition passed without it being satisfied: the award lapses."""

    project_id: ProjectId
    number: PositiveCount
    condition: Line
    due_on: date
    """The last civil day on which it could be satisfied."""


EVENTS: tuple[type[Event], ...] = (
    DueDiligenceFindingRecorded,
    DueDiligenceCleared,
    RecommendationMade,
    CommitteeConvened,
    VoteRecorded,
    DecisionProposed,
    ProjectApproved,
    ProjectDeclined,
    DecisionDeferred,
    DecisionCommunicated,
    AwardConditionSatisfied,
    AwardConditionExpired,
)
