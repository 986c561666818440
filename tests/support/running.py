"""A real service on a folder of its own, asked over HTTP, its neighbours played by their events."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from shared.kernel.commands import Actor
from shared.kernel.envelope import Sealed, open_sealed
from shared.kernel.events import Heard
from shared.kernel.periods import rfc3339
from shared.runtime.clock import SetClock
from shared.runtime.new_ids import Ids
from shared.runtime.parked import subjects
from shared.runtime.reading import Stored
from shared.runtime.rebuild import Rebuilt
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.support.catalogue import module
from tests.support.client import Client
from tests.support.databases import url_of
from tests.support.neighbours import Neighbours, message_of

NOW = datetime(2021, 6, 30, 16, tzinfo=UTC)
OPERATOR = Actor(person="operator-1", roles=frozenset({"operator"}))


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, or nobody, who waits for each answer."""

    portal: BlockingPortal
    client: Client
    """The same person inside of an event loop."""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Read; header names are written with underscores."""
        return self.portal.call(partial(self.client.get, path, **headers))

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Command with a JSON body, under a new idempotency key unless one is given."""
        return self.ask("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Command with a JSON body, under a new idempotency key unless one is given."""
        return self.ask("PUT", path, body, **headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Read or command, as the method says."""
        if method == "GET":
            return self.get(path, **headers)
        return self.portal.call(partial(self.client.command, method, path, body, **headers))


@dataclass(frozen=True)
class Running:
    """A service with its writer at work; nothing is relayed and nothing comes in by itself."""

    service: Service
    app: FastAPI
    issuer: LocalIssuer
    clock: SetClock
    portal: BlockingPortal
    heard_at: datetime
    """When what neighbours say is true, unless told otherwise."""
    neighbours: Neighbours = field(default_factory=Neighbours)

    @property
    def nobody(self) -> Caller:
        """Somebody without a token."""
        return Caller(self.portal, Client(self.app))

    def as_(self, actor: Actor) -> Caller:
        """Somebody of a story, on behalf of whom it acts for."""
        token = self.issuer.issue(actor.roles, actor.person, actor.organisation_id)
        named = {"on-behalf-of": actor.on_behalf_of} if actor.on_behalf_of else {}
        return Caller(self.portal, Client(self.app, token, named))

    def by(self, role: str, person: str = "", organisation_id: str | None = None) -> Caller:
        """Anybody with this role."""
        named = person or f"{role}-1"
        return self.as_(
            Actor(person=named, roles=frozenset({role}), organisation_id=organisation_id)
        )

    def hear(self, stream: str, event: Heard, effective_at: datetime | None = None) -> None:
        """A neighbour's event arrives and is followed up; call it outside of an event loop."""
        said = self.neighbours.say(
            event.origin,
            event.event_name,
            stream,
            event.model_dump(mode="json"),
            recorded_at=self.clock.now(),
            id=self.service.ids.uuid7(),
            time=rfc3339(effective_at or self.heard_at),
        )
        self.receive(said)

    def receive(self, *events: Sealed) -> None:
        """These arrive, in this order; call it outside of an event loop."""
        self.service.writer.receive([message_of(event) for event in events])
        with self.service.snapshot() as snapshot:
            assert not subjects(snapshot.connection), "a message was parked"

    def rebuild(self) -> Rebuilt:
        """Rebuild all read models."""
        return self.portal.call(self.service.rebuild, OPERATOR, "a test")

    def state(self, stream: str) -> Any:
        """A stream's state, folded again from the journal."""
        with self.service.snapshot() as snapshot:
            return snapshot.state(stream)[0]

    def stored(self) -> list[Stored]:
        """The whole journal, in its order."""
        with self.service.snapshot() as snapshot:
            return snapshot.events(0, 10_000)

    def journal(self) -> list[str]:
        """The ids of the journaled events, in order."""
        return [open_sealed(stored.sealed).event_id for stored in self.stored()]

    def history(self, subject: str) -> list[str]:
        """The ids of a subject's history, in order."""
        with self.service.snapshot() as snapshot:
            found = snapshot.history(subject)
        return [open_sealed(stored.sealed).event_id for stored in found]

    def rows(self, table: str, order: str) -> list[dict[str, Any]]:
        """All rows of a list."""
        with self.service.snapshot() as snapshot:
            query = f'SELECT * FROM "{table}" ORDER BY {order}'
            found = snapshot.connection.exec_driver_sql(query).mappings()
            return [dict(row) for row in found]


@contextmanager
def running(
    folder: Path,
    name: str,
    said: Sequence[Sealed] = (),
    *,
    now: datetime = NOW,
    heard_at: datetime | None = None,
) -> Iterator[Running]:
    """This service, open and writing, after these events; its clock stands and its ids repeat."""
    app = module(name, "app")
    assert app is not None, name
    clock = SetClock(now)
    ids = Ids.seeded(clock.now, 40)
    outside = Outside(clock=clock, ids=ids)
    settings = Settings(data=folder, postgres=url_of(folder, name))
    service = Service(settings, app.DOMAIN, app.PROJECTIONS, app.api, LocalTransport(), outside)
    issuer = LocalIssuer(Ed25519PrivateKey.generate(), clock.now, ids.uuid7)
    service.open()
    service.writer.start()
    try:
        service.writer.receive([message_of(event) for event in said])
        web = mount(service.api, service, verifier=issuer.verifier(), cursor_secret=b"s" * 32)
        with start_blocking_portal() as portal:
            yield Running(service, web, issuer, clock, portal, heard_at or now)
    finally:
        service.close()
