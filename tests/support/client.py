"""A caller of one application in process: requests through ASGI, and live streams as they come."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.types import ASGIApp, Message

_KEYS = count(1)


@dataclass(frozen=True)
class Client:
    """Somebody with a token, or nobody, who speaks to one application."""

    app: ASGIApp
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Read; header names are written with underscores."""
        return await self.send("GET", path, headers=_named(headers))

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Command with a JSON body, under a new idempotency key unless one is given."""
        return await self.command("POST", path, body, **headers)

    async def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Command with a JSON body, under a new idempotency key unless one is given."""
        return await self.command("PUT", path, body, **headers)

    async def command(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Command; bytes are sent as they are, anything else as JSON."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        named = {"idempotency-key": f"key-{next(_KEYS)}", "content-type": "application/json"}
        return await self.send(method, path, raw, named | _named(headers))

    async def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | list[tuple[str, str]] = (),  # type: ignore[assignment]
    ) -> httpx.Response:
        """Exactly these headers and bytes, and the token."""
        sent = [
            *self.headers.items(),
            *(headers.items() if isinstance(headers, Mapping) else headers),
        ]
        if self.token is not None:
            sent.append(("authorization", f"Bearer {self.token}"))
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
            return await http.request(method, path, content=body, headers=sent)

    @asynccontextmanager
    async def live(self, path: str, **headers: str) -> AsyncIterator["Live"]:
        """An open stream; leaving it is the caller's going away."""
        to_reader, from_app = anyio.create_memory_object_stream[Message](1000)
        gone = anyio.Event()
        address = urlsplit(path)
        sent = {**_named(headers), "authorization": f"Bearer {self.token}"}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": address.path,
            "raw_path": address.path.encode(),
            "query_string": address.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("client", 1),
            "server": ("service", 80),
        }
        begun = False

        async def receive() -> Message:
            nonlocal begun
            if not begun:
                begun = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def run() -> None:
            await self.app(scope, receive, to_reader.send)

        async with anyio.create_task_group() as tasks, to_reader, from_app:
            tasks.start_soon(run)
            start = await from_app.receive()
            yield Live(start["status"], from_app)
            gone.set()
            tasks.cancel_scope.cancel()


@dataclass
class Live:
    """An open answer, read event by event."""

    status: int
    messages: MemoryObjectReceiveStream[Message]
    _text: str = ""

    async def event(self) -> dict[str, str]:
        """The next server-sent event with its fields; comments are passed over."""
        while True:
            while "\n\n" not in self._text:
                with anyio.fail_after(10):
                    message = await self.messages.receive()
                self._text += message.get("body", b"").decode()
            block, _, self._text = self._text.partition("\n\n")
            fields = [line.partition(": ") for line in block.splitlines() if line[:1] != ":"]
            if fields:
                return {name: value for name, _, value in fields}

    async def events(self, number: int) -> list[dict[str, str]]:
        """The next events."""
        return [await self.event() for _ in range(number)]


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
