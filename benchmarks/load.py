"""A closed-loop client in a process of its own: keep-alive connections that post one form.

Bare sockets, and bytes made beforehand: on two cores the client must cost as little as it can.
Called with one JSON object; prints another.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from time import perf_counter

BREAK = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """One caller: the next request leaves when the answer is complete."""

    def __init__(self, head: str, body: bytes, keys: Iterator[str], took: list[float]) -> None:
        self._head = head
        self._body = body
        self._keys = keys
        self._took = took
        self._answer = b""
        self._began = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        key = next(self._keys, None)
        if key is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._began = perf_counter()
        self._transport.write(self._head.replace("{key}", key).encode() + self._body)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer; anything but 201 ends the measurement."""
        self._answer += data
        head, found, body = self._answer.partition(BREAK)
        if not found:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return
        if not head.startswith(b"HTTP/1.1 201"):
            self.done.set_exception(RuntimeError(self._answer.decode()))
            self._transport.close()
            return
        self._took.append(perf_counter() - self._began)
        self._answer = b""
        self._ask()

    def connection_lost(self, failure: Exception | None) -> None:
        """The server closed the connection, which it must not."""
        if not self.done.done():
            self.done.set_exception(ConnectionError("closed"))


async def post(asked: dict[str, object]) -> dict[str, float]:
    """Post as asked; returns the rate and the 99th percentile of the durations in ms."""
    ports, paths, requests = asked["ports"], asked["paths"], asked["requests"]
    assert isinstance(ports, list)
    assert isinstance(paths, list)
    assert isinstance(requests, int)
    body = str(asked["body"]).encode()
    keys = (f"{asked['run']}-{number}" for number in range(requests))
    took: list[float] = []
    loop = asyncio.get_running_loop()
    began = perf_counter()
    callers = []
    for path, port in zip(paths, cycle(ports), strict=False):
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {asked['token']}\r\ncontent-length: {len(body)}\r\n"
            "idempotency-key: {key}\r\n\r\n"
        )
        _, caller = await loop.create_connection(
            partial(Connection, head, body, keys, took), "127.0.0.1", port
        )
        callers.append(caller.done)
    await asyncio.gather(*callers)
    seconds = perf_counter() - began
    took.sort()
    return {"rate": len(took) / seconds, "p99": took[len(took) * 99 // 100] * 1000}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(post(json.loads(sys.stdin.read())))))
