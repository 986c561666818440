"""The demo's frame: a server with the system, and an external client that plays on it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx

from services.main.demo.client import Client, Person
from services.main.demo.playing import Summary, play, steps
from services.main.demo.portfolio import portfolio
from services.main.embedded import embedded_fleet, front_door
from services.main.showing import Show
from shared.kernel.refusals import Refusal
from shared.runtime.clock import SystemClock
from shared.runtime.serving import Fleet, Server, server
from shared.runtime.settings import Settings

CONNECTIONS = 16
"""As many at once as a busy external system would open."""


class DemoNeedsEmptyFolder(Refusal):
    """The data folder already holds a system; name another with --data, or remove it."""

    french = "Le dossier de données contient déjà un système; nommez-en un autre avec --data."


def run_demo(settings: Settings, show: Show, *, leave: bool) -> Summary | None:
    """Start the system, play, sum up; stay up unless told to leave. Nothing if it cannot start."""
    if any(Path(settings.data).glob("*.db")):
        show.err.print(f"grantline: {DemoNeedsEmptyFolder.english()}")
        return None
    fleet = embedded_fleet(settings)
    running = server(front_door(fleet), fleet, settings)
    return asyncio.run(_demo(running, fleet, settings, show, leave))


async def _demo(
    running: Server, fleet: Fleet, settings: Settings, show: Show, leave: bool
) -> Summary | None:
    clock = SystemClock()
    serving = asyncio.create_task(running.serve())
    while not running.started and not serving.done():
        await asyncio.sleep(0.01)
    if serving.done():
        return None
    port = running.servers[0].sockets[0].getsockname()[1]
    address = f"http://{settings.host}:{port}"
    begun = clock.monotonic()
    try:
        summary = await _played(address, fleet, show)
        seconds = f"{clock.monotonic() - begun:.1f}"
        example = await _example(address, fleet)
        show.summary(summary, seconds, example, None if leave else address)
        if not leave:
            await serving
    finally:
        running.leave()
        await serving
    return summary


async def _played(address: str, fleet: Fleet, show: Show) -> Summary:
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as http:
        with show.progress(steps(portfolio())) as bar:
            return await play(Client(http, _tokens(fleet), "demo"), bar)


def _tokens(fleet: Fleet) -> Callable[[Person], str]:
    def token_of(person: Person) -> str:
        return fleet.issuer.issue(
            person.role, person.name, person.organisation_id, timedelta(hours=2)
        )

    return token_of


async def _example(address: str, fleet: Fleet) -> str:
    token = fleet.issuer.issue("auditor", "auditor-1")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers) as http:
        found = (await http.get("/audit/v1/projects?stage=closed&limit=1")).json()
    items = found.get("items") or [{"project_id": "PROJECT"}]
    return str(items[0]["project_id"])
