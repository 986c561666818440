"""All government money for a project together, held against the stacking limit (R-14, case 11)."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.course import CheckStacking
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.award import Proposal
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.events.course import StackingLimitChecked
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.decider import Decider

OVER = frozenset({"absent", "closed"})
"""Where there is nothing to check yet, or any more."""


def stacking_of(
    agreement: Agreement, proposal: Proposal, parameters: Parameters
) -> StackingLimitChecked | None:
    """The check on what is known now; none where the agreement has no budget to hold it against."""
    eligible = sum(line.amount_cents for line in agreement.budget)
    if not eligible:
        return None
    others = sum(proposal.government_cents.values())
    limit = parameters.stacking_limit_pct
    return StackingLimitChecked(
        project_id=agreement.project_id,
        other_government_cents=others,
        ceiling_cents=agreement.ceiling_cents,
        eligible_cents=eligible,
        limit_pct=limit,
        exceeded=others + agreement.ceiling_cents > limit * eligible,
    )


def check_stacking(
    ask: CheckStacking, agreement: Agreement, proposal: Proposal, policies: Policies
) -> Sequence[StackingLimitChecked]:
    """Check again after a declaration: the check is opened again, never the history (9.4)."""
    if agreement.status in OVER:
        return []
    pinned = policies.version(agreement.programme, agreement.policy_version)
    checked = stacking_of(agreement, proposal, pinned.parameters)
    return [] if checked is None else [checked]


DECIDERS: Mapping[type[Command], Decider] = {
    CheckStacking: Decider(
        check_stacking,
        agreement="agreement-{project_id}",
        proposal="proposal-{project_id}",
        policies=POLICIES,
    ),
}
