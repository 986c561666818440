"""What can be listed: evaluations with their stage and score, and who reviews what."""

from collections.abc import Sequence
from typing import Any

from services.evaluation.events.decision import (
    CommitteeConvened,
    ProjectApproved,
    ProjectDeclined,
    RecommendationMade,
)
from services.evaluation.events.eligibility import (
    DetailedProposalAccepted,
    EligibilityAssessed,
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
from services.evaluation.inbound import DetailedProposalSubmitted
from shared.runtime.projections import (
    Projection,
    Recorded,
    Rows,
    integer,
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
    integer("position", index=True),
)
ASSIGNMENTS = table(
    "assignment_list",
    key("project_id"),
    key("person"),
    text("title"),
    text("status"),
    integer("position", index=True),
)


def show_evaluations(rows: Rows, recorded: Recorded) -> None:
    """One row for each evaluated project, by the position of its first opening."""
    event = recorded.event
    match event:
        case EligibilityReviewOpened():
            _opened(rows, event, recorded.position)
        case DetailedProposalSubmitted() if rows.get("evaluation_list", event.project_id):
            _change(rows, event.project_id, detailed_version=event.version)
        case DetailedProposalAccepted():
            _change(rows, event.project_id, stage="assigning", title=event.title)
        case EligibilityAssessed():
            stage = "awaiting_detail" if event.eligible else "ineligible"
            eligibility = "eligible" if event.eligible else "ineligible"
            _change(rows, event.project_id, stage=stage, eligibility=eligibility)
        case WeightedScoreComputed():
            _change(rows, event.project_id, weighted_score=str(event.result))
        case _:
            _move(rows, event)


def _move(rows: Rows, event: Any) -> None:
    match event:
        case CriterionScored():
            _change(rows, event.project_id, stage="scoring")
        case ScoresLocked():
            _change(rows, event.project_id, stage="scores_locked")
        case RecommendationMade():
            _change(rows, event.project_id, stage="recommended")
        case CommitteeConvened():
            _change(rows, event.project_id, stage="committee")
        case ProjectApproved():
            stage = "approved_with_conditions" if event.conditions else "approved"
            _change(rows, event.project_id, stage=stage)
        case ProjectDeclined():
            _change(rows, event.project_id, stage="declined")
        case _:
            pass  # Not every event changes this list.


def _change(rows: Rows, project_id: str, **changes: Any) -> None:
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
        position=earlier["position"] if earlier else position,
    )


def show_assignments(rows: Rows, recorded: Recorded) -> None:
    """One row for each reviewer of each project."""
    match recorded.event:
        case ReviewerAssigned() as event:
            evaluation = rows.get("evaluation_list", event.project_id)
            rows.put(
                "assignment_list",
                project_id=event.project_id,
                person=event.person,
                title=evaluation["title"] if evaluation else None,
                status="assigned",
                position=recorded.position,
            )
        case ConflictDeclared() as event:
            rows.change("assignment_list", event.project_id, event.person, status="declared")
        case ReviewerRecused() as event:
            rows.change("assignment_list", event.project_id, event.person, status="recused")
        case ReviewSubmitted() as event:
            rows.change("assignment_list", event.project_id, event.person, status="submitted")
        case _:
            pass  # Not every event changes this list.


PROJECTIONS: Sequence[Projection] = (
    Projection("evaluation_list", revision=1, tables=(EVALUATIONS,), apply=show_evaluations),
    Projection("assignment_list", revision=1, tables=(ASSIGNMENTS,), apply=show_assignments),
)
