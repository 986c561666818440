"""The servers that a container engine brings: the images and the settings of docker-compose.yml."""

import os
import socket
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import docker
import psycopg
import yaml
from docker.errors import DockerException
from psycopg import sql
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from services.main.stacks.processes import free_port
from tests.support.catalogue import ROOT

ANSWER_SECONDS = 5


def engine_answers() -> bool:
    """Whether this machine has a container engine that works."""
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if address.startswith("unix://") and not _takes_calls(address.removeprefix("unix://")):
        return False  # Asked in vain, its library would leave a socket open.
    try:
        engine = docker.from_env(timeout=ANSWER_SECONDS)
    except DockerException:
        return False
    try:
        return bool(engine.ping())
    except DockerException:
        return False
    finally:
        engine.close()


def _takes_calls(path: str) -> bool:
    with closing(socket.socket(socket.AF_UNIX)) as probe:
        return probe.connect_ex(path) == 0


class PostgresContainer:
    """PostgreSQL out of its image, on a port of the loopback."""

    def __init__(self) -> None:
        self._port = free_port()
        stated = _part("postgres")
        ready = LogMessageWaitStrategy(
            "ready to accept connections", times=2
        )  # Once is for initdb.
        self._container = (
            DockerContainer(stated["image"], env=dict(stated["environment"]))
            .with_command(stated["command"])
            .with_bind_ports("5432/tcp", self._port)
            .waiting_for(ready)
        )

    def start(self) -> None:
        """Run it until it answers."""
        self._container.start()

    def stop(self) -> None:
        """Take it away, with its data."""
        self._container.stop()

    def url(self, database: str) -> str:
        """Where a database is, as the superuser."""
        host = self._container.get_container_host_ip()
        return f"postgresql://postgres@{host}:{self._port}/{database}"

    def create_database(self, name: str) -> None:
        """Make an empty database, unless there is one of that name."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            there = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(there, [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


class KafkaContainer:
    """A broker out of its image, on a port of the loopback."""

    def __init__(self) -> None:
        self._port = free_port()
        self._container = (
            DockerContainer(_part("kafka")["image"], env=broker_environment(self.bootstrap))
            .with_bind_ports("9092/tcp", self._port)
            .waiting_for(LogMessageWaitStrategy("Kafka Server started"))
        )

    def start(self) -> None:
        """Run it until it takes requests."""
        self._container.start()

    def stop(self) -> None:
        """Take it away, with its data."""
        self._container.stop()

    @property
    def bootstrap(self) -> str:
        """Where clients begin."""
        return f"127.0.0.1:{self._port}"


def broker_environment(bootstrap: str) -> dict[str, str]:
    """The broker's settings, but that it is found here and not inside a network of containers."""
    return {
        **_part("kafka")["environment"],
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{bootstrap}",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    }


def _part(name: str) -> Mapping[str, Any]:
    stated = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    part: Mapping[str, Any] = stated["services"][name]
    return part
