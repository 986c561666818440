"""The one middleware: reads headers, lets known people in, counts, and fails without telling."""

from collections.abc import Callable
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.web.answers import Unauthenticated, Unexpected
from shared.runtime.web.incoming import (
    SCOPE_KEY,
    Incoming,
    bearer,
    read_headers,
    route_path,
    trace_of,
)
from shared.runtime.web.ports import Service, Verifier
from shared.runtime.web.problems import respond
from shared.runtime.web.routes import PREFIX

log = structlog.get_logger()

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLOSED_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
_OPEN_HEADERS = [(b"x-content-type-options", b"nosniff")]


class BrokeOff(RuntimeError):
    """An answer failed after it had begun; the log has the place, under the trace id."""


class Durations:
    """How long requests took, by method, route template and status."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._histogram = Histogram(
            "http_server_request_duration_seconds",
            "Duration of a request, from its headers to the end of its answer.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._observers: dict[tuple[str, str, int], Callable[[float], None]] = {}

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request; addresses that match no route share one label."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", "none")
        labels = (method, route, status)
        observer = self._observers.get(labels)
        if observer is None:
            observer = self._histogram.labels(method, route, str(status)).observe
            self._observers[labels] = observer
        observer(seconds)


class Gate:
    """Everything below the prefix is answered 401 before key, body or path is looked at."""

    def __init__(
        self, app: ASGIApp, service: Service, verifier: Verifier, durations: Durations
    ) -> None:
        self._app = app
        self._service = service
        self._verifier = verifier
        self._durations = durations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._service.clock.monotonic()
        headers = read_headers(scope["headers"])
        trace_id = trace_of(headers) or self._service.ids.uuid7().replace("-", "")
        incoming = scope[SCOPE_KEY] = Incoming(headers, trace_id)
        path = route_path(scope)
        closed = path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in ("", "/")
        answer = _Answer(send, _CLOSED_HEADERS if closed else _OPEN_HEADERS)
        try:
            if closed:
                incoming.actor = self._known(headers)
                if incoming.actor is None:
                    await respond(Unauthenticated(), incoming)(scope, receive, answer.send)
                    return
            await self._app(scope, receive, answer.send)
        except Exception as failure:
            _record(failure, trace_id)
            if answer.status:
                raise BrokeOff(trace_id) from None
            await respond(Unexpected(), incoming)(scope, receive, answer.send)
        finally:
            took = self._service.clock.monotonic() - began
            self._durations.observe(scope, answer.status, took)

    def _known(self, headers: Any) -> Any:
        token = bearer(headers)
        if token is None:
            return None
        try:
            return self._verifier.verify(token)
        except Unauthenticated:
            return None


class _Answer:
    """Sees the status of an answer pass by, and adds the headers that all answers have."""

    __slots__ = ("_more", "_send", "status")

    def __init__(self, send: Send, more: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._more = more
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._more]
        await self._send(message)


def _record(failure: Exception, trace_id: str) -> None:
    """Log where it failed: the places in our code, never the message, which may quote input."""
    places = []
    trace = failure.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    log.error("request-failed", error=type(failure).__name__, at=places[-8:], trace_id=trace_id)
