"""Intake put together: what it decides, shows and offers, on the runtime."""

from services.intake.api import api
from services.intake.domain.deciders import DECIDERS, FOLDS
from services.intake.events import EVENTS
from services.intake.inbound import HEARD, UPCASTERS
from services.intake.policies import POLICIES
from services.intake.projections import PROJECTIONS
from shared.kernel.decider import Domain
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport

DOMAIN = Domain(
    service="intake",
    events=EVENTS,
    heard=HEARD,
    folds=FOLDS,
    deciders=DECIDERS,
    policies=POLICIES,
    upcasters=UPCASTERS,
)


def create(settings: Settings, transport: Transport) -> Service:
    """The intake service, ready to be opened."""
    return Service(settings, DOMAIN, PROJECTIONS, api, transport)
