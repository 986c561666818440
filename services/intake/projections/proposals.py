"""Proposals with their status, when they fall idle, and what happened to each of them."""

from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter

from services.intake.commands import ExpireProposal
from services.intake.domain.assessment import Assessment, evolve_assessment
from services.intake.domain.course import Course, advance
from services.intake.domain.status import Status, status_of
from services.intake.domain.transitions import TABLE
from services.intake.events.content import BudgetProposed
from services.intake.events.course import (
    CourseEvent,
    DetailedProposalSubmitted,
    ProposalDrafted,
    ProposalSubmitted,
)
from services.intake.events.parties import LeadChanged
from services.intake.events.policy import PolicyPublished
from services.intake.inbound import EvaluationHeard
from shared.kernel.periods import civil_date
from shared.runtime.projections import (
    Projection,
    Recorded,
    Row,
    Rows,
    integer,
    json_text,
    key,
    table,
    text,
)

PROPOSALS = table(
    "proposal_list",
    key("project_id"),
    text("programme", index=True),
    text("title"),
    text("lead_organisation_id", index=True),
    text("lead_name"),
    text("sector", index=True),
    text("objective"),
    text("role"),
    text("planned_start"),
    text("status", index=True),
    integer("version"),
    text("submitted_hash"),
    text("submitted_on"),
    integer("requested_cents"),
    integer("position", index=True),
)

STANDINGS = table(
    "proposal_status",
    key("project_id"),
    text("status"),
    integer("since"),
    text("idle_since"),
    integer("idle_days"),
    text("due_on", index=True),
    json_text("course"),
    json_text("assessment"),
)
"""`since` is in microseconds; `due_on` the civil day at whose start an idle proposal expires."""

HAPPENINGS = table(
    "proposal_happenings",
    key("project_id"),
    key("number"),
    integer("at"),
    text("name"),
    json_text("facts"),
)
"""What an applicant is told of, by the number of the event in the journal, `at` in microseconds."""

INACTIVITY = table("inactivity_policy", key("programme"), key("version"), integer("idle_days"))

_COURSE, _ASSESSMENT = TypeAdapter(Course), TypeAdapter(Assessment)
_FACTS = frozenset(
    {
        "reason", "reasons", "because", "question", "answer", "due_on", "gaps", "verdicts",
        "condition", "conditions", "verdict", "eligible", "organisation_id", "organisation_ids",
        "lead_organisation_id", "earlier_project_id", "idle_since", "idle_days", "request_id",
        "source", "kind", "topic", "note", "standing_note", "section", "version", "waiting_on",
    }
)  # fmt: skip
"""What is told of an event besides its name; who recorded it is not."""


def standing_of(row: Row) -> tuple[Course, Assessment]:
    """What a row of `proposal_status` was folded to."""
    course = _COURSE.validate_python(row["course"])
    return course, _ASSESSMENT.validate_python(row["assessment"])


def show_proposals(rows: Rows, recorded: Recorded) -> None:
    """One row a proposal; its status is the one that deciders see, by the same folds."""
    match recorded.event:
        case PolicyPublished() as event:
            idle_days = event.parameters.proposal_inactive_days
            rows.put(
                "inactivity_policy",
                programme=event.programme,
                version=event.version,
                idle_days=idle_days,
            )
            return
        case ProposalDrafted() as event:
            rows.put("proposal_list", **_drafted(event, recorded.position))
            rows.put("proposal_status", **_begun(event, recorded))
        case BudgetProposed() as event:
            total = sum(line.amount_cents for line in event.lines)
            rows.change("proposal_list", event.project_id, requested_cents=total)
        case LeadChanged() as event:
            rows.change("proposal_list", event.project_id, **_led(rows, event))
        case ProposalSubmitted() | DetailedProposalSubmitted() as event:
            rows.change("proposal_list", event.project_id, **_version(event))
        case _:
            pass  # Not every event changes more than the status.
    _follow(rows, recorded)


