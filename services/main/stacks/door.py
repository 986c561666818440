"""The front door of a stack: one port that leads to every service's own."""

from collections.abc import AsyncIterator, Mapping

import httpx
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import StatelessLifespan

from services.main.page import front_page
from shared.kernel.refusals import Unavailable
from shared.runtime.clock import SystemClock
from shared.runtime.new_ids import Ids
from shared.runtime.web.answers import NoRoute
from shared.runtime.web.door import PREFIX_HEADER
from shared.runtime.web.incoming import Incoming, read_headers, trace_of
from shared.runtime.web.problems import respond

log = structlog.get_logger()

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te",
        b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
"""What concerns one connection and not the message (RFC 9110, 7.6.1)."""
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=2)
"""A connection is left before the service, which waits five seconds, would close it."""
TIMEOUT = httpx.Timeout(None, connect=2)
"""A live stream says nothing for as long as nothing happens."""


class ServiceAway(Unavailable):
    """This service does not answer at the moment; ask again with the same key."""

    french = "Ce service ne répond pas en ce moment; redemandez avec la même clé."


class BrokeOff(RuntimeError):
    """A service went away in the middle of an answer; the caller sees its connection end."""


class Door:
    """Passes requests on as they are, body by piece, and answers back the same way."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses
        self._client = httpx.AsyncClient(limits=LIMITS, trust_env=False)
        self._ids = Ids.system(SystemClock().now)

    async def pass_on(self, request: Request) -> Response:
        """One request to the service that its path begins with."""
        name = request.path_params["service"]
        if name not in self._addresses:
            return self._refuse(NoRoute(), request)
        raw: bytes = request.scope["raw_path"]
        path = raw.removeprefix(f"/{name}".encode()) or b"/"
        asked = httpx.URL(self._addresses[name]).copy_with(
            raw_path=path + (b"?" + query if (query := request.scope["query_string"]) else b"")
        )
        try:
            answer = await self._client.send(
                httpx.Request(  # Without the client's own headers: it would ask for gzip.
                    request.method,
                    asked,
                    headers=[
                        *_passed_on(request.headers.raw),
                        (PREFIX_HEADER, f"/{name}".encode()),
                    ],
                    content=_body(request),
                    extensions={"timeout": TIMEOUT.as_dict()},
                ),
                stream=True,
            )
        except httpx.TransportError as fault:
            log.warning("service-away", service=name, error=type(fault).__name__)
            return self._refuse(ServiceAway(), request)
        passed = StreamingResponse(_pieces(answer), answer.status_code)
        passed.raw_headers = [
            header for header in _passed_on(answer.headers.raw) if header[0].lower() != b"date"
        ]  # The server of the door says the time too.
        return passed

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    def _refuse(self, refusal: Unavailable | NoRoute, request: Request) -> Response:
        headers = read_headers(request.headers.raw)
        trace_id = trace_of(headers) or self._ids.uuid7().replace("-", "")
        return respond(refusal, Incoming(headers, trace_id))


def front_door(door: Door, names: list[str], lifespan: StatelessLifespan[Starlette]) -> Starlette:
    """One application: each service under its name, and a page that says where things are."""
    page = front_page(names, "Five services, each in a process of its own.")
    return Starlette(
        routes=[
            Route("/", page),
            Route("/{service}", door.pass_on, methods=METHODS),
            Route("/{service}/{path:path}", door.pass_on, methods=METHODS),
        ],
        lifespan=lifespan,
    )


def _passed_on(raw: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    named = {
        part.strip().lower()
        for name, value in raw
        if name.lower() == b"connection"
        for part in value.split(b",")
    }
    dropped = HOP_BY_HOP | named | {PREFIX_HEADER}
    return [(name, value) for name, value in raw if name.lower() not in dropped]


def _body(request: Request) -> AsyncIterator[bytes] | None:
    """The body, where there is one: a request without a body must not get an empty one."""
    sent = request.headers
    return request.stream() if "content-length" in sent or "transfer-encoding" in sent else None


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    except httpx.TransportError as fault:
        raise BrokeOff(type(fault).__name__) from None
    finally:
        await answer.aclose()
