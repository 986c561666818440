"""The state of one project's evaluation: what its rules and its readers need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from services.evaluation.domain.stages import TABLE, EvaluationNotFound, Stage
from services.evaluation.events.review import CriterionResult
from services.evaluation.events.vocabulary import (
    Ballot,
    Decided,
    Declaration,
    Outcome,
    Participant,
    Reconsidered,
    RequestClosed,
    WaitingOn,
)
from shared.kernel.commands import Command
from shared.kernel.eligibility import AttestationUsed, Condition, Verdict


@dataclass(frozen=True, slots=True)
class VerdictOnFile:
    """A condition's verdict for the version under review."""

    verdict: Verdict
    reason: str
    computed_verdict: Verdict | None
    computed_because: str | None
    overridden: bool
    attestations: tuple[AttestationUsed, ...]
    inputs_hash: str
    carried_from: str | None
    assessed_by: str


@dataclass(frozen=True, slots=True)
class Request:
    """Something that the applicant was asked."""

    question: str
    condition: Condition | None
    blocking: bool
    requested_on: date
    due_on: date | None
    closed: RequestClosed | Literal["superseded"] | None = None
    """Superseded is what was asked about a version or a check that is over."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of civil days in which selection waits; the last day is exclusive."""

    waiting_on: WaitingOn
    request_id: str | None
    paused_on: date
    resumed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The selection clock, which counts working days from the accepted version on (E-3)."""

    started_on: date
    target_on: date | None
    """The last civil day on target; while the applicant is waited for it still moves."""
    pauses: tuple[Pause, ...] = ()
    missed: bool = False

    @property
    def pause(self) -> Pause | None:
        """The pause that is going on."""
        last = self.pauses[-1] if self.pauses else None
        return last if last and last.resumed_on is None else None


@dataclass(frozen=True, slots=True)
class Score:
    """A reviewer's points for one criterion; absent points mean not applicable."""

    score: Decimal | None
    rationale: str


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's part."""

    person: str
    affiliations: tuple[str, ...]
    declaration: Declaration | None = None
    recused: bool = False
    """Whether its access ended: by its own declaration, by affiliation, or late (E-5, E-11)."""
    scores: Mapping[str, Score] = field(default_factory=dict)
    submitted: bool = False
    excluded: str | None = None
    """Why it enters no result."""

    @property
    def valid(self) -> bool:
        """Whether its scores enter the result: submitted, not recused, not excluded (E-4)."""
        return self.submitted and not self.recused and self.excluded is None


@dataclass(frozen=True, slots=True)
class Computation:
    """One computed result; a later one stands beside it and erases nothing (E-11)."""

    result: Fraction
    criteria: tuple[CriterionResult, ...]
    reviewers: tuple[str, ...]
    inputs_hash: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What due diligence found out."""

    number: int
    organisation_id: str | None
    finding: str
    source: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """Due diligence as cleared."""

    reason: str
    cleared_by: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the committee was asked for."""

    outcome: Outcome
    reasons: tuple[str, ...]
    recommended_by: str


