"""Membership put together: what it decides, shows and offers, on the runtime."""

from services.membership.api import api
from services.membership.domain.deciders import DECIDERS, FOLDS
from services.membership.events import EVENTS
from services.membership.inbound import HEARD
from services.membership.policies import POLICIES
from services.membership.projections import PROJECTIONS
from shared.kernel.decider import Domain
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport

DOMAIN = Domain(
    service="membership",
    events=EVENTS,
    heard=HEARD,
    folds=FOLDS,
    deciders=DECIDERS,
    policies=POLICIES,
)


def create(settings: Settings, transport: Transport) -> Service:
    """The membership service, ready to be opened."""
    return Service(settings, DOMAIN, PROJECTIONS, api, transport)
