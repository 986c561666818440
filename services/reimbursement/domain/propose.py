"""What the rules alone make of each line: eligible so far, and every cut with its reason.

The same computation answers a claimant before filing and an assessor after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.budget import BudgetUse
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.cost_line import CostLine
from services.reimbursement.domain.days import AFTER_END, Reason, by_span, not_counting, spans
from services.reimbursement.events.agreement import CostKind
from services.reimbursement.events.claim import Cut, Proposed
from shared.kernel.money import portion

ELIGIBLE = "eligible"
RATE_PENDING = Reason("R-22", "rate_pending")
SUSPECTED = Reason("R-23", "duplicate_suspected")
REPEATED = Reason("R-23", "duplicate_confirmed")
NO_EVIDENCE = Reason("R-6", "no_evidence")
NO_MARKET_VALUE = Reason("R-6", "no_market_value")
ABOVE_MARKET = Reason("R-6", "above_market_value")
DEBT_AFTER_END = Reason("R-6", "debt_after_end")
OVERHEAD = Reason("R-6", "overhead")
KIND_LIMIT = Reason("R-8", "kind_limit")


@dataclass
class _Worth:
    """A line's amount while rules take off theirs; never across zero."""

    line: CostLine
    cents: int
    cuts: list[Cut] = field(default_factory=list)

    def cut(self, reason: Reason, cents: int) -> None:
        """Take off this much, with the line's sign."""
        self.cents -= cents
        self.cuts.append(Cut(rule=reason.rule, reason_code=reason.code, cut_cents=cents))

    def limit(self, reason: Reason, most: int) -> None:
        """Keep at most this much of a cost; a credit note is never limited."""
        if self.cents > most:
            self.cut(reason, self.cents - most)


def propose(claim: Claim, agreement: Agreement, budget: BudgetUse) -> Mapping[str, Proposed]:
    """By line, what is eligible by the rules alone, in cents, and what each rule took off.

    First each line by itself, then overhead within its share of direct costs (R-6), then the
    limit of each cost kind (R-8); credit notes come first, so that they free what they give back.
    """
    worths = [_Worth(line, line.amount_cents) for line in claim.lines.values()]
    for worth in worths:
        _judge(worth, agreement, claim.organisation_id)
    _limit_overhead(worths, agreement)
    room = KindRoom(claim.claim_id, agreement, budget)
    for worth in sorted(worths, key=lambda worth: worth.cents >= 0):
        worth.limit(KIND_LIMIT, room.left(worth.line))
        room.take(worth.line, worth.cents)
    return {
        worth.line.line_id: Proposed(eligible_cents=worth.cents, cuts=tuple(worth.cuts))
        for worth in worths
    }


def barred(line: CostLine) -> Reason | None:
    """Why nothing of a line counts, whoever decides: no rate, or a duplicate (R-22, R-23)."""
    if line.rate_pending:
        return RATE_PENDING
    if line.duplicate is None or line.duplicate.status == "cleared":
        return None
    return SUSPECTED if line.duplicate.status == "suspected" else REPEATED


def _judge(worth: _Worth, agreement: Agreement, organisation_id: str) -> None:
    """What the line's own facts take off."""
    line = worth.line
    if (reason := barred(line) or _debt_after_end(line, agreement)) is not None:
        worth.cut(reason, worth.cents)
        return
    if line.reclaims is not None:
        return  # It was judged when it counted the first time.
    if not line.evidence:
        worth.cut(NO_EVIDENCE, worth.cents)
    if line.related_party:
        market = line.stated.market_value_cents
        worth.limit(NO_MARKET_VALUE if market is None else ABOVE_MARKET, market or 0)
    parts = list(by_span(worth.cents, spans(line, agreement, organisation_id)))
    for lost, cents in not_counting(parts).items():
        if cents:
            worth.cut(lost, cents)


def _debt_after_end(line: CostLine, agreement: Agreement) -> Reason | None:
    """A debt that arose only after the end date is nobody's cost of the project (R-6)."""
    since = line.stated.owed_since or line.incurred_from
    if since <= agreement.end_date:
        return None
    return AFTER_END if line.incurred_from > agreement.end_date else DEBT_AFTER_END


def _limit_overhead(worths: Sequence[_Worth], agreement: Agreement) -> None:
    """Overhead counts up to `overhead_pct` of the claim's direct costs (R-6)."""
    direct = sum(worth.cents for worth in worths if not worth.line.stated.overhead)
    room = max(portion(agreement.overhead_pct, direct), 0)
    for worth in worths:
        if worth.line.stated.overhead:
            worth.limit(OVERHEAD, room)
            room -= worth.cents


class KindRoom:
    """What a claim finds left of each cost kind, line by line (R-8)."""

    def __init__(self, claim_id: str, agreement: Agreement, budget: BudgetUse) -> None:
        self._claim_id = claim_id
        self._agreement = agreement
        self._budget = budget
        self._taken: dict[CostKind, int] = {}
        self._limits: dict[tuple[CostKind, date], int | None] = {}

    def left(self, line: CostLine) -> int:
        """Of the limit in force on the line's incurred day; never below zero."""
        limit = self._limit(line.kind, line.incurred_from)
        if limit is None:
            return max(line.amount_cents, 0)
        used = self._budget.used_cents(line.kind, self._claim_id)
        return max(limit - used - self._taken.get(line.kind, 0), 0)

    def _limit(self, kind: CostKind, day: date) -> int | None:
        """HALF_UP(budget × (1 + free reallocation)); none where there is no budget at all."""
        if (kind, day) not in self._limits:
            budgeted = self._agreement.budget_on(kind, day)
            free = 1 + self._agreement.reallocation_free_pct
            self._limits[kind, day] = None if budgeted is None else portion(free, budgeted)
        return self._limits[kind, day]

    def take(self, line: CostLine, cents: int) -> None:
        """So much of the line counts."""
        self._taken[line.kind] = self._taken.get(line.kind, 0) + cents


def beyond_limit(claim: Claim, agreement: Agreement, budget: BudgetUse) -> Iterator[CostKind]:
    """The cost kinds of which more was accepted than is left (R-8)."""
    room = KindRoom(claim.claim_id, agreement, budget)
    lines = [(line, line.counted_cents) for line in claim.lines.values()]
    for line, cents in sorted(lines, key=lambda part: part[1] >= 0):
        if cents > 0 and cents > room.left(line):
            yield line.kind
        room.take(line, cents)
