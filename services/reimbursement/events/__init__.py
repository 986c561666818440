"""Every event that reimbursement has ever said."""

from services.reimbursement.events import (
    agreement,
    amendment,
    audit,
    bank,
    budget,
    claim,
    consortium,
    correction,
    course,
    debt,
    envelope,
    exchange,
    holding,
    line_course,
    payment,
    policy,
    register,
    tax,
)
from shared.kernel.events import Event

EVENTS: tuple[type[Event], ...] = (
    *policy.EVENTS,
    *envelope.EVENTS,
    *agreement.EVENTS,
    *tax.EVENTS,
    *course.EVENTS,
    *amendment.EVENTS,
    *consortium.EVENTS,
    *register.EVENTS,
    *claim.EVENTS,
    *line_course.EVENTS,
    *budget.EVENTS,
    *exchange.EVENTS,
    *payment.EVENTS,
    *holding.EVENTS,
    *correction.EVENTS,
    *debt.EVENTS,
    *bank.EVENTS,
    *audit.EVENTS,
)
