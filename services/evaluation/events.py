"""Everything evaluation has ever said: eligibility, reviews, scores, committee, decision."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from shared.kernel.events import Event, Fact
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

Condition: TypeAlias = Literal["scope", "incremental", "participants", "sme", "readiness", "canada"]
"""One of the six pass or fail gates of the programme (E-0)."""

Verdict: TypeAlias = Literal["met", "not_met", "unknown"]
Declaration: TypeAlias = Literal["none", "potential", "actual"]
Outcome: TypeAlias = Literal["approved", "declined"]
Ballot: TypeAlias = Literal["for", "against", "abstain"]

Reasons: TypeAlias = Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
AwardConditions: TypeAlias = Annotated[tuple[Line, ...], Field(max_length=50)]


def _sum_to_100(weights: dict[str, int]) -> dict[str, int]:
    if sum(weights.values()) != 100:
        raise ValueError("the weights of all criteria add up to 100")
    return weights


Weights: TypeAlias = Annotated[
    dict[Slug, Annotated[int, Field(strict=True, ge=1, le=100)]],
    Field(min_length=1, max_length=20),
    AfterValidator(_sum_to_100),
]
"""Each criterion's weight in percent; together exactly 100 (S22)."""

Count: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=10_000)]
PositiveCount: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Points: TypeAlias = Annotated[Decimal, Field(ge=0, le=100, max_digits=4, decimal_places=1)]
"""Points of a score, in halves."""


def default_weights() -> dict[str, int]:
    """The weights of the programme's own FAQ (S22)."""
    return {"team": 25, "business": 20, "strategic": 30, "ecosystem": 25}


class Parameters(Fact):
    """The policy parameters that evaluation owns; defaults are the programme's usual rules."""

    criterion_weights: Weights = Field(default_factory=default_weights)
    score_scale: PositiveCount = 5
    """The best score, in whole points; scores go from 0 in half points."""
    pass_mark: Ratio | None = None
    """No mark decides anything; one may be stated for integrity reviews."""
    reviews_required: PositiveCount = 3
    score_spread_alert: Points = Decimal("2.0")
    """From this distance between two scores of one criterion on, an alert without effect."""
    committee_quorum: PositiveCount = 3
    """Members present who are not recused."""
    min_participants: PositiveCount = 2
    min_smes: Count = 1
    sme_fte_lt: PositiveCount = 500
    """An SME has fewer FTE than this, its affiliates' included."""
    ready_within_days: Count = 90
    """Calendar days from the decision to the planned start, inclusive."""
    selection_target_working_days: PositiveCount = 22


class PolicyPublished(Event, name="PolicyPublished"):
    """A version of a programme's rules for eligibility, scoring and selection was published."""

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None = None
    """Exclusive; absent means open."""
    reason: Line
    published_by: PersonId


class Participant(Fact):
    """A party named in the assessed version of the proposal; the lead is one."""

    organisation_id: OrganisationId
    name: Line


Participants: TypeAlias = Annotated[tuple[Participant, ...], Field(min_length=1, max_length=200)]


class EligibilityReviewOpened(Event, name="EligibilityReviewOpened"):
    """A submitted version is assessed from here on, by the policy version pinned now (E-1)."""

    project_id: ProjectId
    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: Participants
    proposal_version: int
    proposal_hash: Sha256
    submitted_on: date
    policy_version: Slug


class AttestationUsed(Fact):
    """The size attestation that an SME verdict rests on."""

    organisation_id: OrganisationId
    fte: Decimal
    affiliates_fte: Decimal
    as_of: date
    evidence_sha256: Sha256


class EligibilityConditionAssessed(Event, name="EligibilityConditionAssessed"):
    """One condition got its verdict: confirmed, overridden with a reason, or carried over."""

    project_id: ProjectId
    condition: Condition
    verdict: Verdict
    reason: Line
    computed_verdict: Verdict | None = None
    """What the system computed from the same inputs; absent for the two human verdicts."""
    computed_because: Line | None = None
    overridden: bool
    attestations: tuple[AttestationUsed, ...]
    inputs_hash: Sha256
    policy_version: Slug
    proposal_hash: Sha256
    carried_from: Sha256 | None = None
    """The version whose verdict was carried, its inputs being the same (E-8)."""
    assessed_by: PersonId


