"""Civil dates in America/Toronto and the federal fiscal quarters that are cut from them."""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

TORONTO = ZoneInfo("America/Toronto")

CivilDate: TypeAlias = Annotated[date, Field(ge=date(2000, 4, 1), lt=date(2100, 1, 1))]
"""A business date in a form: inside the calendar, so its day has an end and its quarter a label."""

_QUARTER = re.compile(r"(20[0-9]{2})-([0-9]{2})Q([1-4])")


def civil_date(instant: datetime) -> date:
    """The civil day in America/Toronto that an instant falls in. Raises ValueError if naive."""
    if instant.utcoffset() is None:
        raise ValueError("an instant has an offset")
    return instant.astimezone(TORONTO).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a civil day in America/Toronto, in UTC."""
    return datetime.combine(day, time(), TORONTO).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The first instant after a civil day: a deadline of that day ends just before (X11)."""
    return start_of_day(day + timedelta(days=1))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th in common years (M-12)."""
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A fiscal quarter, half-open: Q1 April to June … Q4 January to March (R-3)."""

    year: int
    """The calendar year in which the fiscal year begins."""
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter that a civil day belongs to."""
        year = day.year if day.month >= 4 else day.year - 1
        return cls(year, (day.month - 4) % 12 // 3 + 1)

    @classmethod
    def parse(cls, label: str) -> "Quarter":
        """Read a label such as `2020-21Q1`. Raises ValueError."""
        found = _QUARTER.fullmatch(label)
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            raise ValueError("a fiscal quarter such as 2020-21Q1")
        return cls(int(found[1]), int(found[3]))

    def __str__(self) -> str:
        """The label: `2020-21Q1`."""
        return f"{self.year}-{(self.year + 1) % 100:02d}Q{self.number}"

    @property
    def start(self) -> date:
        """The first day."""
        month = self.number * 3 + 1
        return date(self.year, month, 1) if month <= 12 else date(self.year + 1, 1, 1)

    @property
    def end(self) -> date:
        """The first day after the quarter (exclusive)."""
        return self.next.start

    @property
    def next(self) -> "Quarter":
        """The quarter that follows."""
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)


def quarters(first: date, last: date) -> list[Quarter]:
    """All quarters from the one of `first` to the one of `last`, both inclusive."""
    found = [Quarter.of(first)]
    while found[-1].end <= last:
        found.append(found[-1].next)
    return found if first <= last else []


def _quarter_label(label: str) -> str:
    return str(Quarter.parse(label))


QuarterLabel: TypeAlias = Annotated[
    str,
    Field(pattern=r"^20[0-9]{2}-[0-9]{2}Q[1-4]$", examples=["2020-21Q1"]),
    AfterValidator(_quarter_label),
]
"""A fiscal quarter as it is written in events and bodies."""


_INSTANT = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def rfc3339(instant: datetime) -> str:
    """An instant in UTC with microseconds and `Z`, its only spelling. Naive: ValueError."""
    if instant.utcoffset() is None:
        raise ValueError("an instant has an offset")
    return f"{instant.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def rfc3339_micros(micros: int) -> str:
    """The same spelling of an instant that is given as microseconds since 1970."""
    seconds, rest = divmod(micros, 1_000_000)
    return f"{_to_the_second(seconds)}.{rest:06d}Z"


@lru_cache(maxsize=64)
def _to_the_second(seconds: int) -> str:
    """Events come many a second, and of few seconds at a time."""
    return rfc3339(from_micros(seconds * 1_000_000)).partition(".")[0]


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant of this century with an offset.

    Raises ValueError for anything else, more than microseconds included.
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError("an instant such as 2020-07-20T13:00:00Z")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 in UTC: how both databases store an instant, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The instant of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)
