"""Civil dates are Toronto's, wherever the server stands; quarters tile the calendar."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.commands import Actor, Command
from shared.kernel.periods import (
    TORONTO,
    CivilDate,
    Quarter,
    QuarterLabel,
    civil_date,
    end_of_day,
    from_micros,
    parse_instant,
    quarters,
    rfc3339,
    rfc3339_micros,
    start_of_day,
    to_micros,
    years_after,
)

DAYS = st.dates(date(2000, 4, 1), date(2099, 12, 31))
INSTANTS = st.datetimes(
    datetime(2000, 1, 2),  # noqa: DTZ001 - hypothesis wants naive limits beside its zones
    datetime(2099, 12, 30),  # noqa: DTZ001
    timezones=st.builds(
        lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-840, 840)
    ),
)


@pytest.fixture(params=["UTC", "America/Toronto", "America/Vancouver", "Asia/Tokyo"])
def server_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


# Quarters


@given(DAYS)
def test_each_day_is_in_exactly_one_quarter_and_quarters_tile(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.start <= day < quarter.end
    assert quarter.end == quarter.next.start
    assert Quarter.of(quarter.start) == Quarter.of(quarter.end - timedelta(days=1)) == quarter
    assert Quarter.of(quarter.end) == quarter.next > quarter


@given(DAYS)
def test_a_label_is_read_back(day: date) -> None:
    quarter = Quarter.of(day)
    assert Quarter.parse(str(quarter)) == quarter
    assert TypeAdapter(QuarterLabel).validate_python(str(quarter)) == str(quarter)


@given(st.dates(date(2018, 1, 1), date(2030, 1, 1)), st.integers(-400, 2000))
def test_the_quarters_of_a_span_follow_each_other_without_gap(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    found = quarters(first, last)
    if days < 0:
        assert found == []
        return
    assert found[0] == Quarter.of(first)
    assert found[-1] == Quarter.of(last)
    assert all(one.next == other for one, other in pairwise(found))


def test_the_fiscal_year_begins_in_april() -> None:
    labels = ["2019-20Q4", "2020-21Q1", "2020-21Q2", "2020-21Q3", "2020-21Q4"]
    assert [str(quarter) for quarter in quarters(date(2020, 3, 31), date(2021, 1, 1))] == labels
    assert str(Quarter(2099, 1)) == "2099-00Q1"
    assert Quarter(2020, 4).start == date(2021, 1, 1)


@pytest.mark.parametrize(
    "label",
    [
        "2020-21Q0", "2020-21Q5", "2020-22Q1", "2020-20Q1", "2020-2021Q1", "20-21Q1", "2020-21q1",
        "2020-21Q1\n", " 2020-21Q1", "1999-00Q1", "2100-01Q1", "\u0662020-21Q1",
        "2020-21Q\uff11", "",
    ],
)  # fmt: skip
def test_what_is_no_quarter_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="2020-21Q1"):
        Quarter.parse(label)
    with pytest.raises(ValidationError):
        TypeAdapter(QuarterLabel).validate_python(label)


@given(DAYS)
def test_a_civil_date_of_a_form_has_an_end_and_a_quarter(day: date) -> None:
    taken = TypeAdapter(CivilDate).validate_python(day)
    assert end_of_day(taken) > start_of_day(taken)
    assert Quarter.parse(str(Quarter.of(taken))).end > taken


@pytest.mark.parametrize("day", [date.min, date(2000, 3, 31), date(2100, 1, 1), date.max])
def test_a_date_outside_the_calendar_is_refused_in_a_form(day: date) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(CivilDate).validate_python(day)


# Civil dates and clock changes


@given(DAYS)
def test_a_day_lasts_23_24_or_25_hours_and_days_tile(day: date) -> None:
    begin, end = start_of_day(day), end_of_day(day)
    assert end - begin in {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}
    assert end == start_of_day(day + timedelta(days=1))
    assert civil_date(begin) == civil_date(end - timedelta(microseconds=1)) == day
    assert civil_date(end) == day + timedelta(days=1)
    assert begin.tzinfo is end.tzinfo is UTC


def test_the_days_of_the_clock_changes_are_23_and_25_hours_long() -> None:
    for day, hours in ((date(2025, 3, 9), 23), (date(2025, 11, 2), 25), (date(2025, 7, 1), 24)):
        assert end_of_day(day) - start_of_day(day) == timedelta(hours=hours)


@given(INSTANTS)
def test_a_civil_date_depends_on_the_instant_and_not_on_its_zone(instant: datetime) -> None:
    assert civil_date(instant) == civil_date(instant.astimezone(UTC))
    assert civil_date(instant) == instant.astimezone(TORONTO).date()


def test_the_hour_that_occurs_twice_is_one_day() -> None:
    once = datetime(2025, 11, 2, 1, 30, tzinfo=TORONTO)
    again = once.replace(fold=1)
    assert rfc3339(once) == "2025-11-02T05:30:00.000000Z"
    assert rfc3339(again) == "2025-11-02T06:30:00.000000Z"
    assert civil_date(once) == civil_date(again) == date(2025, 11, 2)


@pytest.mark.usefixtures("server_zone")
def test_case_013_the_evening_of_30_june_wherever_the_server_stands() -> None:
    entered = parse_instant("2025-07-01T01:30:00Z")
    assert civil_date(entered) == date(2025, 6, 30)
    assert str(Quarter.of(civil_date(entered))) == "2025-26Q1"
    assert str(Quarter.of(date(2025, 7, 1))) == "2025-26Q2"
    assert civil_date(parse_instant("2025-07-01T06:30:00Z")) == date(2025, 7, 1)
    last = civil_date(parse_instant("2026-04-01T03:59:59Z"))
    assert (last, str(Quarter.of(last))) == (date(2026, 3, 31), "2025-26Q4")
    assert str(Quarter.of(civil_date(parse_instant("2026-04-01T04:00:00Z")))) == "2026-27Q1"


@pytest.mark.usefixtures("server_zone")
def test_instants_are_the_same_wherever_the_server_stands() -> None:
    instant = parse_instant("2025-06-30T23:30:00-04:00")
    assert rfc3339(instant) == "2025-07-01T03:30:00.000000Z"
    assert to_micros(instant) == 1_751_340_600_000_000
    assert from_micros(1_751_340_600_000_000) == instant
    assert start_of_day(date(2025, 1, 1)) == parse_instant("2025-01-01T05:00:00Z")


@pytest.mark.parametrize(
    ("quarter_end", "due", "too_late"),
    [
        (date(2025, 6, 30), date(2025, 8, 14), "2025-08-15T04:00:00Z"),
        (date(2025, 9, 30), date(2025, 11, 14), "2025-11-15T05:00:00Z"),
        (date(2025, 12, 31), date(2026, 2, 14), "2026-02-15T05:00:00Z"),
        (date(2026, 3, 31), date(2026, 5, 15), "2026-05-16T04:00:00Z"),
    ],
)
@pytest.mark.usefixtures("server_zone")
def test_case_014_due_at_the_end_of_the_day_in_toronto(
    quarter_end: date, due: date, too_late: str
) -> None:
    assert Quarter.of(quarter_end).end == quarter_end + timedelta(days=1)
    assert quarter_end + timedelta(days=45) == due
    assert end_of_day(due) == parse_instant(too_late)
    assert civil_date(parse_instant(too_late) - timedelta(microseconds=1)) == due


def test_case_016_day_90_is_counted_in_days_across_the_clock_change() -> None:
    submitted = parse_instant("2026-01-15T21:30:00-05:00")
    last = civil_date(submitted) + timedelta(days=90)
    assert last == date(2026, 4, 15)
    paid = parse_instant("2026-04-16T02:45:00Z")
    assert paid > submitted + timedelta(days=90)
    assert civil_date(paid) == last
    assert paid < end_of_day(last) == parse_instant("2026-04-16T04:00:00Z")


def test_case_037_sixty_days_of_grace_end_with_the_sixtieth_day() -> None:
    first = date(2025, 2, 28)
    lapsed = end_of_day(first + timedelta(days=59))
    assert lapsed == parse_instant("2025-04-29T00:00:00-04:00")


def test_a_command_is_effective_on_the_day_in_toronto() -> None:
    instant = parse_instant("2025-07-01T01:30:00Z")
    command = Command(by=Actor(person="officer-1"), now=instant, effective_at=instant)
    assert command.effective_on == date(2025, 6, 30)


# Instants


@given(INSTANTS)
def test_an_instant_has_one_spelling_and_is_read_back(instant: datetime) -> None:
    text = rfc3339(instant)
    assert text == instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC
    assert from_micros(to_micros(instant)) == instant
    assert rfc3339_micros(to_micros(instant)) == text


@given(INSTANTS, INSTANTS)
def test_the_order_of_instants_is_that_of_their_spellings_and_numbers(
    one: datetime, other: datetime
) -> None:
    assert (one < other) == (rfc3339(one) < rfc3339(other)) == (to_micros(one) < to_micros(other))


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-20T13:00:00", "2020-07-20", "2020-07-20T13:00Z", "20200720T130000Z",
        "2020-W30-1T13:00:00Z", "2020-07-20 13:00:00Z", "2020-07-20T13:00:00,5Z",
        "2020-07-20T13:00:00.1234567Z", "2020-07-20T13:00:00.Z", "2020-07-20T13:00:00+0400",
        "2020-07-20T13:00:00+04", "2020-07-20T13:00:00+04:00:01", "2020-07-20T13:00:00+24:00",
        "2020-07-20T13:00:00Z\n", " 2020-07-20T13:00:00Z", "2020-07-20T24:00:00Z",
        "2020-06-30T23:59:60Z", "2021-02-29T00:00:00Z", "\uff12020-07-20T13:00:00Z", "1", "", "now",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T00:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_of_this_century_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_case_032_the_same_instant_in_two_spellings() -> None:
    wanted = datetime(2025, 7, 1, 3, 30, tzinfo=UTC)
    for text in (
        "2025-06-30T23:30:00-04:00",
        "2025-07-01T03:30:00z",
        "2025-07-01t03:30:00.0+00:00",
    ):
        assert parse_instant(text) == wanted


class _NoOffset(tzinfo):
    def utcoffset(self, _: datetime | None) -> None:
        return None

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> None:
        return None


@pytest.mark.parametrize("zone", [None, _NoOffset()])
@pytest.mark.usefixtures("server_zone")
def test_a_naive_instant_is_refused_and_never_read_as_the_servers(zone: tzinfo | None) -> None:
    naive = datetime(2025, 6, 30, 23, 30, tzinfo=zone)
    for reader in (civil_date, rfc3339):
        with pytest.raises(ValueError, match="offset"):
            reader(naive)
    with pytest.raises(TypeError):
        to_micros(naive)


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2096, 2, 29), 4, date(2100, 2, 28)),
        (date(2025, 2, 28), 3, date(2028, 2, 28)),
        (date(2021, 3, 31), 7, date(2028, 3, 31)),
    ],
)
def test_a_day_some_years_later_is_the_same_day(day: date, years: int, then: date) -> None:
    assert years_after(day, years) == then
