"""How membership's states look: to staff, to an organisation itself, and to nobody else."""

from datetime import date
from typing import Any

from services.membership.domain.course import settled_years
from services.membership.domain.fee_years import FeeYear
from services.membership.domain.organisation import Organisation
from services.membership.domain.partners import Introduction
from services.membership.domain.refusals import IntroductionNotFound, OrganisationNotFound
from services.membership.domain.standing import (
    COVERED,
    Status,
    benefits_of,
    latest,
    since_when,
    tier_of,
)
from shared.kernel.commands import READERS, Actor
from shared.kernel.shown import shown

READING = READERS | {"privacy_officer"}
"""Who is shown any organisation; the privacy officer, what an erasure left of it."""


def require_readable(organisation: Organisation, actor: Actor) -> None:
    """Staff and the organisation itself may know of it. Raises OrganisationNotFound."""
    organisation_id = organisation.organisation_id
    if not organisation_id or not actor.may_read({organisation_id}, READING):
        raise OrganisationNotFound


def show_organisation(organisation: Organisation, actor: Actor) -> dict[str, Any]:
    """An organisation with its latest status, tier and benefits, for staff and for itself.

    Raises OrganisationNotFound for everybody else.
    """
    require_readable(organisation, actor)
    fees, membership = organisation.fees, organisation.membership
    shown_here: dict[str, Any] = {
        **shown(organisation),
        **_standing(organisation, latest(organisation.timeline), date.max),
        "fee": shown(fees[max(fees)]) if fees else None,
        "contact": organisation.contact is not None,
    }
    if membership is not None:
        covered = settled_years(membership, fees)
        until = covered[-1][1].end if covered else None
        shown_here["membership"]["covered_until"] = shown(until)
    return shown_here


def show_status(organisation: Organisation, day: date) -> dict[str, Any]:
    """Where an organisation stood on a civil day, as far as is known (M-12)."""
    status = organisation.status_on(day)
    size = organisation.size_on(day)
    return {
        "organisation_id": organisation.organisation_id,
        "as_of": day.isoformat(),
        **_standing(organisation, status, day),
        "since": shown(since_when(organisation.timeline, day)),
        "votes": status in COVERED,
        "fee_year": shown(_year_on(organisation, day)),
        "size": shown(size),
        "timeline": shown(organisation.timeline),
    }


def _standing(organisation: Organisation, status: Status, day: date) -> dict[str, Any]:
    benefits = benefits_of(status, associate=organisation.associate_on(day))
    return {"status": status, "tier": tier_of(status), "benefits": sorted(benefits)}


def _year_on(organisation: Organisation, day: date) -> FeeYear | None:
    """The settled fee year that covers a day."""
    membership = organisation.membership
    settled = settled_years(membership, organisation.fees) if membership else []
    covering = [year for begins, year in settled if begins <= day < year.end]
    return covering[0] if covering else None


def show_introduction(introduction: Introduction, actor: Actor) -> dict[str, Any]:
    """An introduction to its two sides and to staff, without any contact.

    Raises IntroductionNotFound for everybody else (M-14).
    """
    if not introduction.introduction_id or not actor.may_read(introduction.sides):
        raise IntroductionNotFound
    document: dict[str, Any] = shown(introduction)
    return document
