"""The broker's side of a measurement: new topics, and the bare client with our settings."""

from collections.abc import Callable, Sequence
from contextlib import closing

from kafka import KafkaConsumer, KafkaProducer

from benchmarks.site import Site
from shared.kernel.envelope import Sealed
from shared.runtime.kafka import CONNECTING, CONSUMING, PRODUCING
from shared.runtime.records import headers_of
from shared.runtime.topics import Topic, topic_of, wanted_topics
from tests.support.topics import empty

LIMIT = "limit"
"""The topic that only bare clients use, named as if a service of this name had it."""
WAIT_MS = 500


def new_topics(site: Site) -> Sequence[Topic]:
    """The topics of office and desk, and one for bare clients: made like ours, empty."""
    like = wanted_topics()[0]
    names = ("office", "desk", LIMIT)
    made = [Topic(topic_of(name), like.partitions, 1, like.settings) for name in names]
    empty(site.kafka.bootstrap, made)
    return made


class Producer:
    """A bare producer."""

    def __init__(self, bootstrap: str, service: str) -> None:
        self._topic = topic_of(service)
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, **CONNECTING, **PRODUCING)

    def sending(self, events: Sequence[Sealed]) -> Callable[[], int]:
        """What sends these, their bytes being ready, and waits until the broker has them."""
        ready = [(sealed.body.encode(), *headers_of(sealed)) for sealed in events]

        def work() -> int:
            sent = [self._producer.send(self._topic, *each) for each in ready]
            self._producer.flush(timeout=60)
            for each in sent:
                each.get(timeout=1)
            return len(sent)

        return work

    def close(self) -> None:
        """Let go of the broker."""
        self._producer.close(timeout=5)


class Consumer:
    """A bare consumer in a group of its own."""

    def __init__(self, bootstrap: str, service: str) -> None:
        settings = {**CONNECTING, **CONSUMING, "bootstrap_servers": bootstrap}
        self._consumer = KafkaConsumer(topic_of(service), group_id="bare", **settings)

    def take(self, events: int, at_once: int, *, commit: bool = True) -> int:
        """Poll until there were so many, and commit the offsets after each poll, as ours does."""
        taken = 0
        while taken < events:
            found = self._consumer.poll(timeout_ms=WAIT_MS, max_records=at_once)
            taken += sum(map(len, found.values()))
            if found and commit:
                self._consumer.commit(timeout_ms=5_000)
        return taken

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close(autocommit=False, timeout_ms=5_000)


def produce(site: Site, events: Sequence[Sealed]) -> None:
    """Put these into the office's topic."""
    with closing(Producer(site.kafka.bootstrap, "office")) as producer:
        producer.sending(events)()
