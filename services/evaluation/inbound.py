"""What evaluation hears: submitted proposals, confirmations, and facts about organisations."""

from datetime import date
from decimal import Decimal

from shared.kernel.events import Heard
from shared.kernel.identifiers import Line, OrganisationId, ProjectId, Sha256, Slug


class NamedParty(Heard):
    """A participant as a submitted version names it; the lead is one."""

    organisation_id: OrganisationId
    name: str


class Submitted(Heard):
    """What is assessed of a submitted version, initial or detailed."""

    project_id: ProjectId
    programme: Slug
    version: int
    content_hash: Sha256
    title: str
    lead_organisation_id: OrganisationId
    participants: tuple[NamedParty, ...]
    planned_start: date | None = None
    endorsed: bool
    work_places: tuple[str, ...]
    """Where the work is done: a Canadian province's code (`QC`, `CA-QC`), or a country's."""
    section_hashes: dict[str, str]
    submitted_on: date


class ProposalSubmitted(Submitted, origin="intake", name="ProposalSubmitted"):
    """An initial version was submitted."""


class BudgetLine(Heard):
    """One line of a detailed version's budget; only that there is one matters here."""

    organisation_id: OrganisationId


class WorkPackage(Heard):
    """One package of a detailed version's work plan; only that there is one matters here."""

    name: str


class DetailedProposalSubmitted(Submitted, origin="intake", name="DetailedProposalSubmitted"):
    """A detailed version was submitted."""

    budget_lines: tuple[BudgetLine, ...]
    work_plan: tuple[WorkPackage, ...]
    ip_plan_declared: bool


class ParticipantConfirmed(Heard, origin="intake", name="ParticipantConfirmed"):
    """A participant confirmed the version with this content (I-10)."""

    project_id: ProjectId
    organisation_id: OrganisationId
    content_hash: Sha256


class ParticipantsHeldDistinct(Heard, origin="intake", name="ParticipantsHeldDistinct"):
    """A person holds two participants to be two, whatever names and control say (I-11)."""

    project_id: ProjectId
    organisation_ids: tuple[OrganisationId, OrganisationId]


class ExecutiveEndorsementRecorded(Heard, origin="intake", name="ExecutiveEndorsementRecorded"):
    """An executive of the lead stands behind the proposal."""

    project_id: ProjectId


class ExecutiveEndorsementWithdrawn(Heard, origin="intake", name="ExecutiveEndorsementWithdrawn"):
    """The executive stands behind the proposal no more."""

    project_id: ProjectId
    reason: str


class OtherFundingDeclared(Heard, origin="intake", name="OtherFundingDeclared"):
    """The lead declared money from elsewhere for this project, in cents."""

    project_id: ProjectId
    source: str
    kind: str
    amount_cents: int


class InformationProvided(Heard, origin="intake", name="InformationProvided"):
    """The lead answered a question."""

    project_id: ProjectId
    request_id: str


class ReassessmentRequested(Heard, origin="intake", name="ReassessmentRequested"):
    """The lead of an ineligible proposal asks for it to be assessed once more, and says why."""

    project_id: ProjectId
    content_hash: Sha256
    reason: Line


class ProposalExpired(Heard, origin="intake", name="ProposalExpired"):
    """Nobody did anything with the proposal for long; it rests until it is reinstated."""

    project_id: ProjectId


class ProposalReinstated(Heard, origin="intake", name="ProposalReinstated"):
    """The proposal goes on where it was."""

    project_id: ProjectId


class ProposalWithdrawn(Heard, origin="intake", name="ProposalWithdrawn"):
    """The lead took the proposal back."""

    project_id: ProjectId
    reason: Line


class OrganisationRegistered(Heard, origin="membership", name="OrganisationRegistered"):
    """An organisation is known by this name and number."""

    organisation_id: OrganisationId
    name: str
    business_number: str | None = None


class OrganisationProfileAmended(Heard, origin="membership", name="OrganisationProfileAmended"):
    """An organisation's name and number as they stand from now on."""

    organisation_id: OrganisationId
    name: str
    business_number: str | None = None


class OrganisationAliasRecorded(Heard, origin="membership", name="OrganisationAliasRecorded"):
    """An organisation is known by another name as well."""

    organisation_id: OrganisationId
    name: str


class SizeAttested(Heard, origin="membership", name="SizeAttested"):
    """An organisation's size in full-time equivalents as of a day, with evidence (M-13)."""

    organisation_id: OrganisationId
    fte: Decimal
    affiliates_fte: Decimal
    as_of: date
    evidence_sha256: Sha256


class AffiliationDeclared(Heard, origin="membership", name="AffiliationDeclared"):
    """Two organisations are under common control since a day; in the stream of each (I-11)."""

    organisation_id: OrganisationId
    affiliate_id: OrganisationId
    since: date


HEARD: tuple[type[Heard], ...] = (
    ProposalSubmitted,
    DetailedProposalSubmitted,
    ParticipantConfirmed,
    ParticipantsHeldDistinct,
    ExecutiveEndorsementRecorded,
    ExecutiveEndorsementWithdrawn,
    OtherFundingDeclared,
    InformationProvided,
    ReassessmentRequested,
    ProposalExpired,
    ProposalReinstated,
    ProposalWithdrawn,
    OrganisationRegistered,
    OrganisationProfileAmended,
    OrganisationAliasRecorded,
    SizeAttested,
    AffiliationDeclared,
)
