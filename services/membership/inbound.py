"""What membership hears from the other services, and the only fields that it reads."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.kernel.events import Heard
from shared.kernel.identifiers import OrganisationId, ProjectId, Slug


class ApprovedParticipant(BaseModel):
    """A party that the approved project names."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    organisation_id: OrganisationId


class ProjectApproved(Heard, origin="evaluation", name="ProjectApproved"):
    """A project was approved: every party that it names may become a member (S5)."""

    project_id: ProjectId
    programme: Slug
    participants: tuple[ApprovedParticipant, ...]
    decided_on: date


HEARD: tuple[type[Heard], ...] = (ProjectApproved,)
