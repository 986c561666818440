"""Every event that reimbursement has ever said."""

from services.reimbursement.events import agreement, envelope, policy
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *envelope.EVENTS,
    *agreement.EVENTS,
)
