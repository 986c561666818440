"""An agreement on its way: conditions, suspension, milestones, an early end (R-10, case 18)."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.course import (
    NoteCondition,
    ReportMilestone,
    ResumeProject,
    SuspendProject,
    TerminateAgreement,
)
from services.reimbursement.domain.agreement import (
    Agreement,
    require_acting_for,
    require_known,
)
from services.reimbursement.domain.agreement_table import TABLE, UNSIGNED
from services.reimbursement.events.course import (
    AgreementConditionSatisfied,
    AgreementTerminated,
    MilestoneReported,
    ProjectResumed,
    ProjectSuspended,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.refusals import Invalid


class ResumedBeforeSuspended(Invalid):
    """The first day after the suspension is not before the day on which it began."""

    rule = "R-10"
    french = "Le premier jour après la suspension ne précède pas le jour où elle a commencé."


class EndsOutsideAgreement(Invalid):
    """The last eligible day lies before the first one, after the end date, or after today."""

    rule = "R-25"
    french = "Le dernier jour admissible précède le premier, ou dépasse la fin ou le jour même."


def note_condition(
    ask: NoteCondition, agreement: Agreement
) -> Sequence[AgreementConditionSatisfied]:
    """Note what evaluation found, while the parties have not signed; else stay quiet (9.1)."""
    known = 1 <= ask.number <= len(agreement.conditions)
    if agreement.status not in UNSIGNED or not known or ask.number in agreement.satisfied:
        return []
    return [
        AgreementConditionSatisfied(
            project_id=ask.project_id,
            number=ask.number,
            condition=ask.condition,
            left=len(agreement.conditions) - len(agreement.satisfied) - 1,
            satisfied_on=ask.satisfied_on,
        )
    ]


def suspend_project(ask: SuspendProject, agreement: Agreement) -> Sequence[ProjectSuspended]:
    """From the effective day on nothing is claimed or paid (R-10)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(SuspendProject, agreement.status)
    return [
        ProjectSuspended(
            project_id=ask.project_id,
            reason=ask.reason,
            suspended_on=ask.effective_on,
            suspended_by=ask.by.person,
        )
    ]


def resume_project(ask: ResumeProject, agreement: Agreement) -> Sequence[ProjectResumed]:
    """The effective day is the first one after the suspension (R-10)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(ResumeProject, agreement.status)
    if ask.effective_on < agreement.suspensions[-1].since:
        raise ResumedBeforeSuspended
    return [
        ProjectResumed(
            project_id=ask.project_id, resumed_on=ask.effective_on, resumed_by=ask.by.person
        )
    ]


def report_milestone(ask: ReportMilestone, agreement: Agreement) -> Sequence[MilestoneReported]:
    """Say that something promised was reached; a party says so, or staff in its name (I-13)."""
    require_known(agreement, ask.by)
    require_acting_for(agreement.organisation_ids, ask.by)
    TABLE.must_allow(ReportMilestone, agreement.status)
    return [
        MilestoneReported(
            project_id=ask.project_id,
            milestone=ask.milestone,
            reached_on=ask.reached_on,
            sha256=ask.sha256,
            reported_by=ask.by.person,
        )
    ]


def terminate_agreement(
    ask: TerminateAgreement, agreement: Agreement
) -> Sequence[AgreementTerminated]:
    """End it before its time; claims of up to the last eligible day go on (hard case 18)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(TerminateAgreement, agreement.status)
    last = ask.last_eligible_date
    if not agreement.eligible_from <= last <= min(agreement.end_date, ask.effective_on):
        raise EndsOutsideAgreement
    return [
        AgreementTerminated(
            project_id=ask.project_id,
            reason=ask.reason,
            last_eligible_date=last,
            terminated_on=ask.effective_on,
            terminated_by=ask.by.person,
        )
    ]


_AGREEMENT = "agreement-{project_id}"
DECIDERS: Mapping[type[Command], Decider] = {
    NoteCondition: Decider(note_condition, agreement=_AGREEMENT),
    SuspendProject: Decider(suspend_project, agreement=_AGREEMENT),
    ResumeProject: Decider(resume_project, agreement=_AGREEMENT),
    ReportMilestone: Decider(report_milestone, agreement=_AGREEMENT),
    TerminateAgreement: Decider(terminate_agreement, agreement=_AGREEMENT),
}
