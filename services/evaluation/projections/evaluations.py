"""Every evaluation with its stage, its score and what stands decided."""

from collections.abc import Mapping
from typing import Any

from services.evaluation.domain.stages import ELIGIBILITY
from services.evaluation.events.decision import (
    AwardConditionExpired,
    AwardConditionSatisfied,
    CommitteeConvened,
    DecisionDeferred,
    DueDiligenceCleared,
    DueDiligenceFindingRecorded,
    ProjectApproved,
    ProjectDeclined,
    RecommendationMade,
)
from services.evaluation.events.eligibility import (
    CompletenessCheckOpened,
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    EligibilityReviewOpened,
    EligibilityVerdictCorrected,
    EvaluationStopped,
    InformationRequestClosed,
    InformationRequested,
)
from services.evaluation.events.reopening import (
    DecisionConfirmed,
    DecisionIntegrityReviewOpened,
    DecisionRescinded,
    EvaluationReopened,
)
from services.evaluation.events.review import (
    CriterionScored,
    ScoresLocked,
    WeightedScoreComputed,
)
from services.evaluation.inbound import DetailedProposalSubmitted
from shared.kernel.events import Event, Heard
from shared.runtime.projections import (
    Projection,
    Recorded,
    Rows,
    integer,
    json_text,
    key,
    table,
    text,
)

EVALUATIONS = table(
    "evaluation_list",
    key("project_id"),
    text("programme", index=True),
    text("title"),
    text("lead_organisation_id"),
    text("stage", index=True),
    text("eligibility", index=True),
    text("submitted_on"),
    integer("detailed_version"),
    text("weighted_score"),
    text("policy_version"),
    json_text("waiting_for"),
    text("decision"),
    json_text("open_conditions"),
    text("integrity_review", index=True),
    integer("position", index=True),
)
STAGE_AFTER: Mapping[type[Event], str] = {
    CompletenessCheckOpened: "completeness_check",
    DetailedProposalReturned: "awaiting_detail",
    CriterionScored: "scoring",
    ScoresLocked: "scores_locked",
    RecommendationMade: "recommended",
    CommitteeConvened: "committee",
    DecisionDeferred: "deferred",
    EvaluationReopened: "reopened",
    AwardConditionExpired: "lapsed",
    EvaluationStopped: "stopped",
}
"""Where an event leads whatever was before; the others depend on it."""


def show_evaluations(rows: Rows, recorded: Recorded) -> None:
    """One row for each evaluated project, by the position of its first opening."""
    event = recorded.event
    if isinstance(event, EligibilityReviewOpened):
        _opened(rows, event, recorded.position)
    elif (project_id := getattr(event, "project_id", None)) is not None:
        row = rows.get("evaluation_list", project_id)
        if row is not None and (changes := changed(row, event)):
            rows.change("evaluation_list", project_id, **changes)


def _opened(rows: Rows, event: EligibilityReviewOpened, position: int) -> None:
    earlier = rows.get("evaluation_list", event.project_id)
    rows.put(
        "evaluation_list",
        project_id=event.project_id,
        programme=event.programme,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        stage="eligibility_review",
        eligibility="under_review",
        submitted_on=event.submitted_on.isoformat(),
        policy_version=event.policy_version,
        waiting_for=[],
        open_conditions=[],
        position=earlier["position"] if earlier else position,
    )


def changed(row: Mapping[str, Any], event: Event | Heard | None) -> dict[str, Any]:
    """What an event changes in the row of its evaluation."""
    if isinstance(event, Event) and type(event) in STAGE_AFTER:
        return {"stage": STAGE_AFTER[type(event)]}
    match event:
        case EligibilityAssessed() | EligibilityVerdictCorrected():
            return _concluded(row, "eligible" if event.eligible else "ineligible")
        case InformationRequested() | InformationRequestClosed():
            return _asked(row, event)
        case DetailedProposalSubmitted():
            return {"detailed_version": event.version}
        case DetailedProposalAccepted():
            return {"stage": "assigning", "title": event.title}
        case WeightedScoreComputed():
            return {"weighted_score": str(event.result)}
        case DueDiligenceFindingRecorded() | DueDiligenceCleared():
            return {"stage": "due_diligence"} if row["stage"] == "scores_locked" else {}
        case _:
            return _decided(row, event)


def _concluded(row: Mapping[str, Any], eligibility: str) -> dict[str, Any]:
    if row["eligibility"] == eligibility:
        return {}
    stage = "awaiting_detail" if eligibility == "eligible" else "ineligible"
    return {"stage": stage, "eligibility": eligibility, "waiting_for": []}


def _asked(
    row: Mapping[str, Any], event: InformationRequested | InformationRequestClosed
) -> dict[str, Any]:
    waiting = [name for name in row["waiting_for"] if name != event.request_id]
    if isinstance(event, InformationRequested) and event.blocking:
        waiting.append(event.request_id)
    if row["stage"] not in ELIGIBILITY:
        return {"waiting_for": waiting}
    stage = "awaiting_information" if waiting else "eligibility_review"
    return {"waiting_for": waiting, "stage": stage}


def _decided(row: Mapping[str, Any], event: Event | Heard | None) -> dict[str, Any]:
    match event:
        case ProjectApproved():
            conditions = list(range(1, len(event.conditions) + 1))
            return _standing("approved", conditions)
        case ProjectDeclined():
            return _standing("declined", [])
        case DecisionConfirmed():
            return _standing(event.outcome, row["open_conditions"])
        case AwardConditionSatisfied():
            left = [number for number in row["open_conditions"] if number != event.number]
            conditional = row["stage"] == "approved_with_conditions"
            stage = _stage("approved", left) if conditional else row["stage"]
            return {"open_conditions": left, "stage": stage}
        case DecisionIntegrityReviewOpened():
            return {"integrity_review": event.because}
        case DecisionRescinded():
            return {
                "stage": "rescinded",
                "decision": None,
                "open_conditions": [],
                "integrity_review": None,
            }
        case _:
            return {}  # Not every event changes this list.


def _standing(outcome: str, conditions: list[int]) -> dict[str, Any]:
    return {
        "stage": _stage(outcome, conditions),
        "decision": outcome,
        "open_conditions": conditions,
        "integrity_review": None,
    }


def _stage(outcome: str, conditions: list[int]) -> str:
    return "approved_with_conditions" if conditions else outcome


EVALUATION_LIST = Projection(
    "evaluation_list", revision=2, tables=(EVALUATIONS,), apply=show_evaluations
)
