"""How due diligence, the committee, the decision and the award follow from events."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.evaluation.domain.stages import Stage
from services.evaluation.domain.state import (
    AwardCondition,
    Clearance,
    Committee,
    Decision,
    Evaluation,
    Finding,
    IntegrityReview,
    Proposed,
    Recommendation,
    Reopening,
)
from services.evaluation.events.decision import (
    AwardConditionExpired,
    AwardConditionSatisfied,
    CommitteeConvened,
    DecisionCommunicated,
    DecisionDeferred,
    DecisionProposed,
    DueDiligenceCleared,
    DueDiligenceFindingRecorded,
    ProjectApproved,
    ProjectDeclined,
    RecommendationMade,
    VoteRecorded,
)
from services.evaluation.events.reopening import (
    DecisionConfirmed,
    DecisionIntegrityReviewOpened,
    DecisionRescinded,
    DecisionRevised,
    EvaluationReopened,
    ReconsiderationProposed,
)

CommitteeEvent: TypeAlias = (
    DueDiligenceFindingRecorded
    | DueDiligenceCleared
    | RecommendationMade
    | CommitteeConvened
    | VoteRecorded
    | DecisionProposed
)
DecisionEvent: TypeAlias = (
    ProjectApproved
    | ProjectDeclined
    | DecisionDeferred
    | DecisionCommunicated
    | AwardConditionSatisfied
    | AwardConditionExpired
)
ReopeningEvent: TypeAlias = (
    EvaluationReopened
    | DecisionIntegrityReviewOpened
    | ReconsiderationProposed
    | DecisionConfirmed
    | DecisionRevised
    | DecisionRescinded
)


def evolve_committee(evaluation: Evaluation, event: CommitteeEvent) -> Evaluation:
    """The evaluation after one more step towards its decision."""
    match event:
        case DueDiligenceFindingRecorded() | DueDiligenceCleared():
            return _diligent(evaluation, event)
        case RecommendationMade():
            made = Recommendation(event.outcome, event.reasons, event.recommended_by)
            return replace(evaluation, stage="recommended", recommendation=made)
        case CommitteeConvened():
            committee = Committee(event.attendees, event.recusals, event.quorum, event.convened_on)
            return replace(evaluation, stage="committee", committee=committee, proposed=None)
        case VoteRecorded():
            assert evaluation.committee is not None, "a vote follows a meeting"
            votes = {**evaluation.committee.votes, event.person: event.vote}
            return replace(evaluation, committee=replace(evaluation.committee, votes=votes))
        case DecisionProposed():
            return replace(evaluation, proposed=_proposed(event))
        case _:
            assert_never(event)


def _diligent(
    evaluation: Evaluation, event: DueDiligenceFindingRecorded | DueDiligenceCleared
) -> Evaluation:
    locked = evaluation.stage == "scores_locked"
    stage: Stage = "due_diligence" if locked else evaluation.stage
    if isinstance(event, DueDiligenceCleared):
        clearance = Clearance(event.reason, event.cleared_by)
        return replace(evaluation, stage=stage, due_diligence=clearance)
    finding = Finding(
        event.number, event.organisation_id, event.finding, event.source, event.recorded_by
    )
    findings = (*evaluation.findings, finding)
    return replace(evaluation, stage=stage, findings=findings, due_diligence=None)


def _proposed(event: DecisionProposed) -> Proposed:
    return Proposed(
        outcome=event.outcome,
        rate=event.rate,
        ceiling_cents=event.ceiling_cents,
        envelope_id=event.envelope_id,
        conditions=event.conditions,
        reasons=event.reasons,
        proposed_by=event.proposed_by,
        proposed_on=event.proposed_on,
    )


def evolve_decision(evaluation: Evaluation, event: DecisionEvent) -> Evaluation:
    """The evaluation after a decision, and after what becomes of its award."""
    match event:
        case ProjectApproved() | ProjectDeclined():
            return _in_force(evaluation, decision_of(event))
        case DecisionDeferred():
            return replace(evaluation, stage="deferred", proposed=None, communicated_on=None)
        case DecisionCommunicated():
            return replace(evaluation, communicated_on=event.communicated_on)
        case AwardConditionSatisfied():
            return _satisfied(evaluation, event)
        case AwardConditionExpired():
            return replace(evaluation, stage="lapsed", proposed=None, communicated_on=None)
        case _:
            assert_never(event)


def decision_of(event: ProjectApproved | ProjectDeclined) -> Decision:
    """The decision as it is in force from its event on."""
    approved = event if isinstance(event, ProjectApproved) else None
    conditions = enumerate(approved.conditions if approved else (), 1)
    return Decision(
        outcome="approved" if approved else "declined",
        rate=approved.rate if approved else None,
        ceiling_cents=approved.ceiling_cents if approved else None,
        envelope_id=approved.envelope_id if approved else None,
        conditions=tuple(AwardCondition(number, text) for number, text in conditions),
        conditions_due_on=approved.conditions_due_on if approved else None,
        reasons=event.reasons,
        weighted_score=event.weighted_score,
        decided_on=event.decided_on,
        proposed_by=event.proposed_by,
        confirmed_by=event.confirmed_by,
    )


def _in_force(evaluation: Evaluation, decision: Decision) -> Evaluation:
    return replace(
        evaluation,
        stage=decision.stage,
        decision=decision,
        proposed=None,
        integrity_review=None,
        communicated_on=None,
    )


def _satisfied(evaluation: Evaluation, event: AwardConditionSatisfied) -> Evaluation:
    assert evaluation.decision is not None, "conditions are those of a decision"
    conditions = tuple(
        replace(each, satisfied_on=event.satisfied_on) if each.number == event.number else each
        for each in evaluation.decision.conditions
    )
    decision = replace(evaluation.decision, conditions=conditions)
    standing = evaluation.stage == "approved_with_conditions"
    stage = decision.stage if standing else evaluation.stage
    return replace(evaluation, stage=stage, decision=decision)


def evolve_reopening(evaluation: Evaluation, event: ReopeningEvent) -> Evaluation:
    """The evaluation after it was opened again, or its decision looked at again."""
    match event:
        case EvaluationReopened():
            return _reopened(evaluation, event)
        case DecisionIntegrityReviewOpened():
            review = IntegrityReview(event.because, event.explanation)
            return replace(evaluation, integrity_review=review)
        case ReconsiderationProposed():
            assert evaluation.integrity_review is not None, "it ends a review that is open"
            proposed = replace(
                evaluation.integrity_review,
                outcome=event.outcome,
                reasons=event.reasons,
                proposed_by=event.proposed_by,
            )
            return replace(evaluation, integrity_review=proposed)
        case DecisionConfirmed():
            assert evaluation.decision is not None, "there is a decision to confirm"
            return _in_force(evaluation, evaluation.decision)
        case DecisionRevised():
            return evaluation  # The new decision follows as an event of its own.
        case DecisionRescinded():
            return replace(
                evaluation,
                stage="rescinded",
                decision=None,
                integrity_review=None,
                communicated_on=None,
            )
        case _:
            assert_never(event)


def _reopened(evaluation: Evaluation, event: EvaluationReopened) -> Evaluation:
    reopening = Reopening(event.reason, event.authority, event.reopened_by)
    return replace(
        evaluation,
        stage="reopened",
        due_diligence=None,
        recommendation=None,
        committee=None,
        proposed=None,
        reopenings=(*evaluation.reopenings, reopening),
    )
