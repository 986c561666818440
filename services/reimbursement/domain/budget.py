"""How far a project's budget by cost kind is used, in the order of filing (R-8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from services.reimbursement.commands.budget import OpenBudget, RestateBudget
from services.reimbursement.commands.claim import FreeBudget
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.cost_line import CostLine
from services.reimbursement.events.agreement import COST_KINDS, CostKind
from services.reimbursement.events.budget import (
    BudgetAccepted,
    BudgetClaimed,
    BudgetFreed,
    BudgetOpened,
)
from services.reimbursement.events.claim import KindTotal
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold

STREAM = "budget-{project_id}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one filed claim takes by cost kind, in cents."""

    claimed_cents: Mapping[str, int]
    accepted_cents: Mapping[str, int] | None = None
    """Absent until its assessment is closed."""

    def takes(self, kind: CostKind) -> int:
        """Accepted, or still claimed where nothing is decided."""
        decided = self.claimed_cents if self.accepted_cents is None else self.accepted_cents
        return decided.get(kind, 0)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """All filed claims of a project, oldest first; rejected ones are gone."""

    project_id: str = ""
    standing: Mapping[str, Standing] = field(default_factory=dict)
    """By claim id."""

    def accepted_cents(self, kind: CostKind) -> int:
        """What was accepted of a cost kind so far, in the whole project (R-8, R-9)."""
        closed = [found for found in self.standing.values() if found.accepted_cents is not None]
        return sum(found.takes(kind) for found in closed)

    def used_cents(self, kind: CostKind, claim_id: str) -> int:
        """What a claim finds used: by claims filed before it, and accepted of later ones (R-8)."""
        used, before = 0, True
        for name, found in self.standing.items():
            if name == claim_id:
                before = False
            elif before or found.accepted_cents is not None:
                used += found.takes(kind)
        return used


BudgetEvent: TypeAlias = BudgetOpened | BudgetClaimed | BudgetAccepted | BudgetFreed


def evolve(use: BudgetUse, event: BudgetEvent) -> BudgetUse:
    """The budget's use after one event more."""
    match event:
        case BudgetOpened():
            return replace(use, project_id=event.project_id)
        case BudgetClaimed():
            found = Standing(_by_kind(event.claimed))
        case BudgetAccepted():
            earlier = use.standing.get(event.claim_id, Standing({}))
            found = replace(earlier, accepted_cents=_by_kind(event.accepted))
        case BudgetFreed():
            left = {name: kept for name, kept in use.standing.items() if name != event.claim_id}
            return replace(use, standing=left)
        case _:
            assert_never(event)
    return replace(use, standing={**use.standing, event.claim_id: found})


def _by_kind(totals: Iterable[KindTotal]) -> Mapping[str, int]:
    return {total.kind: total.amount_cents for total in totals}


def kind_totals(lines: Iterable[tuple[CostLine, int]]) -> tuple[KindTotal, ...]:
    """Amounts of lines by cost kind, in the kinds' own order; in cents."""
    sums: dict[CostKind, int] = {}
    for line, cents in lines:
        sums[line.kind] = sums.get(line.kind, 0) + cents
    return tuple(
        KindTotal(kind=kind, amount_cents=sums[kind]) for kind in COST_KINDS if kind in sums
    )


def accepted_now(claim: Claim) -> BudgetAccepted:
    """What counts of a claim against its cost kinds from now on."""
    return BudgetAccepted(
        **claim.identity,
        accepted=kind_totals((line, line.counted_cents) for line in claim.lines.values()),
    )


def open_budget(ask: OpenBudget, budget: BudgetUse) -> Sequence[BudgetOpened]:
    """Begin the line of claims with the agreement, so that none is filed before it (X5); once."""
    return [] if budget.project_id else [BudgetOpened(project_id=ask.project_id)]


def restate_budget(ask: RestateBudget, budget: BudgetUse, claim: Claim) -> Sequence[BudgetAccepted]:
    """After a correction, what counts of the claim takes its cost kinds' budgets (R-8, R-11)."""
    now = accepted_now(claim)
    standing = budget.standing.get(ask.claim_id)
    if standing is None or standing.accepted_cents == _by_kind(now.accepted):
        return []
    return [now]


def free_budget(ask: FreeBudget, budget: BudgetUse) -> Sequence[BudgetFreed]:
    """A rejected claim takes nothing of any budget (R-8); once."""
    if ask.claim_id not in budget.standing:
        return []
    freed = BudgetFreed(
        claim_id=ask.claim_id,
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
    )
    return [freed]


FOLDS = {"budget": Fold(BudgetUse(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    OpenBudget: Decider(open_budget, budget=STREAM),
    RestateBudget: Decider(restate_budget, budget=STREAM, claim="claim-{claim_id}"),
    FreeBudget: Decider(free_budget, budget=STREAM),
}
