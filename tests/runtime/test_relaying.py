"""Whose turn it is to relay: one session of several on PostgreSQL, and no dead one."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from shared.runtime.kafka import PRODUCING
from shared.runtime.postgres import PostgresDatabase
from shared.runtime.relaying import RelayTurn
from shared.runtime.settings import Settings
from tests.runtime.running import running, until
from tests.support.databases import address_of

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]
LONG_SECONDS = 600.0
"""No session is silent for so long."""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """Two processes' ways to the journal of one service."""
    with running(tmp_path):
        pass
    with ExitStack() as closing:
        found = []
        for _ in range(2):
            database = PostgresDatabase(address_of(tmp_path), "ledger", 1)
            closing.callback(database.close)
            found.append(database)
        yield found[0], found[1]


def turns(
    two: tuple[PostgresDatabase, PostgresDatabase], lease_seconds: float
) -> tuple[RelayTurn, RelayTurn]:
    first, second = two
    return first.turn_to_relay(lease_seconds), second.turn_to_relay(lease_seconds)


def test_i1_one_session_has_the_turn_until_it_gives_it_back(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    first, second = turns(two, LONG_SECONDS)
    assert first.hold()
    assert not second.hold()
    assert first.hold(), "asked for again before each batch"
    assert not second.hold()
    first.release()
    until(second.hold)
    assert not first.hold()
    second.release()


def test_i1_a_holder_without_a_sign_of_life_loses_its_session_and_finds_out(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    first, second = turns(two, 0.05)
    assert first.hold()
    until(second.hold)
    with pytest.raises(DBAPIError):
        first.hold()
    patient = two[0].turn_to_relay(LONG_SECONDS)
    assert not patient.hold(), "who gives signs of life keeps its turn"
    patient.release()
    second.release()


def test_a_lease_outlasts_the_longest_publish() -> None:
    """Or two processes end each other's turn for as long as the broker is away."""
    assert Settings().relay_lease_seconds * 1000 > PRODUCING["delivery_timeout_ms"]
