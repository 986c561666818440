"""Drafting a proposal: its parties, its lead and its content."""

from services.intake.api.forms import (
    BudgetForm,
    ConfirmationForm,
    DistinctForm,
    DraftForm,
    IpPlanForm,
    LeadForm,
    ParticipantForm,
    SectionForm,
    WorkPlanForm,
)
from services.intake.api.roles import APPLICANT, OFFICER
from services.intake.commands import (
    ChangeLead,
    ConfirmParticipation,
    DeclareIpPlan,
    DeclineParticipation,
    DraftProposal,
    HoldParticipantsDistinct,
    InviteParticipant,
    ProposeBudget,
    ProposeWorkPlan,
    RemoveParticipant,
    ReviseSection,
)
from services.intake.events.vocabulary import BudgetLine, IpOwner, WorkPackage
from shared.runtime.web.routes import Api, Ask

ACCESS = {
    "draft_proposal": APPLICANT,
    "name_participant": APPLICANT,
    "answer_invitation": APPLICANT,
    "hold_distinct": OFFICER,
    "revise_content": APPLICANT,
}

api = Api("intake", access=ACCESS)


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


@api.command("POST", "/proposals/{project_id}/lead", action="name_participant")
def change_lead(form: LeadForm, ask: Ask) -> ChangeLead:
    """Let another participant lead from now on."""
    return ChangeLead(
        project_id=ask.path["project_id"],
        organisation_id=form.organisation_id,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/distinct", action="hold_distinct")
def hold_distinct(form: DistinctForm, ask: Ask) -> HoldParticipantsDistinct:
    """Hold two participants to be two, although their names or their control say one."""
    return HoldParticipantsDistinct(
        project_id=ask.path["project_id"],
        organisation_ids=form.organisation_ids,
        reason=form.reason,
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
