"""Which of a line's days count, why others don't, and what falls on each rate (R-4, R-6, R-10)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.cost_line import CostLine
from shared.kernel.money import half_up


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not count: the rule, and a code for the form."""

    rule: str
    code: str


BEFORE_START = Reason("R-6", "before_start")
AFTER_END = Reason("R-6", "after_end")
WITHDRAWN = Reason("R-6", "after_withdrawal")
SUSPENDED = Reason("R-10", "suspended")
ABROAD = Reason("R-4", "abroad")


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row that share their fate; both inclusive. No reason: they count."""

    first: date
    last: date
    reason: Reason | None

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


def spans(line: CostLine, agreement: Agreement, organisation_id: str) -> Sequence[Span]:
    """The line's days, cut wherever their fate changes (R-18)."""

    def reason_of(day: date) -> Reason | None:
        if day < agreement.first_eligible_day(organisation_id):
            return BEFORE_START
        if day > agreement.end_date:
            return AFTER_END
        if day > agreement.last_eligible_day(organisation_id):
            return WITHDRAWN
        if agreement.suspended_on(day):
            return SUSPENDED
        abroad = any(days.first <= day <= days.last for days in line.stated.abroad)
        return ABROAD if abroad else None

    found = []
    for reason, days in groupby(_days(line.incurred_from, line.incurred_to), reason_of):
        run = list(days)
        found.append(Span(run[0], run[-1], reason))
    return found


def by_span(cents: int, parts: Sequence[Span]) -> Iterator[tuple[Span, int]]:
    """An amount over days in proportion; running totals are rounded, so the parts add up."""
    total, so_far, before = sum(part.days for part in parts), 0, 0
    for part in parts:
        so_far += part.days
        reached = half_up(Fraction(cents * so_far, total))
        yield part, reached - before
        before = reached


def counted_parts(
    line: CostLine, cents: int, agreement: Agreement, organisation_id: str
) -> Iterator[tuple[Span, Fraction, int]]:
    """What counts of a line by days and the rate in force on them; the parts add up (R-18).

    It falls on the days that count; where a person accepted a cost without such days, on all.
    """
    whole = spans(line, agreement, organisation_id)
    counting = [span for span in whole if span.reason is None] or whole
    changes = agreement.rate_changes(organisation_id, line.kind)
    pieces = [piece for span in counting for piece in _cut(span, changes)]
    for piece, amount in by_span(cents, pieces):
        yield piece, agreement.rate_on(organisation_id, line.kind, piece.first), amount


def not_counting(parts: Sequence[tuple[Span, int]]) -> Mapping[Reason, int]:
    """By reason, what falls on days that don't count, in cents."""
    lost: dict[Reason, int] = {}
    for span, cents in parts:
        if span.reason is not None:
            lost[span.reason] = lost.get(span.reason, 0) + cents
    return lost


def _cut(span: Span, changes: frozenset[date]) -> Iterator[Span]:
    starts = [span.first, *sorted(day for day in changes if span.first < day <= span.last)]
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        last = span.last if following is None else following - timedelta(days=1)
        yield Span(start, last, span.reason)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
