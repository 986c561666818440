"""What intake shows in lists: proposals with their status, and who takes part in them."""

from typing import Any

from services.intake.domain.neighbours import Status
from services.intake.events import (
    BudgetProposed,
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
    ProposalDrafted,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from services.intake.inbound import (
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    ProjectApproved,
    ProjectDeclined,
)
from shared.runtime.projections import (
    Projection,
    Recorded,
    Rows,
    integer,
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

PARTICIPATIONS = table(
    "participation_list",
    key("project_id"),
    key("organisation_id"),
    text("name"),
    text("answer", index=True),
    text("confirmed_hash"),
    integer("position", index=True),
)


def show_proposals(rows: Rows, recorded: Recorded) -> None:
    """One row a proposal; its status mirrors what evaluation said."""
    match recorded.event:
        case ProposalDrafted() as event:
            rows.put("proposal_list", **_drafted(event, recorded.position))
        case BudgetProposed() as event:
            total = sum(line.amount_cents for line in event.lines)
            rows.change("proposal_list", event.project_id, requested_cents=total)
        case ProposalSubmitted() as event:
            rows.change("proposal_list", event.project_id, **_version(event, "submitted"))
        case DetailedProposalOpened() as event:
            rows.change("proposal_list", event.project_id, status="detailing")
        case DetailedProposalSubmitted() as event:
            rows.change("proposal_list", event.project_id, **_version(event, "detailed_submitted"))
        case ProposalWithdrawn() as event:
            rows.change("proposal_list", event.project_id, status="withdrawn")
        case _:
            _mirror(rows, recorded.event)


def _mirror(rows: Rows, heard: object) -> None:
    match heard:
        case EligibilityAssessed():
            _stands(rows, heard.project_id, "eligible" if heard.eligible else "ineligible")
        case DetailedProposalReturned():
            _stands(rows, heard.project_id, "returned")
        case DetailedProposalAccepted():
            _stands(rows, heard.project_id, "in_selection")
        case ProjectApproved():
            _stands(rows, heard.project_id, "selected")
        case ProjectDeclined():
            _stands(rows, heard.project_id, "not_selected")
        case _:
            pass  # Not every event changes this list.


def _stands(rows: Rows, project_id: str, status: Status) -> None:
    row = rows.get("proposal_list", project_id)
    # A verdict that crossed a withdrawal on its way changes nothing any more.
    if row is not None and row["status"] != "withdrawn":
        rows.change("proposal_list", project_id, status=status)


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
        "status": "draft",
        "version": 0,
        "requested_cents": 0,
        "position": position,
    }


def _version(
    event: ProposalSubmitted | DetailedProposalSubmitted, status: Status
) -> dict[str, Any]:
    return {
        "status": status,
        "version": event.version,
        "submitted_hash": event.content_hash,
        "submitted_on": event.submitted_on.isoformat(),
    }


def show_participations(rows: Rows, recorded: Recorded) -> None:
    """One row a participant of a proposal, with its answer; the lead answers by submitting."""
    match recorded.event:
        case ProposalDrafted() as event:
            lead = (event.project_id, event.lead_organisation_id, event.lead_name)
            _put_invited(rows, lead, recorded.position)
        case ParticipantInvited() as event:
            party = (event.project_id, event.organisation_id, event.name)
            _put_invited(rows, party, recorded.position)
        case ParticipantConfirmed() as event:
            _confirm(rows, event.project_id, event.organisation_id, event.content_hash)
        case ProposalSubmitted() | DetailedProposalSubmitted() as event:
            _confirm(rows, event.project_id, event.lead_organisation_id, event.content_hash)
        case ParticipantDeclined() as event:
            rows.change(
                "participation_list",
                event.project_id,
                event.organisation_id,
                answer="declined",
                confirmed_hash=None,
            )
        case ParticipantRemoved() as event:
            rows.remove("participation_list", event.project_id, event.organisation_id)
        case _:
            pass  # Not every event changes this list.


def _put_invited(rows: Rows, party: tuple[str, str, str], position: int) -> None:
    project_id, organisation_id, name = party
    rows.put(
        "participation_list",
        project_id=project_id,
        organisation_id=organisation_id,
        name=name,
        answer="invited",
        position=position,
    )


def _confirm(rows: Rows, project_id: str, organisation_id: str, content_hash: str) -> None:
    rows.change(
        "participation_list",
        project_id,
        organisation_id,
        answer="confirmed",
        confirmed_hash=content_hash,
    )


PROPOSAL_LIST = Projection("proposal_list", revision=1, tables=(PROPOSALS,), apply=show_proposals)
PARTICIPATION_LIST = Projection(
    "participation_list", revision=1, tables=(PARTICIPATIONS,), apply=show_participations
)
PROJECTIONS: tuple[Projection, ...] = (PROPOSAL_LIST, PARTICIPATION_LIST)
