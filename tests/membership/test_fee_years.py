"""Fee years tile: no gap, no overlap, no drift (M-11, C-037)."""

from datetime import date

from hypothesis import given as drawn
from hypothesis import strategies as st

from services.membership.domain.fee_years import fee_year

LEAP_DAY = date(2024, 2, 29)


def test_c037_who_joined_on_29_february_keeps_that_day() -> None:
    years = [fee_year(LEAP_DAY, number) for number in range(1, 6)]
    assert [year.start for year in years] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]
    lengths = [(year.end - year.start).days for year in years[:4]]
    assert lengths == [365, 365, 365, 366]
    assert sum(lengths) == 1461


ADMISSIONS = st.one_of(
    st.dates(date(2018, 1, 1), date(2099, 12, 31)),
    st.integers(0, 19).map(lambda cycle: date(2020 + 4 * cycle, 2, 29)),
)


@drawn(ADMISSIONS, st.integers(1, 60))
def test_m11_fee_years_tile_with_no_gap_and_no_overlap(admitted_on: date, number: int) -> None:
    assert fee_year(admitted_on, 1).start == admitted_on
    assert fee_year(admitted_on, number).end == fee_year(admitted_on, number + 1).start
    assert (fee_year(admitted_on, number).end - fee_year(admitted_on, number).start).days in (
        365,
        366,
    )
