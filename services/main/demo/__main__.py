"""The external system as a process of its own: plays on a running system, prints what came out.

Usage: python -m services.main.demo URL DATA_FOLDER
"""

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import httpx
from rich.console import Console

from services.main.demo.client import Client, Person
from services.main.demo.playing import Summary, play, steps
from services.main.demo.portfolio import portfolio
from services.main.demo.progress import Bar
from services.main.reach import issuer_of

CONNECTIONS = 16
"""As many at once as a busy external system would open."""


async def play_at(url: str, data: Path) -> Summary:
    """Play everything on the system at this address; its local key signs the tokens."""
    issuer = issuer_of(data)

    def token_of(person: Person) -> str:
        return issuer.issue(person.role, person.name, person.organisation_id, timedelta(hours=2))

    limits = httpx.Limits(max_connections=CONNECTIONS)
    plan = portfolio()
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
        with Bar(steps(plan), Console(stderr=True)) as bar:
            return await play(Client(http, token_of, "demo"), plan, bar)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(asyncio.run(play_at(sys.argv[1], Path(sys.argv[2]))))))
