"""What evaluation can be asked; every command names its project and carries who asks, and when."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.evaluation.events.vocabulary import Ballot, Declaration, Outcome
from shared.kernel.commands import Command
from shared.kernel.eligibility import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEligibilityReview(Command):
    """Assess a submitted version of a proposal."""

    project_id: str
    content_hash: str | None = None
    """Absent means the version submitted last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessCondition(Command):
    """Give one condition its verdict: confirm what was computed, or override it."""

    project_id: str
    condition: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeEligibility(Command):
    """Conclude from the six verdicts whether the proposal is eligible."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDetailedProposal(Command):
    """Send the detailed version back with what is missing."""

    project_id: str
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDetailedProposal(Command):
    """Accept the detailed version as comprehensive."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignReviewer(Command):
    """Ask a person to review, naming every organisation that it belongs to."""

    project_id: str
    person: str
    affiliations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareConflict(Command):
    """The asking reviewer declares its conflict of interest, or that there is none."""

    project_id: str
    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCriterion(Command):
    """The asking reviewer scores one criterion; no score means not applicable."""

    project_id: str
    criterion: str
    score: Decimal | None
    """Points, in halves, from 0 to the scale's maximum."""
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReview(Command):
    """The asking reviewer is finished."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockScores(Command):
    """Make the submitted scores final and compute the weighted score."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDueDiligence(Command):
    """State that nothing found stands against an award."""

    project_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRecommendation(Command):
    """Recommend an outcome to the committee."""

    project_id: str
    outcome: Outcome
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConveneCommittee(Command):
    """Record a meeting of the committee."""

    project_id: str
    attendees: tuple[str, ...]
    recusals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVote(Command):
    """The asking committee member votes."""

    project_id: str
    vote: Ballot


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeDecision(Command):
    """Propose the decision, as the first of two persons."""

    project_id: str
    outcome: Outcome
    rate: Fraction | None = None
    """The exact share of eligible costs, above 0 and at most 1; needed to approve."""
    ceiling_cents: int | None = None
    envelope_id: str | None = None
    conditions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDecision(Command):
    """Confirm the proposed decision, as the second of two persons."""

    project_id: str
