"""Fee years: half-open, counted from the admission date, never from each other (M-11, C-037)."""

from dataclasses import dataclass
from datetime import date

from shared.kernel.periods import years_after


@dataclass(frozen=True, slots=True)
class FeeYear:
    """One year of membership that one fee covers."""

    number: int
    """1 begins with the admission."""
    start: date
    end: date
    """Exclusive: the first day of the next fee year."""


def fee_year(admitted_on: date, number: int) -> FeeYear:
    """The fee year of this number, from 1 on."""
    return FeeYear(number, years_after(admitted_on, number - 1), years_after(admitted_on, number))


def number_on(admitted_on: date, day: date) -> int:
    """The number of the fee year that a day falls in; 1 also for a day before the admission."""
    number = max(day.year - admitted_on.year, 0) + 1
    return number if number == 1 or fee_year(admitted_on, number).start <= day else number - 1
