"""Every event that intake has ever said: what happened to a proposal, and its policies."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import (
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
    Text,
)
from shared.kernel.money import PositiveCents, Ratio
from shared.kernel.periods import QuarterLabel

CostKind: TypeAlias = Literal["labour", "equipment", "dissemination", "capital"]
"""The four kinds of cost that the programme knows (S24)."""

Place: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", examples=["QC", "CA-QC", "DE"])
]
"""Where work is done: the code of a Canadian province (`QC`, `CA-QC`) or of a country (`DE`)."""

InactiveDays: TypeAlias = Annotated[int, Field(ge=1, le=3650)]
"""Calendar days, at most ten years."""


class Parameters(Fact):
    """What intake's rules take from the policy of a programme."""

    proposal_inactive_days: InactiveDays = 180
    """Calendar days without any event after which a draft expires."""
    associate_lead: Literal["deny", "allow"] = "deny"
    """Whether who is only an associate may lead a proposal (I-1)."""


class BudgetLine(Fact):
    """What one participant plans to spend on one cost kind in one fiscal quarter, in cents."""

    organisation_id: OrganisationId
    kind: CostKind
    quarter: QuarterLabel
    amount_cents: PositiveCents


class WorkPackage(Fact):
    """A piece of work: who does it, where, and from when to when (both days inclusive)."""

    name: Line
    place: Place
    organisation_id: OrganisationId
    starts_on: date
    ends_on: date


class IpOwner(Fact):
    """Who will own the intellectual property, and which part of the whole (I-7)."""

    owner: Line
    """An organisation's id, or the name of a third party."""
    share: Ratio
    """An exact part of one: `1/3`."""


class SubmittedParticipant(Fact):
    """A party as named in a submitted version, and whether it had confirmed that version (I-10)."""

    organisation_id: OrganisationId
    name: Line
    confirmed: bool


class PolicyPublished(Event, name="PolicyPublished", schema=1):
    """A version of a programme's policy was published; it applies from and to civil days."""

    programme: Slug
    version: Slug
    parameters: Parameters
    effective_from: date
    effective_to: date | None
    """Exclusive; absent means open."""
    reason: Line
    published_by: PersonId


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


class SectionRevised(Event, name="SectionRevised", schema=1):
    """A section of the text has new content, known here by its hash only."""

    project_id: ProjectId
    section: Slug
    sha256: Sha256
    revised_by: PersonId


class BudgetProposed(Event, name="BudgetProposed", schema=1):
    """The whole planned cost by participant, cost kind and quarter; it replaces any earlier one."""

    project_id: ProjectId
    lines: tuple[BudgetLine, ...]
    proposed_by: PersonId


class WorkPlanProposed(Event, name="WorkPlanProposed", schema=1):
    """All work packages with their places and days; they replace any earlier ones."""

    project_id: ProjectId
    packages: tuple[WorkPackage, ...]
    proposed_by: PersonId


class ExecutiveEndorsementRecorded(Event, name="ExecutiveEndorsementRecorded", schema=1):
    """An executive of the lead stood behind the proposal on that civil day."""

    project_id: ProjectId
    executive_title: Line
    endorsed_on: date
    recorded_by: PersonId


class IpPlanDeclared(Event, name="IpPlanDeclared", schema=1):
    """Who will own what is created, how it is protected, and what others gain (I-7, I-8)."""

    project_id: ProjectId
    owners: tuple[IpOwner, ...]
    protection: Line
    benefit_to_others: Text
    declared_by: PersonId


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
    policy_version: Slug
    submitted_on: date
    submitted_by: PersonId


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
    policy_version: Slug
    submitted_on: date
    submitted_by: PersonId


class ProposalWithdrawn(Event, name="ProposalWithdrawn", schema=1):
    """The lead took the proposal back before the decision."""

    project_id: ProjectId
    reason: Line
    withdrawn_by: PersonId


ProposalEvent: TypeAlias = (
    ProposalDrafted
    | ParticipantInvited
    | ParticipantConfirmed
    | ParticipantDeclined
    | ParticipantRemoved
    | SectionRevised
    | BudgetProposed
    | WorkPlanProposed
    | ExecutiveEndorsementRecorded
    | IpPlanDeclared
    | ProposalSubmitted
    | DetailedProposalOpened
    | DetailedProposalSubmitted
    | ProposalWithdrawn
)
"""What a stream `proposal-{project_id}` holds."""

EVENTS: tuple[type[Event], ...] = (
    PolicyPublished,
    ProposalDrafted,
    ParticipantInvited,
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantRemoved,
    SectionRevised,
    BudgetProposed,
    WorkPlanProposed,
    ExecutiveEndorsementRecorded,
    IpPlanDeclared,
    ProposalSubmitted,
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    ProposalWithdrawn,
)
