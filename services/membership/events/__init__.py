"""Everything that the membership service has ever said, and what each of it means."""

from services.membership.events import candidacy, course, fees, partners, policy, register, roll
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *register.EVENTS,
    *candidacy.EVENTS,
    *fees.EVENTS,
    *course.EVENTS,
    *roll.EVENTS,
    *partners.EVENTS,
)
