"""A TCP proxy on the loopback that cuts, delays and swallows by a plan made from a seed alone."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal, NamedTuple, TypeAlias

from services.main.stacks.processes import free_port

Kind: TypeAlias = Literal["cut", "delay", "hole", "hole and cut"]
"""Connections end · every piece comes late · nothing comes through for a while · and then they end
with what they held: whoever waits for an answer never learns what became of the request."""
KINDS: tuple[Kind, ...] = ("cut", "delay", "hole", "hole and cut")
PIECE_BYTES = 65_536


class Fault(NamedTuple):
    """One thing that goes wrong."""

    after: float
    """Seconds of peace before it."""
    kind: Kind
    seconds: float
    share: float
    """Of the connections, how many a cut concerns."""


def plan(seed: int) -> Iterator[Fault]:
    """Without end, and the same for the same seed."""
    chance = random.Random(seed)
    while True:
        kind = chance.choice(KINDS)
        most = 0.05 if kind == "delay" else 3.0
        yield Fault(chance.uniform(0.5, 4), kind, chance.uniform(0.005, most), chance.random())


class Proxy:
    """Stands before a server; what it does not do on purpose it does not do."""

    def __init__(self, seed: int) -> None:
        self.port = free_port()
        self.happened: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._through = asyncio.Event()
        self._through.set()
        self._delay = 0.0
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}

    async def start(self, behind: int) -> None:
        """Take connections for the server at this port."""
        self._behind = behind
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Take no more, and end those that there are."""
        self._server.close()
        self.cut(1)
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self, share: float) -> None:
        """End this share of the connections, on both sides, with what they held."""
        there = list(self._connections)
        for connection in self._chance.sample(there, round(share * len(there))):
            connection.cancel()

    async def misbehave(self, faults: Iterator[Fault]) -> None:
        """One fault after the other, until cancelled; then it behaves."""
        try:
            for fault in faults:
                await asyncio.sleep(fault.after)
                self.happened[fault.kind] += 1
                await self._do(fault)
        finally:
            self._delay = 0.0
            self._through.set()

    async def _do(self, fault: Fault) -> None:
        match fault.kind:
            case "cut":
                self.cut(fault.share)
            case "delay":
                self._delay = fault.seconds
                await asyncio.sleep(fault.after)
                self._delay = 0.0
            case "hole" | "hole and cut":
                self._through.clear()
                await asyncio.sleep(fault.seconds)
                if fault.kind == "hole and cut":
                    self.cut(1)
                self._through.set()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        sides = self._connections[task] = [writer]
        try:
            await self._join(reader, writer, sides)
        except (OSError, asyncio.CancelledError):
            self.happened["connection ended"] += 1
        finally:
            for side in sides:
                side.transport.abort()
            del self._connections[task]

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sides: list[asyncio.StreamWriter],
    ) -> None:
        await self._through.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._behind)
        sides.append(back)
        pumps = [
            asyncio.ensure_future(self._pump(*way)) for way in ((reader, back), (there, writer))
        ]
        try:
            await asyncio.gather(*pumps)
        finally:
            for pump in pumps:
                pump.cancel()
                with suppress(OSError, asyncio.CancelledError):
                    await pump

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes, to its end and the end itself."""
        while piece := await reader.read(PIECE_BYTES):
            if self._delay:
                await asyncio.sleep(self._delay)
            await self._through.wait()
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
