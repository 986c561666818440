"""The routes by which operators look after a service: consumers, parked messages, other's heads."""

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import and_, func, select

from shared.kernel.identifiers import Line
from shared.kernel.operations import (
    PauseConsumer,
    RepublishEvents,
    ResumeConsumer,
    RetryParked,
    SkipParked,
)
from shared.runtime.journal import JOURNAL
from shared.runtime.parked import PARKED, shown_parked
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.ports import Service
from shared.runtime.web.routes import Access, Api, Ask, Form, Page, Read

ACCESS: Access = {"operate": {"operator"}, "look_after": {"operator", "auditor"}}
"""Who may do this where the service says nothing else."""
_MAX = 2**53


class RetryForm(Form):
    """What to try again, and why."""

    reason: Line
    scope: Literal["one", "subject"] = "one"


class RepublishForm(Form):
    """Which own events to publish again, and why."""

    after: Annotated[int, Field(ge=0, le=_MAX)]
    """The sequence after which to begin; 0 for all."""
    reason: Line


def operating_api(service: Service, access: Access) -> Api:
    """The routes that every service has for its operators."""
    api = Api(service.domain.service, access={**ACCESS, **access})
    _consumers(api, service)
    _parked(api, api.service)
    _published(api, api.service)
    return api


def _consumers(api: Api, service: Service) -> None:
    name = api.service

    @api.read("/consumers", action="look_after")
    def list_consumers(read: Read) -> dict[str, Any]:
        """What this service takes in: how far, how far behind, running or paused."""
        return {"items": service.consumers()}

    @api.command("POST", "/consumers/{consumer}/pause", action="operate")
    def pause_consumer(form: ReasonForm, ask: Ask) -> PauseConsumer:
        """Take in no events of other services until resumed."""
        return PauseConsumer(
            service=name, consumer=ask.path["consumer"], reason=form.reason, **ask.who
        )

    @api.command("POST", "/consumers/{consumer}/resume", action="operate")
    def resume_consumer(form: ReasonForm, ask: Ask) -> ResumeConsumer:
        """Take in events of other services again."""
        return ResumeConsumer(
            service=name, consumer=ask.path["consumer"], reason=form.reason, **ask.who
        )


def _parked(api: Api, name: str) -> None:
    @api.read("/parked", action="look_after", query=("state", "subject"))
    def list_parked(read: Read) -> Page:
        """Messages that were not taken in, in the order in which they came; never their content."""
        page = read.page(
            PARKED,
            order="parked_id",
            state=read.query.get("state"),
            subject=read.query.get("subject"),
        )
        return page.map(shown_parked)

    @api.command("POST", "/parked/{parked_id}/retry", action="operate")
    def retry_parked(form: RetryForm, ask: Ask) -> RetryParked:
        """Try a parked message again, or all of its subject in their order."""
        return RetryParked(
            service=name,
            parked_id=ask.path["parked_id"],
            scope=form.scope,
            reason=form.reason,
            **ask.who,
        )

    @api.command("POST", "/parked/{parked_id}/skip", action="operate")
    def skip_parked(form: ReasonForm, ask: Ask) -> SkipParked:
        """Propose to give a parked message up; a second person who asks the same confirms it."""
        return SkipParked(
            service=name, parked_id=ask.path["parked_id"], reason=form.reason, **ask.who
        )


def _published(api: Api, name: str) -> None:
    @api.command("POST", "/republications", action="operate")
    def republish_events(form: RepublishForm, ask: Ask) -> RepublishEvents:
        """Publish this service's own events again, for receivers that miss some."""
        return RepublishEvents(service=name, after=form.after, reason=form.reason, **ask.who)

    @api.read("/heads", action="look_after", query=("origin",))
    def list_heads(read: Read) -> Page:
        """The last version and hash of each stream of one owner, as this service holds it."""
        return heads(read, read.query.get("origin", name))


def heads(read: Read, origin: str) -> Page:
    """One page of stream heads, by name. Raises BadCursor."""
    limit = read.paging.limit
    after = read.after("heads") or ""
    last = (
        select(JOURNAL.c.stream, func.max(JOURNAL.c.version).label("version"))
        .where(JOURNAL.c.origin == origin, JOURNAL.c.stream > after)
        .group_by(JOURNAL.c.stream)
        .order_by(JOURNAL.c.stream)
        .limit(limit)
        .subquery()
    )
    same = and_(JOURNAL.c.stream == last.c.stream, JOURNAL.c.version == last.c.version)
    found = read.select(
        select(JOURNAL.c.stream, JOURNAL.c.version, JOURNAL.c.sequence, JOURNAL.c.hash)
        .join_from(last, JOURNAL, same)
        .order_by(JOURNAL.c.stream)
    )
    return Page(
        found, read.following(found[-1]["stream"], "heads") if len(found) == limit else None
    )
