"""The routes by which operators have work done that is more than one decision of the service."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.kernel.commands import Actor
from shared.kernel.periods import CivilDate
from shared.runtime.items import Key
from shared.runtime.web.access import permit, roles_for
from shared.runtime.web.bodies import read_body, require_json
from shared.runtime.web.commanding import answered, fingerprint
from shared.runtime.web.forms import Form, ReasonForm, reader_of
from shared.runtime.web.incoming import idempotency_key, incoming_of, route_path
from shared.runtime.web.ports import Service
from shared.runtime.web.problems import form_refusal
from shared.runtime.web.routes import Access

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class TimersForm(Form):
    """Up to which business date, in America/Toronto; it must have begun there."""

    business_date: CivilDate


async def rebuild(service: Service, by: Actor, form: ReasonForm, key: Key) -> Response:
    """Rebuild the read models."""
    begun = service.clock.monotonic()
    rebuilt = await service.rebuild(by, form.reason, key)
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


async def run_timers(service: Service, by: Actor, form: TimersForm, key: Key) -> Response:
    """Do what falls due on every business date up to this one that is missing."""
    answer = await service.run_timers(by, form.business_date, key)
    return answered(answer, service.domain.service)


async def back_up(service: Service, by: Actor, form: ReasonForm, key: Key) -> Response:
    """Copy the journal into a file of the backups' folder."""
    answer = await service.back_up(by, form.reason, key)
    return answered(answer, service.domain.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of work: its route, who may ask for it, its form, and how it is done."""

    path: str
    action: str
    roles: Collection[str] = ("operator",)
    """Who may ask for it where the service says nothing else."""
    form: type[Form]
    do: Callable[[Service, Actor, Any, Key], Awaitable[Response]]
    answer: str


WORKS = (
    Work(
        path="/rebuilds",
        action="rebuild",
        form=ReasonForm,
        do=rebuild,
        answer="Events folded, both digests, and whether they are equal.",
    ),
    Work(
        path="/backups",
        action="back_up",
        form=ReasonForm,
        do=back_up,
        answer="What the file holds and its SHA-256, as its manifest says.",
    ),
    Work(
        path="/timers/run",
        action="run_timers",
        roles=("operator", "service"),
        form=TimersForm,
        do=run_timers,
        answer="The last business date that timers were run for.",
    ),
)


def work_endpoint(work: Work, access: Access, service: Service) -> Endpoint:
    """The endpoint of one kind of work. Raises NoPolicy if nobody may ask for it."""
    roles = roles_for({work.action: work.roles, **access}, work.action)
    read = reader_of(work.form)

    async def endpoint(request: Request) -> Response:
        incoming = incoming_of(request.scope)
        permit(incoming.caller, roles)
        name = idempotency_key(incoming.headers)
        body = await read_body(request.receive, incoming.headers, service.settings.body_bytes_max)
        require_json(incoming.headers)
        try:
            form = read(body)
        except ValidationError as faults:
            raise form_refusal(faults, body) from None
        key = Key(
            name=name,
            fingerprint=fingerprint("POST", route_path(request.scope), body),
            correlation_id=incoming.trace_id,
        )
        return await work.do(service, incoming.caller, form, key)

    return endpoint
