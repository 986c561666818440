"""The toy services over a real broker: everything arrives once, whatever happens on the way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from shared.kernel.envelope import Sealed
from shared.runtime.kafka import (
    EVENT_BYTES_MAX,
    KafkaTransport,
    headers_of,
    make_topics,
    wrong_topics,
)
from shared.runtime.topics import Topic, group_of, topic_of, wanted_topics
from tests.runtime.running import (
    Running,
    open_till,
    put_in,
    service_of,
    until,
)
from tests.support.ledger import LEDGER, MIRROR, WITNESS
from tests.support.servers import Kafka

NAMES = ("ledger", "mirror", "witness")


def toy_topics() -> Sequence[Topic]:
    """The topics of the toy services, made like ours."""
    like = wanted_topics()[0]
    return [Topic(topic_of(name), like.partitions, 1, like.settings) for name in NAMES]


@pytest.fixture
def bootstrap(kafka: Kafka) -> str:
    """A broker whose toy topics are empty."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    old = [name for name in admin.list_topics() if name in map(topic_of, NAMES)]
    groups = [group["group_id"] for group in admin.list_groups()]
    if old:
        admin.delete_topics(old)
        until(lambda: not {*admin.list_topics()} & {*old})
    if mine := [group for group in groups if group in map(group_of, NAMES)]:
        admin.delete_groups(mine)
    admin.close()
    make_topics(kafka.bootstrap, toy_topics())
    return kafka.bootstrap


@contextmanager
def alone(
    folder: Path, domain: Any, bootstrap: str, *, consuming: Any = None, **limits: Any
) -> Iterator[Running]:
    """One toy service over the broker, as in a process of its own."""
    transport = KafkaTransport(bootstrap, toy_topics(), **(consuming or {}))
    service = service_of(folder, domain, transport=transport, **limits)
    service.open()
    service.start()
    try:
        yield Running(service)
    finally:
        service.stop_listening()
        service.close()
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
