"""A broker that is away for an hour, and one that comes back with nothing: the real services."""

import faulthandler
from collections.abc import Iterator, Sequence

import pytest

from tests.main.system import until
from tests.stack.standing import Standing, standing

AN_HOUR = 3_600
"""Commands: one a second."""
A_DAY = 400
"""Events that come while a receiver is down."""
STREAMS = 2
"""Of one registration: the organisation, and the account that keeps its name to itself."""
RECEIVERS = ("evaluation", "audit")


@pytest.fixture(scope="module")
def system() -> Iterator[Standing]:
    faulthandler.cancel_dump_traceback_later()  # A busy machine starts a stack slowly.
    with standing() as here:
        assert here.register(["Boreal"]) == [201]
        here.until_held(*RECEIVERS)
        yield here


def listed_once(system: Standing) -> None:
    """Audit counts the same of each organisation: none was heard twice."""
    [(listed, fewest, most)] = system.sql(
        "audit", "SELECT count(*), min(events), max(events) FROM organisation_list"
    )
    [(registered,)] = system.sql("membership", "SELECT count(*) FROM organisation_list")
    assert (listed, fewest) == (registered, most)


def compared(system: Standing) -> Sequence[tuple[str, int]]:
    """What `grantline reconcile` says of membership's events: receivers, and what they miss."""
    told = system.ask("reconcile", "--json")
    assert told.code == 0, told.err
    rows = told.document["compared"]
    assert not any(row["ahead"] or row["diverged"] for row in rows)
    return [(row["receiver"], row["missing"]) for row in rows if row["owner"] == "membership"]


def test_i1_i10_a_broker_away_for_an_hour_costs_no_command_and_no_event(system: Standing) -> None:
    system.stack.kafka.kill()
    before = len(system.held("membership"))  # All that comes of one registration.
    assert system.register([f"Boreal {number}" for number in range(AN_HOUR)]) == [201] * AN_HOUR
    assert len(system.held("membership")) == before * (1 + AN_HOUR)
    assert [len(system.held(receiver)) for receiver in RECEIVERS] == [before, before]
    assert not system.relayed()
    system.stack.kafka.start()
    system.until_held(*RECEIVERS)
    until(system.relayed, "an empty backlog")
    listed_once(system)


def test_a_receiver_that_was_down_for_a_day_misses_nothing(system: Standing) -> None:
    audit = system.stack.services["audit"]
    audit.stop()
    assert system.register([f"Austral {number}" for number in range(A_DAY)]) == [201] * A_DAY
    system.until_held("evaluation")
    audit.start()
    system.until_held("audit")
    listed_once(system)


def test_i1_a_broker_that_comes_back_empty_is_told_again_and_nothing_is_doubled(
    system: Standing,
) -> None:
    audit, kafka = system.stack.services["audit"], system.stack.kafka
    audit.stop()
    assert system.register([f"Levant {number}" for number in range(100)]) == [201] * 100
    system.until_held("evaluation")
    until(system.relayed, "an empty backlog")
    kafka.kill()
    kafka.wipe()
    kafka.start()
    system.stack._prepare()  # Who wiped it makes its topics again.
    audit.start()
    missing = dict(compared(system))
    assert missing["audit"] == 100 * STREAMS
    assert missing["evaluation"] == 0
    system.until_held(*RECEIVERS)
    listed_once(system)
    assert system.register(["Ponant"]) == [201]
    system.until_held(*RECEIVERS)
    assert dict(compared(system)) == dict.fromkeys(missing, 0)
