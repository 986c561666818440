"""The whole interface of reimbursement: the routes of all parts under one roof."""

from services.reimbursement.api import (
    aftermath,
    agreement,
    amendment,
    audits,
    bank,
    claim,
    claim_reading,
    course,
    debts,
    envelope,
    exchange,
    explain,
    lines,
    payment,
    register,
)
from shared.runtime.web.routes import Api

PARTS = (
    envelope.api,
    agreement.api,
    amendment.api,
    course.api,
    exchange.api,
    lines.api,
    claim.api,
    claim_reading.api,
    payment.api,
    register.api,
    aftermath.api,
    debts.api,
    audits.api,
    bank.api,
    explain.api,
)

api = Api(
    "reimbursement",
    access={action: roles for part in PARTS for action, roles in part.access.items()},
    show={category: show for part in PARTS for category, show in part.show.items()},
)
api.routes.extend(route for part in PARTS for route in part.routes)
