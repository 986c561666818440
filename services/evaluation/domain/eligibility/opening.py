"""Opening the review of a submitted version, once more if its lead asks, and stopping (E-1)."""

from collections.abc import Sequence

from services.evaluation.commands import (
    OpenEligibilityReview,
    ReassessEligibility,
    StopEvaluation,
)
from services.evaluation.domain.policy import Policies
from services.evaluation.domain.proposals import Proposal, Submission
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.eligibility import EligibilityReviewOpened, EvaluationStopped


def open_review(
    ask: OpenEligibilityReview, evaluation: Evaluation, proposal: Proposal, policies: Policies
) -> Sequence[EligibilityReviewOpened]:
    """Assess a submitted version, by the policy in force on its submission's civil day (E-1).

    A newer version replaces the one under review and keeps the pinned policy. Raises
    VersionNotSubmitted, NoPolicyInForce and EligibilityConcluded.
    """
    must_allow(ask, evaluation)
    submission = proposal.initial_version(ask.content_hash)
    if submission.version <= evaluation.proposal_version:
        return []  # Under review already, or a newer one is.
    version = evaluation.policy_version or (
        policies.in_force(submission.programme, submission.submitted_on).version
    )
    return [_opened(submission, version, ask.project_id)]


def reassess(
    ask: ReassessEligibility, evaluation: Evaluation, proposal: Proposal
) -> Sequence[EligibilityReviewOpened]:
    """Assess an ineligible proposal once more, by the policy pinned before (E-1).

    What was concluded stays on record. Raises NotIneligible (E-0) and VersionNotSubmitted.
    """
    must_allow(ask, evaluation)
    submission = proposal.initial_version(ask.content_hash)
    return [_opened(submission, evaluation.policy_version, ask.project_id, ask.reason)]


def _opened(
    submission: Submission, policy_version: str, project_id: str, again: str | None = None
) -> EligibilityReviewOpened:
    return EligibilityReviewOpened(
        project_id=project_id,
        programme=submission.programme,
        title=submission.title,
        lead_organisation_id=submission.lead_organisation_id,
        participants=submission.participants,
        proposal_version=submission.version,
        proposal_hash=submission.content_hash,
        submitted_on=submission.submitted_on,
        policy_version=policy_version,
        reassessment=again,
    )


def stop(ask: StopEvaluation, evaluation: Evaluation) -> Sequence[EvaluationStopped]:
    """Review and decide nothing more. Raises AlreadyDecided: a decision stands (E-7)."""
    must_allow(ask, evaluation)
    return [EvaluationStopped(project_id=ask.project_id, because=ask.because)]
