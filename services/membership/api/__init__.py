"""The whole interface of membership: the routes of all parts under one roof."""

from services.membership.api import fees, joining, members, organisations, partners, rules
from services.membership.api.showing import show_introduction, show_organisation
from shared.runtime.web.routes import Api

PARTS = (rules.api, organisations.api, joining.api, fees.api, members.api, partners.api)
ACCESS = {action: roles for part in PARTS for action, roles in part.access.items()}

api = Api(
    "membership",
    access=ACCESS,
    show={"organisation": show_organisation, "introduction": show_introduction},
)
api.routes.extend(route for part in PARTS for route in part.routes)
