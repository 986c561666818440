"""The servers out of wheels: they start, come back after a kill with their data, and forget."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import yaml
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from services.main.stacks.processes import Child, Command, NotReady, free_port
from services.main.stacks.servers import KafkaNotFetched, KafkaServer, PostgresServer, classpath
from tests.support.catalogue import ROOT
from tests.support.containers import broker_environment, engine_answers
from tests.support.servers import Kafka, Postgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    made = PostgresServer(tmp_path_factory.mktemp("postgres") / "its" / "folder")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    made = KafkaServer(tmp_path_factory.mktemp("kafka"))
    made.start()
    yield made
    made.stop()


def test_postgres_has_what_it_committed_after_a_kill(server: PostgresServer) -> None:
    server.create_database("kept")
    server.create_database("kept")
    with psycopg.connect(server.url("kept")) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        connection.execute("INSERT INTO kept VALUES (7)")
    processes, port = server.pids(), server.port
    assert len(processes) > 1
    server.kill()
    assert not server.running
    assert not any(_alive(pid) for pid in processes)
    server.start()
    assert server.port == port
    with psycopg.connect(server.url("kept")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_what_postgres_refuses_does_not_put_values_into_its_log(server: PostgresServer) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE once (word text PRIMARY KEY)")
        connection.execute("INSERT INTO once VALUES ('canary-7d1')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('canary-7d1')")
    logged = (server.folder / "log.txt").read_text("utf-8")
    assert "duplicate key" in logged
    assert "canary-7d1" not in logged


def _alive(pid: int) -> bool:
    """Killed, but not yet counted by the system's first process: that is dead enough."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_paused_postgres_answers_again_when_resumed(server: PostgresServer) -> None:
    with psycopg.connect(server.url("postgres")) as connection:
        server.pause()
        states = {psutil.Process(pid).status() for pid in server.pids()}
        server.resume()
        assert states == {psutil.STATUS_STOPPED}
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_text_of_postgres_is_ordered_by_its_bytes(server: PostgresServer) -> None:
    with psycopg.connect(server.url("postgres")) as connection:
        ordered = connection.execute("SELECT 'a' < 'B', 'Z' < 'a', 'é' > 'z'").fetchone()
    assert ordered == (False, True, True)


def test_a_broker_keeps_its_messages_over_a_kill_and_loses_them_with_its_disks(
    broker: KafkaServer,
) -> None:
    bootstrap, first = broker.bootstrap, broker.pid
    _make_topic(bootstrap)
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send("kept", value=b"seven", partition=0).get(timeout=30)
    producer.close()
    broker.kill()
    assert not psutil.pid_exists(first)
    broker.start()
    assert broker.bootstrap == bootstrap
    assert _read_one(bootstrap) == b"seven"
    broker.stop()
    broker.wipe()
    broker.start()
    assert _topics(bootstrap) == []


def _make_topic(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    admin.close()


def _topics(bootstrap: str) -> list[str]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    found: list[str] = admin.list_topics()
    admin.close()
    return found


def _read_one(bootstrap: str) -> bytes:
    consumer = KafkaConsumer(
        "kept",
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=30_000,
    )
    message: bytes = next(consumer).value
    consumer.close()
    return message


def test_a_runs_servers_are_shared_by_its_tests(postgres: Postgres, kafka: Kafka) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert _topics(kafka.bootstrap) is not None


def test_where_no_engine_answers_the_servers_come_out_of_wheels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert not engine_answers()


def test_a_broker_in_a_container_is_set_as_compose_sets_it() -> None:
    stated = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    given = broker_environment("127.0.0.1:12345")
    differing = given.items() - stated["services"]["kafka"]["environment"].items()
    assert {name for name, _ in differing} == {
        "KAFKA_ADVERTISED_LISTENERS",
        "KAFKA_CONTROLLER_QUORUM_VOTERS",
    }


def test_a_kafka_that_cannot_be_fetched_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError

    classpath.cache_clear()
    monkeypatch.setattr("jgo.build", unreachable)
    with pytest.raises(KafkaNotFetched):
        KafkaServer(tmp_path).start()


def test_a_process_that_a_crash_left_is_stopped_at_the_next_start(tmp_path: Path) -> None:
    crash = (
        "import os, signal, sys; from pathlib import Path\n"
        "from services.main.stacks.processes import Child, Command\n"
        "child = Child(Path(sys.argv[1]), Command(sys.argv[2:])); child.start()\n"
        "print(child.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    words = [sys.executable, "-c", crash, str(tmp_path), *_sleeper().words]
    crashed = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    assert crashed.returncode == -signal.SIGKILL
    left = psutil.Process(int(crashed.stdout))
    assert left.is_running()
    following = Child(tmp_path, _sleeper())
    following.start()
    assert not _alive(left.pid)
    assert following.running
    assert following.pid != left.pid
    following.stop()
    assert not following.running


def test_a_process_on_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """Pids are used again: after a restart of the machine it may be anybody's."""
    stranger = subprocess.Popen(_sleeper().words)
    there = psutil.Process(stranger.pid)
    child = Child(tmp_path, _sleeper())
    notes = [
        {"pid": there.pid, "created": there.create_time() - 60, "words": list(_sleeper().words)},
        {"pid": there.pid, "created": there.create_time(), "words": ["something", "else"]},
    ]
    for note in notes:
        (tmp_path / "process.json").write_text(json.dumps(note))
        child.start()
        assert stranger.poll() is None
        child.stop()
    stranger.kill()
    stranger.wait()


def test_a_process_that_does_not_stop_in_time_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('x', flush=True)"
    child = Child(tmp_path, Command([sys.executable, "-c", f"{deaf}; time.sleep(600)"]))
    child.start()
    child.wait_until(lambda: child.tail() == "x\n", 30)
    pid = child.pid
    child.stop(seconds=0.1)
    assert not psutil.pid_exists(pid)


def test_a_process_that_ends_instead_of_becoming_ready_says_why(tmp_path: Path) -> None:
    child = Child(tmp_path, Command([sys.executable, "-c", "raise SystemExit('no disk')"]))
    child.start()
    with pytest.raises(NotReady, match="no disk"):
        child.wait_until(lambda: False, 30)
    child.stop()


def _sleeper() -> Command:
    return Command([sys.executable, "-c", "import time; time.sleep(600)"])


def test_a_free_port_is_out_of_the_way_of_outgoing_connections() -> None:
    ports = {free_port() for _ in range(20)}
    assert max(ports) < 32_768
    assert len(ports) > 1
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))
