"""What holds for any admission date, and for any course of fees, decisions and late facts."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given as drawn
from hypothesis import strategies as st

from services.membership.domain.course import settled_years
from services.membership.domain.fee_years import fee_year, number_on
from services.membership.domain.folding import evolve
from services.membership.domain.organisation import Organisation
from services.membership.domain.standing import status_at
from services.membership.events.course import (
    GracePeriodStarted,
    MemberAdmitted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewed,
    MembershipSuspended,
    MembershipTerminated,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.membership.examples import FLEUVE_STREAM
from tests.membership.members import (
    admitted,
    assessing,
    organisation_of,
    paying,
    reinstating,
    reversing,
    suspending,
    terminating,
    timers,
    told_right,
    waiving,
)
from tests.support.spec import Given

ADMISSIONS = st.dates(date(2020, 6, 1), date(2060, 12, 31))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "assess", "pay", "pay", "pay late", "waive", "bounce", "mistake", "suspend",
                "reinstate", "timers", "timers", "terminate",
            ]
        ),
        st.integers(1, 4),
        st.integers(0, 400),
    ),
    max_size=14,
)  # fmt: skip
"""What happens, to which fee year, and how many days after the step before it."""


@drawn(ADMISSIONS)
def test_m11_fee_years_tile_without_gap_or_overlap_for_any_admission_date(on: date) -> None:
    years = [fee_year(on, number) for number in range(1, 12)]
    assert years[0].start == on
    for this, following in pairwise(years):
        assert this.end == following.start
        assert this.start < this.end
        assert (this.end - this.start).days in (365, 366)
        same_day = (following.start.month, following.start.day) == (on.month, on.day)
        assert same_day or (on.month, on.day) == (2, 29)


@drawn(ADMISSIONS, st.integers(0, 15_000))
def test_m11_every_day_from_the_admission_on_is_in_exactly_one_fee_year(
    on: date, later: int
) -> None:
    day = on + timedelta(days=later)
    number = number_on(on, day)
    inside = [
        other
        for other in range(max(number - 1, 1), number + 2)
        if fee_year(on, other).start <= day < fee_year(on, other).end
    ]
    assert inside == [number]


def asked(step: str, year: int, day: date, here: Given) -> list[Command]:
    """What a step asks on a day."""
    fee = organisation_of(here).fees.get(year)
    reference = fee.payments[-1].reference if fee and fee.payments else None
    owed_cents = fee.outstanding_cents if fee else 1
    asks: dict[str, list[Command]] = {
        "assess": [assessing(year, day)],
        "pay": [assessing(year, day), paying(year, day, max(owed_cents, 1))],
        "pay late": [paying(year, day - timedelta(days=70), max(owed_cents, 1), recorded=day)],
        "waive": [waiving(year, day)],
        "bounce": [reversing(year, day, reference)],
        "mistake": [reversing(year, day, mistake="assessment")],
        "suspend": [suspending(day)],
        "reinstate": [reinstating(day)],
        "terminate": [terminating(day)],
    }
    return asks[step]


def taken(here: Given, command: Command) -> Given:
    """The history after a command, or as it was where it is refused.

    Whoever listens event by event hears "active" of no day that is not active in the end.
    """
    try:
        after = here.after(command)
    except Refusal:
        return here
    organisation, told = organisation_of(here), here.history[FLEUVE_STREAM]
    for event in after.history[FLEUVE_STREAM][len(told) :]:
        organisation = evolve(organisation, event)  # type: ignore[arg-type]
        for day in (command.effective_on, command.effective_on + timedelta(days=400)):
            now, before, then = (
                one.status_on(day)
                for one in (organisation, organisation_of(here), organisation_of(after))
            )
            assert now != "active" or "active" in (before, then)
    return after


@drawn(st.dates(date(2023, 2, 20), date(2024, 3, 5)), STEPS)
def test_m11_m12_the_timeline_always_says_what_follows(
    on: date, steps: list[tuple[str, int, int]]
) -> None:
    here, day = admitted(on), on
    for step, year, later in steps:
        day += timedelta(days=later)
        if step == "timers":
            here = timers(here, day)
            assert told_right(here, day)
            continue
        for command in asked(step, year, day, here):
            here = taken(here, command)
    here = timers(here, day)
    assert told_right(here, day)
    assert_one_fee_a_period(organisation_of(here))
    assert by_the_rule(here, on, day)


def assert_one_fee_a_period(organisation: Organisation) -> None:
    """Settled years never overlap, and each has one assessment that counts (C-037)."""
    assert organisation.membership is not None
    years = [year for _, year in settled_years(organisation.membership, organisation.fees)]
    assert len({year.number for year in years}) == len(years)
    assert all(this.end <= following.start for this, following in pairwise(years))


def by_the_rule(here: Given, first: date, last: date) -> bool:
    """A listener that knows nothing but M-12 tells the same status of every day."""
    heard: list[tuple[date, str]] = []
    for event in here.history[FLEUVE_STREAM]:
        match event:
            case MemberAdmitted():
                heard.append((event.admitted_on, "active"))
            case MembershipRenewed() | MembershipReinstated():
                heard.append((event.effective_on, "active"))
            case GracePeriodStarted():
                heard.append((event.effective_on, "grace"))
            case MembershipLapsed():
                heard.append((event.effective_on, "lapsed"))
            case MembershipSuspended():
                heard.append((event.effective_on, "suspended"))
            case MembershipTerminated():
                heard.append((event.effective_on, "terminated"))
            case _:
                pass
    ordered = sorted(heard, key=lambda entry: entry[0])
    organisation = organisation_of(here)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return all(
        [status for since, status in ordered if since <= day][-1] == organisation.status_on(day)
        for day in days
    )


@drawn(st.permutations(range(3)))
def test_m12_payments_learned_in_any_order_tell_one_story(order: list[int]) -> None:
    """Three renewals, each paid on its day: whichever is recorded first, the days are the same."""
    on = date(2022, 3, 1)
    paid = [date(2023, 2, 1), date(2024, 4, 15), date(2025, 8, 1)]
    here = admitted(on)
    for number in range(3):
        here = here.after(assessing(number + 2, fee_year(on, number + 2).start - timedelta(days=5)))
    recorded = date(2025, 9, 1)
    for number in order:
        here = here.after(paying(number + 2, paid[number], recorded=recorded))
    here = timers(here, recorded)
    days = [on + timedelta(days=number) for number in range((recorded - on).days + 1)]
    told = [status_at(organisation_of(here).timeline, day) for day in days]
    spans = [
        (first, status)
        for first, status, before in zip(days, told, [None, *told], strict=False)
        if status != before
    ]
    assert spans == [
        (on, "active"),
        (date(2024, 3, 1), "grace"),
        (date(2024, 4, 15), "active"),
        (date(2025, 3, 1), "grace"),
        (date(2025, 4, 30), "lapsed"),
        (date(2025, 8, 1), "active"),
    ]
