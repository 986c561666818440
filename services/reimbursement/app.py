"""Reimbursement put together: its domain, its read models and its interface."""

from services.reimbursement.api import api
from services.reimbursement.domain import DECIDERS, FOLDS
from services.reimbursement.events import EVENTS
from services.reimbursement.inbound import HEARD, UPCASTERS
from services.reimbursement.policies import POLICIES
from services.reimbursement.projections import PROJECTIONS
from shared.kernel.decider import Domain
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport

DOMAIN = Domain(
    service="reimbursement",
    events=EVENTS,
    heard=HEARD,
    folds=FOLDS,
    deciders=DECIDERS,
    policies=POLICIES,
    upcasters=UPCASTERS,
)


def create(settings: Settings, transport: Transport) -> Service:
    """The service, not started yet."""
    return Service(settings, DOMAIN, PROJECTIONS, api, transport)