def _drafted(event: ProposalDrafted, position: int) -> dict[str, Any]:
    return {
        "project_id": event.project_id,
        "programme": event.programme,
        "title": event.title,
        "lead_organisation_id": event.lead_organisation_id,
        "lead_name": event.lead_name,
        "sector": event.sector,
        "objective": event.objective,
        "role": event.role,
        "planned_start": event.planned_start.isoformat() if event.planned_start else None,
        "version": 0,
        "requested_cents": 0,
        "position": position,
    }


def _begun(event: ProposalDrafted, recorded: Recorded) -> dict[str, Any]:
    return {
        "project_id": event.project_id,
        "since": recorded.effective_micros,
        "course": _COURSE.dump_python(Course(), mode="json"),
        "assessment": _ASSESSMENT.dump_python(Assessment(), mode="json"),
    }


def _led(rows: Rows, event: LeadChanged) -> dict[str, Any]:
    lead = event.lead_organisation_id
    party = rows.get("participation_list", event.project_id, lead)
    return {"lead_organisation_id": lead, "lead_name": party["name"] if party else None}


def _version(event: ProposalSubmitted | DetailedProposalSubmitted) -> dict[str, Any]:
    return {
        "version": event.version,
        "submitted_hash": event.content_hash,
        "submitted_on": event.submitted_on.isoformat(),
    }


def _follow(rows: Rows, recorded: Recorded) -> None:
    """Where the proposal stands after one more event, since when, and when it falls idle."""
    event = recorded.event
    project_id = getattr(event, "project_id", "")
    row = rows.get("proposal_status", project_id)
    if event is None or row is None:
        return
    course, assessment = standing_of(row)
    if isinstance(event, CourseEvent):
        course = advance(course, event)
    elif isinstance(event, EvaluationHeard):
        assessment = evolve_assessment(assessment, event)
    status = status_of(course, assessment)
    rows.change("proposal_list", project_id, status=status)
    rows.change(
        "proposal_status",
        project_id,
        status=status,
        since=row["since"] if status == row["status"] else recorded.effective_micros,
        course=_COURSE.dump_python(course, mode="json"),
        assessment=_ASSESSMENT.dump_python(assessment, mode="json"),
        **_idleness(rows, recorded, row, status),
    )
    rows.put(
        "proposal_happenings",
        project_id=project_id,
        number=f"{recorded.position:020d}",
        at=recorded.effective_micros,
        name=type(event).event_name,
        facts=event.model_dump(mode="json", include=set(_FACTS), exclude_none=True),
    )


def _idleness(rows: Rows, recorded: Recorded, row: Row, status: Status) -> dict[str, Any]:
    """Days count from the last event on; a late fact never makes a proposal idle for longer."""
    today = civil_date(recorded.effective_at).isoformat()
    idle_since = max(today, row["idle_since"] or today)
    idle_days = _idle_days(rows, recorded) or row["idle_days"]
    due_on = None
    if status in TABLE.rows[ExpireProposal].moves and idle_days is not None:
        # Whole days pass: what is idle since Monday, for one day, rests from Wednesday on (X11).
        due_on = (date.fromisoformat(idle_since) + timedelta(days=idle_days + 1)).isoformat()
    return {"idle_since": idle_since, "idle_days": idle_days, "due_on": due_on}


def _idle_days(rows: Rows, recorded: Recorded) -> int | None:
    match recorded.event:
        case ProposalDrafted() | ProposalSubmitted() | DetailedProposalSubmitted() as event:
            policy = rows.get("inactivity_policy", event.programme, event.policy_version)
            return policy["idle_days"] if policy else None
        case _:
            return None


PROPOSAL_LIST = Projection(
    "proposal_list",
    revision=2,
    tables=(PROPOSALS, STANDINGS, HAPPENINGS, INACTIVITY),
    apply=show_proposals,
)
