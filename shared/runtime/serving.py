"""Services of one process: opened together, started together, stopped in the right order."""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import FrameType
from typing import Protocol

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.kernel.refusals import Refusal, Unavailable
from shared.runtime.kafka import KafkaTransport
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.topics import wanted_topics
from shared.runtime.transport import LocalTransport, Transport
from shared.runtime.web.app import mount
from shared.runtime.web.door import BehindDoor
from shared.runtime.web.tokens import LocalIssuer

SWITCH_SECONDS = 0.0005
"""How long a thread may hold the interpreter: the writer and the event loop take turns."""
LOGGED = frozenset(
    {"event", "level", "timestamp", "service", "command", "events", "error", "url", "stream"}
)
"""Everything else is dropped from a log line: what is not on the list cannot leak."""

UNAVAILABLE = 5
"""The exit code of a process that could not begin."""
log = structlog.get_logger()


class Served(Protocol):
    """What a server answers for."""

    refusal: Refusal | None
    """Why it did not open, for whoever started the server around it."""

    def leave(self) -> None:
        """The server was told to stop: let live streams say goodbye."""
        ...


class Fleet:
    """Some services over one transport, and the issuer of their tokens."""

    def __init__(self, services: Sequence[Service], transport: Transport) -> None:
        first = services[0]
        self.services = services
        self.transport = transport
        self.refusal: Refusal | None = None
        self.issuer = LocalIssuer.open(first.settings.data, first.clock.now, first.ids.uuid7)

    def open(self) -> None:
        """Open all databases and start all threads. Raises DataInUse, and then holds nothing."""
        opened: list[Service] = []
        try:
            for service in self.services:
                service.open()
                opened.append(service)
        except BaseException:
            for service in opened:
                service.abandon()
            raise
        for service in self.services:
            if isinstance(self.transport, LocalTransport):
                self.transport.join(service.name, service.snapshot)
            service.start()

    def leave(self) -> None:
        """Let live streams say goodbye: they would keep a graceful stop waiting."""
        for service in self.services:
            service.stopping = True
            service.arrivals.wake()

    def close(self) -> None:
        """Stop listening everywhere first: no service reads a neighbour that is gone."""
        for service in self.services:
            service.stop_listening()
        for service in self.services:
            if isinstance(self.transport, LocalTransport):
                self.transport.leave(service.name)
            service.close()
        self.transport.close()

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Open before the first request, close after the last."""
        try:
            self.open()
        except Refusal as refusal:
            self.refusal = refusal
            raise
        gc.collect()
        gc.freeze()  # A full collection of what never dies would make the slowest answers.
        try:
            yield
        finally:
            self.close()

    def app(self, service: Service) -> FastAPI:
        """The web application of one of the services."""
        return mount(
            service.api,
            service,
            verifier=self.issuer.verifier(),
            cursor_secret=self.issuer.secret("cursors"),
        )


class PortInUse(Unavailable):
    """Something else listens on that port; stop it, or name another port."""

    french = "Autre chose écoute sur ce port; arrêtez-le ou nommez un autre port."


class Server(uvicorn.Server):
    """uvicorn, whose stop signal reaches the live streams before it waits for connections."""

    def __init__(self, config: uvicorn.Config, served: Served, listening: socket.socket) -> None:
        super().__init__(config)
        self._served = served
        self._listening = listening

    @property
    def port(self) -> int:
        """The port that is listened on, also where 0 asked for any."""
        port: int = self._listening.getsockname()[1]
        return port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say where. Raises what the services refused to open with."""
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn would end the process with a code of its own.
            if self._served.refusal is None:
                raise
            raise self._served.refusal from None
        if self.started:
            host, port = self._listening.getsockname()[:2]
            log.info("listening", url=f"http://{f'[{host}]' if ':' in host else host}:{port}")

    async def listen(self) -> None:
        """Answer requests until told to stop. Raises DataInUse or why else it cannot begin."""
        with self._listening:  # It stays open where the server does not begin.
            await self.serve(sockets=[self._listening])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop: readiness is off, streams end, requests in hand are answered."""
        self.leave()
        super().handle_exit(sig, frame)

    def leave(self) -> None:
        """Stop after the requests in hand."""
        self.should_exit = True
        self._served.leave()


def server(app: ASGIApp, served: Served, settings: Settings) -> Server:
    """An HTTP server, not running yet. Raises PortInUse."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError:
        listening.close()
        raise PortInUse from None
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        h11_max_incomplete_event_size=16_384,
        timeout_graceful_shutdown=int(settings.stop_seconds_max) - 2,
    )
    return Server(config, served, listening)


def write_logs(settings: Settings) -> None:
    """JSON lines on standard error, of allowed names only: never a payload, never a token."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_the_fault,
            _allowed_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s")
    sys.setswitchinterval(SWITCH_SECONDS)


def _name_the_fault(
    _: object, __: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if line.get("exc_info") and (fault := sys.exc_info()[0]):
        line["error"] = fault.__name__
    return line


def _allowed_only(
    _: object, __: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {name: value for name, value in line.items() if name in LOGGED}


def serve_alone(create: Callable[[Settings, Transport], Service], port: int) -> None:
    """Run one service in a process of its own, on this port unless GRANTLINE_PORT names another.

    Without a broker it has no peers: it takes commands and relays nothing, and says so in
    `/readyz`.
    """
    settings = Settings.from_environment()
    if "port" not in settings.model_fields_set:
        settings = settings.model_copy(update={"port": port})
    write_logs(settings)
    transport: Transport = LocalTransport()
    if settings.kafka is not None:
        transport = KafkaTransport(settings.kafka, wanted_topics())
    fleet = Fleet([create(settings, transport)], transport)
    app = fleet.app(fleet.services[0])
    app.router.lifespan_context = fleet.lifespan
    try:
        behind = BehindDoor(app, fleet.services[0].name)
        asyncio.run(server(behind, fleet, settings).listen())
    except Refusal as refusal:
        log.error("not-started", service=fleet.services[0].name, error=refusal.code())
        sys.exit(UNAVAILABLE)
