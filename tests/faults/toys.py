"""A toy service in a process of its own, on PostgreSQL and Kafka: asked over a socket, killed."""

import asyncio
import json
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any

import structlog

from shared.kernel.refusals import Refusal, Unavailable
from shared.runtime.kafka import KafkaTransport
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.topics import Topic, topic_of, wanted_topics
from tests.faults.lives import TOYS, Ask, at_work, attempt
from tests.faults.planted_mixed import PLANTED
from tests.support.ledger import CLERK

FORKING = multiprocessing.get_context("forkserver")
"""A clean process that has imported everything once: each of ours is a copy of it."""
SESSION = {"session_timeout_ms": 6_000, "heartbeat_interval_ms": 1_000}
"""Of a consumer: who is gone is missed soon."""
LEASE_SECONDS = 2.0
"""Of a relay."""
AGAIN_SECONDS = 0.2
"""After which a service that could not open tries once more."""
START_SECONDS = 10.0
"""How long to wait for one; its servers may be away for longer."""
FEED_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where the toys work."""

    folder: Path
    postgres: str
    """The address of the databases, with {service} in it."""
    kafka: str
    planted: tuple[str, ...] = ()
    """Bugs that are put into every process."""

    def socket(self, process: str) -> str:
        """Where a process takes questions."""
        return str(self.folder / f"{process}.sock")

    def settings(self) -> Settings:
        """What the services are told."""
        return Settings(
            data=self.folder,
            postgres=self.postgres,
            relay_lease_seconds=LEASE_SECONDS,
            relay_batch_max=50,
            receive_batch_max=50,
            rebuild_chunk_events=500,
            readers_max=4,
        )


def toy_topics() -> Sequence[Topic]:
    """The topics of the toys, made like those of the services."""
    like = wanted_topics()[0]
    return [Topic(topic_of(name), like.partitions, 1, like.settings) for name in TOYS]


class Toy:
    """One of several processes of a toy service."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self._place = place
        self._child: BaseProcess | None = None

    def start(self) -> None:
        """Run it, and wait a while until it takes questions: it does once its servers answer."""
        socket = Path(self._place.socket(self.name))
        socket.unlink(missing_ok=True)
        self._child = FORKING.Process(target=live, args=(self.name, self._place), daemon=True)
        self._child.start()
        end, pause = monotonic() + START_SECONDS, threading.Event()
        while not socket.exists() and monotonic() < end:
            pause.wait(0.02)

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
            self._child.close()
            self._child = None

    def pause(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child is not None and self._child.is_alive()

    def _signal(self, number: signal.Signals) -> None:
        assert self._child is not None, "it was not started"
        assert self._child.pid is not None
        os.kill(self._child.pid, number)


def live(name: str, place: Place) -> None:
    """The life of such a process: open as soon as that is possible, then answer until killed."""
    _write_log(place.folder / f"{name}.log")
    for bug in place.planted:
        PLANTED[bug].put_in()
    service = name.partition("-")[0]
    transport = KafkaTransport(place.kafka, toy_topics(), **SESSION)
    pause = threading.Event()
    while True:
        try:
            with at_work(place.settings(), transport, [service]) as [here]:
                asyncio.run(_answer(here, place.socket(name)))
        except Unavailable:
            pause.wait(AGAIN_SECONDS)


async def _answer(here: Service, socket: str) -> None:
    """Answer every question, several at a time, one after the other on each connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # A client that waited long enough.
            while line := await reader.readline():
                told = await _told(here, json.loads(line))
                writer.write((json.dumps(told) + "\n").encode())
        writer.close()

    server = await asyncio.start_unix_server(talk, socket, limit=2**24)
    async with server:
        await server.serve_forever()


async def _told(here: Service, question: Mapping[str, Any]) -> Mapping[str, Any]:
    """One answer; an unexpected fault is one too, as a status of 500 is."""
    try:
        match question:
            case {"ask": about}:
                return await attempt(here, Ask(*about))
            case {"feed": after}:
                return {"saw": await asyncio.to_thread(_feed, here, after)}
            case _:
                rebuilt = await here.rebuild(CLERK, "a campaign")
                return {"digests": [rebuilt.digest_before, rebuilt.digest_after]}
    except Refusal as refusal:
        return {"outcome": "info", "refused": refusal.code()}
    except Exception as fault:
        structlog.get_logger().exception("answer-failed")
        return {"outcome": "info", "error": type(fault).__name__}


def _feed(here: Service, after: int) -> list[tuple[int, str]]:
    with here.snapshot() as state:
        found = state.events(after, FEED_EVENTS)
    return [(each.position, json.loads(each.sealed.envelope)["id"]) for each in found]


def _write_log(path: Path) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(path.open("a", encoding="utf-8")),
    )
    logging.basicConfig(filename=path, level=logging.ERROR)


class Line:
    """A client's connection to one process: it breaks with the process, and is made anew."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, question: Mapping[str, Any], seconds: float) -> Any:
        """The answer. Raises OSError, EOFError or TimeoutError; then nobody knows."""
        try:
            async with asyncio.timeout(seconds):
                if self._streams is None:
                    self._streams = await asyncio.open_unix_connection(self._socket, limit=2**24)
                reader, writer = self._streams
                writer.write((json.dumps(question) + "\n").encode())
                if not (line := await reader.readline()):
                    raise EOFError
                return json.loads(line)
        except (OSError, EOFError):  # TimeoutError is an OSError: the late answer must not be read.
            self.close()
            raise

    def close(self) -> None:
        """Let go."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


FORKING.set_forkserver_preload([__name__])
