"""Every event that reimbursement has ever said."""

from services.reimbursement.events import (
    agreement,
    amendment,
    claim,
    consortium,
    course,
    envelope,
    payment,
    policy,
)
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *envelope.EVENTS,
    *agreement.EVENTS,
    *course.EVENTS,
    *amendment.EVENTS,
    *consortium.EVENTS,
    *claim.EVENTS,
    *payment.EVENTS,
)
