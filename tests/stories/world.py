"""All five services in one process on real databases, and people who ask them over REST."""

import io
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import httpx
from fastapi import FastAPI
from rich.console import Console

from services.main.demo.client import Client, Person
from services.main.demo.portfolio import Portfolio
from services.main.demo.progress import Bar
from services.main.demo.stage import AUDITOR, Stage
from services.main.embedded import CREATE, embedded_fleet, front_door
from shared.runtime.kafka import KafkaTransport
from shared.runtime.service import Service
from shared.runtime.serving import Fleet
from shared.runtime.settings import Settings
from shared.runtime.topics import wanted_topics
from tests.support import databases
from tests.support.servers import kafka_server
from tests.support.topics import empty

PATIENCE_SECONDS = 60
SERVICES = ("intake", "evaluation", "membership", "reimbursement", "audit")
_KEYS = count(1)
_bootstrap: str | None = None
"""The broker of a system on real servers."""


@dataclass
class World:
    """The running system, and what the story's people share."""

    fleet: Fleet
    root: FastAPI
    http: httpx.AsyncClient
    stage: Stage

    @property
    def client(self) -> Client:
        """The client that speaks as an external system would."""
        return self.stage.client

    def token(self, person: Person) -> str:
        """A bearer token."""
        return self.fleet.issuer.issue(person.role, person.name, person.organisation_id)

    async def ask(
        self,
        person: Person,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
        **headers: str,
    ) -> httpx.Response:
        """Ask, and take whatever is answered; header names are written with underscores."""
        sent = {
            "authorization": f"Bearer {self.token(person)}",
            "idempotency-key": f"story-{next(_KEYS)}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self.http.request(method, path, json=body or {}, headers=sent)

    async def see(self, path: str, person: Person = AUDITOR) -> Any:
        """Read something once everybody has heard everything."""
        await self.quiet()
        headers = {"authorization": f"Bearer {self.token(person)}"}
        answer = await self.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def events(self, service: str, name: str) -> list[dict[str, Any]]:
        """The events of one type in a service's feed."""
        found = await self.see(f"/{service}/v1/events?type={name}&limit=200")
        return [event["data"] for event in found]

    async def history(self, project: str) -> list[dict[str, Any]]:
        """A project's history."""
        found: list[dict[str, Any]] = []
        path = f"/audit/v1/projects/{project}/history?limit=200"
        while path:
            page = await self.see(path)
            found += page["events"]
            path = page["next"]
        return found

    async def quiet(self) -> None:
        """Return when nobody has anything left to send, hear or decide."""
        with anyio.fail_after(PATIENCE_SECONDS):
            while not _all_heard(self.fleet.services):
                await anyio.sleep(0.002)


def _all_heard(services: Sequence[Service]) -> bool:
    """Whether each has all events of those it hears, and none of them wrote while we looked."""
    before = {service.name: service.writer.head.sequence for service in services}
    heard = all(
        service.writer.marks.reached.get(origin, 0) == before[origin]
        for service in services
        for origin in service.domain.hears
    )
    busy = any(service.writer.queued or service.writer.waiting for service in services)
    return (
        heard and not busy and before == {each.name: each.writer.head.sequence for each in services}
    )


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    """What was refused: its status, code and rule."""
    problem = answer.json()
    return answer.status_code, problem.get("code", ""), problem.get("rule")


@contextmanager
def on_real_servers() -> Iterator[None]:
    """Until the end, a system is five services over a real Kafka, each on a real PostgreSQL."""
    global _bootstrap
    _bootstrap = kafka_server().bootstrap
    empty(_bootstrap, wanted_topics())
    try:
        with databases.on_postgresql():
            yield
    finally:
        _bootstrap = None


def _fleet(data: Path) -> Fleet:
    if _bootstrap is None:
        return embedded_fleet(Settings(data=data))
    transport = KafkaTransport(_bootstrap, wanted_topics())
    return Fleet(
        [
            create(Settings(data=data, postgres=databases.url_of(data, name)), transport)
            for name, create in zip(SERVICES, CREATE, strict=True)
        ],
        transport,
    )


@asynccontextmanager
async def whole_system(
    data: Path, plays: Portfolio, before: Stage | None = None
) -> AsyncIterator[World]:
    """The system on this folder; with a stage of before, its people go on where they were."""
    fleet = _fleet(data)
    root = front_door(fleet)
    async with (
        fleet.lifespan(root),
        httpx.AsyncClient(transport=httpx.ASGITransport(root), base_url="http://story") as http,
    ):

        def token_of(person: Person) -> str:
            return fleet.issuer.issue(person.role, person.name, person.organisation_id)

        client = Client(http, token_of, "story")
        stage = Stage(client, plays, Bar(1_000, Console(file=io.StringIO())))
        if before is not None:
            client.requests, client.positions = before.client.requests, before.client.positions
            stage.ids, stage.projects = before.ids, before.projects
            stage.members = before.members
        yield World(fleet, root, http, stage)
