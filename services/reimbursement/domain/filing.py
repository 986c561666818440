"""Filing a claim: what must be there, what is certified, and whether it comes late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from services.reimbursement.commands.claim import FileClaim
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.budget import STREAM as BUDGET
from services.reimbursement.domain.budget import BudgetUse, kind_totals
from services.reimbursement.domain.claim import Claim, require_claimant
from services.reimbursement.domain.claim_refusals import NothingToClaim
from services.reimbursement.domain.cost_line import CostLine
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.transitions import must_be_legal
from services.reimbursement.events.agreement import COST_KINDS, CostKind
from services.reimbursement.events.budget import BudgetClaimed
from services.reimbursement.events.claim import ClaimFiled, Necessity
from shared.kernel.canonical import canonical
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.periods import end_of_day
from shared.kernel.refusals import Refusal
from shared.kernel.shown import shown

_AFTERWARDS = frozenset(
    {
        "eligible",
        "reason_code",
        "reason",
        "proposed",
        "duplicate",
        "payments",
        "kept",
        "returned",
        "adjusted",
        "recorded_by",
    }
)
"""What happens to a line without the claimant certifying it."""


class NoEvidence(Refusal):
    """These cost lines have no evidence; attach a document to each of them."""

    rule = "R-6"
    french = "Ces lignes de coût n'ont pas de pièce justificative; joignez-en une à chacune."


class RatesPending(Refusal):
    """These cost lines have no exchange rate yet; wait for one, or withdraw them."""

    rule = "R-22"
    french = "Ces lignes n'ont pas encore de taux de change; attendez-le ou retirez-les."


class NoNecessity(Refusal):
    """Say for each of these cost kinds why its costs were needed for the project."""

    rule = "R-5"
    french = "Dites, pour chacune de ces natures de coût, en quoi elle était nécessaire."


def _certified(line: CostLine) -> Mapping[str, Any]:
    """A line without what is found out about it or happens to it."""
    return {name: part for name, part in shown(line).items() if name not in _AFTERWARDS}


def content_hash(claim: Claim, necessity: Sequence[Necessity]) -> str:
    """SHA-256 over everything that is certified: period, lines, evidence, necessity."""
    content = {
        "claim_id": claim.claim_id,
        "lines": [_certified(claim.lines[line_id]) for line_id in sorted(claim.lines)],
        "necessity": [shown(statement) for statement in necessity],
    }
    return sha256(canonical(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps a claim from being filed: line ids and cost kinds."""

    evidence: Sequence[str]
    rates: Sequence[str]
    necessity: Sequence[CostKind]


def missing(claim: Claim, necessity: Collection[CostKind]) -> Missing:
    """What is not there yet of a claim that would be filed with these statements (R-5, R-6, R-22).

    A line that brings back a deducted one was proved when it counted first (R-13).
    """
    lines = claim.lines.values()
    claimed = {line.kind for line in lines}
    return Missing(
        evidence=[line.line_id for line in lines if not (line.evidence or line.reclaims)],
        rates=[line.line_id for line in lines if line.rate_pending],
        necessity=[kind for kind in COST_KINDS if kind in claimed and kind not in necessity],
    )


def file_claim(
    ask: FileClaim, claim: Claim, agreement: Agreement, policies: Policies, budget: BudgetUse
) -> Said:
    """Certify the quarter's costs (R-3, R-5, R-6, R-22); the person who asks is the certifier.

    Late is decided from now, not from the effective date, against the end of the civil day (X11).
    The claim stands in line for the budget of its cost kinds from now on (R-8).
    """
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    require_in_force(agreement)
    if not claim.lines:
        raise NothingToClaim
    lacking = missing(claim, ask.necessity)
    if lacking.evidence:
        raise NoEvidence(lines=lacking.evidence)
    if lacking.rates:
        raise RatesPending(lines=lacking.rates)
    if lacking.necessity:
        raise NoNecessity(kinds=lacking.necessity)
    necessity = tuple(
        Necessity(kind=kind, statement=ask.necessity[kind])
        for kind in COST_KINDS
        if kind in ask.necessity
    )
    pinned = policies.version(agreement.programme, agreement.policy_version)
    unpaid_days = pinned.parameters.unpaid_after_claim_days
    totals = kind_totals((line, line.amount_cents) for line in claim.lines.values())
    filed = ClaimFiled(
        quarter=claim.quarter,
        certifier=ask.by.person,
        necessity=necessity,
        claimed_cents=claim.total_cents,
        claimed_by_kind=totals,
        lines=len(claim.lines),
        content_hash=content_hash(claim, necessity),
        filed_on=ask.effective_on,
        due_on=claim.due_on,
        late=ask.now >= end_of_day(claim.due_on),
        deducted_on=ask.effective_on + timedelta(days=unpaid_days + 1),
        **claim.identity,
    )
    return {"claim": [filed], "budget": [BudgetClaimed(claimed=totals, **claim.identity)]}


DECIDERS: Mapping[type[Command], Decider] = {
    FileClaim: Decider(
        file_claim,
        claim="claim-{claim_id}",
        agreement="agreement-{project_id}",
        policies=POLICIES,
        budget=BUDGET,
    )
}
