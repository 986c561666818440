"""Routes of an agreement on its way: pauses, milestones, who joins and leaves, an early end."""

from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.commands.consortium import JoinParticipant, WithdrawParticipant
from services.reimbursement.commands.course import (
    ReportMilestone,
    ResumeProject,
    SuspendProject,
    TerminateAgreement,
)
from services.reimbursement.projections.course import BREACHES
from shared.kernel.commands import PARTIES, READERS
from shared.kernel.identifiers import Line, OrganisationId, Sha256
from shared.kernel.periods import CivilDate
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

OFFICERS = {"programme_officer"}
api = Api(
    "reimbursement",
    access={
        "suspend_project": OFFICERS,
        "resume_project": OFFICERS,
        "terminate_agreement": OFFICERS,
        "report_milestone": PARTIES | TREASURERS,
        "join_participant": OFFICERS,
        "withdraw_participant": PARTIES | OFFICERS,
        "read_breaches": READERS,
    },
)


class TerminationForm(Form):
    """Why it ends before its time, and the last day whose costs are payable."""

    reason: Line
    last_eligible_date: CivilDate


class MilestoneForm(Form):
    """What was reached, and when; a report on it by its hash."""

    milestone: Line
    reached_on: CivilDate
    sha256: Sha256 | None = None


class JoinForm(Form):
    """The member that joins on the effective day, and whether it may claim."""

    organisation_id: OrganisationId
    name: Line
    funded: bool = True


@api.command("POST", "/agreements/{project_id}/suspend", action="suspend_project")
def suspend_project(form: ReasonForm, ask: Ask) -> SuspendProject:
    """Stop claims and payments from the effective day on."""
    return SuspendProject(project_id=ask.path["project_id"], reason=form.reason, **ask.who)


@api.command("POST", "/agreements/{project_id}/resume", action="resume_project")
def resume_project(ask: Ask) -> ResumeProject:
    """End the suspension; the effective day is the first one after it."""
    return ResumeProject(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/agreements/{project_id}/terminate", action="terminate_agreement")
def terminate_agreement(form: TerminationForm, ask: Ask) -> TerminateAgreement:
    """End the agreement before its time."""
    return TerminateAgreement(
        project_id=ask.path["project_id"],
        reason=form.reason,
        last_eligible_date=form.last_eligible_date,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/milestones", action="report_milestone")
def report_milestone(form: MilestoneForm, ask: Ask) -> ReportMilestone:
    """Say that something promised was reached."""
    return ReportMilestone(
        project_id=ask.path["project_id"],
        milestone=form.milestone,
        reached_on=form.reached_on,
        sha256=form.sha256,
        **ask.who,
    )


@api.command("POST", "/agreements/{project_id}/participants", action="join_participant")
def join_participant(form: JoinForm, ask: Ask) -> JoinParticipant:
    """Let a member join the project; it may cure a breach of the consortium's rules."""
    return JoinParticipant(
        project_id=ask.path["project_id"],
        organisation_id=form.organisation_id,
        name=form.name,
        funded=form.funded,
        **ask.who,
    )


@api.command(
    "POST",
    "/agreements/{project_id}/participants/{organisation_id}/withdraw",
    action="withdraw_participant",
)
def withdraw_participant(form: TerminationForm, ask: Ask) -> WithdrawParticipant:
    """Record that a participant leaves; nothing stands against that."""
    return WithdrawParticipant(
        project_id=ask.path["project_id"],
        organisation_id=ask.path["organisation_id"],
        reason=form.reason,
        last_eligible_date=form.last_eligible_date,
        **ask.who,
    )


@api.read("/breaches", action="read_breaches", query=("project_id", "status"))
def list_breaches(read: Read) -> Page:
    """Rules of consortia that were broken, and whether they still are, oldest first."""
    found = read.page(
        BREACHES,
        order="position",
        project_id=read.query.get("project_id"),
        status=read.query.get("status"),
    )
    return found.map(without_position)
