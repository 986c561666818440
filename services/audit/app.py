"""Audit put together: it witnesses the other services, decides nothing, and is read."""

from services.audit.api import api
from services.audit.projections import PROJECTIONS
from shared.kernel.decider import Domain
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport

DOMAIN = Domain(
    service="audit",
    events=(),
    folds={},
    deciders={},
    witnesses=frozenset({"intake", "evaluation", "membership", "reimbursement"}),
)


def create(settings: Settings, transport: Transport) -> Service:
    """The audit service, ready to be opened."""
    return Service(settings, DOMAIN, PROJECTIONS, api, transport)
