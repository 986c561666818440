"""What happens to a project agreement, from its draft to its closing."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.policy import ApprovalBands, Calendar, FxPolicy
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import (
    ClaimId,
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
)
from shared.kernel.money import Cents, PositiveCents, Ratio
from shared.kernel.periods import QuarterLabel

CostKind: TypeAlias = Literal["labour", "equipment", "dissemination", "capital"]
COST_KINDS: tuple[CostKind, ...] = ("labour", "equipment", "dissemination", "capital")
ConditionNumber: TypeAlias = Annotated[int, Field(ge=1)]
"""The place of a condition among those of the award, from 1."""
Protection: TypeAlias = Literal["patent", "copyright", "trade_secret", "open", "none"]


class Participant(Fact):
    """A party of the agreement; a funded one may claim and must be a member (R-1)."""

    organisation_id: OrganisationId
    name: Line
    funded: bool


class BudgetLine(Fact):
    """Planned eligible cost of one participant, cost kind and fiscal quarter."""

    organisation_id: OrganisationId
    kind: CostKind
    quarter: QuarterLabel
    amount_cents: Cents


class AgreedRate(Fact):
    """The exact share of a participant's cost of one kind that is reimbursed in a period."""

    organisation_id: OrganisationId
    kind: CostKind
    rate: Ratio
    applies_from: date
    applies_to: date | None = None
    """Exclusive; absent means open."""


class ParticipantCap(Fact):
    """The most that one participant is entitled to in the whole project."""

    organisation_id: OrganisationId
    cap_cents: PositiveCents


class OfAgreement(Event):
    """Something that happened to the agreement of one project."""

    project_id: ProjectId


class AgreementDrafted(OfAgreement, name="AgreementDrafted"):
    """An approved project's agreement was drawn up from the decision and the approved version.

    The budget is empty where the approved version had none; then every participant is funded.
    """

    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: tuple[Participant, ...]
    rate: Ratio
    ceiling_cents: PositiveCents
    envelope_id: Slug
    budget: tuple[BudgetLine, ...]
    conditions: tuple[Line, ...]
    proposal_hash: Sha256
    decided_on: date
    policy_version: Slug
    """The version of this service's policy that the agreement is bound to (X7)."""


class AgreementTermsStated(OfAgreement, name="AgreementTermsStated"):
    """The dates between which costs count, and the participants' caps, were agreed upon."""

    eligible_from: date
    end_date: date
    """Inclusive."""
    participant_caps: tuple[ParticipantCap, ...]
    rates: tuple[AgreedRate, ...] | None = None
    """By participant, cost kind and period; elsewhere the decision's one rate applies."""
    stated_by: PersonId


class AgreementSigned(OfAgreement, name="AgreementSigned"):
    """One party, a participant or the funder, put its signature under the agreement."""

    party: Literal["participant", "funder"]
    organisation_id: OrganisationId | None = None
    """The participant; absent for the funder."""
    signed_by: PersonId
    signed_on: date


class AgreementExecuted(OfAgreement, name="AgreementExecuted"):
    """The agreement is in force: all parties signed, every funded participant is a member.

    It carries everything that a claim is computed by, so later policies don't touch it.
    """

    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: tuple[Participant, ...]
    budget: tuple[BudgetLine, ...]
    rates: tuple[AgreedRate, ...]
    ceiling_cents: PositiveCents
    participant_caps: tuple[ParticipantCap, ...]
    """Participants without one are bound by the ceiling alone."""
    envelope_id: Slug
    eligible_from: date
    end_date: date
    """Inclusive: the last day on which an eligible cost may be incurred."""
    calendar: Calendar
    holdback_pct: Ratio
    approval_bands: ApprovalBands
    reallocation_free_pct: Ratio
    overhead_pct: Ratio
    fx_policy: FxPolicy
    retention_years: Annotated[int, Field(ge=1)]
    policy_version: Slug
    executed_on: date
    executed_by: PersonId


class ClaimPeriodOpened(OfAgreement, name="ClaimPeriodOpened"):
    """A funded participant may claim its costs of one fiscal quarter (R-3); on the claim's stream.

    A claim filed after `due_on` is late: accepted, and marked.
    """

    claim_id: ClaimId
    organisation_id: OrganisationId
    quarter: QuarterLabel
    opens_on: date
    """The first day whose costs belong to it."""
    due_on: date
    """Inclusive."""


class CeilingPart(Fact):
    """What one claim asked of the room under the ceiling, and what it got."""

    claim_id: ClaimId | None = None
    """Absent where an account was computed anew and no claim is behind it."""
    organisation_id: OrganisationId
    increment_cents: Cents
    """The participant's entitlement after its cap, less its entitlement before."""
    part_cents: Cents


class CeilingShared(OfAgreement, name="CeilingShared"):
    """The room under the project's ceiling was shared within one batch of assessed claims (R-17).

    On the agreement's stream, which alone knows the room; reductions count first and free room.
    """

    batch: Annotated[int, Field(ge=1)]
    room_cents: Cents
    """The room before this batch."""
    parts: tuple[CeilingPart, ...]


class OutcomeIndicators(Fact):
    """What the project brought about, where its participants say so."""

    jobs: Annotated[int, Field(ge=0)] | None = None
    revenue_cents: Cents | None = None
    people_trained: Annotated[int, Field(ge=0)] | None = None


class FinalReportSubmitted(OfAgreement, name="FinalReportSubmitted"):
    """The participants handed in the final report, known by its hash."""

    sha256: Sha256
    indicators: OutcomeIndicators
    submitted_by: PersonId


class FinalReportAccepted(OfAgreement, name="FinalReportAccepted"):
    """Another person accepted the final report; the holdback may be released from now on (R-13)."""

    sha256: Sha256
    accepted_on: date
    accepted_by: PersonId


class IpResult(Fact):
    """One result that somebody owns, and how it is protected."""

    title: Line
    owner: Line
    protection: Protection


class IpOutcomeReported(OfAgreement, name="IpOutcomeReported"):
    """The participants said what intellectual property arose; no result is an answer (R-16)."""

    results: tuple[IpResult, ...]
    benefit_to_others: Line
    reported_by: PersonId


class ProjectCompleted(OfAgreement, name="ProjectCompleted"):
    """The project's work is done; no further cost is incurred under the agreement."""

    completed_on: date
    completed_by: PersonId


class AgreementClosed(OfAgreement, name="AgreementClosed"):
    """Everything owed was paid and everything promised was delivered (R-16)."""

    entitled_cents: Cents
    paid_cents: Cents
    closed_on: date
    closed_by: PersonId


class RetentionStarted(OfAgreement, name="RetentionStarted"):
    """The records of this project are kept until a civil day, counted from the closing."""

    until: date
    """Inclusive."""


EVENTS: tuple[type[Event], ...] = (
    AgreementDrafted,
    AgreementTermsStated,
    AgreementSigned,
    AgreementExecuted,
    ClaimPeriodOpened,
    CeilingShared,
    FinalReportSubmitted,
    FinalReportAccepted,
    IpOutcomeReported,
    ProjectCompleted,
    AgreementClosed,
    RetentionStarted,
)
