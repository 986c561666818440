"""All five services in one process on real databases, and people who ask them over REST."""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
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
from services.main.embedded import embedded_fleet, front_door
from shared.runtime.serving import Fleet
from shared.runtime.settings import Settings

PATIENCE_SECONDS = 60
_KEYS = count(1)


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
        seen: list[Mapping[str, int]] = []
        with anyio.fail_after(PATIENCE_SECONDS):
            while True:
                now = [service.gauges() for service in self.fleet.services]
                if now == seen and not any(map(_busy, now)):
                    return
                seen = now
                await anyio.sleep(0.002)


def _busy(figures: Mapping[str, int]) -> bool:
    return any(value for name, value in figures.items() if name != "journal_position")


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    """What was refused: its status, code and rule."""
    problem = answer.json()
    return answer.status_code, problem.get("code", ""), problem.get("rule")


@asynccontextmanager
async def whole_system(
    data: Path, plays: Portfolio, before: Stage | None = None
) -> AsyncIterator[World]:
    """The system on this folder; with a stage of before, its people go on where they were."""
    fleet = embedded_fleet(Settings(data=data))
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
