"""What is proposed, and what stands beside it: endorsement, other money, secrecy, coaching."""

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import Field

from services.intake.events.vocabulary import BudgetLine, Coached, Funding, IpOwner, WorkPackage
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, ProjectId, Sha256, Slug, Text
from shared.kernel.money import Cents


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


class IpPlanDeclared(Event, name="IpPlanDeclared", schema=1):
    """Who will own what is created, how it is protected, and what others gain (I-7, I-8)."""

    project_id: ProjectId
    owners: tuple[IpOwner, ...]
    protection: Line
    benefit_to_others: Text
    declared_by: PersonId


class ExecutiveEndorsementRecorded(Event, name="ExecutiveEndorsementRecorded", schema=1):
    """An executive of the lead stood behind the proposal on that civil day."""

    project_id: ProjectId
    executive_title: Line
    endorsed_on: date
    recorded_by: PersonId


class ExecutiveEndorsementWithdrawn(Event, name="ExecutiveEndorsementWithdrawn", schema=1):
    """No executive stands behind the proposal any more; verdicts that rest on it are looked at."""

    project_id: ProjectId
    reason: Line
    withdrawn_on: date
    withdrawn_by: PersonId


class OtherFundingDeclared(Event, name="OtherFundingDeclared", schema=1):
    """The applicant told of other money for this project, in cents; it gates nothing by itself."""

    project_id: ProjectId
    source: Line
    kind: Funding
    amount_cents: Annotated[Cents, Field(ge=0)]
    declared_on: date
    declared_by: PersonId


class NdaRequested(Event, name="NdaRequested", schema=1):
    """A party would like an agreement on secrecy; the same secrecy holds without one (I-6)."""

    project_id: ProjectId
    counterparty: Line | None = None
    """A prospective partner's name; absent means the programme."""
    requested_by: PersonId


class NdaExecuted(Event, name="NdaExecuted", schema=1):
    """An agreement on secrecy is signed by both sides; nothing waits for it (I-6)."""

    project_id: ProjectId
    counterparty: Line | None = None
    """A prospective partner's name; absent means the programme."""
    executed_on: date
    recorded_by: PersonId


class CoachingNoteRecorded(Event, name="CoachingNoteRecorded", schema=1):
    """Staff for investment or intellectual property coached the applicant (I-12, S32)."""

    project_id: ProjectId
    topic: Coached
    note: Text
    standing_note: Line
    """What every coaching note says: that it is not legal advice."""
    recorded_by: PersonId


ContentEvent: TypeAlias = SectionRevised | BudgetProposed | WorkPlanProposed | IpPlanDeclared
"""What the content hash covers (I-10)."""
BesideEvent: TypeAlias = (
    ExecutiveEndorsementRecorded
    | ExecutiveEndorsementWithdrawn
    | OtherFundingDeclared
    | NdaRequested
    | NdaExecuted
    | CoachingNoteRecorded
)
"""What stands beside the content and is no part of its hash."""

EVENTS: tuple[type[Event], ...] = (
    SectionRevised,
    BudgetProposed,
    WorkPlanProposed,
    IpPlanDeclared,
    ExecutiveEndorsementRecorded,
    ExecutiveEndorsementWithdrawn,
    OtherFundingDeclared,
    NdaRequested,
    NdaExecuted,
    CoachingNoteRecorded,
)
