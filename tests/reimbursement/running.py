"""The real service on a database of its own, with neighbours that are heard when a test says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from anyio import to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from services.reimbursement.api import api
from services.reimbursement.app import DOMAIN
from services.reimbursement.projections import PROJECTIONS
from shared.kernel.canonical import canonical
from shared.kernel.chain import NO_HASH
from shared.kernel.commands import Actor
from shared.kernel.envelope import Sealed, seal
from shared.kernel.events import Heard, wire_type
from shared.kernel.periods import rfc3339
from shared.kernel.streams import subject_of
from shared.runtime.clock import SetClock
from shared.runtime.new_ids import Ids
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.reimbursement import examples as eg
from tests.support.client import Client


@dataclass
class Neighbours:
    """What the other services said so far: the last hash and version of each stream."""

    ids: Ids
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)

    def say(self, stream: str, event: Heard, effective_at: datetime) -> Sealed:
        """The next event of one of their streams, sealed as its owner would."""
        version, prevhash = self.heads.get(stream, (0, NO_HASH))
        sequence = self.sequences.get(event.origin, 0) + 1
        name, schema = event.event_name, event.schema_version
        event_id = self.ids.uuid7()
        subject = subject_of(stream)
        attributes = {
            "actor": "officer-1",
            "commandid": event_id,
            "correlationid": event_id,
            "dataclassification": "internal",
            "datacontenttype": "application/json",
            "dataschema": f"/schemas/{name}.v{schema}.json",
            "id": event_id,
            "originsequence": sequence,
            "partitionkey": subject,
            "prevhash": prevhash,
            "recordedtime": rfc3339(effective_at),
            "source": f"/grantline/{event.origin}",
            "specversion": "1.0",
            "stream": stream,
            "streamversion": version + 1,
            "subject": subject,
            "time": rfc3339(effective_at),
            "type": wire_type(event.origin, name, schema),
        }
        sealed = seal(attributes, canonical(event.model_dump(mode="json")))
        self.heads[stream] = version + 1, sealed.hash
        self.sequences[event.origin] = sequence
        return sealed


@dataclass
class Running:
    """Reimbursement as it runs, its people and its neighbours."""

    service: Service
    app: FastAPI
    issuer: LocalIssuer
    neighbours: Neighbours

    async def hear(self, stream: str, event: Heard, effective_at: datetime | None = None) -> None:
        """A neighbour's event arrives and is followed up."""
        said = self.neighbours.say(stream, event, effective_at or eg.at(2020, 6, 1))
        await to_thread.run_sync(self.service.writer.receive, [said])

    def as_(self, actor: Actor) -> Client:
        """Somebody of the story."""
        token = self.issuer.issue(actor.roles, actor.person, actor.organisation_id)
        return Client(self.app, token)

    def state(self, stream: str) -> Any:
        """A stream's state, folded again from the journal."""
        with self.service.snapshot() as snapshot:
            return snapshot.state(stream)[0]


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """The service, open and writing; nothing is relayed and nothing comes in by itself."""
    clock = SetClock(eg.at(2021, 6, 30))
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
        app = mount(api, service, verifier=issuer.verifier(), cursor_secret=b"s" * 32)
        yield Running(service, app, issuer, Neighbours(ids))
    finally:
        service.close()
