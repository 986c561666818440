"""Who takes part in a proposal, who leads it, and who counts as one (I-1, I-10, I-11)."""

from typing import TypeAlias

from services.intake.events.vocabulary import Pair
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, PersonId, ProjectId, Sha256


class ParticipantInvited(Event, name="ParticipantInvited", schema=1):
    """The lead named another party as participant; it has not answered yet."""

    project_id: ProjectId
    organisation_id: OrganisationId
    name: Line
    invited_by: PersonId


class ParticipantConfirmed(Event, name="ParticipantConfirmed", schema=1):
    """A participant agreed to take part in the content of exactly this hash (I-10)."""

    project_id: ProjectId
    organisation_id: OrganisationId
    content_hash: Sha256
    confirmed_by: PersonId


class ParticipantDeclined(Event, name="ParticipantDeclined", schema=1):
    """A participant said that it does not take part; it stays named until the lead removes it."""

    project_id: ProjectId
    organisation_id: OrganisationId
    declined_by: PersonId


class ParticipantRemoved(Event, name="ParticipantRemoved", schema=1):
    """The lead no longer names this party as participant."""

    project_id: ProjectId
    organisation_id: OrganisationId
    removed_by: PersonId


class LeadChanged(Event, name="LeadChanged", schema=1):
    """Another participant leads from now on; the former lead stays a participant (I-1)."""

    project_id: ProjectId
    lead_organisation_id: OrganisationId
    former_lead_organisation_id: OrganisationId
    reason: Line
    changed_by: PersonId


class ParticipantsHeldDistinct(Event, name="ParticipantsHeldDistinct", schema=1):
    """A person holds two participants to be two, whatever names or control say (I-11)."""

    project_id: ProjectId
    organisation_ids: Pair
    reason: Line
    held_by: PersonId


PartyEvent: TypeAlias = (
    ParticipantInvited
    | ParticipantConfirmed
    | ParticipantDeclined
    | ParticipantRemoved
    | LeadChanged
    | ParticipantsHeldDistinct
)

EVENTS: tuple[type[Event], ...] = (
    ParticipantInvited,
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantRemoved,
    LeadChanged,
    ParticipantsHeldDistinct,
)
