"""The event feed in pages and live: the sealed texts as they are, each once, in order."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from urllib.parse import urlencode

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared.kernel.envelope import Sealed
from shared.kernel.refusals import Fault
from shared.runtime.web.access import permit, roles_for
from shared.runtime.web.answers import BadHeader, BadQuery, TooManyStreams
from shared.runtime.web.incoming import incoming_of
from shared.runtime.web.ports import Service, Snapshot
from shared.runtime.web.reading import address_of, limit_of, on_snapshot, query_of, types_of
from shared.runtime.web.routes import Access

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

ACTION = "read_events"
ROLES: Sequence[str] = ("auditor", "operator", "service")
"""Who may read all events where the service says nothing else."""
BATCH_TYPE = "application/cloudevents-batch+json"
STREAM_BATCH = 200
WAIT_SECONDS = 1.0
"""How soon an idle stream notices that the service stops."""
KEEP_ALIVE_WAITS = 15
"""So many idle waits until a comment tells proxies that the stream lives."""
STREAMS_MAX = 100
"""Open streams of one service; each costs a query at every commit."""

_TYPE = re.compile(r'"type":"([^"]+)"')
_POSITION = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events somebody wants to see."""

    types: Sequence[str]
    subject: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events with their positions, and where to go on after them."""

    events: Sequence[tuple[int, Sealed]]
    full: bool
    after: int
    """The last event's position; behind the last one, the position that was looked through."""


def feed_endpoint(access: Access, service: Service) -> Endpoint:
    """The feed in pages: a CloudEvents batch, and a `next` link that never ends.

    An empty page means that there is nothing yet after `after`; the same link will have it.
    """
    roles = roles_for({ACTION: ROLES, **access}, ACTION)
    allowed = frozenset({"after", "limit", "type", "subject"})

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        permit(incoming.caller, roles)
        query = query_of(request, allowed)
        limit = limit_of(query, service.settings)
        after = _position(query.get("after", "0"))
        wanted = Wanted(types_of(query), query.get("subject"))
        read = partial(_batch, after=after, limit=limit, wanted=wanted)
        seen = await on_snapshot(service, incoming, read)
        batch = seen.result
        body = "[" + ",".join(sealed.cloud_event() for _, sealed in batch.events) + "]"
        following = urlencode({**query, "after": batch.after})
        headers = {
            "event-position": seen.position,
            "link": f'<{address_of(request)}?{following}>; rel="next"',
        }
        return Response(body, 200, headers, BATCH_TYPE)

    return endpoint


def stream_endpoint(access: Access, service: Service) -> Endpoint:
    """The live stream: from `Last-Event-ID` or `after` on, else from now on."""
    roles = roles_for({ACTION: ROLES, **access}, ACTION)
    allowed = frozenset({"after", "type", "subject"})
    streams = _Streams(service)

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        permit(incoming.caller, roles)
        query = query_of(request, allowed)
        wanted = Wanted(types_of(query), query.get("subject"))
        after = _resumed(incoming.headers.get(b"last-event-id"), query.get("after"))
        if after is None:
            after = (await on_snapshot(service, incoming, lambda view: view.position)).result
        return StreamingResponse(
            streams.follow(after, wanted),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )

    return endpoint


class _Streams:
    """The open streams of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open = 0

    def follow(self, after: int, wanted: Wanted) -> AsyncIterator[str]:
        """Events after a position, each once, until the service stops. Raises TooManyStreams."""
        if self._open >= STREAMS_MAX:
            raise TooManyStreams
        return self._counted(after, wanted)

    async def _counted(self, after: int, wanted: Wanted) -> AsyncIterator[str]:
        self._open += 1
        try:
            async for part in self._parts(after, wanted):
                yield part
        finally:
            self._open -= 1

    async def _parts(self, after: int, wanted: Wanted) -> AsyncIterator[str]:
        service = self._service
        idle = 0
        yield ": open\n\n"
        while not service.stopping:
            batch = await to_thread.run_sync(_next_batch, service, after, wanted)
            for position, sealed in batch.events:
                yield _message(position, sealed)
            after = batch.after
            if batch.events:
                idle = 0
            if batch.full:
                continue
            await service.committed(after, WAIT_SECONDS)
            idle += 1
            if idle >= KEEP_ALIVE_WAITS:
                idle = 0
                yield ": alive\n\n"
        yield f"event: bye\ndata: {after}\n\n"


def _next_batch(service: Service, after: int, wanted: Wanted) -> Batch:
    with service.snapshot() as snapshot:
        return _batch(snapshot, after, STREAM_BATCH, wanted)


def _batch(snapshot: Snapshot, after: int, limit: int, wanted: Wanted) -> Batch:
    events = snapshot.events(after, limit, wanted.types, wanted.subject)
    full = len(events) == limit
    reached = events[-1][0] if full else max(after, snapshot.position)
    return Batch(events, full, reached)


def _message(position: int, sealed: Sealed) -> str:
    found = _TYPE.search(sealed.envelope)
    assert found is not None, "every envelope has a type"
    return f"id: {position}\nevent: {found[1]}\ndata: {sealed.cloud_event()}\n\n"


def _position(text: str) -> int:
    if not _POSITION.fullmatch(text):
        raise BadQuery(Fault("query: after", "whole-number"))
    return int(text)


def _resumed(last_seen: str | None, after: str | None) -> int | None:
    """What a reader who comes back has already seen, by header before query."""
    if last_seen is not None:
        if not _POSITION.fullmatch(last_seen):
            raise BadHeader(Fault("header: Last-Event-ID", "whole-number"))
        return int(last_seen)
    return None if after is None else _position(after)
