"""The interface of intake: forms in, commands out, and what may be read."""

from typing import Any

from services.intake.api.forms import (
    BudgetForm,
    ConfirmationForm,
    DraftForm,
    EndorsementForm,
    IpPlanForm,
    ParticipantForm,
    PolicyForm,
    SectionForm,
    WithdrawalForm,
    WorkPlanForm,
)
from services.intake.commands import (
    ConfirmParticipation,
    DeclareIpPlan,
    DeclineParticipation,
    DraftProposal,
    InviteParticipant,
    OpenDetailedProposal,
    ProposeBudget,
    ProposeWorkPlan,
    RecordExecutiveEndorsement,
    RemoveParticipant,
    ReviseSection,
    SubmitDetailedProposal,
    SubmitProposal,
    WithdrawProposal,
)
from services.intake.domain import policy
from services.intake.domain.neighbours import status_of
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import ProposalNotFound
from services.intake.events import (
    BudgetLine,
    IpOwner,
    Parameters,
    WorkPackage,
)
from services.intake.projections import PARTICIPATIONS, PROPOSALS
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.policy_book import PublishPolicy
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Page, Read

OFFICER = frozenset({"programme_officer"})
APPLICANT = OFFICER | PARTIES

ACCESS = {
    "publish_policy": OFFICER,
    "draft_proposal": APPLICANT,
    "name_participant": APPLICANT,
    "answer_invitation": APPLICANT,
    "revise_content": APPLICANT,
    "submit_proposal": APPLICANT,
    "withdraw_proposal": APPLICANT,
    "read_proposal": READERS | APPLICANT,
    "read_policies": READERS | APPLICANT | {"reviewer"},
}


