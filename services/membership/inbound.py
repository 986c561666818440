"""What membership hears from the other services, and the only fields that it reads."""

from datetime import date
from typing import TypeAlias

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


class ProjectDeclined(Heard, origin="evaluation", name="ProjectDeclined"):
    """A project was declined; an earlier approval is revised by that."""

    project_id: ProjectId


class DecisionRescinded(Heard, origin="evaluation", name="DecisionRescinded"):
    """The decision was taken back."""

    project_id: ProjectId


class AwardConditionExpired(Heard, origin="evaluation", name="AwardConditionExpired"):
    """A condition of the award was not satisfied in time: the award lapsed."""

    project_id: ProjectId


Gone: TypeAlias = ProjectDeclined | DecisionRescinded | AwardConditionExpired
"""After any of these there is no award, and nobody becomes a member by it."""

HEARD: tuple[type[Heard], ...] = (
    ProjectApproved,
    ProjectDeclined,
    DecisionRescinded,
    AwardConditionExpired,
)
