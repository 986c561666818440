"""What stands beside a proposal's content: endorsement, other money, secrecy, coaching."""

from services.intake.api.forms import (
    CoachingForm,
    EndorsementForm,
    EndorsementWithdrawalForm,
    FundingForm,
    NdaExecutedForm,
    NdaForm,
)
from services.intake.api.roles import APPLICANT, OFFICER
from services.intake.commands import (
    DeclareOtherFunding,
    RecordCoachingNote,
    RecordExecutiveEndorsement,
    RecordNda,
    RequestNda,
    WithdrawExecutiveEndorsement,
)
from shared.runtime.web.routes import Api, Ask

ACCESS = {"tell_facts": APPLICANT, "coach": OFFICER}

api = Api("intake", access=ACCESS)


@api.command("POST", "/proposals/{project_id}/endorsement", action="tell_facts")
def record_endorsement(form: EndorsementForm, ask: Ask) -> RecordExecutiveEndorsement:
    """Record that an executive stands behind the proposal."""
    return RecordExecutiveEndorsement(
        project_id=ask.path["project_id"],
        executive_title=form.executive_title,
        endorsed_on=form.endorsed_on,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/endorsement/withdraw", action="tell_facts")
def withdraw_endorsement(form: EndorsementWithdrawalForm, ask: Ask) -> WithdrawExecutiveEndorsement:
    """Record that no executive stands behind the proposal any more."""
    return WithdrawExecutiveEndorsement(
        project_id=ask.path["project_id"],
        reason=form.reason,
        withdrawn_on=form.withdrawn_on,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/other-funding", action="tell_facts")
def declare_other_funding(form: FundingForm, ask: Ask) -> DeclareOtherFunding:
    """Tell of other money for this project; possible after the award, too."""
    return DeclareOtherFunding(
        project_id=ask.path["project_id"],
        source=form.source,
        kind=form.kind,
        amount_cents=form.amount,
        declared_on=form.declared_on,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/nda", action="tell_facts")
def request_nda(form: NdaForm, ask: Ask) -> RequestNda:
    """Ask for an agreement on secrecy; nothing waits for it."""
    return RequestNda(project_id=ask.path["project_id"], counterparty=form.counterparty, **ask.who)


@api.command("POST", "/proposals/{project_id}/nda/executed", action="tell_facts")
def record_nda(form: NdaExecutedForm, ask: Ask) -> RecordNda:
    """Record a signed agreement on secrecy."""
    return RecordNda(
        project_id=ask.path["project_id"],
        executed_on=form.executed_on,
        counterparty=form.counterparty,
        **ask.who,
    )


@api.command("POST", "/proposals/{project_id}/coaching", action="coach")
def record_coaching(form: CoachingForm, ask: Ask) -> RecordCoachingNote:
    """Record what staff coached the applicant in; it is no legal advice."""
    return RecordCoachingNote(
        project_id=ask.path["project_id"], topic=form.topic, note=form.note, **ask.who
    )
