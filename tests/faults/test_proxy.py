"""The proxy carries faithfully while it behaves, and misbehaves as its plan says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice

import pytest

from services.main.stacks.processes import free_port
from tests.faults.proxy import KINDS, Fault, Kind, Proxy, plan

Talk = Callable[[Proxy, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE_SECONDS = 10


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1_000):
        writer.write(piece)
    writer.close()


@asynccontextmanager
async def before_an_echo() -> AsyncIterator[Proxy]:
    port = free_port()
    server = await asyncio.start_server(echo, "127.0.0.1", port)
    proxy = Proxy(seed=1)
    await proxy.start(port)
    async with server:
        try:
            yield proxy
        finally:
            await proxy.close()


def through(talk: Talk) -> None:
    """Talk to an echo through a proxy."""

    async def talked() -> None:
        async with before_an_echo() as proxy, asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            await talk(proxy, reader, writer)
            writer.close()

    asyncio.run(talked())


def once(kind: Kind, seconds: float = 0) -> Iterator[Fault]:
    return iter([Fault(after=0, kind=kind, seconds=seconds, share=1)])


def test_what_goes_in_comes_out_to_its_end() -> None:
    sent = bytes(range(256)) * 4_000

    async def talk(_: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        writer.write_eof()
        assert await reader.read(-1) == sent

    through(talk)


@pytest.mark.parametrize("kind", ["cut", "hole and cut"])
def test_a_cut_ends_what_was_under_way(kind: Kind) -> None:
    async def talk(
        proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        await proxy.misbehave(once(kind))
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        assert proxy.happened == {kind: 1, "connection ended": 1}

    through(talk)


def test_a_hole_lets_nothing_through_and_then_all() -> None:
    async def talk(
        proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"a")
        assert await reader.readexactly(1) == b"a"
        hole = asyncio.ensure_future(proxy.misbehave(once("hole", PATIENCE_SECONDS)))
        while not proxy.happened["hole"]:
            await asyncio.sleep(0)
        writer.write(b"b")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(
                asyncio.shield(answer := asyncio.create_task(reader.read(1))), 0.2
            )
        hole.cancel()
        assert await answer == b"b"

    through(talk)


def test_nobody_behind_is_a_connection_that_ends() -> None:
    async def talked() -> None:
        proxy = Proxy(seed=1)
        await proxy.start(free_port())
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            writer.close()
        await proxy.close()

    asyncio.run(talked())


def test_a_plan_follows_from_its_seed_and_has_every_kind() -> None:
    first = list(islice(plan(7), 40))
    assert first == list(islice(plan(7), 40)) != list(islice(plan(8), 40))
    assert {fault.kind for fault in first} == set(KINDS)
