"""The course of a proposal: submitting, answering, working out, withdrawing, going on."""

from services.intake.api.forms import InformationForm, ResubmissionForm
from services.intake.api.roles import APPLICANT
from services.intake.commands import (
    OpenDetailedProposal,
    ProvideInformation,
    ReinstateProposal,
    RequestReassessment,
    ResubmitProposal,
    SubmitDetailedProposal,
    SubmitProposal,
    WithdrawProposal,
)
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask

ACCESS = {
    "submit_proposal": APPLICANT,
    "answer_assessors": APPLICANT,
    "withdraw_proposal": APPLICANT,
    "resume_proposal": APPLICANT,
}

api = Api("intake", access=ACCESS)


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
def withdraw_proposal(form: ReasonForm, ask: Ask) -> WithdrawProposal:
    """Take the proposal back before the decision."""
    return WithdrawProposal(project_id=ask.path["project_id"], reason=form.reason, **ask.who)


@api.command("POST", "/proposals/{project_id}/information", action="answer_assessors")
def provide_information(form: InformationForm, ask: Ask) -> ProvideInformation:
    """Answer one request of the assessors."""
    return ProvideInformation(
        project_id=ask.path["project_id"],
        request_id=form.request_id,
        answer=form.answer,
        document=form.document,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/reassessment", action="answer_assessors")
def request_reassessment(form: ReasonForm, ask: Ask) -> RequestReassessment:
    """Ask for an ineligible proposal to be assessed once more."""
    return RequestReassessment(project_id=ask.path["project_id"], reason=form.reason, **ask.who)


@api.command("POST", "/proposals/{project_id}/reinstate", action="resume_proposal")
def reinstate_proposal(form: ReasonForm, ask: Ask) -> ReinstateProposal:
    """Let an expired proposal go on from where it stood."""
    return ReinstateProposal(project_id=ask.path["project_id"], reason=form.reason, **ask.who)


@api.command("POST", "/proposals/{project_id}/resubmit", action="resume_proposal", status=201)
def resubmit_proposal(form: ResubmissionForm, ask: Ask) -> ResubmitProposal:
    """Draft a new proposal that takes this one up again; the answer names its project."""
    return ResubmitProposal(
        project_id=ask.new_id("prj"),
        earlier_project_id=ask.path["project_id"],
        title=form.title,
        planned_start=form.planned_start,
        **ask.who,
    )
