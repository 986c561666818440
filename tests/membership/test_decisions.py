"""Decisions about members: suspended, reinstated, ended for good, also learned late (M-12)."""

from dataclasses import replace
from datetime import date

import pytest

from services.membership.domain.course import RESTATED
from services.membership.domain.refusals import (
    AlreadySuspended,
    FeeStillOwed,
    MembershipEnded,
    NotAMember,
    NotSuspended,
    OrganisationNotFound,
)
from services.membership.events.course import (
    MembershipReinstated,
    MembershipSuspended,
    MembershipTerminated,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.membership.examples import FLEUVE, stranger
from tests.membership.history import candidate, nothing
from tests.membership.members import (
    assessing,
    following,
    paying,
    reinstating,
    status,
    statuses,
    suspending,
    terminating,
    timers,
    told_right,
)
from tests.membership.test_course import (
    GRACE_1,
    LAPSE,
    LEAP_DAY,
    YEARS,
    in_grace,
    joined,
    lapsed,
    renewed,
)
from tests.support.spec import Given


def test_m11_a_suspension_takes_everything_and_stops_no_fee_year() -> None:
    here = in_grace.after(suspending(date(2025, 3, 10)))
    here.when(following(LAPSE)).then_nothing()
    assert statuses(here, date(2025, 3, 9), date(2025, 3, 10), LAPSE) == [
        "grace",
        "suspended",
        "suspended",
    ]
    back_on = date(2025, 5, 1)
    here.when(reinstating(back_on)).then_refused(FeeStillOwed)
    # A fee is settled all the same; it makes nobody active that is suspended.
    owing = here.after(assessing(2, back_on))
    owing.when(paying(2, back_on)).then_names("FeePaid")
    paid = owing.after(paying(2, back_on))
    assert status(paid, back_on) == "suspended"
    paid.when(reinstating(back_on)).then(
        MembershipReinstated(
            organisation_id=FLEUVE,
            effective_on=back_on,
            fee_year=None,
            covered_until=None,
            reason="the report came, fictitious",
            decided_by="officer-1",
        )
    )
    after = timers(paid.after(reinstating(back_on)), YEARS[2])
    assert statuses(after, date(2025, 4, 30), back_on, date(2026, 2, 27), YEARS[2]) == [
        "suspended",
        "active",
        "active",
        "grace",
    ]


def test_m12_a_suspension_that_is_learned_late_is_said_of_every_later_day() -> None:
    day = date(2025, 1, 10)
    here = timers(renewed, date(2025, 6, 1))
    events = here.when(suspending(day)).then_names("MembershipSuspended", "MembershipSuspended")
    assert events == [
        MembershipSuspended(
            organisation_id=FLEUVE,
            effective_on=day,
            reason="no annual report, fictitious",
            decided_by="officer-1",
        ),
        MembershipSuspended(
            organisation_id=FLEUVE, effective_on=GRACE_1, reason=RESTATED, decided_by=None
        ),
    ]
    lifted = here.after(suspending(day), reinstating(date(2025, 2, 1)))
    assert statuses(lifted, day, date(2025, 2, 1), GRACE_1) == ["suspended", "active", "active"]


def test_m12_a_termination_is_for_good() -> None:
    day = date(2025, 1, 10)
    ended = renewed.after(terminating(day))
    assert statuses(ended, date(2025, 1, 9), day, GRACE_1) == ["active", "terminated", "terminated"]
    [_, again] = renewed.when(terminating(day)).then_names(
        "MembershipTerminated", "MembershipTerminated"
    )
    assert again == MembershipTerminated(
        organisation_id=FLEUVE, effective_on=GRACE_1, reason=RESTATED, decided_by=None
    )
    ended.when(following(date(2026, 6, 1))).then_nothing()


def test_m12_decisions_count_by_their_day_in_whatever_order_they_are_learned() -> None:
    """A suspension of June is known; one of March and its end are learned after it."""
    here = renewed.after(
        suspending(date(2024, 6, 1)),
        suspending(date(2024, 3, 10)),
        reinstating(date(2024, 4, 1)),
    )
    assert statuses(
        here, date(2024, 3, 9), date(2024, 3, 10), date(2024, 4, 1), date(2024, 6, 1), GRACE_1
    ) == ["active", "suspended", "active", "suspended", "suspended"]
    assert told_right(here, LAPSE)


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (joined, replace(suspending(LEAP_DAY), by=stranger), OrganisationNotFound),
        (nothing, suspending(LEAP_DAY), OrganisationNotFound),
        (candidate, suspending(date(2020, 5, 9)), NotAMember),
        (joined, reinstating(date(2024, 3, 1)), NotSuspended),
        (lapsed, reinstating(date(2025, 5, 1)), FeeStillOwed),
        (candidate, reinstating(date(2020, 5, 9)), NotAMember),
        (candidate, terminating(date(2020, 5, 9)), NotAMember),
        (joined.after(terminating(date(2024, 3, 1))), terminating(LAPSE), MembershipEnded),
        (joined.after(terminating(date(2024, 3, 1))), assessing(2, LAPSE), MembershipEnded),
        (joined.after(suspending(LEAP_DAY)), suspending(date(2024, 3, 1)), AlreadySuspended),
    ],
)
def test_m12_decisions_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
