"""The route by which an operator has a service's read models built again."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.kernel.identifiers import Line
from shared.runtime.web.access import permit, roles_for
from shared.runtime.web.bodies import read_body, require_json
from shared.runtime.web.commanding import fingerprint
from shared.runtime.web.forms import Form, reader_of
from shared.runtime.web.incoming import idempotency_key, incoming_of, route_path
from shared.runtime.web.ports import Service
from shared.runtime.web.problems import form_refusal
from shared.runtime.web.routes import Access

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

ACTION = "rebuild"
ROLES = ("operator",)
"""Who may have read models rebuilt where the service says nothing else."""


class RebuildForm(Form):
    """Why it is done; recorded with who did it."""

    reason: Line


def rebuild_endpoint(access: Access, service: Service) -> Endpoint:
    """Build beside the live read models, compare digests at one position, switch, record it."""
    roles = roles_for({ACTION: ROLES, **access}, ACTION)
    read = reader_of(RebuildForm)

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        permit(incoming.caller, roles)
        key = idempotency_key(incoming.headers)
        body = await read_body(request.receive, incoming.headers, service.settings.body_bytes_max)
        require_json(incoming.headers)
        try:
            form = read(body)
        except ValidationError as faults:
            raise form_refusal(faults, body) from None
        mark = fingerprint("POST", route_path(request.scope), body)
        begun = service.clock.monotonic()
        rebuilt = await service.rebuild(incoming.caller, form.reason, key, mark)
        return JSONResponse(
            {
                "service": service.domain.service,
                "events": rebuilt.events,
                "digest_before": rebuilt.digest_before,
                "digest_after": rebuilt.digest_after,
                "equal": rebuilt.digest_before == rebuilt.digest_after,
                "seconds": round(service.clock.monotonic() - begun, 3),
            }
        )

    return endpoint
