"""What every test may ask for: real servers, started once a run, by the first test that asks."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.databases import on_postgresql
from tests.support.servers import (
    STARTED,
    Kafka,
    Postgres,
    kafka_server,
    postgres_server,
    stop_servers,
)

# Whether a rule holds does not depend on how busy this machine is.
settings.register_profile("grantline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("grantline")


LONGEST = (
    "tests/stack/test_wheels.py", "tests/main/test_demo.py", "tests/faults/test_kills.py",
    "tests/stack/test_dead_broker.py", "tests/stories/test_odd_paths.py", "tests/main/test_up.py",
)  # fmt: skip
"""Files that take minutes begin first, so that neither process waits for the other at the end."""
ID_CHARS_MAX = 250


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in their order; each test with a name, not its content.

    Workers must collect the same: a file made for a test may differ from one second to the next.
    """
    if unnamed := [item.nodeid[:ID_CHARS_MAX] for item in items if len(item.nodeid) > ID_CHARS_MAX]:
        raise pytest.UsageError(f"Give these cases ids of their own: {unnamed}")
    ranks = {file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """A real PostgreSQL, shared by the run."""
    return postgres_server()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The test runs on each of the two."""
    if request.param == "sqlite":
        yield request.param
        return
    with on_postgresql():
        yield request.param


@pytest.fixture(scope="session")
def kafka() -> Kafka:
    """A real broker, shared by the run."""
    return kafka_server()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop what was started; a worker tells the process that reports what it was."""
    stop_servers()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["servers"] = STARTED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: note what it ran against; one that crashed did not say."""
    STARTED.extend(getattr(node, "workeroutput", {}).get("servers", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests ran against."""
    if STARTED:
        servers = ", ".join(sorted(set(STARTED)))
        terminalreporter.write_line(f"Servers of this run: {servers}.")
