"""Fee years: half-open, counted from the admission date, never from each other (M-11, C-037)."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class FeeYear:
    """One year of membership that one fee covers."""

    number: int
    """1 begins with the admission."""
    start: date
    end: date
    """Exclusive: the first day of the next fee year."""


def anniversary(admitted_on: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th in common years (M-12)."""
    year = admitted_on.year + years
    if (admitted_on.month, admitted_on.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return admitted_on.replace(year=year)


def fee_year(admitted_on: date, number: int) -> FeeYear:
    """The fee year of this number, from 1 on."""
    return FeeYear(number, anniversary(admitted_on, number - 1), anniversary(admitted_on, number))


def fee_year_on(admitted_on: date, day: date) -> FeeYear:
    """The one fee year that a day from the admission on falls in."""
    assert day >= admitted_on, "no fee year begins before the admission"
    number = day.year - admitted_on.year
    return fee_year(admitted_on, number + (day >= anniversary(admitted_on, number)))


def grace_day(uncovered_from: date, day: date) -> int:
    """Which day of grace a day is; 1 is the first day that no fee covers (M-11)."""
    return (day - uncovered_from).days + 1


def lapses_on(uncovered_from: date, grace_days: int) -> date:
    """The day after the last of grace: an unpaid membership lapses as it begins in Toronto."""
    return uncovered_from + timedelta(days=grace_days)
