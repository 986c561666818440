"""What time alone brings: candidacies end, renewals fall due, grace begins and ends (X11)."""

from datetime import date, timedelta

from services.membership.commands import FollowMembership
from services.membership.domain.admission import closing
from services.membership.domain.course import differences, settled_years
from services.membership.domain.folding import OrganisationEvent, evolve
from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import OrganisationNotFound
from services.membership.domain.transitions import must_be_legal
from services.membership.events.course import MembershipRenewalDue
from shared.kernel.decider import Said


def follow_membership(ask: FollowMembership, organisation: Organisation) -> Said:
    """Say what has fallen due by the effective day: each thing once, at its own day.

    Refused: OrganisationNotFound. Quiet: nothing is due.
    """
    if not organisation.organisation_id:
        raise OrganisationNotFound
    must_be_legal(ask, organisation)
    day = ask.effective_on
    said: list[OrganisationEvent] = []
    for candidacy in organisation.candidacies.values():
        if candidacy.open_until < day:
            closed = closing(organisation, candidacy, _after(candidacy.open_until), "expired")
            organisation = evolve(organisation, closed)
            said.append(closed)
    notice = _renewal_due(organisation)
    if notice is not None and notice.effective_on <= day:
        said.append(notice)
    return [*said, *differences(organisation, day)]


def due_days(organisation: Organisation) -> list[date]:
    """The civil days on which something falls due, as far as can be said now."""
    days = {_after(candidacy.open_until) for candidacy in organisation.candidacies.values()}
    notice = _renewal_due(organisation)
    if notice is not None:
        days.add(notice.effective_on)
    return sorted(days | set(_course_days(organisation)))


def _renewal_due(organisation: Organisation) -> MembershipRenewalDue | None:
    """The notice that what is paid for will end, where it was not given for that end yet."""
    membership = organisation.membership
    if membership is None or any(one.outcome == "terminated" for one in membership.decisions):
        return None
    covered = settled_years(membership, organisation.fees)
    if not covered or covered[-1][1].number + 1 in organisation.noticed:
        return None
    last = covered[-1][1]
    notice = timedelta(days=organisation.fees[last.number].renewal_notice_days)
    return MembershipRenewalDue(
        organisation_id=organisation.organisation_id,
        effective_on=max(last.end - notice, membership.admitted_on),
        fee_year=last.number + 1,
        covered_until=last.end,
    )


def _course_days(organisation: Organisation) -> list[date]:
    """The days on which the course of a membership goes on from where it was said to be."""
    return [event.effective_on for event in differences(organisation, date.max)]


def _after(last_day: date) -> date:
    """A deadline's day is still in time: what follows falls due on the next one (X11)."""
    return last_day + timedelta(days=1)
