"""How the command line reaches a system: over HTTP where one runs, else the data folder itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from shared.kernel.refusals import Refusal
from shared.runtime.clock import SystemClock
from shared.runtime.new_ids import Ids
from shared.runtime.settings import Settings
from shared.runtime.web.tokens import LocalIssuer

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT = httpx.Timeout(600, connect=2)


class Unreachable(Exception):
    """No system answers, and the data folder holds none; start one with `grantline up`."""


class NotRunning(Unreachable):
    """No system answers, so nothing can be watched; start one with `grantline up`."""


def issuer_of(data: Path) -> LocalIssuer:
    """The local issuer whose key is in a data folder."""
    clock = SystemClock()
    return LocalIssuer.open(data, clock.now, Ids.system(clock.now).uuid7)


def token(data: Path, role: str, person: str = "command-line") -> str:
    """A short-lived token for one command."""
    return issuer_of(data).issue(role, person, ttl=timedelta(minutes=15))


@asynccontextmanager
async def reach(
    url: str, data: Path, role: str, *, running: bool = False, person: str = "command-line"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running system, or of the data folder opened here for this one command.

    Raises Unreachable, NotRunning where only a running one will do, or DataInUse when another
    process has the folder but does not answer.
    """
    if await _answers(url):
        headers = {"Authorization": f"Bearer {token(data, role, person)}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT) as client:
            yield client
        return
    if running:
        raise NotRunning
    if not (data / "audit.db").exists():
        raise Unreachable
    # Here, since most commands need no more than a client, and this is all there is.
    from services.main.embedded import embedded_fleet, front_door

    fleet = embedded_fleet(Settings.from_environment(data=data))
    root = front_door(fleet)
    headers = {"Authorization": f"Bearer {token(data, role, person)}"}
    async with fleet.lifespan(root):
        transport = httpx.ASGITransport(root)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://embedded", headers=headers, timeout=TIMEOUT
        ) as client:
            yield client


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2) as client:
            return (await client.get(f"{url}/audit/livez")).is_success
    except httpx.TransportError:
        return False


def refusal_code(refusal: Refusal) -> int:
    """The exit code of a refusal: not found, conflict, or not available."""
    return {404: 3, 503: 5}.get(refusal.status, 4)
