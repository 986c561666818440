"""What follows payments by itself: holds, findings of late facts, rows of the bank's reports."""

from collections.abc import Mapping, Sequence
from typing import get_args

from services.reimbursement.commands.aftermath import (
    AdjustCostLine,
    OpenCorrection,
    ReviewHolds,
)
from services.reimbursement.commands.audit import OpenAudit
from services.reimbursement.commands.bank import (
    ApplyRowToAccount,
    ApplyRowToClaim,
    RefuseRow,
)
from services.reimbursement.domain.auditing import derived_id
from services.reimbursement.domain.bank_report import payment_of
from services.reimbursement.events.audit import AuditFindingExtended, AuditFindingResolved
from services.reimbursement.events.bank import BankReportReceived
from services.reimbursement.events.claim import ClaimApproved
from services.reimbursement.events.consortium import ConsortiumRuleBreached, ConsortiumRuleCured
from services.reimbursement.events.course import (
    ProjectResumed,
    ProjectSuspended,
    StackingLimitChecked,
)
from services.reimbursement.events.payment import PaymentFailed, PaymentReturned
from services.reimbursement.inbound import (
    GracePeriodStarted,
    MemberAdmitted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewed,
    MembershipSuspended,
    MembershipTerminated,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Policy, Reaction, no_earlier
from shared.kernel.events import Event, Heard
from shared.kernel.periods import from_micros

StandingHeard = (
    MemberAdmitted
    | GracePeriodStarted
    | MembershipLapsed
    | MembershipRenewed
    | MembershipReinstated
    | MembershipSuspended
    | MembershipTerminated
)
CourseEvent = (
    ProjectSuspended
    | ProjectResumed
    | ConsortiumRuleBreached
    | ConsortiumRuleCured
    | StackingLimitChecked
)


def review_what_a_member_is_owed(heard: StandingHeard, reaction: Reaction) -> Sequence[Command]:
    """The membership watch: payments are held or released, late facts looked at (domain 9.2)."""
    return _review(reaction, heard.organisation_id)


def review_what_a_project_owes(event: CourseEvent, reaction: Reaction) -> Sequence[Command]:
    """The consortium watch: what a suspension or a breach holds, its end releases (domain 9.3)."""
    return _review(reaction, event.project_id)


def hold_what_may_not_be_paid(
    event: ClaimApproved | PaymentFailed | PaymentReturned, reaction: Reaction
) -> Sequence[ReviewHolds]:
    """What is approved, or came back, is held from the first moment if it may not be paid."""
    return [
        ReviewHolds(
            project_id=event.project_id,
            organisation_id=event.organisation_id,
            **reaction.command,
        )
    ]


def _review(reaction: Reaction, about: str) -> Sequence[ReviewHolds]:
    known = reaction.find("accounts_of", about)
    if known is None:
        return []
    return [
        ReviewHolds(
            project_id=account.partition(".")[0],
            organisation_id=account.partition(".")[2],
            **no_earlier(reaction.command, from_micros(begun)),
        )
        for account, begun in sorted(known["begun"].items())
    ]


def correct_what_an_audit_disallows(
    event: AuditFindingResolved, reaction: Reaction
) -> Sequence[Command]:
    """What stands of a finding becomes a correction of that line; two persons approve it."""
    if not event.disallowed_cents:
        return []
    correction_id = derived_id("cor", event.project_id, event.finding_id)
    line = reaction.find("cost_line_list", event.claim_id, event.line_id)
    sign = -1 if line is None or line["amount_cents"] >= 0 else 1
    return [
        OpenCorrection(
            claim_id=event.claim_id,
            correction_id=correction_id,
            origin="audit_finding",
            finding_id=event.finding_id,
            reason=event.reason,
            **reaction.command,
        ),
        AdjustCostLine(
            claim_id=event.claim_id,
            correction_id=correction_id,
            line_id=event.line_id,
            delta_cents=sign * event.disallowed_cents,
            reason=event.reason,
            **reaction.command,
        ),
    ]


def audit_where_a_finding_is_extended_to(
    event: AuditFindingExtended, reaction: Reaction
) -> Sequence[OpenAudit]:
    """Each other agreement opens an audit of its own that names the finding."""
    return [
        OpenAudit(
            project_id=project_id,
            audit_id=derived_id("aud", event.finding_id, project_id),
            reason=event.reason,
            finding_id=event.finding_id,
            **reaction.command,
        )
        for project_id in event.project_ids
    ]


def apply_each_row(event: BankReportReceived, reaction: Reaction) -> Sequence[Command]:
    """Each row takes effect on the payment that it names, or is refused with its reason."""
    commands: list[Command] = []
    for row in event.rows:
        payment = reaction.find("payment_list", payment_of(row))
        if payment is None:
            commands.append(RefuseRow(report_id=event.report_id, row=row.row, **reaction.command))
        elif payment["claim_id"] is not None:
            commands.append(
                ApplyRowToClaim(
                    claim_id=payment["claim_id"],
                    report_id=event.report_id,
                    row=row,
                    **reaction.command,
                )
            )
        else:
            commands.append(
                ApplyRowToAccount(
                    project_id=payment["project_id"],
                    organisation_id=payment["organisation_id"],
                    report_id=event.report_id,
                    row=row,
                    **reaction.command,
                )
            )
    return commands


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    **{heard: [review_what_a_member_is_owed] for heard in get_args(StandingHeard)},
    **{event: [review_what_a_project_owes] for event in get_args(CourseEvent)},
    ClaimApproved: [hold_what_may_not_be_paid],
    PaymentFailed: [hold_what_may_not_be_paid],
    PaymentReturned: [hold_what_may_not_be_paid],
    AuditFindingResolved: [correct_what_an_audit_disallows],
    AuditFindingExtended: [audit_where_a_finding_is_extended_to],
    BankReportReceived: [apply_each_row],
}
