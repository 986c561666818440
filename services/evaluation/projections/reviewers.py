"""Who reviews what, and who may be asked to."""

from typing import Any

from services.evaluation.events.review import (
    ConflictDeclared,
    ConflictDisclosedLate,
    ReviewerAffiliationsDeclared,
    ReviewerAssigned,
    ReviewerEnlisted,
    ReviewerRecused,
    ReviewExcluded,
    ReviewSubmitted,
)
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

ASSIGNMENTS = table(
    "assignment_list",
    key("project_id"),
    key("person"),
    text("title"),
    text("status"),
    integer("position", index=True),
)
REVIEWERS = table(
    "reviewer_list",
    key("person"),
    json_text("affiliations"),
    json_text("project_ids"),
    integer("position", index=True),
)
STATUS_AFTER: dict[type[Any], str] = {
    ConflictDeclared: "declared",
    ReviewerRecused: "recused",
    ReviewSubmitted: "submitted",
    ReviewExcluded: "excluded",
    ConflictDisclosedLate: "recused",
}


def show_assignments(rows: Rows, recorded: Recorded) -> None:
    """One row for each reviewer of each project; its title is the one of the assignment."""
    match recorded.event:
        case ReviewerAssigned() as event:
            rows.put(
                "assignment_list",
                project_id=event.project_id,
                person=event.person,
                title=_title(rows, event.project_id),
                status="assigned",
                position=recorded.position,
            )
        case (
            ConflictDeclared()
            | ReviewerRecused()
            | ReviewSubmitted()
            | ReviewExcluded()
            | ConflictDisclosedLate()
        ) as event:
            status = STATUS_AFTER[type(event)]
            rows.change("assignment_list", event.project_id, event.person, status=status)
        case _:
            pass  # Not every event changes this list.


def _title(rows: Rows, project_id: str) -> str | None:
    evaluation = rows.get("evaluation_list", project_id)
    return evaluation["title"] if evaluation else None


def show_reviewers(rows: Rows, recorded: Recorded) -> None:
    """One row for each person of the pool, and for each one ever assigned."""
    match recorded.event:
        case ReviewerEnlisted() as event:
            _put(rows, event.person, recorded.position, affiliations=list(event.affiliations))
        case ReviewerAffiliationsDeclared() as event:
            rows.change("reviewer_list", event.person, affiliations=list(event.affiliations))
        case ReviewerAssigned() as event:
            row = rows.get("reviewer_list", event.person)
            known = row["project_ids"] if row else []
            project_ids = [*known, event.project_id]
            _put(rows, event.person, recorded.position, project_ids=project_ids)
        case _:
            pass  # Not every event changes this list.


def _put(rows: Rows, person: str, position: int, **changes: Any) -> None:
    earlier = rows.get("reviewer_list", person)
    empty = {"person": person, "affiliations": [], "project_ids": [], "position": position}
    rows.put("reviewer_list", **{**empty, **(earlier or {}), **changes})


ASSIGNMENT_LIST = Projection(
    "assignment_list", revision=2, tables=(ASSIGNMENTS,), apply=show_assignments
)
REVIEWER_LIST = Projection("reviewer_list", revision=1, tables=(REVIEWERS,), apply=show_reviewers)
