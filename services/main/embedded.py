"""All five services in one process, under one port, on the local transport."""

from collections.abc import Mapping

from fastapi import FastAPI

from services.audit.app import create as create_audit
from services.evaluation.app import create as create_evaluation
from services.intake.app import create as create_intake
from services.main.page import front_page
from services.membership.app import create as create_membership
from services.reimbursement.app import create as create_reimbursement
from shared.runtime.serving import Fleet
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport

CREATE = (
    create_intake, create_evaluation, create_membership, create_reimbursement, create_audit,
)  # fmt: skip
"""In the order of their ports."""


def embedded_fleet(settings: Settings) -> Fleet:
    """The five services over the local transport, not opened yet."""
    transport = LocalTransport()
    return Fleet([create(settings, transport) for create in CREATE], transport)


def front_door(fleet: Fleet) -> FastAPI:
    """One application: each service under its name, and a page that says where things are.

    The root's lifespan opens and closes all services; mounted applications have none of their own.
    """
    root = FastAPI(
        title="Grantline", docs_url=None, redoc_url=None, openapi_url=None, lifespan=fleet.lifespan
    )
    apps: Mapping[str, FastAPI] = {service.name: fleet.app(service) for service in fleet.services}
    for name, app in apps.items():
        root.mount(f"/{name}", app)
    show_page = front_page(list(apps), "Five services in one process.")
    root.add_api_route("/", show_page, methods=["GET"], include_in_schema=False)
    return root
