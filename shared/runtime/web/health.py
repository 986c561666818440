"""Is it alive, is it ready, what does it measure: open routes without versions, hosts or data."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from anyio import to_thread
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.runtime.web.ports import Service

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_NO_STORE = {"cache-control": "no-store"}


class Figures(Collector):
    """The service's own figures, read when somebody asks."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> Iterable[Metric]:
        """Nothing before the service has started to measure."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Each family with the values of this moment."""
        return self._service.figures()


def registry_of(service: Service) -> CollectorRegistry:
    """What one service measures, and the process that it runs in."""
    registry = CollectorRegistry()
    registry.register(Figures(service))
    ProcessCollector(registry=registry)
    GCCollector(registry)
    return registry


async def livez(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"}, headers=_NO_STORE)


def readyz_endpoint(service: Service) -> Endpoint:
    """Whether to send requests here: 503 naming the checks that fail, and once it stops."""

    async def readyz(_: Request) -> Response:
        """Every check by name: `ok`, or what is wrong."""
        checks = dict(await to_thread.run_sync(service.health))
        if service.stopping:
            checks["service"] = "stopping"
        failing = sorted(name for name, found in checks.items() if not found.startswith("ok"))
        body = {
            "status": "not ready" if failing else "ready",
            "checks": checks,
            "failing": failing,
        }
        headers = {**_NO_STORE, "retry-after": "1"} if failing else _NO_STORE
        return JSONResponse(body, 503 if failing else 200, headers)

    return readyz


def metrics_endpoint(registry: CollectorRegistry) -> Endpoint:
    """What the service measures, in the Prometheus text format."""

    async def metrics(_: Request) -> Response:
        """Durations of requests and figures of the moment."""
        body = await to_thread.run_sync(generate_latest, registry)
        return Response(body, headers={**_NO_STORE, "content-type": CONTENT_TYPE_LATEST})

    return metrics
