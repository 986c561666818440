"""Every event that intake has ever said: what happened to a proposal, and its policies."""

from services.intake.events import content, course, parties, policy
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *course.EVENTS,
    *parties.EVENTS,
    *content.EVENTS,
)
