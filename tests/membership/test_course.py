"""Renewal, grace, lapse and what follows from late facts: fee years tile, nothing drifts (M-11)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from services.membership.domain.refusals import (
    FeeNotAssessed,
    FeeOverpaid,
    FeeYearAlreadyAssessed,
    FeeYearOutOfOrder,
    FeeYearOver,
    NoSuchPayment,
    NothingToReverse,
    OrganisationNotFound,
    PaymentNotNamed,
    PaymentReferenceUsed,
    ReversalByAssessor,
)
from services.membership.events.course import (
    GracePeriodStarted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewalDue,
    MembershipRenewed,
)
from services.membership.events.fees import FeeAssessed, FeePaymentReversed
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.membership.examples import FLEUVE, attest, officer, stranger
from tests.membership.history import applicant, candidate, nothing
from tests.membership.members import (
    FAR,
    admitted,
    assessing,
    following,
    organisation_of,
    paying,
    reversing,
    spoken,
    status,
    statuses,
    timers,
    told_right,
    waiving,
)
from tests.support.spec import Given

LEAP_DAY = date(2024, 2, 29)
YEARS = [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28)]
"""The starts of the first four fee years of who joined on a 29 February (C-037)."""
FIFTH = date(2028, 2, 29)
GRACE_1, GRACE_60, LAPSE = date(2025, 2, 28), date(2025, 4, 28), date(2025, 4, 29)

joined = admitted(LEAP_DAY)
in_grace = timers(joined, GRACE_1)
lapsed = timers(joined, LAPSE)
second = joined.after(assessing(2, date(2025, 1, 15)))
"""Its second year is assessed in time."""
renewed = second.after(paying(2, date(2025, 2, 1)))

grace_started = GracePeriodStarted(
    organisation_id=FLEUVE,
    effective_on=GRACE_1,
    fee_year=2,
    covered_until=GRACE_1,
    last_day=GRACE_60,
)
membership_lapsed = MembershipLapsed(
    organisation_id=FLEUVE, effective_on=LAPSE, fee_year=2, covered_until=GRACE_1
)


def test_c037_the_anniversary_of_29_february_does_not_drift() -> None:
    here, starts = joined, [LEAP_DAY]
    for number in range(2, 6):
        on = starts[-1] + timedelta(days=30)
        here = here.after(assessing(number, on))
        [_, event] = here.when(paying(number, on)).then_names("FeePaid", "MembershipRenewed")
        assert isinstance(event, MembershipRenewed)
        assert event.effective_on == event.covered_from
        starts.append(event.covered_from)
        here = here.after(paying(number, on))
    assert starts == [*YEARS, FIFTH]
    lengths = [(end - start).days for start, end in pairwise(starts)]
    assert (lengths, sum(lengths)) == ([365, 365, 365, 366], 1461)


def test_c037_grace_has_sixty_days_and_the_lapse_begins_on_the_day_after() -> None:
    joined.when(following(GRACE_1)).then(
        MembershipRenewalDue(
            organisation_id=FLEUVE,
            effective_on=date(2024, 12, 30),
            fee_year=2,
            covered_until=GRACE_1,
        ),
        grace_started,
    )
    in_grace.when(following(GRACE_60)).then_nothing()
    in_grace.when(following(LAPSE)).then(membership_lapsed)
    assert (GRACE_60 - GRACE_1).days + 1 == 60
    days = [date(2025, 2, 27), GRACE_1, GRACE_60, LAPSE, date(2035, 1, 1)]
    assert statuses(lapsed, *days) == ["active", "grace", "grace", "lapsed", "lapsed"]


def test_x11_nothing_is_said_before_its_day_and_nothing_twice() -> None:
    joined.when(following(date(2024, 12, 29))).then_nothing()
    joined.when(following(date(2024, 12, 30))).then_names("MembershipRenewalDue")
    joined.after(following(date(2024, 12, 30))).when(following(date(2025, 2, 27))).then_nothing()
    in_grace.when(following(GRACE_1)).then_nothing()
    lapsed.when(following(date(2030, 1, 1))).then_nothing()


def test_m11_a_renewal_paid_ahead_begins_where_the_paid_time_ends() -> None:
    renewed_event = MembershipRenewed(
        organisation_id=FLEUVE,
        effective_on=GRACE_1,
        fee_year=2,
        covered_from=GRACE_1,
        covered_until=YEARS[2],
    )
    [_, event] = second.when(paying(2, date(2025, 2, 1))).then_names("FeePaid", "MembershipRenewed")
    assert event == renewed_event
    after = timers(renewed, date(2025, 12, 1))
    assert statuses(after, date(2025, 2, 27), GRACE_1, LAPSE) == ["active"] * 3


def test_m11_a_renewal_paid_in_grace_extends_from_the_old_end() -> None:
    here = in_grace.after(assessing(2, GRACE_1))
    day = date(2025, 4, 28)
    [_, event] = here.when(paying(2, day)).then_names("FeePaid", "MembershipRenewed")
    assert isinstance(event, MembershipRenewed)
    assert (event.covered_from, event.covered_until) == (GRACE_1, YEARS[2])
    assert event.effective_on == day
    paid = timers(here.after(paying(2, day)), YEARS[2])
    assert statuses(paid, GRACE_1, date(2025, 4, 27), day, LAPSE) == [
        "grace",
        "grace",
        "active",
        "active",
    ]
    assert statuses(paid, date(2026, 2, 27), YEARS[2]) == ["active", "grace"]


def test_m11_a_fee_paid_after_the_lapse_reinstates_and_no_anniversary_moves() -> None:
    here = lapsed.after(assessing(2, LAPSE))
    day = date(2025, 6, 10)
    [_, event] = here.when(paying(2, day)).then_names("FeePaid", "MembershipReinstated")
    assert event == MembershipReinstated(
        organisation_id=FLEUVE,
        effective_on=day,
        fee_year=2,
        covered_until=YEARS[2],
        reason=None,
        decided_by=None,
    )
    back = here.after(paying(2, day))
    assert statuses(back, date(2025, 6, 9), day) == ["lapsed", "active"]


def test_m11_a_waiver_renews_like_a_payment() -> None:
    second.when(waiving(2, date(2025, 2, 1))).then_names("FeeWaived", "MembershipRenewed")


def test_m11_several_terms_are_paid_for_one_after_the_other() -> None:
    day = date(2025, 2, 1)
    here = second.after(paying(2, day), assessing(3, day), paying(3, day))
    assert status(timers(here, date(2027, 2, 27)), date(2027, 2, 27)) == "active"
    assert status(timers(here, YEARS[3]), YEARS[3]) == "grace"


def test_m11_who_comes_back_years_later_pays_for_the_year_of_its_return() -> None:
    day = date(2027, 6, 1)
    here = timers(joined, day)
    here.when(assessing(3, day)).then_refused(FeeYearOver)
    back = here.after(assessing(4, day), paying(4, day))
    assert statuses(back, date(2027, 5, 31), day, date(2028, 2, 28)) == [
        "lapsed",
        "active",
        "active",
    ]


def test_m12_a_payment_that_is_learned_late_leaves_no_lapse_behind() -> None:
    here = lapsed.after(assessing(2, date(2025, 4, 1)))
    late = paying(2, date(2025, 4, 20), recorded=date(2025, 5, 20))
    events = here.when(late).then_names("FeePaid", "MembershipReinstated", "MembershipRenewed")
    assert [getattr(event, "effective_on", None) for event in events] == [
        None,
        LAPSE,
        date(2025, 4, 20),
    ]
    after = here.after(late)
    assert statuses(after, date(2025, 4, 19), date(2025, 4, 20), LAPSE) == [
        "grace",
        "active",
        "active",
    ]
    assert told_right(after, date(2026, 2, 27))


def test_m11_a_reversal_takes_back_only_the_year_that_it_paid() -> None:
    day = date(2025, 8, 10)
    two = renewed.after(assessing(3, date(2025, 7, 1)), paying(3, date(2025, 7, 1)))
    here = timers(two, day)
    undo = reversing(2, day, "bank-2-2025-02-01")
    reversal, *events = here.when(undo).then_names(
        "FeePaymentReversed", "MembershipLapsed", "GracePeriodStarted"
    )
    assert reversal == FeePaymentReversed(
        organisation_id=FLEUVE,
        fee_year=2,
        amount_cents=50_000,
        reference="bank-2-2025-02-01",
        mistake="payment",
        covered_from=GRACE_1,
        covered_until=YEARS[2],
        reversed_on=day,
        reason="the bank took it back, fictitious",
        reversed_by="finance-1",
    )
    assert events == [membership_lapsed, grace_started]
    after = here.after(undo)
    assert statuses(after, date(2025, 2, 27), GRACE_1, LAPSE, day) == [
        "active",
        "grace",
        "lapsed",
        "lapsed",
    ]
    assert statuses(after, date(2026, 2, 27), YEARS[2]) == ["lapsed", "active"]
    assert told_right(after, date(2027, 2, 27))


def test_m11_what_was_taken_back_is_owed_again_and_may_be_paid_again() -> None:
    day = date(2025, 8, 10)
    here = timers(renewed, day).after(reversing(2, day, "bank-2-2025-02-01"))
    assert organisation_of(here).fees[2].outstanding_cents == 50_000
    # The bank's old report, read again, is no new payment.
    here.when(paying(2, date(2025, 2, 1), recorded=day)).then_refused(PaymentReferenceUsed)
    back = here.after(paying(2, date(2025, 9, 1)))
    assert statuses(back, date(2025, 8, 31), date(2025, 9, 1)) == ["lapsed", "active"]


def test_m12_a_reinstatement_effective_later_outlives_a_reversal_effective_earlier() -> None:
    back_on = date(2025, 6, 10)
    here = timers(lapsed.after(assessing(2, LAPSE), paying(2, back_on)), date(2025, 9, 1))
    after = here.after(reversing(1, date(2024, 6, 1), f"bank-1-{LEAP_DAY}"))
    assert statuses(after, LEAP_DAY, date(2024, 4, 28), date(2024, 4, 29)) == [
        "grace",
        "grace",
        "lapsed",
    ]
    assert statuses(after, GRACE_1, LAPSE, date(2025, 6, 9)) == ["lapsed"] * 3
    assert statuses(after, back_on, date(2025, 9, 1)) == ["active", "active"]


def test_m11_a_mistaken_assessment_is_taken_back_and_assessed_anew() -> None:
    day = date(2025, 3, 10)
    here = timers(renewed, day)
    wrong = reversing(2, day, mistake="assessment")
    here.when(wrong).then_names("FeePaymentReversed", "GracePeriodStarted")
    anew = here.after(wrong, assessing(2, date(2025, 1, 15)))
    assert organisation_of(anew).fees[2].outstanding_cents == 50_000
    assert [fee.fee_year for fee in organisation_of(anew).taken_back] == [2]
    # The money never moved: the same payment counts for the new assessment.
    right = anew.after(paying(2, date(2025, 2, 1), recorded=day))
    assert statuses(right, GRACE_1, day) == ["active", "active"]
    assert told_right(right, day)


def test_c039_who_outgrows_an_sme_pays_as_one_until_the_year_is_over() -> None:
    """499 at its admission, 640 a year later: what was assessed stays, the next year counts (M-11).

    The fee names the attestation that it rests on, and no later one moves it (M-13).
    """
    small = replace(attest, fte=Decimal(499), as_of=date(2024, 2, 1), now=FAR)
    grown = replace(small, fte=Decimal(640), as_of=date(2024, 12, 1), evidence_sha256="d" * 64)
    here = joined.after(small, grown, assessing(2, date(2025, 1, 15)))
    first, following_year = organisation_of(here).fees[1], organisation_of(here).fees[2]
    assert (first.fee_class, first.amount_cents) == ("sme", 50_000)
    assert (following_year.fee_class, following_year.amount_cents) == ("large", 500_000)
    [event] = (
        joined.after(small, grown).when(assessing(2, date(2025, 1, 15))).then_names("FeeAssessed")
    )
    assert isinstance(event, FeeAssessed)
    assert event.size is not None
    assert (event.size.fte, event.size.evidence_sha256) == (Decimal(640), "d" * 64)


def test_m12_what_makes_active_is_said_after_all_that_does_not() -> None:
    """A payment of the second year is learned in the third one's lapse: never active between."""
    here = timers(lapsed.after(assessing(2, date(2025, 4, 1))), date(2026, 6, 1))
    late = paying(2, date(2025, 4, 20), recorded=date(2026, 6, 1))
    events = here.when(late).then_names(
        "FeePaid",
        "MembershipLapsed",
        "GracePeriodStarted",
        "MembershipReinstated",
        "MembershipRenewed",
    )
    assert [getattr(event, "effective_on", None) for event in events] == [
        None,
        date(2026, 4, 29),
        YEARS[2],
        LAPSE,
        date(2025, 4, 20),
    ]
    assert statuses(here.after(late), date(2026, 2, 27), date(2026, 6, 1)) == ["active", "lapsed"]


