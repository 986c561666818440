"""One FastAPI application of one service: its declared routes, and those that all services have."""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from shared.kernel.refusals import Refusal
from shared.kernel.streams import category
from shared.runtime.web import asyncapi, docs, health
from shared.runtime.web.answers import NoRoute
from shared.runtime.web.commanding import command_endpoint
from shared.runtime.web.describing import (
    CONTACT,
    INTERFACE_VERSION,
    LICENCE,
    Descriptions,
    feed_description,
    first_sentence,
    stream_description,
    work_description,
)
from shared.runtime.web.feed import feed_endpoint, stream_endpoint
from shared.runtime.web.gate import Durations, Gate
from shared.runtime.web.operating import operating_api
from shared.runtime.web.ports import Service, Verifier
from shared.runtime.web.problems import on_http, on_refusal, show_problem
from shared.runtime.web.reading import read_endpoint, resource_endpoint
from shared.runtime.web.routes import PREFIX, Api, CommandRoute, ReadRoute, ResourceRoute, Route
from shared.runtime.web.working import WORKS, work_endpoint

Endpoint = Callable[[Request], Awaitable[Response]]


class UnknownStream(ValueError):
    """A route shows a category of stream for which the service has no fold."""


class DirectRoute(APIRoute):
    """A route whose endpoint reads the request itself; FastAPI describes it and stays out.

    No parsing, serialising or stacks of dependencies in between.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive, send))
            await response(scope, receive, send)

        self.app = answer


def mount(api: Api, service: Service, *, verifier: Verifier, cursor_secret: bytes) -> FastAPI:
    """The application of a service.

    Raises NoPolicy when a route's action has no roles: no policy, no start; UnknownStream when a
    resource has no fold.
    """
    name = service.domain.service
    app = FastAPI(
        title=f"Grantline {name}",
        version=INTERFACE_VERSION,
        contact=CONTACT,
        license_info={"name": LICENCE, "identifier": LICENCE},
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        exception_handlers={Refusal: on_refusal, HTTPException: on_http},
    )
    registry = health.registry_of(service)
    app.add_middleware(Gate, service=service, verifier=verifier, durations=Durations(registry))
    app.router.route_class = DirectRoute
    operating = operating_api(service, api.access)
    descriptions = Descriptions([*api.routes, *operating.routes])
    for part in (api, operating):
        for route in part.routes:
            endpoint = _endpoint(route, part, service, cursor_secret)
            _add(app, route, endpoint, descriptions.of(route))
    _add_feed(app, api, service)
    _add_works(app, api, service)
    _add_open(app, service, registry)
    _describe(app, descriptions)
    return app


def _endpoint(route: Route, api: Api, service: Service, cursor_secret: bytes) -> Endpoint:
    match route:
        case CommandRoute():
            return command_endpoint(route, api, service)
        case ResourceRoute():
            if category(route.stream) not in service.domain.folds:
                raise UnknownStream(route.stream)
            return resource_endpoint(route, api, service)
        case ReadRoute():
            return read_endpoint(route, api, service, cursor_secret)
        case _:
            raise TypeError(type(route).__name__)


def _add(app: FastAPI, route: Route, endpoint: Endpoint, description: dict[str, Any]) -> None:
    method = route.method if isinstance(route, CommandRoute | ReadRoute) else "GET"
    app.add_api_route(
        route.path,
        endpoint,
        methods=[method],
        status_code=route.status if isinstance(route, CommandRoute) else 200,
        name=route.name,
        operation_id=route.name,
        summary=first_sentence(route.handler.__doc__),
        description=route.handler.__doc__ or "",
        tags=[route.path.split("/")[2]],
        response_model=None,
        openapi_extra={**description, "security": [{"bearer": []}]},
    )


def _add_feed(app: FastAPI, api: Api, service: Service) -> None:
    described = (
        ("events", feed_endpoint(api.access, service), feed_description(), "Events in pages"),
        (
            "events/stream",
            stream_endpoint(api.access, service),
            stream_description(),
            "Events live",
        ),
    )
    for path, endpoint, description, summary in described:
        app.add_api_route(
            f"{PREFIX}/{path}",
            endpoint,
            methods=["GET"],
            operation_id=summary.lower().replace(" ", "_"),
            summary=summary,
            tags=["events"],
            response_model=None,
            openapi_extra={**description, "security": [{"bearer": []}]},
        )


def _add_works(app: FastAPI, api: Api, service: Service) -> None:
    for work in WORKS:
        app.add_api_route(
            f"{PREFIX}{work.path}",
            work_endpoint(work, api.access, service),
            methods=["POST"],
            operation_id=work.action,
            summary=first_sentence(work.do.__doc__),
            tags=["operations"],
            response_model=None,
            openapi_extra={
                **work_description(work.form, work.answer),
                "security": [{"bearer": []}],
            },
        )


def _add_open(app: FastAPI, service: Service, registry: CollectorRegistry) -> None:
    """The routes that nobody needs a token for; documents are made when first asked for."""
    schemas = cache(partial(asyncapi.schemas, service.domain))
    document = cache(partial(asyncapi.document, service.domain))

    async def show_asyncapi(_: Request) -> Response:
        return JSONResponse(document())

    async def show_schema(request: Request) -> Response:
        schema = schemas().get(request.path_params["name"])
        if schema is None:
            raise NoRoute
        return JSONResponse(schema, media_type="application/schema+json")

    for path, endpoint in (
        ("/livez", health.livez),
        ("/readyz", health.readyz_endpoint(service)),
        ("/metrics", health.metrics_endpoint(registry)),
        ("/asyncapi.json", show_asyncapi),
        ("/schemas/{name}", show_schema),
        ("/problems/{code}", show_problem),
        ("/docs", docs.show_docs),
        ("/docs/{name}", docs.show_asset),
    ):
        app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)


def _describe(app: FastAPI, descriptions: Descriptions) -> None:
    """Let FastAPI's document carry the schemas of our forms and the way to sign in."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update(descriptions.schemas)
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        }
        return document

    app.openapi = openapi  # type: ignore[method-assign]
