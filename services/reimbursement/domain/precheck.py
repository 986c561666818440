"""What would become of a claim if it were filed and assessed as it stands: nothing is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.assessment import reason_code_of
from services.reimbursement.domain.budget import BudgetUse
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.entitlement import accepted_by_rate, entitlement
from services.reimbursement.domain.filing import Missing, missing
from services.reimbursement.domain.propose import propose
from services.reimbursement.events.claim import Cut


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """What the rules make of one line, in cents."""

    claimed_cents: int
    eligible_cents: int
    reason_code: str
    cuts: tuple[Cut, ...]
    duplicate: str | None
    """Where the line is suspected, cleared or confirmed to repeat another one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim as it would be assessed by the rules alone; cumulative amounts but for payable."""

    claim_id: str
    lines: Mapping[str, CheckedLine]
    claimed_cents: int
    eligible_cents: int
    entitled_cents: int
    holdback_cents: int
    payable_cents: int
    unfunded_cents: int
    missing: Missing
    """What keeps it from being filed; each cost kind needs its statement (R-5)."""


def check(claim: Claim, account: Account, agreement: Agreement, budget: BudgetUse) -> Checked:
    """The same computations as the assessment's and the approval's, on a claim as it stands."""
    proposals = propose(claim, agreement, budget)
    lines = {
        line_id: replace(line, eligible_cents=proposals[line_id].eligible_cents)
        for line_id, line in claim.lines.items()
    }
    accepted = accepted_by_rate(replace(claim, lines=lines), agreement)
    worth = entitlement(account, agreement, claim.organisation_id, accepted)
    return Checked(
        claim_id=claim.claim_id,
        lines={
            line_id: CheckedLine(
                claimed_cents=line.amount_cents,
                eligible_cents=proposals[line_id].eligible_cents,
                reason_code=reason_code_of(proposals[line_id]),
                cuts=proposals[line_id].cuts,
                duplicate=line.duplicate.status if line.duplicate else None,
            )
            for line_id, line in lines.items()
        },
        claimed_cents=claim.total_cents,
        eligible_cents=sum(proposed.eligible_cents for proposed in proposals.values()),
        entitled_cents=worth.entitled_cents,
        holdback_cents=worth.holdback_cents,
        payable_cents=worth.payable_cents,
        unfunded_cents=worth.unfunded_cents,
        missing=missing(claim, [statement.kind for statement in claim.necessity]),
    )
