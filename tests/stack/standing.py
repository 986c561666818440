"""A whole stack whose parts stay dead until a test brings them back."""

import asyncio
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from services.main.reach import issuer_of
from services.main.stacks.supervising import stack_server
from services.main.stacks.wheels import WheelsStack
from shared.runtime.settings import Settings
from tests.main.system import PATIENCE_SECONDS, Said, grantline, until

CLIENTS = 24
Held = list[tuple[int, str, str]]
"""Sequence, id and hash of events."""


class Unwatched(WheelsStack):
    """The stack of the command line, without whoever starts again what ends."""

    async def watch(self) -> None:
        """Only wait for the end."""
        await self._leaving.wait()


@dataclass(frozen=True)
class Standing:
    """A stack behind its front door."""

    stack: Unwatched
    url: str
    data: Path

    def ask(self, *words: str) -> Said:
        """A command of the command line, about this stack."""
        return grantline(*words, "--url", self.url, "--data", str(self.data))

    def register(self, names: Sequence[str]) -> list[int]:
        """Register these organisations, many at a time; the statuses of the answers."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            told = clients.map(self._client, [names[n::CLIENTS] for n in range(CLIENTS)])
            return [status for each in told for status in each]

    def _client(self, names: Sequence[str]) -> list[int]:
        """One after the other, each with a key; again with the same if a connection breaks."""
        token = issuer_of(self.data).issue("programme_officer", "officer-1")
        address = self.stack.addresses["membership"].removeprefix("http://")
        told: list[int] = []
        with closing(HTTPConnection(address, timeout=PATIENCE_SECONDS)) as connection:
            while len(told) < len(names):
                name = names[len(told)]
                headers = {
                    "authorization": f"Bearer {token}",
                    "content-type": "application/json",
                    "idempotency-key": name,
                }
                body = json.dumps({"name": name, "kind": "SME", "country": "CA"})
                try:
                    connection.request("POST", "/v1/organisations", body, headers)
                    answer = connection.getresponse()
                    answer.read()
                    told.append(answer.status)
                except (OSError, HTTPException):
                    connection.close()
        return told

    def held(self, service: str) -> Held:
        """What a service's journal has of what membership said."""
        return [
            (int(row[0]), str(row[1]), str(row[2]))
            for row in self.sql(
                service,
                "SELECT sequence, event_id, hash FROM journal WHERE origin = 'membership' "
                "ORDER BY sequence",
            )
        ]

    def sql(self, service: str, query: str) -> list[tuple[Any, ...]]:
        """What a database says, read models included."""
        url = self.stack.postgres.url(f"grantline_{service}")
        with psycopg.connect(url) as connection:
            last = connection.execute("SELECT max(generation) FROM projection").fetchone()
            assert last is not None
            connection.execute(
                "SELECT set_config('search_path', %s, true)", [f"g{last[0]}, public"]
            )
            return connection.execute(query.encode()).fetchall()

    def relayed(self) -> bool:
        """Whether the broker has all that membership said."""
        [(left,)] = self.sql("membership", "SELECT sequence - relayed FROM journal_head")
        return bool(left == 0)

    def until_held(self, *services: str) -> None:
        """Wait until these have every event of membership; once is all that there can be."""
        said = self.held("membership")
        for service in services:
            until(lambda name=service: len(self.held(name)) >= len(said), f"all at {service}")  # type: ignore[misc]
            assert self.held(service) == said


@contextmanager
def standing() -> Iterator[Standing]:
    """A stack, ready; stopped in order at the end.

    Not in a folder of pytest's: each run of it takes away every other user's way to all of them.
    """
    with tempfile.TemporaryDirectory(prefix="grantline-", ignore_cleanup_errors=True) as folder:
        yield from _standing(Path(folder) / "data")


def _standing(data: Path) -> Iterator[Standing]:
    settings = Settings(data=data, port=0)
    stack = Unwatched(settings)
    server = stack_server(stack, settings)
    serving = threading.Thread(target=asyncio.run, args=(server.listen(),), daemon=True)
    serving.start()
    try:
        until(lambda: server.started or not serving.is_alive(), "a stack")
        assert server.started
        yield Standing(stack, f"http://127.0.0.1:{server.port}", data)
    finally:
        server.leave()
        serving.join(2 * PATIENCE_SECONDS)
        assert not serving.is_alive()
