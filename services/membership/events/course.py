"""The course of a membership: admitted, renewed, in grace, lapsed, reinstated, suspended, ended.

Each of them says a status and the civil day (America/Toronto) from which it is true. The status of
a day is that of the last one begun, by that day, equal days by version (M-12). Whatever changes a
past day (a late payment, a reversal) is followed by events that say the past days anew.
"""

from datetime import date
from typing import TypeAlias

from services.membership.events.vocabulary import FeeYearNumber
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, PersonId, ProjectId, Slug


class MemberAdmitted(Event, name="MemberAdmitted", schema=1):
    """A member: approved project, signed agreement, fee paid or waived, all hold (M-10)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    programme: Slug
    admitted_on: date
    covered_until: date
    """The end of the first fee year (exclusive)."""


class MembershipRenewalDue(Event, name="MembershipRenewalDue", schema=1):
    """What is paid for ends soon; the next fee year is to be assessed and paid."""

    organisation_id: OrganisationId
    effective_on: date
    fee_year: FeeYearNumber
    """The year that is to be renewed for."""
    covered_until: date
    """Exclusive: the first day that is not paid for."""


class MembershipRenewed(Event, name="MembershipRenewed", schema=1):
    """Active from a day on, by a fee year that is settled; years extend from the old end (M-11)."""

    organisation_id: OrganisationId
    effective_on: date
    fee_year: FeeYearNumber
    covered_from: date
    covered_until: date
    """Exclusive."""


class GracePeriodStarted(Event, name="GracePeriodStarted", schema=1):
    """Days that nobody paid for: benefits go on, payments are held (M-11)."""

    organisation_id: OrganisationId
    effective_on: date
    fee_year: FeeYearNumber
    """The year that is not paid for."""
    covered_until: date
    """Grace day 1: the first uncovered day."""
    last_day: date
    """Of grace, inclusive."""


class MembershipLapsed(Event, name="MembershipLapsed", schema=1):
    """Grace is over: from the day after its last one on this is no member (M-11, M-12)."""

    organisation_id: OrganisationId
    effective_on: date
    fee_year: FeeYearNumber
    """The year that was not paid for."""
    covered_until: date
    """The first uncovered day."""


class MembershipReinstated(Event, name="MembershipReinstated", schema=1):
    """Active again: a fee was settled after the lapse, or a suspension was lifted."""

    organisation_id: OrganisationId
    effective_on: date
    fee_year: FeeYearNumber | None
    covered_until: date | None
    """The end of that fee year (exclusive); both absent where a suspension was lifted."""
    reason: Line | None
    decided_by: PersonId | None
    """Who lifted the suspension; absent where it follows from a fee."""


class MembershipSuspended(Event, name="MembershipSuspended", schema=1):
    """No benefits and no payments from a day on, until reinstated; fee years go on."""

    organisation_id: OrganisationId
    effective_on: date
    reason: Line
    decided_by: PersonId | None
    """Absent where an earlier decision is said anew for a later day."""


class MembershipTerminated(Event, name="MembershipTerminated", schema=1):
    """The membership is over for good from a day on."""

    organisation_id: OrganisationId
    effective_on: date
    reason: Line
    decided_by: PersonId | None
    """Absent where an earlier decision is said anew for a later day."""


CourseEvent: TypeAlias = (
    MemberAdmitted
    | MembershipRenewalDue
    | MembershipRenewed
    | GracePeriodStarted
    | MembershipLapsed
    | MembershipReinstated
    | MembershipSuspended
    | MembershipTerminated
)

EVENTS: tuple[type[Event], ...] = (
    MemberAdmitted,
    MembershipRenewalDue,
    MembershipRenewed,
    GracePeriodStarted,
    MembershipLapsed,
    MembershipReinstated,
    MembershipSuspended,
    MembershipTerminated,
)
