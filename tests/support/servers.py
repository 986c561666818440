"""Real servers for a whole run of tests: started when the first test asks, stopped at the end."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from services.main.stacks.servers import KafkaServer, PostgresServer
from tests.support.containers import KafkaContainer, PostgresContainer, engine_answers


class Postgres(Protocol):
    """A PostgreSQL that answers."""

    def url(self, database: str) -> str:
        """Where a database is, as the superuser."""
        ...

    def create_database(self, name: str) -> None:
        """Make an empty database, unless there is one of that name."""
        ...


class Kafka(Protocol):
    """A broker that answers."""

    @property
    def bootstrap(self) -> str:
        """Where clients begin."""
        ...


class Server(Protocol):
    """What is started and stopped."""

    def start(self) -> None:
        """Run it until it answers."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


ServerT = TypeVar("ServerT", bound=Server)

STARTED: list[str] = []
"""Which servers this run has started, and out of what."""
_STOPPING: list[Callable[[], object]] = []


@cache
def postgres_server() -> Postgres:
    """The run's PostgreSQL; each test makes databases of its own in it."""
    if _from_containers():
        return _started(PostgresContainer(), "PostgreSQL in a container")
    return _started(PostgresServer(_folder()), "PostgreSQL out of a wheel")


@cache
def kafka_server() -> Kafka:
    """The run's broker; each test makes topics of its own in it."""
    if _from_containers():
        return _started(KafkaContainer(), "Kafka in a container")
    return _started(KafkaServer(_folder()), "Kafka out of wheels")


_from_containers = cache(engine_answers)


def _started(server: ServerT, what: str) -> ServerT:
    _STOPPING.append(server.stop)
    server.start()
    STARTED.append(what)
    return server


def stop_servers() -> None:
    """Stop all that was started, the last one first."""
    while _STOPPING:
        _STOPPING.pop()()
    postgres_server.cache_clear()
    kafka_server.cache_clear()


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="grantline-"))
    _STOPPING.append(lambda: shutil.rmtree(folder))
    return folder


atexit.register(stop_servers)  # A benchmark asks for servers too, and has no end of a session.