class VerdictGiven(Fact):
    """One condition's verdict as it stood at the conclusion."""

    condition: Condition
    verdict: Verdict
    reason: Line


class EligibilityAssessed(Event, name="EligibilityAssessed"):
    """All six conditions are settled: the proposal is eligible, or not, and why (E-0)."""

    project_id: ProjectId
    eligible: bool
    verdicts: tuple[VerdictGiven, ...]
    policy_version: Slug
    proposal_hash: Sha256
    assessed_by: PersonId


class DetailedProposalReturned(Event, name="DetailedProposalReturned"):
    """A detailed version isn't comprehensive; the applicant knows what is missing."""

    project_id: ProjectId
    proposal_version: int
    content_hash: Sha256
    gaps: Reasons
    returned_by: PersonId


class DetailedProposalAccepted(Event, name="DetailedProposalAccepted"):
    """A detailed version is comprehensive: from here on it is what is scored and decided."""

    project_id: ProjectId
    proposal_version: int
    content_hash: Sha256
    title: Line
    lead_organisation_id: OrganisationId
    participants: Participants
    submitted_on: date
    accepted_by: PersonId
    accepted_on: date


class ReviewerAssigned(Event, name="ReviewerAssigned"):
    """A person is asked to review; which organisations it belongs to is on record (E-5)."""

    project_id: ProjectId
    person: PersonId
    affiliations: Annotated[tuple[OrganisationId, ...], Field(max_length=50)]
    assigned_by: PersonId


class ConflictDeclared(Event, name="ConflictDeclared"):
    """A reviewer declared whether it has a conflict of interest in this project (E-5)."""

    project_id: ProjectId
    person: PersonId
    declaration: Declaration


class ReviewerRecused(Event, name="ReviewerRecused"):
    """A reviewer takes no part any more; nothing it scored enters the result (E-4)."""

    project_id: ProjectId
    person: PersonId
    declaration: Declaration


class CriterionScored(Event, name="CriterionScored"):
    """A reviewer gave one criterion a score, or said that it does not apply, and why (E-2)."""

    project_id: ProjectId
    person: PersonId
    criterion: Slug
    score: Points | None = None
    """Absent means not applicable, which is not zero (E-4)."""
    rationale: Text


class ReviewSubmitted(Event, name="ReviewSubmitted"):
    """A reviewer finished: its scores count, and it may read the others (E-6)."""

    project_id: ProjectId
    person: PersonId


class ScoresLocked(Event, name="ScoresLocked"):
    """The scores of these reviewers are final; nothing changes without reopening (E-7)."""

    project_id: ProjectId
    reviewers: tuple[PersonId, ...]
    locked_by: PersonId


class CriterionResult(Fact):
    """What one criterion contributes to the weighted score."""

    criterion: Slug
    weight: int
    mean: Ratio
    """Of the valid scores, in points, exact."""
    scores: int
    """How many valid scores there are."""
    spread: Points
    """Highest less lowest score."""
    spread_alert: bool


class WeightedScoreComputed(Event, name="WeightedScoreComputed"):
    """The weighted score, 0 to 100, exact, with all it was computed from (E-4)."""

    project_id: ProjectId
    criteria: tuple[CriterionResult, ...]
    result: Ratio
    inputs_hash: Sha256
    policy_version: Slug


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
    outcome: Outcome
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


EVENTS: tuple[type[Event], ...] = (
    PolicyPublished,
    EligibilityReviewOpened,
    EligibilityConditionAssessed,
    EligibilityAssessed,
    DetailedProposalReturned,
    DetailedProposalAccepted,
    ReviewerAssigned,
    ConflictDeclared,
    ReviewerRecused,
    CriterionScored,
    ReviewSubmitted,
    ScoresLocked,
    WeightedScoreComputed,
    DueDiligenceCleared,
    RecommendationMade,
    CommitteeConvened,
    VoteRecorded,
    DecisionProposed,
    ProjectApproved,
    ProjectDeclined,
)