def show_proposal(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """A proposal for staff and for its parties. Raises ProposalNotFound for everybody else."""
    if proposal.stage == "absent" or not actor.may_read(proposal.party_ids):
        raise ProposalNotFound
    seen: dict[str, Any] = shown(proposal)
    return seen


api = Api("intake", access=ACCESS, show={"proposal": show_proposal})


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's intake parameters."""
    return form.publish(form.parameters, ask)


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme."""


@api.command("POST", "/proposals", action="draft_proposal", status=201)
def draft_proposal(form: DraftForm, ask: Ask) -> DraftProposal:
    """Draft a proposal; the answer names its project."""
    return DraftProposal(
        project_id=ask.new_id("prj"),
        programme=form.programme,
        title=form.title,
        lead_organisation_id=form.lead_organisation_id,
        lead_name=form.lead_name,
        sector=form.sector,
        objective=form.objective,
        role=form.role,
        planned_start=form.planned_start,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/participants", action="name_participant")
def invite_participant(form: ParticipantForm, ask: Ask) -> InviteParticipant:
    """Name another party as participant."""
    return InviteParticipant(
        project_id=ask.path["project_id"],
        organisation_id=form.organisation_id,
        name=form.name,
        **ask.who,
    )


@api.command(
    "POST",
    "/proposals/{project_id}/participants/{organisation_id}/confirm",
    action="answer_invitation",
)
def confirm_participation(form: ConfirmationForm, ask: Ask) -> ConfirmParticipation:
    """Agree, for one participant, to the current content, named by its hash."""
    return ConfirmParticipation(
        project_id=ask.path["project_id"],
        organisation_id=ask.path["organisation_id"],
        content_hash=form.content_hash,
        **ask.who,
    )


@api.command(
    "POST",
    "/proposals/{project_id}/participants/{organisation_id}/decline",
    action="answer_invitation",
)
def decline_participation(ask: Ask) -> DeclineParticipation:
    """Say, for one participant, that it does not take part."""
    return DeclineParticipation(
        project_id=ask.path["project_id"], organisation_id=ask.path["organisation_id"], **ask.who
    )


@api.command(
    "POST",
    "/proposals/{project_id}/participants/{organisation_id}/remove",
    action="name_participant",
)
def remove_participant(ask: Ask) -> RemoveParticipant:
    """No longer name this party as participant."""
    return RemoveParticipant(
        project_id=ask.path["project_id"], organisation_id=ask.path["organisation_id"], **ask.who
    )


@api.command("PUT", "/proposals/{project_id}/sections/{section}", action="revise_content")
def revise_section(form: SectionForm, ask: Ask) -> ReviseSection:
    """Give a section new content, named by its hash."""
    return ReviseSection(
        project_id=ask.path["project_id"],
        section=ask.path["section"],
        sha256=form.sha256,
        **ask.who,
    )


@api.command("PUT", "/proposals/{project_id}/budget", action="revise_content")
def propose_budget(form: BudgetForm, ask: Ask) -> ProposeBudget:
    """Replace the budget: lines by participant, cost kind and fiscal quarter."""
    lines = tuple(
        BudgetLine(
            organisation_id=line.organisation_id,
            kind=line.kind,
            quarter=line.quarter,
            amount_cents=line.amount,
        )
        for line in form.lines
    )
    return ProposeBudget(project_id=ask.path["project_id"], lines=lines, **ask.who)


@api.command("PUT", "/proposals/{project_id}/work-plan", action="revise_content")
def propose_work_plan(form: WorkPlanForm, ask: Ask) -> ProposeWorkPlan:
    """Replace the work plan: packages with place and days."""
    packages = tuple(
        WorkPackage(
            name=package.name,
            place=package.place,
            organisation_id=package.organisation_id,
            starts_on=package.starts_on,
            ends_on=package.ends_on,
        )
        for package in form.packages
    )
    return ProposeWorkPlan(project_id=ask.path["project_id"], packages=packages, **ask.who)


@api.command("POST", "/proposals/{project_id}/endorsement", action="revise_content")
def record_endorsement(form: EndorsementForm, ask: Ask) -> RecordExecutiveEndorsement:
    """Record that an executive stands behind the proposal."""
    return RecordExecutiveEndorsement(
        project_id=ask.path["project_id"],
        executive_title=form.executive_title,
        endorsed_on=form.endorsed_on,
        **ask.who,
    )


@api.command("PUT", "/proposals/{project_id}/ip-plan", action="revise_content")
def declare_ip_plan(form: IpPlanForm, ask: Ask) -> DeclareIpPlan:
    """Declare who will own what is created, and what others gain."""
    owners = tuple(IpOwner(owner=owner.owner, share=owner.share) for owner in form.owners)
    return DeclareIpPlan(
        project_id=ask.path["project_id"],
        owners=owners,
        protection=form.protection,
        benefit_to_others=form.benefit_to_others,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/submit", action="submit_proposal")
def submit_proposal(ask: Ask) -> SubmitProposal:
    """Submit the initial version for the six eligibility conditions."""
    return SubmitProposal(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/proposals/{project_id}/detailed", action="submit_proposal")
def open_detailed_proposal(ask: Ask) -> OpenDetailedProposal:
    """Begin the detailed stage of an eligible proposal."""
    return OpenDetailedProposal(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/proposals/{project_id}/detailed/submit", action="submit_proposal")
def submit_detailed_proposal(ask: Ask) -> SubmitDetailedProposal:
    """Submit the detailed version, or a new one after a return."""
    return SubmitDetailedProposal(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/proposals/{project_id}/withdraw", action="withdraw_proposal")
def withdraw_proposal(form: WithdrawalForm, ask: Ask) -> WithdrawProposal:
    """Take the proposal back before the decision."""
    return WithdrawProposal(project_id=ask.path["project_id"], reason=form.reason, **ask.who)


@api.resource("/proposals/{project_id}", stream="proposal-{project_id}", action="read_proposal")
def read_proposal() -> None:
    """One proposal as its lead left it: its stage, content and current content hash."""


@api.read("/proposals/{project_id}/status", action="read_proposal")
def read_status(read: Read) -> dict[str, Any]:
    """Where one proposal stands, evaluation's verdicts included."""
    project_id = read.path["project_id"]
    proposal: Proposal = read.state(f"proposal-{project_id}")
    seen = show_proposal(proposal, read.actor)
    status = status_of(proposal, read.state(f"evaluation-{project_id}"))
    return {
        "project_id": project_id,
        "status": status,
        "content_hash": seen["content_hash"],
        "submitted_hash": seen["submitted_hash"],
        "version": seen["version"],
    }


@api.read(
    "/proposals",
    action="read_proposal",
    query=("programme", "status", "sector", "lead_organisation_id"),
)
def list_proposals(read: Read) -> Page:
    """Proposals, oldest first; an applicant sees those that its organisation leads."""
    asked = read.query.get
    page = read.page(
        PROPOSALS,
        order="position",
        programme=asked("programme"),
        status=asked("status"),
        sector=asked("sector"),
        lead_organisation_id=_own_or(read, asked("lead_organisation_id")),
    )
    return page.map(shown)


@api.read(
    "/participations", action="read_proposal", query=("project_id", "organisation_id", "answer")
)
def list_participations(read: Read) -> Page:
    """Who takes part in what, oldest first; an applicant sees its own organisation's rows."""
    asked = read.query.get
    page = read.page(
        PARTICIPATIONS,
        order="position",
        project_id=asked("project_id"),
        organisation_id=_own_or(read, asked("organisation_id")),
        answer=asked("answer"),
    )
    return page.map(shown)


def _own_or(read: Read, asked: str | None) -> str | None:
    """Staff filter by any organisation or by none; others always by their own."""
    return read.actor.lists_only() or asked
