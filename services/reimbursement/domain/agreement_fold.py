"""How an agreement follows from its events."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.reimbursement.domain.agreement import (
    Agreement,
    Breach,
    Entitled,
    FinalReport,
    Milestone,
    Suspension,
)
from services.reimbursement.domain.agreement_status import Status
from services.reimbursement.domain.amendment import Amendment, AmendmentEvent, followed, proposed
from services.reimbursement.domain.audits import AuditEvent, evolve_audits
from services.reimbursement.domain.party import FUNDER, Signature
from services.reimbursement.domain.tax import recovery_of
from services.reimbursement.domain.terms import Agreed, Amended, Terms
from services.reimbursement.events.agreement import (
    COST_KINDS,
    AgreedRate,
    AgreementClosed,
    AgreementDrafted,
    AgreementExecuted,
    AgreementSigned,
    AgreementTermsStated,
    CeilingShared,
    FinalReportAccepted,
    FinalReportSubmitted,
    IpOutcomeReported,
    Participant,
    ProjectCompleted,
    RetentionStarted,
)
from services.reimbursement.events.amendment import (
    AmendmentApproved,
    AmendmentProposed,
    AmendmentRebased,
    AmendmentRejected,
    AmendmentSigned,
    AmendmentTookEffect,
    AmendmentWithdrawn,
)
from services.reimbursement.events.audit import (
    AuditFindingContested,
    AuditFindingExtended,
    AuditFindingRecorded,
    AuditFindingResolved,
    AuditOpened,
    AuditSampleDrawn,
)
from services.reimbursement.events.consortium import (
    ConsortiumRuleBreached,
    ConsortiumRuleCured,
    CurePeriodExpired,
    ParticipantJoined,
    ParticipantWithdrew,
)
from services.reimbursement.events.course import (
    AgreementConditionSatisfied,
    AgreementTerminated,
    MilestoneReported,
    ProjectResumed,
    ProjectSuspended,
    StackingLimitChecked,
)
from services.reimbursement.events.envelope import CommitmentMoved
from services.reimbursement.events.tax import TaxRecoveryDeclared
from shared.kernel.decider import Fold

DraftEvent: TypeAlias = (
    AgreementDrafted
    | AgreementTermsStated
    | AgreementConditionSatisfied
    | AgreementSigned
    | AgreementExecuted
)
ConsortiumEvent: TypeAlias = (
    ParticipantJoined
    | ParticipantWithdrew
    | ConsortiumRuleBreached
    | ConsortiumRuleCured
    | CurePeriodExpired
)
CourseEvent: TypeAlias = (
    ProjectSuspended | ProjectResumed | MilestoneReported | StackingLimitChecked | CommitmentMoved
)
EndEvent: TypeAlias = (
    FinalReportSubmitted
    | FinalReportAccepted
    | IpOutcomeReported
    | ProjectCompleted
    | AgreementTerminated
    | AgreementClosed
    | RetentionStarted
)
AgreementEvent: TypeAlias = (
    DraftEvent
    | CeilingShared
    | AmendmentEvent
    | ConsortiumEvent
    | CourseEvent
    | EndEvent
    | AuditEvent
    | TaxRecoveryDeclared
)


def _drafted(event: AgreementDrafted) -> Agreement:
    return Agreement(
        project_id=event.project_id,
        status="conditions_pending" if event.conditions else "drafted",
        programme=event.programme,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=event.participants,
        rate=event.rate,
        ceiling_cents=event.ceiling_cents,
        envelope_id=event.envelope_id,
        budget=event.budget,
        conditions=event.conditions,
        decided_on=event.decided_on,
        policy_version=event.policy_version,
    )


def _executed(agreement: Agreement, event: AgreementExecuted) -> Agreement:
    return replace(
        agreement,
        status="active",
        participants=event.participants,
        budget=event.budget,
        ceiling_cents=event.ceiling_cents,
        terms=Terms(event.eligible_from, event.end_date, event.participant_caps),
        rates=event.rates,
        version=1,
        _executed=Agreed(
            budget=event.budget,
            rates=event.rates,
            ceiling_cents=event.ceiling_cents,
            participant_caps=event.participant_caps,
            end_date=event.end_date,
        ),
        _ended_latest=event.end_date,
        holdback_pct=event.holdback_pct,
        single_approver_up_to_cents=event.approval_bands.single_approver_up_to_cents,
        reallocation_free_pct=event.reallocation_free_pct,
        overhead_pct=event.overhead_pct,
        retention_years=event.retention_years,
        executed_on=event.executed_on,
    )


def _signed(agreement: Agreement, event: AgreementSigned) -> Agreement:
    signature = Signature(event.signed_by, event.signed_on)
    return replace(
        agreement,
        status="signature_pending",
        signatures={**agreement.signatures, event.organisation_id or FUNDER: signature},
    )


def _shared(agreement: Agreement, event: CeilingShared) -> Agreement:
    shares = dict(agreement.shares)
    for part in event.parts:
        before = shares.get(part.organisation_id, Entitled()).entitled_cents
        shares[part.organisation_id] = Entitled(before + part.part_cents)
    return replace(agreement, shares=shares, batches=event.batch)


def _satisfied(agreement: Agreement, event: AgreementConditionSatisfied) -> Agreement:
    satisfied = replace(agreement, satisfied=agreement.satisfied | {event.number})
    if agreement.status != "conditions_pending" or satisfied.conditions_open:
        return satisfied
    return replace(satisfied, status="signature_pending")


def _on_paper(agreement: Agreement, event: DraftEvent) -> Agreement:
    match event:
        case AgreementDrafted():
            return _drafted(event)
        case AgreementTermsStated():
            stated = (event.participant_caps, event.rates or ())
            return replace(agreement, terms=Terms(event.eligible_from, event.end_date, *stated))
        case AgreementConditionSatisfied():
            return _satisfied(agreement, event)
        case AgreementSigned():
            return _signed(agreement, event)
        case AgreementExecuted():
            return _executed(agreement, event)
        case _:
            assert_never(event)


def _amended(agreement: Agreement, event: AmendmentEvent) -> Agreement:
    if isinstance(event, AmendmentProposed):
        return _with_amendment(agreement, proposed(event))
    before = agreement.amendments[event.amendment_id]
    after = followed(before, event)
    if isinstance(event, AmendmentSigned) and event.makes_version is not None:
        agreed = replace(after, status="agreed", version=event.makes_version)
        return replace(_with_amendment(agreement, agreed), version=event.makes_version)
    if isinstance(event, AmendmentWithdrawn) and before.status == "agreed":
        return replace(_with_amendment(agreement, after), version=agreement.version + 1)
    if isinstance(event, AmendmentTookEffect):
        return _in_effect(_with_amendment(agreement, after), event)
    return _with_amendment(agreement, after)


def _with_amendment(agreement: Agreement, amendment: Amendment) -> Agreement:
    amendments = {**agreement.amendments, amendment.amendment_id: amendment}
    return replace(agreement, amendments=amendments)


def _in_effect(agreement: Agreement, event: AmendmentTookEffect) -> Agreement:
    change = Amended(event.version, event.effective_from, event.changes)
    return _as_agreed(replace(agreement, _in_effect=(*agreement._in_effect, change)))


def _as_agreed(agreement: Agreement) -> Agreement:
    """The agreement with what its amendments make of it shown in its own fields."""
    agreed, terms = agreement.agreed, agreement.terms
    assert terms is not None, "only an executed agreement is amended"
    return replace(
        agreement,
        budget=agreed.budget,
        rates=agreed.rates,
        ceiling_cents=agreed.ceiling_cents,
        terms=replace(terms, end_date=agreed.end_date, participant_caps=agreed.participant_caps),
        _ended_latest=max(agreement._ended_latest, agreed.end_date),
    )


def _joined(agreement: Agreement, event: ParticipantJoined) -> Agreement:
    party = Participant(organisation_id=event.organisation_id, name=event.name, funded=event.funded)
    rates = tuple(
        AgreedRate(
            organisation_id=event.organisation_id,
            kind=kind,
            rate=event.rate,
            applies_from=event.joined_on,
        )
        for kind in COST_KINDS
        if event.funded
    )
    executed = replace(agreement._executed, rates=(*agreement._executed.rates, *rates))
    return _as_agreed(
        replace(
            agreement,
            participants=(*agreement.participants, party),
            joined={**agreement.joined, event.organisation_id: event.joined_on},
            _executed=executed,
        )
    )


def _together(agreement: Agreement, event: ConsortiumEvent) -> Agreement:
    match event:
        case ParticipantJoined():
            return _joined(agreement, event)
        case ParticipantWithdrew():
            left = {**agreement.withdrawn, event.organisation_id: event.last_eligible_date}
            return replace(agreement, withdrawn=left)
        case ConsortiumRuleBreached():
            breach = Breach(event.rule, event.since, event.cure_until)
            return replace(agreement, breaches={**agreement.breaches, event.rule: breach})
        case ConsortiumRuleCured():
            others = {rule: kept for rule, kept in agreement.breaches.items() if rule != event.rule}
            return replace(agreement, breaches=others)
        case CurePeriodExpired():
            expired = replace(agreement.breaches[event.rule], expired_on=event.expired_on)
            return replace(agreement, breaches={**agreement.breaches, event.rule: expired})
        case _:
            assert_never(event)


def _on_its_way(agreement: Agreement, event: CourseEvent) -> Agreement:
    match event:
        case ProjectSuspended():
            pauses = (*agreement.suspensions, Suspension(event.suspended_on))
            return replace(agreement, status="suspended", suspensions=pauses)
        case ProjectResumed():
            *earlier, pause = agreement.suspensions
            pauses = (*earlier, replace(pause, resumed_on=event.resumed_on))
            return replace(agreement, status="active", suspensions=pauses)
        case MilestoneReported():
            reached = Milestone(event.milestone, event.reached_on)
            return replace(agreement, milestones=(*agreement.milestones, reached))
        case StackingLimitChecked():
            return replace(agreement, stacking_exceeded=event.exceeded)
        case CommitmentMoved():
            drawn = agreement.drawn_elsewhere_cents + event.drawn_cents
            moved = replace(agreement, drawn_elsewhere_cents=drawn)
            return replace(moved, envelope_id=event.to_envelope_id)
        case _:
            assert_never(event)


def _reported(agreement: Agreement, report: FinalReport) -> Agreement:
    """What was delivered may be closed once the work ended and the report is accepted (R-16)."""
    delivered = report.accepted_on and agreement.status in ("completed", "terminated")
    status: Status = "closing" if delivered else agreement.status
    return replace(agreement, final_report=report, status=status)


def _terminated(agreement: Agreement, event: AgreementTerminated) -> Agreement:
    *earlier, pause = agreement.suspensions or (None,)
    if pause is not None and pause.resumed_on is None:
        pause = replace(pause, resumed_on=max(event.terminated_on, pause.since))
    return replace(
        agreement,
        status="closing" if agreement.final_report_accepted else "terminated",
        suspensions=tuple(kept for kept in (*earlier, pause) if kept is not None),
        terminated_on=event.terminated_on,
        last_eligible_date=event.last_eligible_date,
    )


def _ended(agreement: Agreement, event: EndEvent) -> Agreement:
    match event:
        case FinalReportSubmitted():
            return replace(agreement, final_report=FinalReport(event.sha256, event.submitted_by))
        case FinalReportAccepted():
            assert agreement.final_report is not None, "only a submitted report is accepted"
            return _reported(
                agreement, replace(agreement.final_report, accepted_on=event.accepted_on)
            )
        case IpOutcomeReported():
            return replace(agreement, ip_outcome_reported=True)
        case ProjectCompleted():
            status: Status = "closing" if agreement.final_report_accepted else "completed"
            return replace(agreement, status=status, completed_on=event.completed_on)
        case AgreementTerminated():
            return _terminated(agreement, event)
        case AgreementClosed():
            return replace(agreement, status="closed", closed_on=event.closed_on)
        case RetentionStarted():
            return replace(agreement, retained_until=event.until)
        case _:
            assert_never(event)


def evolve(agreement: Agreement, event: AgreementEvent) -> Agreement:
    """The agreement after one event more."""
    match event:
        case CeilingShared():
            return _shared(agreement, event)
        case TaxRecoveryDeclared():
            return replace(agreement, recoveries=(*agreement.recoveries, recovery_of(event)))
        case AuditOpened() | AuditSampleDrawn() | AuditFindingRecorded():
            return replace(agreement, audits=evolve_audits(agreement.audits, event))
        case AuditFindingContested() | AuditFindingResolved() | AuditFindingExtended():
            return replace(agreement, audits=evolve_audits(agreement.audits, event))
        case AgreementDrafted() | AgreementTermsStated() | AgreementConditionSatisfied():
            return _on_paper(agreement, event)
        case AgreementSigned() | AgreementExecuted():
            return _on_paper(agreement, event)
        case AmendmentProposed() | AmendmentRebased() | AmendmentApproved():
            return _amended(agreement, event)
        case AmendmentSigned() | AmendmentTookEffect():
            return _amended(agreement, event)
        case AmendmentRejected() | AmendmentWithdrawn():
            return _amended(agreement, event)
        case ParticipantJoined() | ParticipantWithdrew():
            return _together(agreement, event)
        case ConsortiumRuleBreached() | ConsortiumRuleCured() | CurePeriodExpired():
            return _together(agreement, event)
        case ProjectSuspended() | ProjectResumed() | MilestoneReported():
            return _on_its_way(agreement, event)
        case StackingLimitChecked() | CommitmentMoved():
            return _on_its_way(agreement, event)
        case _:
            return _ended(agreement, event)


FOLDS = {"agreement": Fold(Agreement(), evolve)}
