"""Messages late, twice and out of order, on real servers: the same end state (hard case 14).

Two receivers are the same but for their names; one gets everything at once and in order.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.decider import Decider, Domain, Fold
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table
from shared.runtime.topics import Topic, topic_of, wanted_topics
from tests.runtime.running import Running, open_till, put_in, running, until
from tests.runtime.test_kafka import alone, as_record, poison, reached
from tests.support.databases import on_postgresql
from tests.support.ledger import (
    LEDGER,
    DepositMirrored,
    Mirror,
    Mirrored,
    MoneyPutInHeard,
    evolve_mirror,
    heard_nothing,
    mirror,
    mirror_every_deposit,
)
from tests.support.servers import Kafka
from tests.support.topics import empty

TILLS = "abcdefgh"
DEPOSITS = 300
COUNTED = table("counted_list", key("till"), integer("cents"), integer("times"))


def show_counted(rows: Rows, recorded: Recorded) -> None:
    """What each till was seen to get, whenever it was seen."""
    match recorded.event:
        case DepositMirrored() as event:
            before = rows.get("counted_list", event.till) or {"cents": 0, "times": 0}
            rows.put(
                "counted_list",
                till=event.till,
                cents=before["cents"] + event.cents,
                times=before["times"] + 1,
            )
        case _:
            pass


COUNTED_LIST = Projection("counted_list", revision=1, tables=(COUNTED,), apply=show_counted)


def receiver(name: str) -> Domain:
    """A mirror of this name."""
    return Domain(
        service=name,
        events=(DepositMirrored,),
        heard=(MoneyPutInHeard,),
        folds={"mirror": Fold(Mirrored(), evolve_mirror), "till": Fold(Mirrored(), heard_nothing)},
        deciders={Mirror: Decider(mirror, mirrored="mirror-{till}")},
        policies={MoneyPutInHeard: [mirror_every_deposit]},
    )


STEADY, LATE = receiver("steady"), receiver("late")


def topics() -> list[Topic]:
    like = wanted_topics()[0]
    names = ("ledger", "steady", "late")
    return [Topic(topic_of(name), like.partitions, 1, like.settings) for name in names]


@contextmanager
def at(folder: Path, domain: Domain, kafka: Kafka, **limits: Any) -> Iterator[Running]:
    """One of them at work."""
    shows = {} if domain is LEDGER else {"projections": (COUNTED_LIST,)}
    with alone(folder, domain, kafka.bootstrap, topics=topics(), **shows, **limits) as here:
        yield here


@pytest.fixture
def broker(kafka: Kafka) -> Iterator[Kafka]:
    """Empty topics, and journals on PostgreSQL."""
    empty(kafka.bootstrap, topics())
    with on_postgresql():
        yield kafka


def deposit(ledger: Running, numbers: range) -> None:
    """One deposit for each number, several a group."""
    ledger.together(*(put_in(1 + number, TILLS[number % len(TILLS)]) for number in numbers))


def the_same(steady: Running, late: Running) -> None:
    """Both show the same, live and built anew, and have every event of the ledger once."""
    digests = {
        digest
        for rebuilt in (steady.rebuild(), late.rebuild())
        for digest in (rebuilt.digest_before, rebuilt.digest_after)
    }
    assert len(digests) == 1
    heard = [
        sorted((line.stream, line.version, line.hash) for line in here.lines() if line.received_at)
        for here in (steady, late)
    ]
    assert heard[0] == heard[1]
    assert len(heard[0]) == len(TILLS) + DEPOSITS
    assert sum(times for (times,) in late.sql("SELECT times FROM counted_list")) == DEPOSITS
    assert late.parked() == []


def test_hard_case_14_a_receiver_that_was_down_for_a_day_ends_where_the_others_are(
    broker: Kafka, tmp_path: Path
) -> None:
    everything = len(TILLS) + DEPOSITS
    with at(tmp_path / "s", STEADY, broker) as steady:
        with at(tmp_path / "l", LEDGER, broker) as ledger:
            with at(tmp_path / "r", LATE, broker) as late:
                ledger.together(*map(open_till, TILLS))
                deposit(ledger, range(40))
                until(lambda: reached(late, "ledger") > len(TILLS))
            deposit(ledger, range(40, 200))
        with at(tmp_path / "l", LEDGER, broker) as ledger:  # Started again meanwhile.
            deposit(ledger, range(200, DEPOSITS))
            until(lambda: reached(steady, "ledger") == everything)
        with at(tmp_path / "r", LATE, broker) as late:
            until(lambda: reached(late, "ledger") == everything)
            until(lambda: late.service.writer.waiting == 0)
            the_same(steady, late)


@pytest.mark.parametrize("seed", [1, 2])
def test_hard_case_14_messages_twice_and_out_of_order_end_in_the_same_state(
    broker: Kafka, tmp_path: Path, seed: int
) -> None:
    with running(tmp_path / "l", LEDGER) as ledger:
        ledger.together(*map(open_till, TILLS))
        deposit(ledger, range(DEPOSITS))
        said = ledger.sealed()
    with running(tmp_path / "s", STEADY, projections=(COUNTED_LIST,)) as steady:
        steady.receive(said)
        chance = random.Random(seed)
        again = [each for each in said for _ in range(chance.choice((1, 1, 2, 3)))]
        chance.shuffle(again)
        assert len(again) > len(said)
        poison(broker.bootstrap, [as_record(each) for each in again])
        with at(tmp_path / "r", LATE, broker, receive_batch_max=20) as late:
            until(lambda: reached(late, "ledger") == len(said))
            until(lambda: sum(late.service._subscription.lag().values()) == 0)
            the_same(steady, late)
