"""The toy services over a real broker: everything arrives once, whatever happens on the way."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from services.main.stacks.processes import free_port
from shared.kernel.decider import Domain
from shared.kernel.envelope import Sealed
from shared.kernel.operations import PauseConsumer, RepublishEvents, ResumeConsumer
from shared.runtime.clock import SetClock
from shared.runtime.delivery import Delivery
from shared.runtime.kafka import (
    BrokerAway,
    KafkaTransport,
    TopicWrong,
    make_topics,
    wrong_topics,
)
from shared.runtime.records import EVENT_BYTES_MAX, delivery_of, headers_of
from shared.runtime.topics import Topic, group_of, topic_of, wanted_topics
from shared.runtime.writer import Writer
from tests.runtime.running import (
    NOW,
    PATIENCE_SECONDS,
    Running,
    at_work,
    entitled,
    later,
    open_till,
    put_in,
    running,
    until,
    who,
)
from tests.support.databases import on_postgresql
from tests.support.ledger import LEDGER, MIRROR, WITNESS
from tests.support.neighbours import Neighbours
from tests.support.servers import Kafka
from tests.support.topics import empty

NAMES = ("ledger", "mirror", "witness")


def toy_topics(**settings: str) -> Sequence[Topic]:
    """The topics of the toy services, made like ours but for these settings."""
    like = wanted_topics()[0]
    return [
        Topic(topic_of(name), like.partitions, 1, {**like.settings, **settings}) for name in NAMES
    ]


@pytest.fixture
def bootstrap(kafka: Kafka) -> str:
    """A broker whose toy topics are empty."""
    empty(kafka.bootstrap, toy_topics())
    return kafka.bootstrap


def committed(bootstrap: str, service: str) -> int:
    """How many messages of the ledger's topic this group is known to have taken."""
    group = group_of(service)
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        found = admin.list_group_offsets([group])[group]
        return sum(at.offset for place, at in found.items() if place.topic == topic_of("ledger"))


def holds(here: Running) -> bool:
    """Whether this member has all of its partitions and fetches none of them."""
    consumer = here.service._subscription._consumer  # type: ignore[attr-defined]
    return consumer is not None and len(consumer.paused()) == 6


def member_lag(here: Running) -> list[int]:
    [consumer] = here.service.consumers()
    return [origin["lag_events"] for origin in consumer["origins"]]


@contextmanager
def alone(
    folder: Path,
    domain: Domain,
    bootstrap: str,
    *,
    topics: Sequence[Topic] | None = None,
    consuming: Any = None,
    **limits: Any,
) -> Iterator[Running]:
    """One toy service over the broker, as in a process of its own."""
    topics = toy_topics() if topics is None else topics
    transport = KafkaTransport(bootstrap, topics, **(consuming or {}))
    try:
        with at_work(folder, domain, transport=transport, **limits) as here:
            yield here
    finally:
        transport.close()


def reached(here: Running, origin: str) -> int:
    return here.service.writer.marks.reached.get(origin, 0)


