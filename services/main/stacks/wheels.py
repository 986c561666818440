"""The distributed system on one machine without containers: servers out of wheels, five processes.

Everything lies under `stack` in the data folder; beside it the key that signs the tokens.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

import httpx
import structlog

from services.main.checkup import SERVICES
from services.main.reach import issuer_of
from services.main.stacks.preparing import prepare
from services.main.stacks.processes import Child, Command, NotReady, free_port
from services.main.stacks.servers import START_SECONDS, KafkaServer, PostgresServer
from shared.runtime.clock import SystemClock
from shared.runtime.locking import exclusive
from shared.runtime.settings import PREFIX, Settings

log = structlog.get_logger()

WATCH_SECONDS = 0.2
PAUSE_SECONDS = 0.5
PAUSE_SECONDS_MAX = 30.0
"""A part that dies again is started again after twice the pause, up to this one."""
STEADY_SECONDS = 60.0
"""What ran so long gets the short pause again."""


class Part(Protocol):
    """One process of the stack, or one server of several."""

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        ...

    def start(self) -> None:
        """Run it until it is ready. Raises NotReady."""
        ...


class ServiceProcess:
    """One of the five services, in a process and on a port of its own."""

    def __init__(
        self, name: str, folder: Path, environment: Mapping[str, str], stop: float
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._stop_seconds = stop
        words = [sys.executable, "-m", f"services.{name}.workers"]
        self._child = Child(folder, Command(words, {**environment, f"{PREFIX}PORT": str(port)}))

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.running

    def clean(self) -> None:
        """Stop what a crash of ours left running."""
        self._child.clean()

    def start(self) -> None:
        """Run it until it is ready. Raises NotReady."""
        self._child.start()
        self._child.wait_until(self._ready, START_SECONDS)

    def leave(self) -> None:
        """Tell it to stop, without waiting."""
        self._child.leave()

    def stop(self) -> None:
        """Stop it in order: requests in hand are answered, live streams say goodbye."""
        self._child.stop(self._stop_seconds)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False


class WheelsStack:
    """PostgreSQL, Kafka, and the services on them."""

    def __init__(self, settings: Settings) -> None:
        data = settings.data.resolve()
        self.folder = data / "stack"
        self.postgres = PostgresServer(self.folder / "postgres")
        self.kafka = KafkaServer(self.folder / "kafka")
        environment = {
            **os.environ,
            f"{PREFIX}DATA": str(data),
            f"{PREFIX}HOST": "127.0.0.1",
            f"{PREFIX}POSTGRES": self._database(role="grantline_{service}"),
            f"{PREFIX}KAFKA": self.kafka.bootstrap,
        }
        stop = settings.stop_seconds_max + 2
        self.services = {
            name: ServiceProcess(name, self.folder / name, environment, stop) for name in SERVICES
        }
        self._data = data
        self._leaving = asyncio.Event()
        self._lock: IO[bytes] | None = None

    @property
    def addresses(self) -> Mapping[str, str]:
        """By service, where it answers."""
        return {name: service.url for name, service in self.services.items()}

    async def start(self) -> None:
        """Start all, and return when every service is ready.

        A stop that is asked for meanwhile ends it after the step in hand. Raises DataInUse,
        KafkaNotFetched or NotReady.
        """
        self._lock = exclusive(self.folder / "lock")
        issuer_of(self._data)  # Makes the key, so that five processes do not race for it.
        services = list(self.services.values())
        for steps in (
            [service.clean for service in services],
            [self.postgres.start, self.kafka.start],
            [self._prepare],
            [service.start for service in services],
        ):
            if not self._leaving.is_set():
                await _all(steps)

    async def watch(self) -> None:
        """Start again what ends, until told to leave."""
        parts: dict[str, Part] = {"postgres": self.postgres, "kafka": self.kafka, **self.services}
        await asyncio.gather(*(self._watch(name, part) for name, part in parts.items()))

    def leave(self) -> None:
        """A stop was asked for: tell the services at once, and start nothing again."""
        if not self._leaving.is_set():
            self._leaving.set()
            for service in self.services.values():
                service.leave()

    async def stop(self) -> None:
        """The services first, then what they run on: each finishes what it has in hand."""
        if self._lock is None:
            return
        await _all([service.stop for service in self.services.values()])
        await asyncio.to_thread(self.kafka.stop)
        await asyncio.to_thread(self.postgres.stop)
        self._lock.close()

    async def _watch(self, name: str, part: Part) -> None:
        clock = SystemClock()
        pause, started = PAUSE_SECONDS, clock.monotonic()
        while not await self._left_within(WATCH_SECONDS):
            if part.running:
                continue
            pause = PAUSE_SECONDS if clock.monotonic() - started > STEADY_SECONDS else pause * 2
            log.warning("ended", service=name)
            if await self._left_within(min(pause, PAUSE_SECONDS_MAX)):
                return
            started = clock.monotonic()
            try:
                await asyncio.to_thread(part.start)
            except NotReady as fault:
                log.error("not-started", service=name, error=str(fault))

    async def _left_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._leaving.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _database(self, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.postgres.port}/grantline_{{service}}"

    def _prepare(self) -> None:
        prepare(self._database(self.postgres.superuser), self.kafka.bootstrap)


async def _all(steps: Sequence[Callable[[], Any]]) -> None:
    """All at once, each to its end; then the first failure, if there is one."""
    done = await asyncio.gather(*map(asyncio.to_thread, steps), return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
