"""Which streams each command reads, and how each category of stream folds."""

from typing import Any

from services.evaluation import commands as asked
from services.evaluation.domain import clock, policy
from services.evaluation.domain.decision import award, committee, deciding, diligence, reopening
from services.evaluation.domain.eligibility import detailed, opening, requests, verdicts
from services.evaluation.domain.folding.whole import EVALUATION
from services.evaluation.domain.organisations import ORGANISATION
from services.evaluation.domain.proposals import PROPOSAL
from services.evaluation.domain.review import conflicts, pool, reviewing, scores
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, States
from shared.kernel.eligibility import streams_of
from shared.kernel.policy_book import PublishPolicy

_EVALUATION = "evaluation-{project_id}"
_PROPOSAL = "proposal-{project_id}"
_REVIEWER = "reviewer-{person}"


def _parties(_: Any, states: States) -> list[str]:
    """The organisations named in the version under review."""
    return streams_of(states["evaluation"].participant_ids)


def _detailed_parties(_: Any, states: States) -> list[str]:
    """The organisations named in the detailed version submitted last."""
    named = [
        party for version in states["proposal"].detailed[-1:] for party in version.participants
    ]
    return streams_of(party.organisation_id for party in named)


def _parties_and_reviewers(ask: Any, states: States) -> list[str]:
    """The organisations named in the version under review, and the reviewer's own."""
    stated = ask.affiliations if isinstance(ask, asked.AssignReviewer) else ()
    own = [*stated, *states["reviewer"].affiliations]
    return streams_of([*states["evaluation"].participant_ids, *own])


def _alone(decide: Any) -> Decider:
    """A decision upon the evaluation itself."""
    return Decider(decide, evaluation=_EVALUATION)


def _ruled(decide: Any) -> Decider:
    """A decision upon the evaluation, by its pinned policy."""
    return Decider(decide, evaluation=_EVALUATION, policies=policy.STREAM)


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
    "reviewer": pool.REVIEWER,
    "policy": policy.FOLD,
    "proposal": PROPOSAL,
    "organisation": ORGANISATION,
}

_OF_ELIGIBILITY: dict[type[Command], Decider] = {
    asked.OpenEligibilityReview: Decider(
        opening.open_review, evaluation=_EVALUATION, proposal=_PROPOSAL, policies=policy.STREAM
    ),
    asked.ReassessEligibility: Decider(
        opening.reassess, evaluation=_EVALUATION, proposal=_PROPOSAL
    ),
    asked.StopEvaluation: _alone(opening.stop),
    asked.AssessCondition: _judging(verdicts.assess_condition),
    asked.RecomputeSize: _judging(verdicts.recompute_size),
    asked.CorrectVerdict: _judging(verdicts.correct_verdict),
    asked.ReopenCheck: _alone(verdicts.reopen_check),
    asked.RequestInformation: _ruled(requests.request_information),
    asked.CloseInformationRequest: _ruled(requests.close_request),
    asked.ConcludeEligibility: _judging(verdicts.conclude_eligibility),
    asked.OpenCompletenessCheck: Decider(
        detailed.open_completeness_check, evaluation=_EVALUATION, proposal=_PROPOSAL
    ),
    asked.ReturnDetailedProposal: Decider(
        detailed.return_detailed_proposal, evaluation=_EVALUATION, proposal=_PROPOSAL
    ),
    asked.AcceptDetailedProposal: Decider(
        detailed.accept_detailed_proposal,
        evaluation=_EVALUATION,
        proposal=_PROPOSAL,
        organisations=_detailed_parties,
        policies=policy.STREAM,
    ),
}
_OF_REVIEWS: dict[type[Command], Decider] = {
    asked.PauseClock: _alone(clock.pause_clock),
    asked.ResumeClock: _ruled(clock.resume_clock),
    asked.MissTarget: _alone(clock.miss_target),
    asked.EnlistReviewer: Decider(pool.enlist_reviewer, reviewer=_REVIEWER),
    asked.DeclareAffiliations: Decider(pool.declare_affiliations, reviewer=_REVIEWER),
    asked.AssignReviewer: Decider(
        pool.assign_reviewer,
        evaluation=_EVALUATION,
        reviewer=_REVIEWER,
        organisations=_parties_and_reviewers,
    ),
    asked.DeclareConflict: _alone(conflicts.declare_conflict),
    asked.RecuseAffiliated: Decider(
        conflicts.recuse_affiliated,
        evaluation=_EVALUATION,
        reviewer=_REVIEWER,
        organisations=_parties_and_reviewers,
        policies=policy.STREAM,
    ),
    asked.DiscloseConflict: _ruled(conflicts.disclose_conflict),
    asked.ScoreCriterion: _ruled(reviewing.score_criterion),
    asked.SubmitReview: _ruled(reviewing.submit_review),
    asked.ReviseReview: _ruled(reviewing.revise_review),
    asked.ExcludeReview: _alone(reviewing.exclude_review),
    asked.LockScores: _ruled(scores.lock_scores),
}
_OF_DECISIONS: dict[type[Command], Decider] = {
    asked.RecordFinding: _alone(diligence.record_finding),
    asked.ClearDueDiligence: _alone(diligence.clear_due_diligence),
    asked.MakeRecommendation: _alone(diligence.make_recommendation),
    asked.ConveneCommittee: _ruled(committee.convene_committee),
    asked.RecordVote: _alone(committee.record_vote),
    asked.ProposeDecision: _judging(deciding.propose_decision),
    asked.ConfirmDecision: _judging(deciding.confirm_decision),
    asked.CommunicateDecision: _alone(award.communicate_decision),
    asked.SatisfyCondition: _alone(award.satisfy_condition),
    asked.ExpireConditions: _alone(award.expire_conditions),
    asked.ReopenEvaluation: _alone(reopening.reopen_evaluation),
    asked.ProposeReconsideration: _alone(reopening.propose_reconsideration),
    asked.ConfirmReconsideration: _alone(reopening.confirm_reconsideration),
}
DECIDERS: dict[type[Command], Decider] = {
    PublishPolicy: policy.PUBLISH,
    **_OF_ELIGIBILITY,
    **_OF_REVIEWS,
    **_OF_DECISIONS,
}
