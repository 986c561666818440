"""Evaluation put together: what it decides, shows and offers, on the runtime."""

from services.evaluation.api import api
from services.evaluation.domain.deciders import DECIDERS, FOLDS
from services.evaluation.events import EVENTS
from services.evaluation.events.policy import UPCASTERS
from services.evaluation.inbound import HEARD
from services.evaluation.policies import POLICIES
from services.evaluation.projections import PROJECTIONS
from shared.kernel.decider import Domain
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport

DOMAIN = Domain(
    service="evaluation",
    events=EVENTS,
    heard=HEARD,
    folds=FOLDS,
    upcasters=UPCASTERS,
    deciders=DECIDERS,
    policies=POLICIES,
)


def create(settings: Settings, transport: Transport) -> Service:
    """The evaluation service, ready to be opened."""
    return Service(settings, DOMAIN, PROJECTIONS, api, transport)
