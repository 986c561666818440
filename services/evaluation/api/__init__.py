"""The whole interface of evaluation: the routes of all parts under one roof."""

from services.evaluation.api import decisions, eligibility, listing, reviews, rules
from services.evaluation.domain.visibility import visible
from shared.runtime.web.routes import Api

PARTS = (rules.api, listing.api, eligibility.api, reviews.api, decisions.api)

api = Api(
    "evaluation",
    access={action: roles for part in PARTS for action, roles in part.access.items()},
    show={"evaluation": visible},
)
api.routes.extend(route for part in PARTS for route in part.routes)
