"""Membership as a running service, beside a stand-in for evaluation that approves projects."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from services.membership.api import api
from services.membership.app import DOMAIN
from services.membership.projections import PROJECTIONS
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Domain, Fold
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import OrganisationId, ProjectId, Slug
from shared.runtime.clock import SetClock
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.routes import Api, Ask, Form
from shared.runtime.web.tokens import LocalIssuer

NOW = datetime(2020, 5, 4, 14, tzinfo=UTC)


class Party(Fact):
    """A party as evaluation names it, with more than membership reads."""

    organisation_id: OrganisationId
    name: str


class ProjectApproved(Event, name="ProjectApproved", schema=1):
    """A project was approved."""

    project_id: ProjectId
    programme: Slug
    title: str
    participants: tuple[Party, ...]
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(Command):
    """Approve a project of these parties."""

    project_id: str
    parties: tuple[str, ...]


def approve(ask: Approve, evaluation: int) -> list[Event]:
    """Every project is approved here."""
    parties = tuple(Party(organisation_id=party, name="Party") for party in ask.parties)
    return [
        ProjectApproved(
            project_id=ask.project_id,
            programme="scale-ai",
            title="Marée haute",
            participants=parties,
            decided_on=ask.effective_on,
        )
    ]


class ApprovalForm(Form):
    """The parties of a project."""

    parties: list[OrganisationId]


EVALUATION = Domain(
    service="evaluation",
    events=(ProjectApproved,),
    folds={"evaluation": Fold(0, lambda seen, event: seen + 1)},
    deciders={Approve: Decider(approve, evaluation="evaluation-{project_id}")},
)
approvals = Api("evaluation", access={"approve": {"committee"}})


@approvals.command("POST", "/approvals/{project_id}", action="approve", status=201)
def approve_project(form: ApprovalForm, ask: Ask) -> Approve:
    """Approve a project."""
    return Approve(project_id=ask.path["project_id"], parties=tuple(form.parties), **ask.who)


@dataclass
class Caller:
    """Asks one service as different people; every command gets a new key."""

    portal: BlockingPortal
    client: httpx.AsyncClient
    issuer: LocalIssuer
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def by(self, role: str, person: str, organisation_id: str | None = None) -> "Caller":
        """The same service, asked by this person."""
        token = self.issuer.issue(role, person, organisation_id)
        headers = {**self.headers, "authorization": f"Bearer {token}"}
        return Caller(self.portal, self.client, self.issuer, headers)

    def saying(self, **headers: str) -> "Caller":
        """The same person, with headers such as `effective_at` or `on_behalf_of`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Caller(self.portal, self.client, self.issuer, {**self.headers, **more})

    def get(self, path: str, **query: str) -> httpx.Response:
        """Read."""
        return self._send("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Ask with a new idempotency key."""
        return self._send("POST", path, json=body)

    def put(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Replace with a new idempotency key."""
        return self._send("PUT", path, json=body)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"idempotency-key": self.issuer.new_id(), **self.headers}

        async def send() -> httpx.Response:
            return await self.client.request(method, path, headers=headers, **options)

        return self.portal.call(send)


@dataclass(frozen=True)
class World:
    """The two services, each to be asked."""

    membership: Caller
    evaluation: Caller
    service: Service
    """Membership itself, for what has no route."""


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Both services, running over the local transport until the block ends."""
    clock = SetClock(NOW)
    transport = LocalTransport()
    settings = Settings(data=folder)
    evaluation = Service(settings, EVALUATION, (), approvals, transport, Outside(clock=clock))
    membership = Service(settings, DOMAIN, PROJECTIONS, api, transport, Outside(clock=clock))
    issuer = LocalIssuer.open(folder, clock.now, membership.ids.uuid7)
    with start_blocking_portal() as portal:
        for service in (evaluation, membership):
            service.open()
            transport.join(service.name, service.snapshot)
            service.start()
        try:
            yield World(
                _caller(portal, membership, issuer),
                _caller(portal, evaluation, issuer),
                membership,
            )
        finally:
            for service in (membership, evaluation):
                service.stop_listening()
                service.close()


def _caller(portal: BlockingPortal, service: Service, issuer: LocalIssuer) -> Caller:
    app = mount(
        service.api, service, verifier=issuer.verifier(), cursor_secret=issuer.secret("cursors")
    )
    transport = httpx.ASGITransport(app=app)
    return Caller(portal, httpx.AsyncClient(transport=transport, base_url="http://test"), issuer)
