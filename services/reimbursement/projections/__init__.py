"""All read models of reimbursement."""

from services.reimbursement.projections import agreement, claim, course, payment, register
from shared.runtime.projections import Projection

PROJECTIONS: tuple[Projection, ...] = (
    *agreement.PROJECTIONS,
    *course.PROJECTIONS,
    *claim.PROJECTIONS,
    *payment.PROJECTIONS,
    *register.PROJECTIONS,
)
