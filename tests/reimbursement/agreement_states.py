"""A history for every state of an agreement, and for every command a question."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.agreement import (
    AcceptFinalReport,
    CloseAgreement,
    CompleteProject,
    ExecuteAgreement,
    ReportIpOutcome,
    SignAgreement,
    StateTerms,
    SubmitFinalReport,
)
from services.reimbursement.commands.amendment import (
    ApproveAmendment,
    ProposeAmendment,
    RebaseAmendment,
    RejectAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from services.reimbursement.commands.consortium import JoinParticipant, WithdrawParticipant
from services.reimbursement.commands.course import (
    NoteCondition,
    ReportMilestone,
    ResumeProject,
    SuspendProject,
    TerminateAgreement,
)
from services.reimbursement.domain.agreement_status import Status
from services.reimbursement.events.agreement import (
    AgreementClosed,
    IpOutcomeReported,
    OutcomeIndicators,
)
from shared.kernel.commands import Actor, Command
from tests.reimbursement import amendment_examples as am
from tests.reimbursement import examples as eg
from tests.support.spec import Given, given

LATE = date(2020, 12, 1)
report = "fe" * 32
conditional = eg.drafted.model_copy(update={"conditions": ("The rink is for rent.",)})


def by(person: Actor = eg.officer, on: date = LATE) -> dict[str, Any]:
    return eg.asked(person, eg.at(on.year, on.month, on.day))


def ask(command: Callable[..., Command], person: Actor = eg.officer, **fields: Any) -> Command:
    return command(project_id=eg.project, **fields, **by(person))


def questions(amendment_id: str = am.FIRST) -> Mapping[type[Command], Command]:
    """Every command, asked so that only the state can stand against it."""
    about: dict[str, Any] = {"amendment_id": amendment_id}
    why: dict[str, Any] = {"reason": "For a reason."}
    signs: dict[str, Any] = {"party": "participant", "organisation_id": eg.terminal}
    last: dict[str, Any] = {"last_eligible_date": date(2020, 11, 30)}
    changes: dict[str, Any] = {"changes": am.lower_ceiling, "effective_from": date(2020, 8, 1)}
    lead = eg.terminal_lead
    return {
        StateTerms: ask(
            StateTerms,
            eligible_from=date(2020, 7, 20),
            end_date=date(2020, 12, 30),
            participant_caps=(),
        ),
        SignAgreement: ask(SignAgreement, lead, **signs),
        ExecuteAgreement: ask(ExecuteAgreement, eligible_from=None, end_date=None),
        ProposeAmendment: ask(
            ProposeAmendment, amendment_id=am.SECOND, base_version=1, **changes, **why
        ),
        RebaseAmendment: ask(
            RebaseAmendment, **about, base_version=1, changes=None, effective_from=None
        ),
        ApproveAmendment: ask(ApproveAmendment, eg.second_officer, **about),
        SignAmendment: ask(SignAmendment, lead, **about, **signs),
        RejectAmendment: ask(RejectAmendment, eg.second_officer, **about, **why),
        WithdrawAmendment: ask(WithdrawAmendment, **about, **why),
        JoinParticipant: ask(
            JoinParticipant, organisation_id=eg.stranger, name="Atelier du froid", funded=False
        ),
        WithdrawParticipant: ask(WithdrawParticipant, organisation_id=eg.institute, **why, **last),
        SuspendProject: ask(SuspendProject, **why),
        ResumeProject: ask(ResumeProject),
        ReportMilestone: ask(
            ReportMilestone, lead, milestone="It runs.", reached_on=LATE, sha256=None
        ),
        TerminateAgreement: ask(TerminateAgreement, **why, **last),
        SubmitFinalReport: ask(
            SubmitFinalReport, lead, sha256="ad" * 32, indicators=OutcomeIndicators()
        ),
        AcceptFinalReport: ask(AcceptFinalReport),
        ReportIpOutcome: ask(ReportIpOutcome, lead, results=(), benefit_to_others="Published."),
        CompleteProject: ask(CompleteProject),
        CloseAgreement: ask(CloseAgreement),
    }


def _now(history: eg.History) -> Given:
    """Everybody is a member, the stranger too."""
    for organisation_id in (eg.terminal, eg.robots, eg.stranger):
        history[f"organisation-{organisation_id}"] = [eg.admitted(organisation_id)]
    return given(DOMAIN, history)


def _paper(*events: object) -> Given:
    history = eg.ready_to_execute()
    history[eg.agreement_stream] = list(events)  # type: ignore[arg-type]
    return _now(history)


def _with_amendment(here: Given, command: type[Command]) -> Given:
    """The amendment at the step that the command needs, where amendments are possible."""
    if command not in AMENDMENT_NEEDS:
        return here
    propose = replace(am.propose(am.more_labour), effective_from=date(2020, 8, 1), **by())
    here = here.after(propose)
    if command is SignAmendment:
        here = here.after(replace(am.approve(), **by(eg.second_officer)))
    return here


AMENDMENT_NEEDS = frozenset(
    {RebaseAmendment, ApproveAmendment, SignAmendment, RejectAmendment, WithdrawAmendment}
)
_active = _now(eg.in_force())
_ask = questions()
_submitted: Callable[[Given], Given] = lambda here: here.after(  # noqa: E731
    ask(SubmitFinalReport, eg.terminal_lead, sha256=report, indicators=OutcomeIndicators())
)
_ip = IpOutcomeReported(
    project_id=eg.project, results=(), benefit_to_others="Published.", reported_by="terminal-lead"
)
_closed = AgreementClosed(
    project_id=eg.project, entitled_cents=0, paid_cents=0, closed_on=LATE, closed_by="officer-1"
)


def history(state: Status, command: type[Command]) -> Given:
    """A history that ends in this state, with all that the command needs besides."""
    match state:
        case "absent":
            return _paper()
        case "drafted":
            return _paper(eg.drafted, eg.terms_stated)
        case "conditions_pending":
            return _paper(conditional, eg.terms_stated)
        case "signature_pending":
            signed = eg.all_signed if command is ExecuteAgreement else (eg.funder_signed,)
            stated = () if command is StateTerms else (eg.terms_stated,)
            return _paper(eg.drafted, *stated, *signed)
        case _:
            return _executed(state, command)


def _executed(state: Status, command: type[Command]) -> Given:
    here = _with_amendment(_active, command)
    if command in (AcceptFinalReport, CloseAgreement, ReportMilestone) or state == "closing":
        here = _submitted(here)
    match state:
        case "suspended":
            return here.after(_ask[SuspendProject])
        case "completed":
            return here.after(_ask[CompleteProject])
        case "terminated":
            return here.after(_ask[TerminateAgreement])
        case "closing" | "closed":
            return _closing(here, command, closed=state == "closed")
        case _:
            return here


def _closing(here: Given, command: type[Command], *, closed: bool) -> Given:
    here = _submitted(here).after(_ask[CompleteProject], _ask[AcceptFinalReport])
    if closed or command is CloseAgreement:
        stream = [*here.history[eg.agreement_stream], _ip]
        here = given(DOMAIN, {**here.history, eg.agreement_stream: stream})
    if closed:
        stream = [*here.history[eg.agreement_stream], _closed]
        here = given(DOMAIN, {**here.history, eg.agreement_stream: stream})
    return here


note = NoteCondition(
    project_id=eg.project,
    number=1,
    condition="The rink is for rent.",
    satisfied_on=LATE,
    **eg.asked(eg.this_service, eg.at(2020, 12, 1)),
)
