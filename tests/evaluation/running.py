"""Evaluation running on a folder of its own, asked as a neighbour would: by HTTP and by events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from services.evaluation.app import create
from shared.kernel.canonical import canonical
from shared.kernel.chain import NO_HASH
from shared.kernel.commands import Actor
from shared.kernel.envelope import seal
from shared.kernel.events import Heard, wire_type
from shared.kernel.periods import rfc3339, start_of_day
from shared.kernel.streams import subject_of
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.evaluation.examples import OFFICER, SUBMITTED_ON


@dataclass
class RunningEvaluation:
    """The service, its issuer of tokens, and the pens of intake and membership."""

    service: Service
    issuer: LocalIssuer
    client: httpx.AsyncClient
    portal: BlockingPortal
    asked: int = 0
    sequences: dict[str, int] = field(default_factory=dict)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: Actor = OFFICER,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request by a person, with a key of its own."""
        self.asked += 1
        token = self.issuer.issue(",".join(sorted(by.roles)), by.person, by.organisation_id)
        sent = {"authorization": f"Bearer {token}", **(headers or {})}
        if method != "GET":
            sent.setdefault("idempotency-key", f"key-{self.asked}")
        content = None if body is None else canonical(body).encode()
        if content is not None:
            sent["content-type"] = "application/json"

        async def send() -> httpx.Response:
            return await self.client.request(method, path, content=content, headers=sent)

        return self.portal.call(send)

    def hear(self, heard: Heard, stream: str) -> None:
        """A neighbour's next event on that stream arrives, effective on the day of submission."""
        version, before = self.heads.get(stream, (0, NO_HASH))
        self.sequences[heard.origin] = self.sequences.get(heard.origin, 0) + 1
        event_id = self.service.ids.uuid7()
        name = heard.event_name
        envelope = {
            "specversion": "1.0",
            "id": event_id,
            "source": f"/grantline/{heard.origin}",
            "type": wire_type(heard.origin, name, 1),
            "subject": subject_of(stream),
            "time": rfc3339(start_of_day(SUBMITTED_ON)),
            "recordedtime": rfc3339(self.service.clock.now()),
            "datacontenttype": "application/json",
            "dataschema": f"/schemas/{name}.v1.json",
            "dataclassification": "internal",
            "partitionkey": subject_of(stream),
            "correlationid": event_id,
            "stream": stream,
            "streamversion": version + 1,
            "originsequence": self.sequences[heard.origin],
            "actor": "neighbour-1",
            "commandid": event_id,
            "prevhash": before,
        }
        sealed = seal(envelope, canonical(heard.model_dump(mode="json")))
        self.heads[stream] = (version + 1, sealed.hash)
        self.service.writer.receive([sealed])


@contextmanager
def running_evaluation(folder: Path) -> Iterator[RunningEvaluation]:
    """Start evaluation alone, its neighbours played by `hear`, and stop it."""
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
            transport=httpx.ASGITransport(app), base_url="http://evaluation.test"
        )
        yield RunningEvaluation(service, issuer, client, portal)
        portal.call(client.aclose)
    service.close()
