"""The course of a membership: which status follows from fees and decisions on which day.

It is a pure function of what was assessed, paid and decided. What was said already (the timeline)
is compared with it, and where they differ the difference is said, as events: that is all that
timers, late payments and reversals do (M-11, M-12).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

from services.membership.domain.fee_years import FeeYear, fee_year
from services.membership.domain.folding import OrganisationEvent, evolve
from services.membership.domain.organisation import Decision, Fee, Membership, Organisation
from services.membership.domain.standing import Status, status_at
from services.membership.events.course import (
    GracePeriodStarted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipRenewed,
    MembershipSuspended,
    MembershipTerminated,
)

RESTATED = "Decided before; said anew for this day."

Stood: TypeAlias = (
    MembershipRenewed
    | GracePeriodStarted
    | MembershipLapsed
    | MembershipReinstated
    | MembershipSuspended
    | MembershipTerminated
)
"""What says a status from its `effective_on` on."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one status that follows from fees alone, from a day on."""

    since: date
    status: Status
    year: FeeYear
    """The fee year that is settled; or the one whose first day is the first uncovered one."""
    grace_until: date | None = None
    """The last day of the grace that these days belong to or come after."""


def settled_years(membership: Membership, fees: Mapping[int, Fee]) -> list[tuple[date, FeeYear]]:
    """The fee years that nothing is owed of, each with the first day that it makes active.

    It is the year's first day, or a later one on which the fee was settled (M-11).
    """
    found = []
    for number, fee in sorted(fees.items()):
        year = fee_year(membership.admitted_on, number)
        begins = max(year.start, fee.settled_on)
        if fee.outstanding_cents == 0 and begins < year.end:
            found.append((begins, year))
    return found


def stretches(organisation: Organisation) -> Iterator[Stretch]:
    """The whole course that follows from fees, from the admission on, without an end."""
    membership = organisation.membership
    if membership is None:
        return
    uncovered, number = membership.admitted_on, 1
    for begins, year in settled_years(membership, organisation.fees):
        if uncovered < begins:
            yield from _gap(organisation, fee_year(membership.admitted_on, number), begins)
        yield Stretch(begins, "active", year)
        uncovered, number = year.end, year.number + 1
    yield from _gap(organisation, fee_year(membership.admitted_on, number), date.max)


def _gap(organisation: Organisation, year: FeeYear, until: date) -> Iterator[Stretch]:
    """Grace from the first uncovered day on, then the lapse, as far as the gap goes."""
    last_day = year.start + timedelta(days=_grace_days(organisation, year.number) - 1)
    if year.start <= last_day:
        yield Stretch(year.start, "grace", year, last_day)
    if last_day + timedelta(days=1) < until:
        yield Stretch(last_day + timedelta(days=1), "lapsed", year, last_day)


def _grace_days(organisation: Organisation, uncovered: int) -> int:
    """As the policy had it that the year before was assessed by; the first one has its own."""
    number = max(uncovered - 1, 1)
    assessed = [*organisation.taken_back, *organisation.fees.values()]
    return [fee.grace_days for fee in assessed if fee.fee_year == number][-1]


def decided_on(membership: Membership, day: date) -> Decision | None:
    """The last decision in force on a day that keeps the fees from counting, if there is one."""
    in_force = [decision for decision in membership.decisions if decision.since <= day]
    if not in_force or in_force[-1].outcome == "reinstated":
        return None
    return in_force[-1]


def differences(organisation: Organisation, until: date) -> list[Stood]:
    """What has to be said for the timeline to be the course, up to a day and wherever it spoke.

    Days after `until` are looked at where the timeline says something of them already.
    """
    said: list[Stood] = []
    course = list(stretches(organisation))
    membership = organisation.membership
    if membership is None:
        return said
    for day in _days(organisation, membership, course, until):
        wanted = _wanted(membership, course, day)
        if wanted.status != status_at(organisation.timeline, day):
            event = _saying(organisation, wanted, day)
            organisation = evolve(organisation, event)
            said.append(event)
    return said


def _days(
    organisation: Organisation, membership: Membership, course: Sequence[Stretch], until: date
) -> list[date]:
    """Each day on which a status may begin: what was said, what follows, what was decided."""
    said = {entry.since for entry in organisation.timeline}
    begun = {stretch.since for stretch in course} | {one.since for one in membership.decisions}
    days = said | {day for day in begun if day <= until}
    return sorted(day for day in days if day >= membership.admitted_on)


def _wanted(membership: Membership, course: Sequence[Stretch], day: date) -> Stretch:
    by_fees = [stretch for stretch in course if stretch.since <= day][-1]
    decision = decided_on(membership, day)
    if decision is None:
        return by_fees
    status: Status = "suspended" if decision.outcome == "suspended" else "terminated"
    return replace(by_fees, status=status)


def _saying(organisation: Organisation, wanted: Stretch, day: date) -> Stood:
    """The event that says this status from this day on."""
    organisation_id, year = organisation.organisation_id, wanted.year
    if wanted.status == "active":
        return covering(organisation, year, day)
    if wanted.status == "grace":
        assert wanted.grace_until is not None, "grace has a last day"
        return GracePeriodStarted(
            organisation_id=organisation_id,
            effective_on=day,
            fee_year=year.number,
            covered_until=year.start,
            last_day=wanted.grace_until,
        )
    if wanted.status == "lapsed":
        return MembershipLapsed(
            organisation_id=organisation_id,
            effective_on=day,
            fee_year=year.number,
            covered_until=year.start,
        )
    said_anew = MembershipSuspended if wanted.status == "suspended" else MembershipTerminated
    return said_anew(
        organisation_id=organisation_id, effective_on=day, reason=RESTATED, decided_by=None
    )


def covering(organisation: Organisation, year: FeeYear, day: date) -> Stood:
    """Active by a settled fee year from a day on: renewed, or reinstated after a lapse."""
    before = status_at(organisation.timeline, day)
    if before != "lapsed":
        return MembershipRenewed(
            organisation_id=organisation.organisation_id,
            effective_on=day,
            fee_year=year.number,
            covered_from=year.start,
            covered_until=year.end,
        )
    return MembershipReinstated(
        organisation_id=organisation.organisation_id,
        effective_on=day,
        fee_year=year.number,
        covered_until=year.end,
        reason=None,
        decided_by=None,
    )


def reconciled(
    organisation: Organisation,
    facts: Sequence[OrganisationEvent],
    until: date,
    last: Sequence[OrganisationEvent] = (),
) -> list[OrganisationEvent]:
    """Facts, then whatever they change of the days up to `until`, the latest day first.

    What makes active comes last: who listens event by event holds a payment too long for a moment,
    and never releases one that is held again by the next event.
    """
    for event in (*facts, *last):
        organisation = evolve(organisation, event)
    return [*facts, *reversed(differences(organisation, until)), *last]


def status_by_fees(organisation: Organisation, day: date) -> Status:
    """What fees alone make of a day of a membership."""
    return [one.status for one in stretches(organisation) if one.since <= day][-1]
