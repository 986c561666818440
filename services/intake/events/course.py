"""The course of a proposal: drafted, submitted, answered, worked out, withdrawn, expired."""

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import Field

from services.intake.events.vocabulary import (
    BudgetLine,
    OtherFunding,
    Pair,
    Place,
    SubmittedParticipant,
    WorkPackage,
)
from shared.kernel.events import Event
from shared.kernel.identifiers import (
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
    Text,
)


class ProposalDrafted(Event, name="ProposalDrafted", schema=1):
    """A lead organisation began a proposal; its project keeps this id for all its life."""

    project_id: ProjectId
    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    lead_name: Line
    sector: Line | None
    objective: Line | None
    role: Line | None
    planned_start: date | None
    policy_version: Slug
    drafted_by: PersonId


class ProposalResubmitted(Event, name="ProposalResubmitted", schema=1):
    """This proposal takes up an earlier one that had come to an end; both keep their history."""

    project_id: ProjectId
    earlier_project_id: ProjectId
    earlier_hash: Sha256 | None
    """The version of the earlier one that was submitted last; absent if none was."""
    resubmitted_by: PersonId


class ProposalSubmitted(Event, name="ProposalSubmitted", schema=1):
    """The lead asked for the six eligibility conditions to be assessed on this version.

    It holds everything assessed, so that the version never changes (I-9). Days are civil dates in
    America/Toronto.
    """

    project_id: ProjectId
    programme: Slug
    version: Annotated[int, Field(ge=1)]
    content_hash: Sha256
    title: Line
    lead_organisation_id: OrganisationId
    participants: tuple[SubmittedParticipant, ...]
    planned_start: date | None
    endorsed: bool
    work_places: tuple[Place, ...]
    section_hashes: dict[str, Sha256]
    other_funding: tuple[OtherFunding, ...] | None = None
    """What had been declared; absent in what was submitted before this was stated."""
    held_distinct: tuple[Pair, ...] | None = None
    """Who counts as two (I-11); absent as above."""
    policy_version: Slug
    submitted_on: date
    submitted_by: PersonId


class InformationProvided(Event, name="InformationProvided", schema=1):
    """The applicant answered one request of the assessors."""

    project_id: ProjectId
    request_id: Slug
    answer: Text
    document: Sha256 | None = None
    provided_by: PersonId


class ReassessmentRequested(Event, name="ReassessmentRequested", schema=1):
    """The lead of an ineligible proposal asked for its version to be assessed once more."""

    project_id: ProjectId
    content_hash: Sha256
    """The version that was found ineligible."""
    conclusion: Annotated[int, Field(ge=1)]
    """How many conclusions intake had heard; the next one answers this request."""
    reason: Line
    requested_by: PersonId


class DetailedProposalOpened(Event, name="DetailedProposalOpened", schema=1):
    """The eligible proposal may now be worked out in detail (I-2)."""

    project_id: ProjectId
    opened_by: PersonId


class DetailedProposalSubmitted(Event, name="DetailedProposalSubmitted", schema=1):
    """The lead asked for the detailed version to be selected; money is in cents."""

    project_id: ProjectId
    programme: Slug
    version: Annotated[int, Field(ge=1)]
    content_hash: Sha256
    title: Line
    lead_organisation_id: OrganisationId
    participants: tuple[SubmittedParticipant, ...]
    planned_start: date | None
    endorsed: bool
    work_places: tuple[Place, ...]
    section_hashes: dict[str, Sha256]
    budget_lines: tuple[BudgetLine, ...]
    work_plan: tuple[WorkPackage, ...]
    ip_plan_declared: bool
    other_funding: tuple[OtherFunding, ...] | None = None
    """What had been declared; absent in what was submitted before this was stated."""
    held_distinct: tuple[Pair, ...] | None = None
    """Who counts as two (I-11); absent as above."""
    policy_version: Slug
    submitted_on: date
    submitted_by: PersonId


class ProposalWithdrawn(Event, name="ProposalWithdrawn", schema=1):
    """The lead took the proposal back before the decision."""

    project_id: ProjectId
    reason: Line
    withdrawn_by: PersonId


class ProposalExpired(Event, name="ProposalExpired", schema=1):
    """For so many days nothing happened although it was the applicant's turn; it rests (X11)."""

    project_id: ProjectId
    idle_since: date
    """The civil day of the last event before."""
    idle_days: Annotated[int, Field(ge=1)]
    policy_version: Slug
    expired_on: date


class ProposalReinstated(Event, name="ProposalReinstated", schema=1):
    """An expired proposal goes on from where it stood."""

    project_id: ProjectId
    reason: Line
    reinstated_by: PersonId


CourseEvent: TypeAlias = (
    ProposalDrafted
    | ProposalResubmitted
    | ProposalSubmitted
    | InformationProvided
    | ReassessmentRequested
    | DetailedProposalOpened
    | DetailedProposalSubmitted
    | ProposalWithdrawn
    | ProposalExpired
    | ProposalReinstated
)

EVENTS: tuple[type[Event], ...] = (
    ProposalDrafted,
    ProposalResubmitted,
    ProposalSubmitted,
    InformationProvided,
    ReassessmentRequested,
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    ProposalWithdrawn,
    ProposalExpired,
    ProposalReinstated,
)
