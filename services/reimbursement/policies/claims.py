"""What claims do by themselves: unpaid lines are deducted, a rejected claim frees its budget."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.reimbursement.commands.budget import OpenBudget, RestateBudget
from services.reimbursement.commands.claim import DeductUnpaidLines, FreeBudget
from services.reimbursement.events.agreement import AgreementExecuted
from services.reimbursement.events.claim import ClaimRejected
from services.reimbursement.events.correction import CorrectionApproved
from shared.kernel.decider import Policy, Reaction, due_command, no_earlier
from shared.kernel.events import Event, Heard
from shared.kernel.operations import TimersRun
from shared.kernel.periods import from_micros


def deduct_unpaid_lines(run: TimersRun, reaction: Reaction) -> Sequence[DeductUnpaidLines]:
    """What suppliers were not paid in time is deducted at the start of day 91 (R-13, X11).

    Where a date was missed and the claim was approved meanwhile, no earlier than the approval.
    """
    found = []
    for row in reaction.due("deduction_list", run.business_date):
        due = due_command(reaction, date.fromisoformat(row["due_on"]))
        who = no_earlier(due, from_micros(row["not_before"]))
        found.append(DeductUnpaidLines(claim_id=row["claim_id"], **who))
    return found


def open_the_budget(event: AgreementExecuted, reaction: Reaction) -> Sequence[OpenBudget]:
    """Whoever files first, and however it is dated, stands in a line that is there (R-8, X5)."""
    return [OpenBudget(project_id=event.project_id, **reaction.command)]


def free_the_budget(event: ClaimRejected, reaction: Reaction) -> Sequence[FreeBudget]:
    """None of a rejected claim's costs count against any cost kind (R-8)."""
    return [FreeBudget(claim_id=event.claim_id, **reaction.command)]


def restate_the_budget(event: CorrectionApproved, reaction: Reaction) -> Sequence[RestateBudget]:
    """A correction frees or takes budget like the lines that it adjusts (R-8, R-11)."""
    return [RestateBudget(claim_id=event.claim_id, **reaction.command)]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    TimersRun: [deduct_unpaid_lines],
    AgreementExecuted: [open_the_budget],
    ClaimRejected: [free_the_budget],
    CorrectionApproved: [restate_the_budget],
}
