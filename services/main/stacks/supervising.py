"""What all stacks have in common: opened before the front door, watched, closed after it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

import structlog
from starlette.applications import Starlette

from services.main.stacks.door import Door, front_door
from shared.kernel.refusals import Refusal
from shared.runtime.serving import Server, server
from shared.runtime.settings import Settings

log = structlog.get_logger()


class Stack(Protocol):
    """The processes behind a front door."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """By service, where it answers."""
        ...

    async def start(self) -> None:
        """Start all, and return when every service is ready. Raises Refusal."""
        ...

    async def watch(self) -> None:
        """Start again what ends, until told to leave."""
        ...

    def leave(self) -> None:
        """A stop was asked for: tell the services at once, and start nothing again."""
        ...

    async def stop(self) -> None:
        """Stop all, in order, each in its time."""
        ...


class Supervised:
    """A stack and its front door, as a server serves them."""

    def __init__(self, stack: Stack) -> None:
        self.refusal: Refusal | None = None
        self._stack = stack
        self._door = Door(stack.addresses)

    @property
    def app(self) -> Starlette:
        """The front door."""
        return front_door(self._door, list(self._stack.addresses), self._lifespan)

    def leave(self) -> None:
        """A stop was asked for."""
        self._stack.leave()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Open before the first request, close after the last."""
        try:
            await self._start()
            watching = asyncio.create_task(self._stack.watch())
            yield
            self._stack.leave()
            await watching
        finally:
            await self._stack.stop()
            await self._door.close()

    async def _start(self) -> None:
        try:
            await self._stack.start()
        except Refusal as refusal:
            log.error("not-started", error=str(refusal))
            self.refusal = refusal
            raise


def stack_server(stack: Stack, settings: Settings) -> Server:
    """The server of a stack's front door, not running yet. Raises PortInUse."""
    supervised = Supervised(stack)
    return server(supervised.app, supervised, settings)
