"""The state of one project's evaluation: what its rules and its readers need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from services.evaluation.events.review import CriterionResult
from services.evaluation.events.vocabulary import (
    Ballot,
    Declaration,
    Outcome,
    Participant,
)
from shared.kernel.eligibility import AttestationUsed, Condition, Verdict
from shared.kernel.refusals import NotFound, Refusal

Stage: TypeAlias = Literal[
    "absent",
    "eligibility_review",
    "ineligible",
    "awaiting_detail",
    "assigning",
    "scoring",
    "scores_locked",
    "recommended",
    "committee",
    "approved",
    "approved_with_conditions",
    "declined",
]
BEFORE_LOCK: tuple[Stage, ...] = ("assigning", "scoring")
SELECTION: tuple[Stage, ...] = (*BEFORE_LOCK, "scores_locked", "recommended", "committee")
"""From the accepted detailed version to the decision."""
DECIDED: tuple[Stage, ...] = ("approved", "approved_with_conditions", "declined")


class EvaluationNotFound(NotFound):
    """No evaluation of this project is known; it opens when its proposal is submitted."""

    french = "Aucune évaluation de ce projet n'est connue; elle s'ouvre à la soumission."


class NotAtThisStage(Refusal):
    """The evaluation is at another stage; this step is possible at the listed ones only."""

    french = "L'évaluation est à une autre étape; ceci n'est possible qu'aux étapes énumérées."


class AlreadyDecided(Refusal):
    """This project is decided; nothing changes unless the evaluation is reopened."""

    rule = "E-7"
    french = "Ce projet est décidé; rien ne change sans réouverture de l'évaluation."


class ScoresAreLocked(Refusal):
    """The scores are locked; nothing changes unless the evaluation is reopened."""

    rule = "E-7"
    french = "Les notes sont verrouillées; rien ne change sans réouverture de l'évaluation."


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
    scores: Mapping[str, Score] = field(default_factory=dict)
    submitted: bool = False

    @property
    def valid(self) -> bool:
        """Whether its scores enter the result: submitted and not recused (E-4)."""
        return self.submitted and not self.recused


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

    @property
    def deciding(self) -> tuple[str, ...]:
        """Who was there and did not stand back."""
        return tuple(sorted(set(self.attendees) - set(self.recusals)))


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, proposed by one person and in force once a second one confirmed it."""

    outcome: Outcome
    rate: Fraction | None
    ceiling_cents: int | None
    envelope_id: str | None
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    proposed_by: str
    confirmed_by: str | None = None
    decided_on: date | None = None


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
    returned_version: int = 0
    gaps: tuple[str, ...] = ()
    reviews: Mapping[str, Review] = field(default_factory=dict)
    criteria: tuple[CriterionResult, ...] = ()
    weighted_score: Fraction | None = None
    """From 0 to 100, exact."""
    due_diligence: Clearance | None = None
    recommendation: Recommendation | None = None
    committee: Committee | None = None
    decision: Decision | None = None

    @property
    def recused(self) -> frozenset[str]:
        """Everybody who takes no part in this project: as reviewer or on the committee."""
        reviewers = {review.person for review in self.reviews.values() if review.recused}
        members = self.committee.recusals if self.committee else ()
        return frozenset(reviewers.union(members))

    @property
    def participant_ids(self) -> tuple[str, ...]:
        """The organisations named in the version under review."""
        return tuple(party.organisation_id for party in self.participants)


def require(evaluation: Evaluation, *stages: Stage) -> None:
    """Go on only at one of these stages.

    Raises EvaluationNotFound, AlreadyDecided (E-7) or NotAtThisStage.
    """
    if evaluation.stage in stages:
        return
    if evaluation.stage == "absent":
        raise EvaluationNotFound
    if evaluation.stage in DECIDED:
        raise AlreadyDecided(stage=evaluation.stage)
    raise NotAtThisStage(stage=evaluation.stage, possible_at=list(stages))


def require_before_lock(evaluation: Evaluation) -> None:
    """Go on only while reviewers work. Raises ScoresAreLocked (E-7), else as `require`."""
    if evaluation.stage in SELECTION and evaluation.stage not in BEFORE_LOCK:
        raise ScoresAreLocked
    require(evaluation, *BEFORE_LOCK)


def require_opened(evaluation: Evaluation) -> date:
    """The day on which the version under review was submitted. Raises EvaluationNotFound."""
    if evaluation.submitted_on is None:
        raise EvaluationNotFound
    return evaluation.submitted_on
