"""Everything evaluation has ever said: eligibility, reviews, scores, committee, decision."""

from services.evaluation.events import clock, decision, eligibility, policy, reopening, review
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *eligibility.EVENTS,
    *clock.EVENTS,
    *review.EVENTS,
    *decision.EVENTS,
    *reopening.EVENTS,
)
