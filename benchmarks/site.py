"""Where a run takes place: a folder, and real servers out of wheels, started when first needed.

PostgreSQL runs with its own defaults: every commit is on disk (`fsync`, `synchronous_commit`)
before it is answered.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from benchmarks.rounds import say
from services.main.stacks.servers import KafkaServer, PostgresServer
from shared.runtime.database import Database
from shared.runtime.databases import opened
from shared.runtime.settings import Settings

Kind = Literal["SQLite", "PostgreSQL"]
SERVICES = ("office", "desk")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the services of one measurement keep their journals, empty at first."""

    kind: Kind
    folder: Path
    postgres: str | None
    """The addresses of the databases, with {service} in them."""

    def settings(self) -> Settings:
        """What a service is told."""
        return Settings(data=self.folder, postgres=self.postgres)

    def database(self, service: str = "office") -> Database:
        """A service's database, open."""
        return opened(self.settings(), service)

    def address(self, service: str = "office") -> str:
        """Where the bare driver finds a service's database."""
        if self.postgres is None:
            return str(self.folder / f"{service}.db")
        return self.postgres.format(service=service)


class Site:
    """The folder of a run and its servers."""

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        self._folder = folder
        self._ending = ending
        self._numbers = count()

    @cached_property
    def postgres(self) -> PostgresServer:
        """A PostgreSQL that answers."""
        say("starting PostgreSQL")
        server = PostgresServer(self.folder("postgres"))
        self._ending.callback(server.stop)
        server.start()
        return server

    @cached_property
    def kafka(self) -> KafkaServer:
        """A broker that answers."""
        say("starting Kafka")
        server = KafkaServer(self.folder("kafka"))
        self._ending.callback(server.stop)
        server.start()
        return server

    def folder(self, name: str) -> Path:
        """A new folder."""
        folder = self._folder / f"{name}-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def place(self, kind: Kind) -> Place:
        """A new place."""
        folder = self.folder("place")
        if kind == "SQLite":
            return Place(kind, folder, None)
        name = folder.name.replace("-", "_")
        for service in SERVICES:
            self.postgres.create_database(f"{name}_{service}")
        return Place(kind, folder, self.postgres.url(f"{name}_{{service}}"))


@contextmanager
def site() -> Iterator[Site]:
    """A site that is gone afterwards."""
    with (
        TemporaryDirectory(prefix="grantline-bench-", ignore_cleanup_errors=True) as folder,
        ExitStack() as ending,
    ):
        yield Site(Path(folder), ending)
