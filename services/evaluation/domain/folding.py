"""How an evaluation's state follows from its events, stage by stage."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.evaluation.domain.state import (
    Clearance,
    Committee,
    Decision,
    Evaluation,
    Recommendation,
    Review,
    Score,
    Stage,
    VerdictOnFile,
)
from services.evaluation.events.decision import (
    CommitteeConvened,
    DecisionProposed,
    DueDiligenceCleared,
    ProjectApproved,
    ProjectDeclined,
    RecommendationMade,
    VoteRecorded,
)
from services.evaluation.events.eligibility import (
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    EligibilityConditionAssessed,
    EligibilityReviewOpened,
)
from services.evaluation.events.review import (
    ConflictDeclared,
    CriterionScored,
    ReviewerAssigned,
    ReviewerRecused,
    ReviewSubmitted,
    ScoresLocked,
    WeightedScoreComputed,
)
from shared.kernel.decider import Fold

EligibilityEvent: TypeAlias = (
    EligibilityReviewOpened
    | EligibilityConditionAssessed
    | EligibilityAssessed
    | DetailedProposalReturned
    | DetailedProposalAccepted
)
ReviewEvent: TypeAlias = (
    ReviewerAssigned
    | ConflictDeclared
    | ReviewerRecused
    | CriterionScored
    | ReviewSubmitted
    | ScoresLocked
    | WeightedScoreComputed
)
DecisionEvent: TypeAlias = (
    DueDiligenceCleared
    | RecommendationMade
    | CommitteeConvened
    | VoteRecorded
    | DecisionProposed
    | ProjectApproved
    | ProjectDeclined
)
EvaluationEvent: TypeAlias = EligibilityEvent | ReviewEvent | DecisionEvent


def evolve(evaluation: Evaluation, event: EvaluationEvent) -> Evaluation:
    """The evaluation after one more event."""
    if isinstance(event, EligibilityEvent):
        return _eligibility(evaluation, event)
    if isinstance(event, ReviewEvent):
        return _review(evaluation, event)
    return _decision(evaluation, event)


def _eligibility(evaluation: Evaluation, event: EligibilityEvent) -> Evaluation:
    match event:
        case EligibilityReviewOpened():
            return _opened(event)
        case EligibilityConditionAssessed():
            verdicts = {**evaluation.verdicts, event.condition: on_file(event)}
            return replace(evaluation, verdicts=verdicts)
        case EligibilityAssessed():
            stage: Stage = "awaiting_detail" if event.eligible else "ineligible"
            return replace(evaluation, stage=stage, eligible=event.eligible)
        case DetailedProposalReturned():
            return replace(evaluation, returned_version=event.proposal_version, gaps=event.gaps)
        case DetailedProposalAccepted():
            return _accepted(evaluation, event)
        case _:
            assert_never(event)


def _opened(event: EligibilityReviewOpened) -> Evaluation:
    return Evaluation(
        project_id=event.project_id,
        stage="eligibility_review",
        programme=event.programme,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=event.participants,
        proposal_version=event.proposal_version,
        proposal_hash=event.proposal_hash,
        submitted_on=event.submitted_on,
        policy_version=event.policy_version,
    )


def on_file(event: EligibilityConditionAssessed) -> VerdictOnFile:
    """What an assessed condition is remembered by."""
    return VerdictOnFile(
        verdict=event.verdict,
        reason=event.reason,
        computed_verdict=event.computed_verdict,
        computed_because=event.computed_because,
        overridden=event.overridden,
        attestations=event.attestations,
        inputs_hash=event.inputs_hash,
        carried_from=event.carried_from,
        assessed_by=event.assessed_by,
    )


def _accepted(evaluation: Evaluation, event: DetailedProposalAccepted) -> Evaluation:
    return replace(
        evaluation,
        stage="assigning",
        detailed=True,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=event.participants,
        proposal_version=event.proposal_version,
        proposal_hash=event.content_hash,
        submitted_on=event.submitted_on,
        verdicts={},
        gaps=(),
    )


def _review(evaluation: Evaluation, event: ReviewEvent) -> Evaluation:
    match event:
        case ReviewerAssigned():
            return _with(evaluation, Review(event.person, event.affiliations))
        case ConflictDeclared():
            review = evaluation.reviews[event.person]
            return _with(evaluation, replace(review, declaration=event.declaration))
        case ReviewerRecused():
            return _with(evaluation, replace(evaluation.reviews[event.person], recused=True))
        case CriterionScored():
            review = evaluation.reviews[event.person]
            scores = {**review.scores, event.criterion: Score(event.score, event.rationale)}
            return replace(_with(evaluation, replace(review, scores=scores)), stage="scoring")
        case ReviewSubmitted():
            return _with(evaluation, replace(evaluation.reviews[event.person], submitted=True))
        case ScoresLocked():
            return replace(evaluation, stage="scores_locked")
        case WeightedScoreComputed():
            return replace(evaluation, criteria=event.criteria, weighted_score=event.result)
        case _:
            assert_never(event)


def _with(evaluation: Evaluation, review: Review) -> Evaluation:
    return replace(evaluation, reviews={**evaluation.reviews, review.person: review})


def _decision(evaluation: Evaluation, event: DecisionEvent) -> Evaluation:
    match event:
        case DueDiligenceCleared():
            clearance = Clearance(event.reason, event.cleared_by)
            return replace(evaluation, due_diligence=clearance)
        case RecommendationMade():
            made = Recommendation(event.outcome, event.reasons, event.recommended_by)
            return replace(evaluation, stage="recommended", recommendation=made)
        case CommitteeConvened():
            committee = Committee(event.attendees, event.recusals, event.quorum, event.convened_on)
            return replace(evaluation, stage="committee", committee=committee, decision=None)
        case VoteRecorded():
            return _voted(evaluation, event)
        case DecisionProposed():
            return replace(evaluation, decision=_proposed(event))
        case ProjectApproved():
            stage: Stage = "approved_with_conditions" if event.conditions else "approved"
            return replace(_confirmed(evaluation, event), stage=stage)
        case ProjectDeclined():
            return replace(_confirmed(evaluation, event), stage="declined")
        case _:
            assert_never(event)


def _voted(evaluation: Evaluation, event: VoteRecorded) -> Evaluation:
    assert evaluation.committee is not None, "a vote follows a meeting"
    votes = {**evaluation.committee.votes, event.person: event.vote}
    return replace(evaluation, committee=replace(evaluation.committee, votes=votes))


def _proposed(event: DecisionProposed) -> Decision:
    return Decision(
        outcome=event.outcome,
        rate=event.rate,
        ceiling_cents=event.ceiling_cents,
        envelope_id=event.envelope_id,
        conditions=event.conditions,
        reasons=event.reasons,
        proposed_by=event.proposed_by,
    )


def _confirmed(evaluation: Evaluation, event: ProjectApproved | ProjectDeclined) -> Evaluation:
    assert evaluation.decision is not None, "a confirmation follows a proposal"
    decision = replace(
        evaluation.decision, confirmed_by=event.confirmed_by, decided_on=event.decided_on
    )
    return replace(evaluation, decision=decision)


EVALUATION = Fold(Evaluation(), evolve)
