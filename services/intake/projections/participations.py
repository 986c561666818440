"""Who takes part in what, with each participant's answer."""

from services.intake.events.course import (
    DetailedProposalSubmitted,
    ProposalDrafted,
    ProposalSubmitted,
)
from services.intake.events.parties import (
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
)
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table, text

PARTICIPATIONS = table(
    "participation_list",
    key("project_id"),
    key("organisation_id"),
    text("name"),
    text("answer", index=True),
    text("confirmed_hash"),
    integer("position", index=True),
)


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


PARTICIPATION_LIST = Projection(
    "participation_list", revision=1, tables=(PARTICIPATIONS,), apply=show_participations
)
