"""Eligibility over HTTP: verdicts, questions to the applicant, the detailed version."""

from typing import Any

from services.evaluation.api.forms import (
    CorrectionForm,
    GapsForm,
    OpenForm,
    RequestForm,
    VerdictForm,
)
from services.evaluation.api.roles import OFFICER, READING
from services.evaluation.commands import (
    AcceptDetailedProposal,
    AssessCondition,
    CloseInformationRequest,
    ConcludeEligibility,
    CorrectVerdict,
    OpenEligibilityReview,
    RequestInformation,
    ReturnDetailedProposal,
)
from services.evaluation.domain import policy
from services.evaluation.domain.eligibility.case import case_of, computed_conditions, day_of
from services.evaluation.domain.state import require_opened
from shared.kernel.eligibility import streams_of
from shared.runtime.web.routes import Api, Ask, Read

ACCESS = {
    "open_review": OFFICER,
    "assess_eligibility": OFFICER,
    "request_information": OFFICER,
    "check_completeness": OFFICER,
    "read_eligibility": READING,
}
api = Api("evaluation", access=ACCESS)


@api.command("POST", "/evaluations/{project_id}/open", action="open_review", status=201)
def open_review(form: OpenForm, ask: Ask) -> OpenEligibilityReview:
    """Open the review of a submitted version where that was refused when it was heard."""
    return OpenEligibilityReview(
        project_id=ask.path["project_id"], content_hash=form.content_hash, **ask.who
    )


@api.read("/evaluations/{project_id}/eligibility", action="read_eligibility", query=("on",))
def read_eligibility(read: Read) -> dict[str, Any]:
    """The six conditions: what is computed from what is known now, beside the verdict given.

    Once a detailed version is accepted, sizes are those in force on the day `on`.
    """
    project_id = read.path["project_id"]
    evaluation = read.state(f"evaluation-{project_id}")
    submitted_on = require_opened(evaluation)
    case = case_of(
        evaluation,
        read.state(f"proposal-{project_id}"),
        {stream: read.state(stream) for stream in streams_of(evaluation.participant_ids)},
        read.state(policy.STREAM),
        day_of(read.query.get("on"), submitted_on),
    )
    return {"project_id": project_id, "conditions": computed_conditions(evaluation, case)}


@api.command(
    "PUT", "/evaluations/{project_id}/eligibility/{condition}", action="assess_eligibility"
)
def assess_condition(form: VerdictForm, ask: Ask) -> AssessCondition:
    """Confirm a condition's computed verdict, override it, or give a human one."""
    return AssessCondition(
        project_id=ask.path["project_id"],
        condition=ask.path["condition"],
        verdict=form.verdict,
        reason=form.reason,
        **ask.who,
    )


@api.command(
    "POST",
    "/evaluations/{project_id}/eligibility/{condition}/correct",
    action="assess_eligibility",
)
def correct_verdict(form: CorrectionForm, ask: Ask) -> CorrectVerdict:
    """Correct a concluded verdict, or settle one that a late fact opened; the outcome follows."""
    return CorrectVerdict(
        project_id=ask.path["project_id"],
        condition=ask.path["condition"],
        verdict=form.verdict,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/eligibility/conclude", action="assess_eligibility")
def conclude_eligibility(ask: Ask) -> ConcludeEligibility:
    """Conclude from the six verdicts whether the proposal is eligible."""
    return ConcludeEligibility(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/requests", action="request_information", status=201)
def request_information(form: RequestForm, ask: Ask) -> RequestInformation:
    """Ask the applicant something; a blocking question holds up what comes next."""
    return RequestInformation(
        project_id=ask.path["project_id"],
        question=form.question,
        blocking=form.blocking,
        condition=form.condition,
        due_on=form.due_on,
        **ask.who,
    )


@api.command(
    "POST",
    "/evaluations/{project_id}/requests/{request_id}/close",
    action="request_information",
)
def close_request(ask: Ask) -> CloseInformationRequest:
    """Need an answer no longer; answers that come in close their question by themselves."""
    return CloseInformationRequest(
        project_id=ask.path["project_id"],
        request_id=ask.path["request_id"],
        because="not_needed",
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/detailed/accept", action="check_completeness")
def accept_detailed_proposal(ask: Ask) -> AcceptDetailedProposal:
    """Accept the detailed version as comprehensive; unchanged verdicts are carried."""
    return AcceptDetailedProposal(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/detailed/return", action="check_completeness")
def return_detailed_proposal(form: GapsForm, ask: Ask) -> ReturnDetailedProposal:
    """Return the detailed version, naming what is missing."""
    return ReturnDetailedProposal(project_id=ask.path["project_id"], gaps=form.gaps, **ask.who)
