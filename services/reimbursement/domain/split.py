"""Dividing an amount over days, so that the parts always add up (R-18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from shared.kernel.money import half_up

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What falls on some days of a longer time; both days inclusive, in cents."""

    first: date
    last: date
    amount_cents: int


def split_by_days(
    amount_cents: int, first: date, last: date, cuts: Iterable[date]
) -> Sequence[Part]:
    """Cut an amount before each of these days, in proportion to calendar days.

    Each running total is rounded HALF_UP and the parts are its steps, so that they add up exactly.
    """
    starts = [first, *sorted({cut for cut in cuts if first < cut <= last})]
    days = (last - first).days + 1
    parts: list[Part] = []
    before = 0
    for start, following in zip(starts, [*starts[1:], last + _DAY], strict=True):
        so_far = half_up(Fraction(amount_cents * (following - first).days, days))
        parts.append(Part(start, following - _DAY, so_far - before))
        before = so_far
    return parts
