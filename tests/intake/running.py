"""Intake running on a folder of its own, asked as a neighbour would: by HTTP and by events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from services.intake.app import create
from shared.kernel.canonical import canonical
from shared.kernel.chain import NO_HASH
from shared.kernel.envelope import Sealed, seal
from shared.kernel.events import wire_type
from shared.kernel.periods import rfc3339
from shared.kernel.streams import subject_of
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer


@dataclass
class RunningIntake:
    """The service, its issuer of tokens and its neighbours' pens."""

    service: Service
    issuer: LocalIssuer
    client: httpx.AsyncClient
    portal: BlockingPortal
    asked: int = 0
    said: dict[str, list[Sealed]] = field(default_factory=dict)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        roles: str = "programme_officer",
        organisation: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request by a person of this role and organisation, with a key of its own."""
        self.asked += 1
        token = self.issuer.issue(roles, f"{roles}-1", organisation)
        sent = {"authorization": f"Bearer {token}", **(headers or {})}
        if method != "GET":
            sent.setdefault("idempotency-key", f"key-{self.asked}")
        content = None if body is None else canonical(body).encode()
        if content is not None:
            sent["content-type"] = "application/json"

        async def send() -> httpx.Response:
            return await self.client.request(method, path, content=content, headers=sent)

        return self.portal.call(send)

    def hear(self, origin: str, name: str, stream: str, data: Mapping[str, Any]) -> None:
        """A neighbour's next event on that stream arrives."""
        version, before = self.heads.get(stream, (0, NO_HASH))
        sequence = len(self.said.setdefault(origin, [])) + 1
        now = rfc3339(self.service.clock.now())
        event_id = self.service.ids.uuid7()
        envelope = {
            "specversion": "1.0",
            "id": event_id,
            "source": f"/grantline/{origin}",
            "type": wire_type(origin, name, 1),
            "subject": subject_of(stream),
            "time": now,
            "recordedtime": now,
            "datacontenttype": "application/json",
            "dataschema": f"/schemas/{origin}.{name}.v1",
            "dataclassification": "internal",
            "partitionkey": subject_of(stream),
            "correlationid": event_id,
            "stream": stream,
            "streamversion": version + 1,
            "originsequence": sequence,
            "actor": "neighbour-1",
            "commandid": event_id,
            "prevhash": before,
        }
        sealed = seal(envelope, canonical(data))
        self.said[origin].append(sealed)
        self.heads[stream] = (version + 1, sealed.hash)
        self.service.writer.receive([sealed])


@contextmanager
def running_intake(folder: Path) -> Iterator[RunningIntake]:
    """Start intake alone, its neighbours played by `hear`, and stop it."""
    service = create(Settings(data=folder), LocalTransport())
    issuer = LocalIssuer.open(folder, service.clock.now, service.ids.uuid7)
    service.open()
    service.writer.start()
    app = mount(
        service.api,
        service,
        verifier=issuer.verifier(),
        cursor_secret=issuer.secret("cursors"),
    )
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://intake.test"
        )
        yield RunningIntake(service, issuer, client, portal)
        portal.call(client.aclose)
    service.close()
