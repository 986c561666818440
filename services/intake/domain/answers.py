"""What the lead says to the assessors: answers to their requests, and objections (E-0)."""

from collections.abc import Sequence

from services.intake.commands import ProvideInformation, RequestReassessment
from services.intake.domain.assessment import Assessment
from services.intake.domain.entitled import must_be_legal, must_be_the_lead
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import InformationNotRequested
from services.intake.events.course import InformationProvided, ReassessmentRequested


def provide_information(
    ask: ProvideInformation, proposal: Proposal, evaluation: Assessment
) -> Sequence[InformationProvided]:
    """One request is answered, once."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    waiting = [r.request_id for r in evaluation.unanswered(proposal.course.answered)]
    if ask.request_id not in waiting:
        raise InformationNotRequested(open=waiting)
    provided = InformationProvided(
        project_id=ask.project_id,
        request_id=ask.request_id,
        answer=ask.answer,
        document=ask.document,
        provided_by=ask.by.person,
    )
    return [provided]


def request_reassessment(
    ask: RequestReassessment, proposal: Proposal, evaluation: Assessment
) -> Sequence[ReassessmentRequested]:
    """The version that was found ineligible is to be assessed once more, for a reason."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    assert proposal.course.submitted_hash is not None, "only what was submitted was assessed"
    requested = ReassessmentRequested(
        project_id=ask.project_id,
        content_hash=proposal.course.submitted_hash,
        conclusion=evaluation.conclusions,
        reason=ask.reason,
        requested_by=ask.by.person,
    )
    return [requested]
