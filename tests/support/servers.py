"""Real servers for a whole run of tests: started when the first test asks, stopped at the end."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from services.main.stacks.servers import KafkaServer, PostgresServer


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


STARTED: list[str] = []
"""Which servers this run has started, and out of what."""
_STOPPING: list[Callable[[], object]] = []


@cache
def postgres_server() -> Postgres:
    """The run's PostgreSQL; each test makes databases of its own in it."""
    server = PostgresServer(_folder())
    _STOPPING.append(server.stop)
    server.start()
    STARTED.append("PostgreSQL out of a wheel")
    return server


@cache
def kafka_server() -> Kafka:
    """The run's broker; each test makes topics of its own in it."""
    server = KafkaServer(_folder())
    _STOPPING.append(server.stop)
    server.start()
    STARTED.append("Kafka out of wheels")
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
