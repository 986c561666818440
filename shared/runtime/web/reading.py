"""Reads: checked queries, snapshots in worker threads, and waiting for a position to be seen."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import parse_qsl, quote

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor
from shared.kernel.refusals import Fault, NotFound
from shared.kernel.shown import shown
from shared.runtime.reading import NOW
from shared.runtime.web.access import TEXT_MAX, path_of, permit, roles_for
from shared.runtime.web.answers import BadQuery, ProjectionBehind
from shared.runtime.web.bodies import body_reader
from shared.runtime.web.incoming import (
    Incoming,
    incoming_of,
    language,
    positions,
    route_path,
    wait_seconds,
    wanted_marks,
)
from shared.runtime.web.pages import (
    CURSOR_CHARS_MAX,
    BadLimit,
    Cursors,
    Page,
    Paging,
    Read,
    Written,
)
from shared.runtime.web.points import EVERYTHING, POINT, past, point_of
from shared.runtime.web.ports import Limits, Service, Snapshot
from shared.runtime.web.routes import Api, ReadRoute, ResourceRoute

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """What was read, and how far everything was folded that it was read from."""

    result: T
    marks: Mapping[str, int]

    @property
    def position(self) -> str:
        """The value of the header `Event-Position`."""
        return positions(self.marks)


@dataclass(frozen=True, slots=True)
class _Behind:
    position: int
    marks: Mapping[str, int]


def read_endpoint(route: ReadRoute, api: Api, service: Service, secret: bytes) -> Endpoint:
    """The endpoint of a list or another read. Raises NoPolicy if nobody may use the route."""
    roles = roles_for(api.access, route.action)
    cursors = Cursors(secret)
    allowed = frozenset({*route.query, "limit", "cursor"})
    body_of = body_reader(route.form, service.settings.body_bytes_max)

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        permit(incoming.caller, roles)
        path = path_of(request)
        query = query_of(request, allowed)
        paging = _paging(request, query, cursors, service.settings)
        asked = await body_of(request, incoming) if route.method == "POST" else (b"", None)
        handler = partial(route.handler, asked[1]) if route.form else route.handler

        def work(snapshot: Snapshot) -> tuple[str, str | None]:
            read = Read(
                actor=incoming.caller,
                now=service.clock.now(),
                path=path,
                query=query,
                language=language(incoming.headers),
                snapshot=snapshot,
                paging=paging,
                vault=lambda: service.vault,
            )
            result = handler(read)
            if isinstance(result, Written):
                return result.text, result.next
            if isinstance(result, Page):
                return canonical(shown(result.document())), result.next
            return canonical(shown(result)), None

        seen = await on_snapshot(service, incoming, work)
        body, following = seen.result
        headers = {"event-position": seen.position}
        if following is not None:
            headers["link"] = f'<{following}>; rel="next"'
        return Response(body, 200, headers, "application/json")

    return endpoint


def resource_endpoint(route: ResourceRoute, api: Api, service: Service) -> Endpoint:
    """The endpoint of one stream's state. Raises NoPolicy if nobody may use the route.

    The state of a point in time has no entity tag: nobody can change the past.
    """
    roles = roles_for(api.access, route.action)
    show = api.show.get(route.stream.partition("-")[0], _shown)

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        actor = incoming.caller
        permit(actor, roles)
        stream = route.stream.format_map(path_of(request))
        point = point_of(query_of(request, frozenset(POINT)))

        def work(snapshot: Snapshot) -> tuple[str, int]:
            state, version = snapshot.state(stream)
            if not version:
                raise NotFound
            seen = show(state, actor)
            if point != NOW:
                then, there = snapshot.state(stream, point)
                seen = past(show, then if there else None, seen, show(state, EVERYTHING))
            return canonical(seen), version

        seen = await on_snapshot(service, incoming, work)
        body, version = seen.result
        headers = {"event-position": seen.position}
        if point == NOW:
            headers["etag"] = f'"{version}"'
        return Response(body, 200, headers, "application/json")

    return endpoint


def _shown(state: Any, _: Actor) -> Mapping[str, Any]:
    document: Mapping[str, Any] = shown(state)
    return document


async def on_snapshot(
    service: Service, incoming: Incoming, work: Callable[[Snapshot], T]
) -> Seen[T]:
    """Read on one snapshot that has seen what `Min-Event-Position` names.

    It waits as long as `Prefer: wait=…` says, then raises ProjectionBehind with the position.
    """
    wanted = wanted_marks(incoming.headers)
    longest = service.settings.wait_seconds_max
    ends = anyio.current_time() + (wait_seconds(incoming.headers, longest) if wanted else 0)
    while True:
        found = await to_thread.run_sync(partial(_attempt, service, wanted, work))
        if isinstance(found, Seen):
            return found
        left = ends - anyio.current_time()
        if left <= 0 or service.stopping:
            raise ProjectionBehind(position=found.marks)
        await service.committed(found.position, left)


def _attempt(
    service: Service, wanted: Mapping[str, int], work: Callable[[Snapshot], T]
) -> Seen[T] | _Behind:
    with service.snapshot() as snapshot:
        marks = snapshot.marks
        if any(marks.get(origin, 0) < sequence for origin, sequence in wanted.items()):
            return _Behind(snapshot.position, marks)
        return Seen(work(snapshot), marks)


def query_of(request: Request, allowed: frozenset[str]) -> dict[str, str]:
    """The query's parameters, each given once and printable. Raises BadQuery."""
    raw: bytes = request.scope["query_string"]
    if not raw:
        return {}
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except ValueError:
        raise BadQuery from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            raise BadQuery(Fault("query", "unknown-parameter"))
        if name in found:
            raise BadQuery(Fault(f"query: {name}", "repeated"))
        longest = CURSOR_CHARS_MAX if name == "cursor" else TEXT_MAX
        if len(value) > longest or not value.isprintable():
            raise BadQuery(Fault(f"query: {name}", "invalid"))
        found[name] = value
    return found


def limit_of(query: Mapping[str, str], limits: Limits) -> int:
    """How many rows are asked for. Raises BadLimit."""
    text = query.get("limit")
    if text is None:
        return limits.page_size_default
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadLimit(Fault("query: limit", "whole-number"))
    if not 1 <= int(text) <= limits.page_size_max:
        raise BadLimit(Fault("query: limit", "range"))
    return int(text)


def address_of(request: Request) -> str:
    """The path of this request as its caller wrote it, mount point included."""
    root: str = request.scope.get("root_path", "")
    return quote(root + route_path(request.scope))


def _paging(request: Request, query: dict[str, str], cursors: Cursors, limits: Limits) -> Paging:
    limit = limit_of(query, limits)
    query.pop("limit", None)
    return Paging(
        cursors=cursors,
        address=address_of(request),
        limit=limit,
        cursor=query.pop("cursor", None),
    )


def types_of(query: Mapping[str, str]) -> Sequence[str]:
    """The event types of a comma-separated filter. Raises BadQuery."""
    names = [name for name in query.get("type", "").split(",") if name]
    if not all(name.isascii() and name.replace(".", "").isalnum() for name in names):
        raise BadQuery(Fault("query: type", "invalid"))
    return names