def poison(bootstrap: str, records: Sequence[tuple[bytes | None, bytes | None, Any]]) -> None:
    """Put these into partition 0 of the ledger's topic, as somebody careless would."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, max_request_size=8 * EVENT_BYTES_MAX)
    for key, value, headers in records:
        producer.send(topic_of("ledger"), value, key, headers, partition=0).get(timeout=20)
    producer.close()


def as_record(sealed: Sealed, **headers: str) -> tuple[bytes | None, bytes | None, Any]:
    """An event as the relay would send it, some headers changed."""
    key, told = headers_of(sealed)
    changed = {**dict(told), **{f"ce_{name}": text.encode() for name, text in headers.items()}}
    return key, sealed.body.encode(), list(changed.items())


def test_topics_are_made_once_and_checked(bootstrap: str) -> None:
    make_topics(bootstrap, toy_topics())
    assert wrong_topics(bootstrap, toy_topics()) == []
    ledger = toy_topics()[0]
    other = Topic(ledger.name, 7, 1, {**ledger.settings, "cleanup.policy": "compact"})
    missing = Topic("grantline.nobody.events.v1", 6, 1, {})
    assert wrong_topics(bootstrap, [other, missing]) == [
        "grantline.nobody.events.v1 is missing",
        "grantline.ledger.events.v1 has 6 partitions, not 7",
        "grantline.ledger.events.v1 has cleanup.policy=delete, not compact",
    ]


def test_every_service_gets_every_event_once_byte_for_byte(bootstrap: str, tmp_path: Path) -> None:
    with (
        alone(tmp_path, LEDGER, bootstrap, relay_batch_max=7) as ledger,
        alone(tmp_path, MIRROR, bootstrap, receive_batch_max=5) as mirror,
        alone(tmp_path, WITNESS, bootstrap) as witness,
    ):
        ledger.together(*(open_till(till) for till in "abcde"))
        for cents in range(1, 11):
            ledger.together(*(put_in(cents, till) for till in "abcde"))
        mirror.until(lambda: reached(mirror, "ledger") == 55)
        witness.until(lambda: (reached(witness, "ledger"), reached(witness, "mirror")) == (55, 50))
        assert all(mirror.state(f"mirror-{till}").cents == 55 for till in "abcde")
        sent = {line.hash for line in ledger.lines()}
        for here in (mirror, witness):
            came = [line for line in here.lines() if line.origin == "ledger"]
            assert len(came) == 55
            assert {line.hash for line in came} == sent
            assert here.parked() == []


def test_a_topic_that_is_not_as_wanted_is_neither_written_to_nor_read(
    bootstrap: str, tmp_path: Path
) -> None:
    wanted = toy_topics(**{"cleanup.policy": "compact"})
    with alone(tmp_path / "l", LEDGER, bootstrap, topics=wanted) as ledger:
        ledger.ask(open_till())
        until(lambda: ledger.service.health()["relay"] == TopicWrong.code())
    with alone(tmp_path / "m", MIRROR, bootstrap, topics=wanted) as mirror:
        until(lambda: mirror.service.health()["subscriber"] == TopicWrong.code())


def test_without_a_broker_commands_are_taken_and_the_service_says_so(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    with alone(tmp_path, MIRROR, nowhere) as mirror, alone(tmp_path, LEDGER, nowhere) as ledger:
        assert ledger.ask(open_till()).version == 1
        until(lambda: ledger.service.health()["relay"] == BrokerAway.code())
        until(lambda: mirror.service.health()["subscriber"] == BrokerAway.code())
        assert ledger.service.gauges()["relay_backlog_events"] == 1


def test_c_028_poison_of_every_kind_is_parked_and_the_rest_goes_on(
    bootstrap: str, tmp_path: Path
) -> None:
    with running(tmp_path / "l") as ledger:
        ledger.together(*(open_till(till) for till in ("s1", "s2", "s3")))
        for cents in (1, 2, 3, 4, 5, 6):
            ledger.ask(put_in(cents, "s1"))
        ledger.ask(put_in(7, "s2"))
        said = ledger.sealed()
    s1 = [sealed for sealed in said if '"till-s1"' in sealed.envelope]
    s2 = [sealed for sealed in said if '"till-s2"' in sealed.envelope]
    [s3] = [sealed for sealed in said if '"till-s3"' in sealed.envelope]
    key, _, headers = as_record(s1[5])
    future = as_record(s3, type="grantline.ledger.MoneyPutIn.v9")
    poison(
        bootstrap,
        [
            *map(as_record, s1[:5]),  # S1 v5 is the last of these.
            (*as_record(s2[0])[:2], [*as_record(s2[0])[2], ("trace", b"")]),
            (key, None, []),  # A tombstone.
            (key, b'{"cents": 5, "till"', headers),  # Would be v6.
            future,
            as_record(s1[6]),  # v7: behind v6.
            as_record(s2[1]),
            (b"\xff\x00", b"\x00\xff", [("ce_id", b"\xff")]),
        ],
    )
    with alone(tmp_path / "m", MIRROR, bootstrap) as mirror:
        mirror.until(lambda: mirror.state("mirror-s2").cents == 7)
        until(lambda: committed(bootstrap, "mirror") == 12)
        assert [reason for _, reason in mirror.parked()] == [
            "broken-event", "broken-event", "", "broken-header",
        ]  # fmt: skip
        assert mirror.state("mirror-s1").cents == 1 + 2 + 3 + 4
    with alone(tmp_path / "m", MIRROR, bootstrap) as mirror:
        assert mirror.state("mirror-s1").times == 4
        poison(bootstrap, [as_record(s1[5])])  # Mended and sent again.
        mirror.until(lambda: mirror.state("mirror-s1").cents == 21)
        assert mirror.state("mirror-s1").times == 6
        versions = [line.version for line in mirror.lines() if line.stream == "till-s1"]
        assert versions == [1, 2, 3, 4, 5, 6, 7]
        assert [reason for _, reason in mirror.parked()] == ["broken-event", "broken-header"]


def test_c_028_a_header_without_a_value_says_nothing_unless_it_is_needed(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        [sealed] = ledger.sealed()
    key, value, headers = as_record(sealed)
    place = {"topic": topic_of("ledger"), "partition": 2, "offset": 41}
    whole = delivery_of(
        SimpleNamespace(**place, key=key, value=value, headers=[*headers, ("x", None)])
    )
    assert whole is not None
    assert (whole.sealed, whole.place) == (sealed, "grantline.ledger.events.v1/2@41")
    without = [(name, None if name == "ce_id" else text) for name, text in headers]
    broken = delivery_of(SimpleNamespace(**place, key=key, value=value, headers=without))
    assert broken is not None
    assert (broken.sealed, broken.reason, broken.subject) == (None, "broken-header", "till-a")
    assert delivery_of(SimpleNamespace(**place, key=key, value=None, headers=headers)) is None


def test_c_028_an_event_of_a_later_release_waits_for_that_release(
    bootstrap: str, tmp_path: Path
) -> None:
    later = Neighbours().say(
        "ledger", "MoneyPutIn", "till-a", {}, recorded_at=NOW,
        type="grantline.ledger.MoneyPutIn.v9",
    )  # fmt: skip
    poison(bootstrap, [as_record(later)])
    with alone(tmp_path, MIRROR, bootstrap) as mirror:
        until(lambda: mirror.parked() == [("parked", "unknown-schema")])


def test_a_message_of_5_mib_is_parked_without_its_value(bootstrap: str, tmp_path: Path) -> None:
    topics = toy_topics(**{"max.message.bytes": "6000000"})
    empty(bootstrap, topics)
    poison(bootstrap, [(b"till-a", b"x" * (5 * EVENT_BYTES_MAX), [])])
    with alone(tmp_path, MIRROR, bootstrap, topics=topics) as mirror:
        until(lambda: mirror.parked() == [("parked", "too-large")])
        [(raw,)] = mirror.sql("SELECT raw FROM parked")
        assert json.loads(raw)["bytes"] == 5 * EVENT_BYTES_MAX
        assert len(raw) < 1_000


def test_c_026_work_longer_than_the_poll_interval_doubles_and_loses_nothing(
    bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go = threading.Event(), threading.Event()
    receive = Writer.receive

    def slow(writer: Writer, messages: Sequence[Delivery]) -> None:
        if writer.head.position and not entered.is_set():
            entered.set()
            assert go.wait(PATIENCE_SECONDS)
        receive(writer, messages)

    short = {"max_poll_interval_ms": 1_500, "session_timeout_ms": 6_000}
    with (
        on_postgresql(),
        alone(tmp_path / "l", LEDGER, bootstrap) as ledger,
        alone(tmp_path / "m", MIRROR, bootstrap, consuming=short) as first,
    ):
        ledger.ask(open_till())
        first.until(lambda: reached(first, "ledger") == 1)
        monkeypatch.setattr(Writer, "receive", slow)
        for _ in range(10):
            ledger.ask(put_in(123_456))
        until(entered.is_set)
        # The group gives its partitions to somebody else while the first one is at work.
        second_clock = SetClock(later(1_000))
        with alone(
            tmp_path / "m", MIRROR, bootstrap, consuming=short, clock=second_clock
        ) as second:
            until(lambda: first.state("mirror-a").times > 0)
            go.set()
            until(lambda: first.state("mirror-a").times == 10)
            assert first.state("mirror-a").cents == 1_234_560
            assert entitled(first.state("mirror-a").cents) == (493_824, 49_382)
            ledger.ask(put_in(1))
            until(lambda: second.state("mirror-a").times == 11)
            assert first.state("mirror-a").cents == 1_234_561
            until(lambda: sum(member_lag(first) + member_lag(second)) == 0)
            assert all(here.service.health()["subscriber"] == "ok" for here in (first, second))
        assert first.parked() == []


def test_c_027_stopping_in_the_middle_of_a_batch_loses_nothing(
    bootstrap: str, tmp_path: Path
) -> None:
    with alone(tmp_path / "l", LEDGER, bootstrap) as ledger:
        ledger.ask(open_till())
        for number in range(1, 11):
            ledger.ask(put_in(number * 10_010))
        until(lambda: ledger.service.gauges()["relay_backlog_events"] == 0)
    stops = 0
    total = 0
    while total < 550_550:
        with alone(tmp_path / "m", MIRROR, bootstrap, receive_batch_max=1) as mirror:
            before = mirror.state("mirror-a").times
            mirror.until(partial(lambda seen: mirror.state("mirror-a").times > seen, before))
        with running(tmp_path / "m", MIRROR) as mirror:
            assert mirror.state("mirror-a").times <= 10
            total = mirror.state("mirror-a").cents
        stops += 1
    assert total == 550_550
    assert entitled(total) == (220_220, 22_022)
    assert committed(bootstrap, "mirror") == 11


def test_c_030_events_that_came_under_bad_keys_end_up_in_their_order(
    bootstrap: str, tmp_path: Path
) -> None:
    with running(tmp_path / "l") as ledger:
        ledger.ask(open_till())
        for cents in (375_000, 375_000, 249_999):
            ledger.ask(put_in(cents))
        said = ledger.sealed()
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for partition, number in enumerate((3, 0, 2, 1)):
        _, value, headers = as_record(said[number])
        producer.send(topic_of("ledger"), value, b"bad", headers, partition=partition).get(20)
    producer.close()
    with alone(tmp_path / "m", MIRROR, bootstrap) as mirror:
        mirror.until(lambda: mirror.state("mirror-a").times == 3)
        assert mirror.state("mirror-a").cents == 999_999
        assert entitled(mirror.state("mirror-a").cents) == (400_000, 40_000)
        assert [line.version for line in mirror.lines() if line.stream == "till-a"] == [1, 2, 3, 4]
        assert mirror.parked() == []


def test_a_paused_consumer_takes_nothing_and_goes_on_when_resumed(
    bootstrap: str, tmp_path: Path
) -> None:
    with (
        alone(tmp_path / "l", LEDGER, bootstrap) as ledger,
        alone(tmp_path / "m", MIRROR, bootstrap) as mirror,
    ):
        about: Any = {"service": "mirror", "consumer": group_of("mirror"), "reason": "a test"}
        mirror.ask(PauseConsumer(**about, **who()))
        until(lambda: holds(mirror))  # The poll under way when it was paused may still take.
        ledger.together(open_till(), put_in(5))
        until(lambda: sum(member_lag(mirror)) == 2)
        assert mirror.state("mirror-a").times == 0
        mirror.ask(ResumeConsumer(**about, **who()))
        mirror.until(lambda: mirror.state("mirror-a").times == 1)


def test_a_broker_that_forgot_everything_is_told_again_and_nothing_is_doubled(
    bootstrap: str, tmp_path: Path
) -> None:
    with alone(tmp_path / "l", LEDGER, bootstrap) as ledger:
        ledger.together(open_till(), put_in(1), put_in(2))
        with alone(tmp_path / "m", MIRROR, bootstrap) as mirror:
            mirror.until(lambda: mirror.state("mirror-a").times == 2)
        ledger.together(put_in(3), put_in(4))
        until(lambda: ledger.service.gauges()["relay_backlog_events"] == 0)
        empty(bootstrap, toy_topics())
        with alone(tmp_path / "m", MIRROR, bootstrap) as mirror:
            again = RepublishEvents(service="ledger", after=3, reason="wiped", **who())
            ledger.ask(again)
            mirror.until(lambda: mirror.state("mirror-a").times == 4)
            ledger.ask(RepublishEvents(service="ledger", after=0, reason="wiped", **who()))
            ledger.ask(put_in(5))
            mirror.until(lambda: mirror.state("mirror-a").times == 5)
            assert mirror.state("mirror-a").cents == 15
            until(lambda: sum(member_lag(mirror)) == 0)
            assert len([line for line in mirror.lines() if line.stream == "till-a"]) == 6
