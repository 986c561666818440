"""What evaluation can be asked; every command names its project and carries who asks, and when."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.evaluation.events.vocabulary import (
    Ballot,
    Decided,
    Declaration,
    Outcome,
    Reconsidered,
    RequestClosed,
    Settled,
    WaitingOn,
)
from shared.kernel.commands import Command
from shared.kernel.eligibility import Condition, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEligibilityReview(Command):
    """Assess a submitted version of a proposal."""

    project_id: str
    content_hash: str | None = None
    """Absent means the version submitted last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassessEligibility(Command):
    """Assess an ineligible proposal once more, as its lead asked."""

    project_id: str
    content_hash: str | None
    """Absent means the version submitted last."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopEvaluation(Command):
    """Review and decide nothing more: the applicant took its proposal back."""

    project_id: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessCondition(Command):
    """Give one condition its verdict: confirm what was computed, or override it."""

    project_id: str
    condition: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeSize(Command):
    """Compute the condition `sme` again: an attestation that was missing has arrived (E-0)."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectVerdict(Command):
    """Correct one verdict after the conclusion, which follows it."""

    project_id: str
    condition: str
    verdict: Settled
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenCheck(Command):
    """Open one condition again: a late fact touches it."""

    project_id: str
    condition: Condition
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInformation(Command):
    """Ask the applicant something; a blocking question holds up what comes next."""

    project_id: str
    question: str
    blocking: bool
    condition: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInformationRequest(Command):
    """Wait for no answer any more: it came, or it isn't needed."""

    project_id: str
    request_id: str
    because: RequestClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeEligibility(Command):
    """Conclude from the six verdicts whether the proposal is eligible."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCompletenessCheck(Command):
    """Check whether the detailed version submitted last is comprehensive."""

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
class PauseClock(Command):
    """Stop counting days: selection waits for somebody."""

    project_id: str
    waiting_on: WaitingOn
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeClock(Command):
    """Count days again."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissTarget(Command):
    """Record that the last day on target is over (E-3)."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnlistReviewer(Command):
    """Let a person be asked to review, naming every organisation that it belongs to."""

    person: str
    affiliations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareAffiliations(Command):
    """State all organisations that a reviewer belongs to from now on."""

    person: str
    affiliations: tuple[str, ...]


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
class RecuseAffiliated(Command):
    """Recuse a reviewer who turned out to belong to a participant's side (E-5)."""

    project_id: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscloseConflict(Command):
    """Disclose a reviewer's conflict of interest after the lock (E-11)."""

    project_id: str
    person: str
    reason: str


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
class ReviseReview(Command):
    """The asking reviewer changes one score of its submitted review, and says why."""

    project_id: str
    criterion: str
    score: Decimal | None
    """Points, in halves, from 0 to the scale's maximum; absent means not applicable."""
    rationale: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeReview(Command):
    """Leave a review out of every result from here on."""

    project_id: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockScores(Command):
    """Make the submitted scores final and compute the weighted score."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFinding(Command):
    """Record what due diligence found out."""

    project_id: str
    finding: str
    source: str
    organisation_id: str | None = None


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
    outcome: Decided
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicateDecision(Command):
    """Record that the applicant was told what was decided, and how."""

    project_id: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfyCondition(Command):
    """Record that one condition of the award is satisfied."""

    project_id: str
    number: int
    """Its place among the award's conditions, from 1."""
    reason: str
    evidence_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireConditions(Command):
    """Let the award lapse: the last day for its conditions is over."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenEvaluation(Command):
    """Open a locked or decided evaluation again, with authority (E-7)."""

    project_id: str
    reason: str
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeReconsideration(Command):
    """Propose how an integrity review ends, as the first of two persons (E-11)."""

    project_id: str
    outcome: Reconsidered
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReconsideration(Command):
    """Confirm how an integrity review ends, as the second of two persons (E-11)."""

    project_id: str