@dataclass(frozen=True, slots=True)
class Committee:
    """The meeting that the decision rests on."""

    attendees: tuple[str, ...]
    recusals: tuple[str, ...]
    quorum: int
    convened_on: date
    votes: Mapping[str, Ballot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision as one person proposes it; a second one has to confirm (E-9)."""

    outcome: Decided
    rate: Fraction | None
    ceiling_cents: int | None
    envelope_id: str | None
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    proposed_by: str
    proposed_on: date


@dataclass(frozen=True, slots=True)
class AwardCondition:
    """One condition of an award."""

    number: int
    condition: str
    satisfied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision in force; it stands until people confirm it anew, revise or rescind it."""

    outcome: Outcome
    rate: Fraction | None
    ceiling_cents: int | None
    envelope_id: str | None
    conditions: tuple[AwardCondition, ...]
    conditions_due_on: date | None
    """The last civil day on which they can be satisfied."""
    reasons: tuple[str, ...]
    weighted_score: Fraction
    """What was decided upon."""
    decided_on: date
    proposed_by: str
    confirmed_by: str

    @property
    def unsatisfied(self) -> tuple[AwardCondition, ...]:
        """The conditions that the award still depends on."""
        return tuple(each for each in self.conditions if each.satisfied_on is None)

    @property
    def stage(self) -> Stage:
        """Where an evaluation stands with this decision."""
        if self.outcome == "declined":
            return "declined"
        return "approved_with_conditions" if self.unsatisfied else "approved"


@dataclass(frozen=True, slots=True)
class IntegrityReview:
    """Whether the decision can stand is being reviewed (E-11)."""

    because: Literal["conflict", "condition"]
    explanation: str
    outcome: Reconsidered | None = None
    """How one person proposes to end it."""
    reasons: tuple[str, ...] = ()
    proposed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Reopening:
    """By which power an evaluation was opened again, and why."""

    reason: str
    authority: str
    reopened_by: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One project's evaluation."""

    project_id: str = ""
    stage: Stage = "absent"
    programme: str = ""
    title: str = ""
    lead_organisation_id: str = ""
    participants: tuple[Participant, ...] = ()
    proposal_version: int = 0
    proposal_hash: str = ""
    """The content of the version under review."""
    submitted_on: date | None = None
    detailed: bool = False
    """Whether the version under review is a detailed one."""
    policy_version: str = ""
    """Pinned when the review was opened (E-1)."""
    verdicts: Mapping[Condition, VerdictOnFile] = field(default_factory=dict)
    eligible: bool | None = None
    requests: Mapping[str, Request] = field(default_factory=dict)
    """Everything the applicant was ever asked, by id."""
    returned_version: int = 0
    gaps: tuple[str, ...] = ()
    clock: Clock | None = None
    reviews: Mapping[str, Review] = field(default_factory=dict)
    criteria: tuple[CriterionResult, ...] = ()
    weighted_score: Fraction | None = None
    """From 0 to 100, exact: the result computed last."""
    computations: tuple[Computation, ...] = ()
    """Every result ever computed, in order."""
    findings: tuple[Finding, ...] = ()
    due_diligence: Clearance | None = None
    recommendation: Recommendation | None = None
    committee: Committee | None = None
    proposed: Proposed | None = None
    decision: Decision | None = None
    reopenings: tuple[Reopening, ...] = ()
    integrity_review: IntegrityReview | None = None
    communicated_on: date | None = None

    @property
    def recused(self) -> frozenset[str]:
        """Everybody who takes no part in this project: as reviewer or on the committee."""
        reviewers = {review.person for review in self.reviews.values() if review.recused}
        members = self.committee.recusals if self.committee else ()
        return frozenset(reviewers.union(members))

    @property
    def deciding(self) -> tuple[str, ...]:
        """Who attended the committee and takes part."""
        attendees = self.committee.attendees if self.committee else ()
        return tuple(sorted(set(attendees) - self.recused))

    @property
    def participant_ids(self) -> tuple[str, ...]:
        """The organisations named in the version under review."""
        return tuple(party.organisation_id for party in self.participants)

    @property
    def open_requests(self) -> Mapping[str, Request]:
        """What the applicant has not answered yet."""
        return {name: asked for name, asked in self.requests.items() if asked.closed is None}

    @property
    def blocking(self) -> tuple[str, ...]:
        """The open questions that hold up what comes next."""
        return tuple(sorted(name for name, asked in self.open_requests.items() if asked.blocking))


def must_allow(ask: Command, evaluation: Evaluation) -> None:
    """Go on only where the table says so. Raises the refusal that it names for this stage."""
    TABLE.must_allow(type(ask), evaluation.stage)


def require_opened(evaluation: Evaluation) -> date:
    """The day on which the version under review was submitted. Raises EvaluationNotFound."""
    if evaluation.submitted_on is None:
        raise EvaluationNotFound
    return evaluation.submitted_on