def test_m12_a_late_fact_says_its_consequences_as_far_as_timers_have_spoken() -> None:
    """Recorded with an early effective day, it speaks of all days that were spoken of."""
    early = reversing(2, date(2025, 3, 1), "bank-2-2025-02-01")
    renewed.when(early).then_names("FeePaymentReversed", "GracePeriodStarted")
    spoken(renewed, date(2025, 8, 1)).when(early).then_names(
        "FeePaymentReversed", "MembershipLapsed", "GracePeriodStarted"
    )


def test_m11_without_grace_the_lapse_begins_with_the_first_uncovered_day() -> None:
    events = admitted(LEAP_DAY).history
    organisation_events = [
        event.model_copy(update={"grace_days": 0}) if event.event_name == "FeeAssessed" else event
        for event in events[f"organisation-{FLEUVE}"]
    ]
    here = Given(joined.domain, {**events, f"organisation-{FLEUVE}": organisation_events})
    assert status(timers(here, GRACE_1), GRACE_1) == "lapsed"


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (joined, assessing(1, date(2024, 3, 1)), FeeYearAlreadyAssessed),
        (joined, assessing(3, date(2024, 3, 1)), FeeYearOutOfOrder),
        (applicant, assessing(2, date(2020, 5, 7)), FeeYearOutOfOrder),
        (joined, paying(2, date(2024, 3, 1)), FeeNotAssessed),
        (second, paying(2, date(2025, 1, 20), 50_001), FeeOverpaid),
        (joined, reversing(2, date(2024, 3, 1), "bank-2"), NothingToReverse),
        (candidate, reversing(1, date(2020, 5, 9), "bank-1"), NothingToReverse),
        (joined, reversing(1, date(2024, 3, 1), "another"), NoSuchPayment),
        (joined, reversing(1, date(2024, 3, 1)), PaymentNotNamed),
        (joined, reversing(1, date(2024, 3, 1), "bank-1", "assessment"), PaymentNotNamed),
        (
            joined,
            replace(reversing(1, date(2024, 3, 1), mistake="assessment"), by=officer),
            ReversalByAssessor,
        ),
        (joined, replace(reversing(1, LEAP_DAY, "x"), by=stranger), OrganisationNotFound),
        (nothing, following(LEAP_DAY), OrganisationNotFound),
    ],
)
def test_m11_m12_courses_refuse(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
