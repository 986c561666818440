"""Every event that reimbursement has ever said."""

from services.reimbursement.events import agreement, claim, envelope, payment, policy
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *envelope.EVENTS,
    *agreement.EVENTS,
    *claim.EVENTS,
    *payment.EVENTS,
)
