"""What every test may ask for: real servers, started once a run, by the first test that asks."""

import pytest

from tests.support.servers import (
    STARTED,
    Kafka,
    Postgres,
    kafka_server,
    postgres_server,
    stop_servers,
)


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """A real PostgreSQL, shared by the run."""
    return postgres_server()


@pytest.fixture(scope="session")
def kafka() -> Kafka:
    """A real broker, shared by the run."""
    return kafka_server()


def pytest_sessionfinish() -> None:
    """Stop what was started."""
    stop_servers()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests ran against."""
    if STARTED:
        terminalreporter.write_line(f"Servers of this run: {', '.join(STARTED)}.")
