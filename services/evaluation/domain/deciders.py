"""Which streams each command reads, and how each category of stream folds."""

from typing import Any

from services.evaluation.commands import (
    AcceptDetailedProposal,
    AssessCondition,
    AssignReviewer,
    ClearDueDiligence,
    ConcludeEligibility,
    ConfirmDecision,
    ConveneCommittee,
    DeclareConflict,
    LockScores,
    MakeRecommendation,
    OpenEligibilityReview,
    ProposeDecision,
    RecordVote,
    ReturnDetailedProposal,
    ScoreCriterion,
    SubmitReview,
)
from services.evaluation.domain import decision, eligibility, policy, review
from services.evaluation.domain.folding import EVALUATION
from services.evaluation.domain.organisations import ORGANISATION
from services.evaluation.domain.proposals import PROPOSAL
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, States
from shared.kernel.eligibility import streams_of
from shared.kernel.policy_book import PublishPolicy

_EVALUATION = "evaluation-{project_id}"
_PROPOSAL = "proposal-{project_id}"


def _parties(_: Any, states: States) -> list[str]:
    """The organisations named in the version under review."""
    return streams_of(states["evaluation"].participant_ids)


def _detailed_parties(_: Any, states: States) -> list[str]:
    """The organisations named in the detailed version submitted last."""
    named = [
        party for version in states["proposal"].detailed[-1:] for party in version.participants
    ]
    return streams_of(party.organisation_id for party in named)


def _parties_and_own(ask: AssignReviewer, states: States) -> list[str]:
    """The organisations named in the version under review, and the reviewer's own."""
    return streams_of([*states["evaluation"].participant_ids, *ask.affiliations])


def _judging(decide: Any) -> Decider:
    """A decision upon the conditions' inputs."""
    return Decider(
        decide,
        evaluation=_EVALUATION,
        proposal=_PROPOSAL,
        organisations=_parties,
        policies=policy.STREAM,
    )


FOLDS: dict[str, Fold[Any]] = {
    "evaluation": EVALUATION,
    "policy": policy.FOLD,
    "proposal": PROPOSAL,
    "organisation": ORGANISATION,
}

DECIDERS: dict[type[Command], Decider] = {
    PublishPolicy: policy.PUBLISH,
    OpenEligibilityReview: Decider(
        eligibility.open_review,
        evaluation=_EVALUATION,
        proposal=_PROPOSAL,
        policies=policy.STREAM,
    ),
    AssessCondition: _judging(eligibility.assess_condition),
    ConcludeEligibility: _judging(eligibility.conclude_eligibility),
    ReturnDetailedProposal: Decider(
        eligibility.return_detailed_proposal, evaluation=_EVALUATION, proposal=_PROPOSAL
    ),
    AcceptDetailedProposal: Decider(
        eligibility.accept_detailed_proposal,
        evaluation=_EVALUATION,
        proposal=_PROPOSAL,
        organisations=_detailed_parties,
        policies=policy.STREAM,
    ),
    AssignReviewer: Decider(
        review.assign_reviewer, evaluation=_EVALUATION, organisations=_parties_and_own
    ),
    DeclareConflict: Decider(review.declare_conflict, evaluation=_EVALUATION),
    ScoreCriterion: Decider(review.score_criterion, evaluation=_EVALUATION, policies=policy.STREAM),
    SubmitReview: Decider(review.submit_review, evaluation=_EVALUATION, policies=policy.STREAM),
    LockScores: Decider(review.lock_scores, evaluation=_EVALUATION, policies=policy.STREAM),
    ClearDueDiligence: Decider(decision.clear_due_diligence, evaluation=_EVALUATION),
    MakeRecommendation: Decider(decision.make_recommendation, evaluation=_EVALUATION),
    ConveneCommittee: Decider(
        decision.convene_committee, evaluation=_EVALUATION, policies=policy.STREAM
    ),
    RecordVote: Decider(decision.record_vote, evaluation=_EVALUATION),
    ProposeDecision: _judging(decision.propose_decision),
    ConfirmDecision: _judging(decision.confirm_decision),
}
