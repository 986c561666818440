"""All read models of reimbursement."""

from services.reimbursement.projections import agreement, claim, payment
from shared.runtime.projections import Projection

PROJECTIONS: tuple[Projection, ...] = (
    *agreement.PROJECTIONS,
    *claim.PROJECTIONS,
    *payment.PROJECTIONS,
)
