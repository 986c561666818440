"""From a POST or PUT to a command, and from its answer back to the caller."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeAlias

import anyio
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.commands import Actor, Command
from shared.kernel.refusals import Unavailable
from shared.kernel.shown import shown
from shared.kernel.streams import category
from shared.runtime.items import Answer, Asked
from shared.runtime.vault import Kept
from shared.runtime.web.access import path_of, permit, roles_for
from shared.runtime.web.answers import BadQuery
from shared.runtime.web.bodies import body_reader
from shared.runtime.web.forms import Form
from shared.runtime.web.incoming import (
    Incoming,
    effective_at,
    idempotency_key,
    if_match,
    incoming_of,
    on_behalf_of,
    route_path,
)
from shared.runtime.web.ports import Service
from shared.runtime.web.routes import Api, Ask, CommandRoute, Forgetting, Keeping, Show

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def command_endpoint(route: CommandRoute, api: Api, service: Service) -> Endpoint:
    """The endpoint of one command; all that does not depend on a request is made here, once.

    Order: role, path, headers, body. Raises NoPolicy if nobody may use the route.
    """
    roles = roles_for(api.access, route.action)
    body_of = body_reader(route.form, service.settings.body_bytes_max)
    build = route.handler if route.form else _ignoring_form(route.handler)
    show_of = _Shows(api, service)
    method, vault = route.method, route.vault

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        actor = incoming.caller
        permit(actor, roles)
        path = path_of(request)
        if request.scope["query_string"]:
            raise BadQuery
        headers = incoming.headers
        key, version = idempotency_key(headers), if_match(headers)
        ask = _ask(incoming, path, service)
        body, form = await body_of(request, incoming)
        asked = fingerprint(method, route_path(request.scope), body)
        if isinstance(vault, Keeping):
            kept = await service.keep(vault.subject(path), vault.content(form))
            ask, asked = replace(ask, kept=kept), service.vault.fingerprint(asked)
        command: Command = build(form, ask)
        answer = await _submitted(
            service,
            ask.kept,
            Asked(
                command=command,
                key=key,
                fingerprint=asked,
                status=route.status,
                show=show_of(command, actor),
                if_match=version,
                correlation_id=incoming.trace_id,
            ),
        )
        if isinstance(vault, Forgetting) and await _says_so(service, command, vault):
            await service.forget(vault.subject(path))
        return answered(answer, service.domain.service)

    return endpoint


async def _submitted(service: Service, kept: Kept | None, asked: Asked) -> Answer:
    """The writer's answer; what the vault kept for it stays only if an event tells of it.

    Where it is not known whether anything was recorded, the content stays.
    """
    told = False
    try:
        answer: Answer = await service.writer.submit(asked)
        told = not answer.repeated
    except Unavailable:
        told = True
        raise
    finally:
        if kept is not None and not told:
            await service.discard(kept)
    return answer


async def _says_so(service: Service, command: Command, vault: Forgetting) -> bool:
    stream = service.domain.deciders[type(command)].first_stream(command)

    def read() -> bool:
        with service.snapshot() as snapshot:
            return vault.erased(snapshot.state(stream)[0])

    return await anyio.to_thread.run_sync(read)


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What one idempotency key may stand for: this method, path and body, to the byte (X4)."""
    return sha256(f"{method} {len(path)} {path}\n".encode() + body).hexdigest()


def _ask(incoming: Incoming, path: Mapping[str, str], service: Service) -> Ask:
    now = service.clock.now()
    actor = incoming.caller
    organisation = on_behalf_of(incoming.headers, actor)
    if organisation is not None:
        actor = Actor(
            person=actor.person,
            roles=actor.roles,
            organisation_id=actor.organisation_id,
            on_behalf_of=organisation,
        )
    return Ask(
        by=actor,
        now=now,
        effective_at=effective_at(incoming.headers) or now,
        path=path,
        new_id=service.ids.new,
    )


def _ignoring_form(handler: Callable[[Ask], Command]) -> Callable[[Form | None, Ask], Command]:
    return lambda form, ask: handler(ask)


class _Shows:
    """How the state after a command is shown: by the category of the command's first stream."""

    def __init__(self, api: Api, service: Service) -> None:
        self._shows = api.show
        self._deciders = service.domain.deciders
        self._known: dict[type[Command], Show | None] = {}

    def __call__(self, command: Command, actor: Actor) -> Callable[[Any], Any]:
        kind = type(command)
        if kind not in self._known:
            decider = self._deciders[kind]
            named = decider.streams(decider.first, command, {})
            stream = named if isinstance(named, str) else named[0]
            self._known[kind] = self._shows.get(category(stream))
        show = self._known[kind]
        return shown if show is None else lambda state: show(state, actor)


def answered(answer: Answer, service: str) -> Response:
    """An answer of the writer as its caller gets it."""
    headers = {
        "etag": f'"{answer.version}"',
        "event-position": f"{service}={answer.sequence}",
    }
    if answer.repeated:
        headers["idempotency-hit"] = "true"
    return Response(answer.body, answer.status, headers, "application/json")
