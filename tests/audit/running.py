"""Audit on a database of its own: what its neighbours say arrives when a test hands it over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from services.audit.api import api
from services.audit.app import DOMAIN
from services.audit.projections import PROJECTIONS
from shared.kernel.envelope import Sealed, open_sealed
from shared.runtime.clock import SetClock
from shared.runtime.new_ids import Ids
from shared.runtime.reading import Stored
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.audit.owners import START
from tests.support.client import Client


@dataclass
class Running:
    """Audit as it runs, and who may ask it."""

    service: Service
    app: FastAPI
    issuer: LocalIssuer
    clock: SetClock

    def receive(self, *events: Sealed) -> None:
        """These arrive, in this order; call it outside of an event loop."""
        self.service.writer.receive(events)

    def as_(self, role: str) -> Client:
        """Somebody with this role."""
        return Client(self.app, self.issuer.issue(role, f"{role}-1"))

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
def running(folder: Path, events: Sequence[Sealed] = ()) -> Iterator[Running]:
    """The service, open and writing, after these events; nothing comes in by itself."""
    clock = SetClock(START.replace(month=12))
    ids = Ids.seeded(clock.now, 40)
    service = Service(
        Settings(data=folder),
        DOMAIN,
        PROJECTIONS,
        api,
        LocalTransport(),
        Outside(clock=clock, ids=ids),
    )
    issuer = LocalIssuer(Ed25519PrivateKey.generate(), clock.now, ids.uuid7)
    service.open()
    service.writer.start()
    try:
        if events:
            service.writer.receive(events)
        app = mount(api, service, verifier=issuer.verifier(), cursor_secret=b"s" * 32)
        yield Running(service, app, issuer, clock)
    finally:
        service.close()
