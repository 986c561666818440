"""Members of any age: admitted on a day of one's choice, with what is asked of them later."""

from dataclasses import replace
from datetime import date, timedelta

from services.membership.commands import (
    DissolveOrganisation,
    FollowMembership,
    RecordFeePayment,
    ReinstateMembership,
    ReverseFeePayment,
    SuspendMembership,
    TerminateMembership,
    WaiveFee,
)
from services.membership.domain.course import stretches
from services.membership.domain.following import due_days
from services.membership.domain.organisation import Organisation
from services.membership.domain.standing import Status, status_at
from services.membership.events.vocabulary import Mistake
from shared.kernel.commands import Command
from shared.kernel.operations import TimersRun
from shared.kernel.periods import start_of_day
from tests.membership.examples import (
    FLEUVE,
    FLEUVE_STREAM,
    apply,
    assess,
    cashier,
    noon,
    officer,
    open_candidacy,
    pay,
    reactor,
    second_officer,
    sign,
)
from tests.membership.history import registered
from tests.support.spec import Given

OPERATIONS = "operations-membership"
FAR = noon(date(2099, 12, 31))
"""When everything of these stories is over: whatever they name has come."""


def admitted(on: date) -> Given:
    """A member since a day, its first fee year paid on that day."""
    asked = [replace(ask, now=FAR, effective_at=noon(on)) for ask in (open_candidacy, apply, sign)]
    return registered.after(*asked, assessing(1, on), paying(1, on))


def assessing(year: int, on: date) -> Command:
    """The fee of a year is assessed."""
    return replace(assess, fee_year=year, now=FAR, effective_at=noon(on))


def paying(
    year: int, on: date, amount_cents: int = 50_000, *, recorded: date | None = None
) -> RecordFeePayment:
    """A fee is paid on a day, and recorded then or later."""
    return replace(
        pay,
        fee_year=year,
        amount_cents=amount_cents,
        paid_on=on,
        reference=f"bank-{year}-{on}",
        now=FAR,
        effective_at=noon(recorded or on),
    )


def waiving(year: int, on: date) -> WaiveFee:
    """What is still owed is waived by another person."""
    return WaiveFee(
        organisation_id=FLEUVE,
        fee_year=year,
        reason="a year without revenue, fictitious",
        by=second_officer,
        now=FAR,
        effective_at=noon(on),
    )


def reversing(
    year: int, on: date, reference: str | None = None, mistake: Mistake = "payment"
) -> ReverseFeePayment:
    """A payment is taken back, or a whole assessment."""
    return ReverseFeePayment(
        organisation_id=FLEUVE,
        fee_year=year,
        mistake=mistake,
        reference=reference,
        reason="the bank took it back, fictitious",
        by=cashier,
        now=FAR,
        effective_at=noon(on),
    )


def suspending(on: date) -> SuspendMembership:
    """Suspended from a day on."""
    return SuspendMembership(
        organisation_id=FLEUVE,
        reason="no annual report, fictitious",
        by=officer,
        now=FAR,
        effective_at=noon(on),
    )


def reinstating(on: date) -> ReinstateMembership:
    """The suspension is lifted from a day on."""
    return ReinstateMembership(
        organisation_id=FLEUVE,
        reason="the report came, fictitious",
        by=officer,
        now=FAR,
        effective_at=noon(on),
    )


def terminating(on: date) -> TerminateMembership:
    """Ended for good from a day on."""
    return TerminateMembership(
        organisation_id=FLEUVE,
        reason="expelled, fictitious",
        by=officer,
        now=FAR,
        effective_at=noon(on),
    )


def dissolving(on: date) -> DissolveOrganisation:
    """The body is no more from a day on."""
    return DissolveOrganisation(
        organisation_id=FLEUVE,
        reason="struck off the register, fictitious",
        by=officer,
        now=FAR,
        effective_at=noon(on),
    )


def following(day: date) -> FollowMembership:
    """What timers ask on a day, at its first instant."""
    return FollowMembership(
        organisation_id=FLEUVE, by=reactor, now=FAR, effective_at=start_of_day(day)
    )


def timers(here: Given, until: date) -> Given:
    """The history after timers have run for all dates up to this one."""
    for day in due_days(organisation_of(here)):
        here = here.after(following(day)) if day <= until else here
    return spoken(here, until)


def spoken(here: Given, until: date) -> Given:
    """The same history, after timers ran for a date and found nothing new."""
    run = TimersRun(business_date=until, run_by="operator-1")
    return Given(here.domain, {**here.history, OPERATIONS: [run]})


def organisation_of(here: Given) -> Organisation:
    """The party of these stories."""
    organisation: Organisation = here.state(FLEUVE_STREAM)
    return organisation


def status(here: Given, day: date) -> Status:
    """Its status on a day."""
    return organisation_of(here).status_on(day)


def statuses(here: Given, *days: date) -> list[Status]:
    """Its status on some days."""
    return [status(here, day) for day in days]


def course_on(organisation: Organisation, day: date) -> Status:
    """What fees and decisions make of a day, whatever was said of it."""
    membership = organisation.membership
    assert membership is not None
    decided = [one.outcome for one in membership.decisions if one.since <= day]
    if decided and decided[-1] != "reinstated":
        return "suspended" if decided[-1] == "suspended" else "terminated"
    return [one.status for one in stretches(organisation) if one.since <= day][-1]


def told_right(here: Given, until: date) -> bool:
    """Whether the timeline says of each day what follows from fees and decisions."""
    organisation = organisation_of(here)
    assert organisation.membership is not None
    day = organisation.membership.admitted_on
    while day <= until:
        if status_at(organisation.timeline, day) != course_on(organisation, day):
            return False
        day += timedelta(days=1)
    return True
