"""One story for all tests of intake: a port and a software firm plan their berths together."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from services.intake import commands, inbound
from services.intake.app import DOMAIN
from services.intake.domain.proposal import Proposal
from services.intake.domain.status import Status, status_of
from services.intake.events.content import (
    BudgetProposed,
    ExecutiveEndorsementRecorded,
    IpPlanDeclared,
    SectionRevised,
    WorkPlanProposed,
)
from services.intake.events.course import DetailedProposalOpened, ProposalDrafted
from services.intake.events.parties import ParticipantInvited
from services.intake.events.policy import Parameters, PolicyPublished
from services.intake.events.vocabulary import BudgetLine, IpOwner, WorkPackage
from shared.kernel.commands import Actor
from shared.kernel.events import Event, Heard
from shared.kernel.policy_book import PublishPolicy
from tests.support.spec import Given, given

PROJECT = "prj_" + "1" * 32
PORT = "org_" + "a" * 32
FIRM = "org_" + "b" * 32
CARRIER = "org_" + "c" * 32
MINISTRY = "org_" + "d" * 32

PROPOSAL = f"proposal-{PROJECT}"
EVALUATION = f"evaluation-{PROJECT}"
PORT_STREAM = f"organisation-{PORT}"
POLICIES_STREAM = "policy-intake"

JULY_20 = date(2020, 7, 20)
NOON = datetime(2020, 7, 20, 16, tzinfo=UTC)

of_the_port = Actor(person="applicant-1", roles=frozenset({"applicant"}), organisation_id=PORT)
of_the_firm = Actor(person="partner-1", roles=frozenset({"applicant"}), organisation_id=FIRM)
of_the_carrier = Actor(person="stranger-1", roles=frozenset({"applicant"}), organisation_id=CARRIER)
officer = Actor(person="officer-1", roles=frozenset({"programme_officer"}))
officer_for_the_port = Actor(
    person="officer-1", roles=frozenset({"programme_officer"}), on_behalf_of=PORT
)
by_the_port: dict[str, Any] = {"by": of_the_port, "now": NOON, "effective_at": NOON}
by_the_firm = {**by_the_port, "by": of_the_firm}
by_the_carrier = {**by_the_port, "by": of_the_carrier}
by_the_officer = {**by_the_port, "by": officer}

policy_published = PolicyPublished(
    programme="scale-ai",
    version="2019",
    parameters=Parameters(),
    effective_from=date(2019, 4, 1),
    effective_to=None,
    reason="first policy of the programme",
    published_by="officer-1",
)
drafted = ProposalDrafted(
    project_id=PROJECT,
    programme="scale-ai",
    title="Berth planning for the Port of Montréal",
    lead_organisation_id=PORT,
    lead_name="Port de Montréal",
    sector="Port operations",
    objective="adoption",
    role="adopter",
    planned_start=date(2020, 9, 1),
    policy_version="2019",
    drafted_by="applicant-1",
)
firm_invited = ParticipantInvited(
    project_id=PROJECT, organisation_id=FIRM, name="Logiciels du Quai", invited_by="applicant-1"
)
summary_revised = SectionRevised(
    project_id=PROJECT, section="summary", sha256="5" * 64, revised_by="applicant-1"
)
port_labour = BudgetLine(
    organisation_id=PORT, kind="labour", quarter="2020-21Q3", amount_cents=12_345_600
)
firm_equipment = BudgetLine(
    organisation_id=FIRM, kind="equipment", quarter="2020-21Q4", amount_cents=4_567_800
)
budget_proposed = BudgetProposed(
    project_id=PROJECT, lines=(port_labour, firm_equipment), proposed_by="applicant-1"
)
at_the_quay = WorkPackage(
    name="Sensors at the quay",
    place="QC",
    organisation_id=PORT,
    starts_on=date(2020, 9, 1),
    ends_on=date(2020, 12, 31),
)
in_the_office = WorkPackage(
    name="Planning model",
    place="ON",
    organisation_id=FIRM,
    starts_on=date(2020, 10, 1),
    ends_on=date(2021, 3, 31),
)
work_plan_proposed = WorkPlanProposed(
    project_id=PROJECT, packages=(at_the_quay, in_the_office), proposed_by="applicant-1"
)
a_third = IpOwner(owner=PORT, share=Fraction(1, 3))
two_thirds = IpOwner(owner=FIRM, share=Fraction(2, 3))
ip_plan_declared = IpPlanDeclared(
    project_id=PROJECT,
    owners=(a_third, two_thirds),
    protection="trade secret",
    benefit_to_others="none",
    declared_by="applicant-1",
)
endorsed = ExecutiveEndorsementRecorded(
    project_id=PROJECT,
    executive_title="chief executive officer",
    endorsed_on=JULY_20,
    recorded_by="applicant-1",
)
detail_opened = DetailedProposalOpened(project_id=PROJECT, opened_by="applicant-1")

eligible = inbound.EligibilityAssessed(project_id=PROJECT, eligible=True)
ineligible = inbound.EligibilityAssessed(project_id=PROJECT, eligible=False)
returned = inbound.DetailedProposalReturned(project_id=PROJECT, proposal_version=2)
accepted = inbound.DetailedProposalAccepted(project_id=PROJECT)
approved = inbound.ProjectApproved(project_id=PROJECT)
declined_by_committee = inbound.ProjectDeclined(project_id=PROJECT)

publish = PublishPolicy(
    programme="scale-ai",
    version="2019",
    parameters=Parameters(),
    effective_from=date(2019, 4, 1),
    effective_to=None,
    reason="first policy of the programme",
    **by_the_officer,
)
draft = commands.DraftProposal(
    project_id=PROJECT,
    programme="scale-ai",
    title="Berth planning for the Port of Montréal",
    lead_organisation_id=PORT,
    lead_name="Port de Montréal",
    sector="Port operations",
    objective="adoption",
    role="adopter",
    planned_start=date(2020, 9, 1),
    **by_the_port,
)
invite_the_firm = commands.InviteParticipant(
    project_id=PROJECT, organisation_id=FIRM, name="Logiciels du Quai", **by_the_port
)
decline = commands.DeclineParticipation(project_id=PROJECT, organisation_id=FIRM, **by_the_firm)
remove_the_firm = commands.RemoveParticipant(
    project_id=PROJECT, organisation_id=FIRM, **by_the_port
)
revise_summary = commands.ReviseSection(
    project_id=PROJECT, section="summary", sha256="5" * 64, **by_the_port
)
propose_budget = commands.ProposeBudget(
    project_id=PROJECT, lines=(port_labour, firm_equipment), **by_the_port
)
propose_work_plan = commands.ProposeWorkPlan(
    project_id=PROJECT, packages=(at_the_quay, in_the_office), **by_the_port
)
endorse = commands.RecordExecutiveEndorsement(
    project_id=PROJECT,
    executive_title="chief executive officer",
    endorsed_on=JULY_20,
    **by_the_port,
)
declare_ip_plan = commands.DeclareIpPlan(
    project_id=PROJECT,
    owners=(a_third, two_thirds),
    protection="trade secret",
    benefit_to_others="none",
    **by_the_port,
)
submit = commands.SubmitProposal(project_id=PROJECT, **by_the_port)
open_detail = commands.OpenDetailedProposal(project_id=PROJECT, **by_the_port)
submit_detail = commands.SubmitDetailedProposal(project_id=PROJECT, **by_the_port)
withdraw = commands.WithdrawProposal(
    project_id=PROJECT, reason="the partner found another port", **by_the_port
)

planned = (drafted, firm_invited, summary_revised, budget_proposed, work_plan_proposed)
"""A draft with its partner, its budget and its work."""


def story(*events: Event, evaluation: Sequence[Heard] = (), lead: Sequence[Heard] = ()) -> Given:
    """A history of the proposal, of what evaluation said and of the lead's standing."""
    history: dict[str, Sequence[Event | Heard]] = {
        POLICIES_STREAM: [policy_published],
        PROPOSAL: events,
        EVALUATION: evaluation,
        PORT_STREAM: lead,
    }
    return given(DOMAIN, history)


def submitted(*events: Event) -> Given:
    """The same history, and then the lead submits."""
    return story(*events).after(submit)


def with_evaluation(so_far: Given, *heard: Heard) -> Given:
    """The same history, and evaluation has said this."""
    return Given(DOMAIN, {**so_far.history, EVALUATION: heard})


def detailed(*heard: Heard) -> Given:
    """Drafted, planned, eligible, worked out, submitted in detail; then evaluation said this."""
    eligible_draft = with_evaluation(submitted(*planned), eligible)
    sent = eligible_draft.after(open_detail, declare_ip_plan, submit_detail)
    return with_evaluation(sent, eligible, *heard)


def proposal_of(so_far: Given) -> Proposal:
    """The proposal as it stands after a history."""
    found = so_far.state(PROPOSAL)
    assert isinstance(found, Proposal)
    return found


def status(so_far: Given) -> Status:
    """Where the proposal stands after a history."""
    return status_of(proposal_of(so_far).course, so_far.state(EVALUATION))


def confirm(content_hash: str) -> commands.ConfirmParticipation:
    """The firm confirms the content of this hash."""
    return commands.ConfirmParticipation(
        project_id=PROJECT, organisation_id=FIRM, content_hash=content_hash, **by_the_firm
    )
