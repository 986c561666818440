"""What intake can be asked, in the imperative."""

from dataclasses import dataclass
from datetime import date

from services.intake.events.vocabulary import BudgetLine, Coached, Funding, IpOwner, WorkPackage
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftProposal(Command):
    """Begin a proposal of a lead organisation in a programme."""

    project_id: str
    programme: str
    title: str
    lead_organisation_id: str
    lead_name: str
    sector: str | None = None
    objective: str | None = None
    role: str | None = None
    planned_start: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteParticipant(Command):
    """Name another party as participant, or ask one again that declined."""

    project_id: str
    organisation_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmParticipation(Command):
    """Agree, for one participant, to take part in the content of this hash."""

    project_id: str
    organisation_id: str
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineParticipation(Command):
    """Say, for one participant, that it does not take part."""

    project_id: str
    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveParticipant(Command):
    """No longer name this party as participant."""

    project_id: str
    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseSection(Command):
    """Give a section new content, known by its hash."""

    project_id: str
    section: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeBudget(Command):
    """Replace the budget: lines by participant, cost kind and quarter, in cents."""

    project_id: str
    lines: tuple[BudgetLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeWorkPlan(Command):
    """Replace the work plan: packages with place and days."""

    project_id: str
    packages: tuple[WorkPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExecutiveEndorsement(Command):
    """Record that an executive stood behind the proposal on a civil day."""

    project_id: str
    executive_title: str
    endorsed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareIpPlan(Command):
    """Declare who will own what is created; shares add up to one, or to 100 as percentages."""

    project_id: str
    owners: tuple[IpOwner, ...]
    protection: str
    benefit_to_others: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitProposal(Command):
    """Submit the initial version for the eligibility conditions."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDetailedProposal(Command):
    """Begin the detailed stage of an eligible proposal."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitDetailedProposal(Command):
    """Submit the detailed version, the first one or one that answers a return."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProposal(Command):
    """Take the proposal back before the decision."""

    project_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResubmitProposal(Command):
    """Draft a new proposal with the content of an earlier one that came to an end."""

    project_id: str
    earlier_project_id: str
    title: str | None = None
    """Absent means as before."""
    planned_start: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLead(Command):
    """Let another participant, which agreed to take part, lead from now on."""

    project_id: str
    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldParticipantsDistinct(Command):
    """Hold two participants to be two, with a reason."""

    project_id: str
    organisation_ids: tuple[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawExecutiveEndorsement(Command):
    """Record that no executive stands behind the proposal any more."""

    project_id: str
    reason: str
    withdrawn_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareOtherFunding(Command):
    """Tell of other money for this project, in cents."""

    project_id: str
    source: str
    kind: Funding
    amount_cents: int
    declared_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestNda(Command):
    """Ask for an agreement on secrecy, with the programme or with a prospective partner."""

    project_id: str
    counterparty: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNda(Command):
    """Record that an agreement on secrecy was signed on a civil day."""

    project_id: str
    executed_on: date
    counterparty: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCoachingNote(Command):
    """Record what staff coached the applicant in."""

    project_id: str
    topic: Coached
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideInformation(Command):
    """Answer one request of the assessors."""

    project_id: str
    request_id: str
    answer: str
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReassessment(Command):
    """Ask for an ineligible proposal to be assessed once more."""

    project_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireProposal(Command):
    """Let a proposal rest that stood idle, the applicant's turn, since a civil day."""

    project_id: str
    idle_since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateProposal(Command):
    """Let an expired proposal go on from where it stood."""

    project_id: str
    reason: str
