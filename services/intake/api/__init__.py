"""The whole interface of intake: the routes of all parts under one roof."""

from services.intake.api import beside, course, drafting, reading
from shared.runtime.web.routes import Api

PARTS = (reading.api, drafting.api, beside.api, course.api)

api = Api(
    "intake",
    access={action: roles for part in PARTS for action, roles in part.access.items()},
    show=reading.api.show,
)
api.routes.extend(route for part in PARTS for route in part.routes)
