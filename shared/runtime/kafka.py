"""Events over Kafka: one topic a service, the subject as the key. Nothing else imports the client.

An idempotent producer waits for every acknowledgement; offsets are committed when what was read is
in the journal, and not before.
"""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata

from shared.kernel.envelope import Sealed
from shared.kernel.refusals import Unavailable
from shared.runtime.delivery import Delivery
from shared.runtime.records import delivery_of, headers_of
from shared.runtime.topics import Topic, group_of, service_of, topic_of
from shared.runtime.transport import Unsent

log = structlog.get_logger()

CONNECTING = {
    "bootstrap_timeout_ms": 3_000,
    "request_timeout_ms": 15_000,
    "reconnect_backoff_max_ms": 1_000,  # A broker that is back is found at once, not in 30 s.
}
PRODUCING = {
    "acks": -1,
    "enable_idempotence": True,
    "allow_auto_create_topics": False,
    "batch_size": 131_072,
    "linger_ms": 5,
    "max_block_ms": 5_000,
    "delivery_timeout_ms": 20_000,
    "metrics_enabled": False,
}
CONSUMING = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "allow_auto_create_topics": False,
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 1_000,
    "metadata_max_age_ms": 10_000,
    "fetch_max_wait_ms": 250,
    "metrics_enabled": False,
}


class BrokerAway(Unavailable):
    """The broker does not answer; what is not published is published when it does."""

    french = "Le courtier ne répond pas; ce qui n'est pas publié le sera à son retour."


class TopicWrong(Unavailable):
    """A topic is missing or is not as it must be; make it from deploy/topics.yaml."""

    french = "Un sujet manque ou n'est pas comme il doit être; créez-le selon deploy/topics.yaml."


def make_topics(bootstrap: str, topics: Sequence[Topic]) -> None:
    """Create the topics that are not there yet. Raises BrokerAway."""
    _knock(bootstrap)
    try:
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap, **CONNECTING)) as admin:
            known = set(admin.list_topics())
            wanted = {
                topic.name: {
                    "num_partitions": topic.partitions,
                    "replication_factor": topic.replication,
                    "configs": dict(topic.settings),
                }
                for topic in topics
                if topic.name not in known
            }
            if wanted:
                with suppress(TopicAlreadyExistsError):  # Somebody was faster.
                    admin.create_topics(wanted)
                admin.wait_for_topics(list(wanted))
    except KafkaError as failure:
        raise BrokerAway from failure


def wrong_topics(bootstrap: str, topics: Sequence[Topic]) -> list[str]:
    """What of the topics is not as wanted: partitions, retention, compaction. Raises BrokerAway."""
    _knock(bootstrap)
    try:
        with closing(KafkaAdminClient(bootstrap_servers=bootstrap, **CONNECTING)) as admin:
            known = set(admin.list_topics())
            here = [topic for topic in topics if topic.name in known]
            found = {each["name"]: each for each in admin.describe_topics([t.name for t in here])}
            resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in here]
            settings = admin.describe_configs(resources, config_filter="all").get("topic", {})
    except KafkaError as failure:
        raise BrokerAway from failure
    wrong = [f"{topic.name} is missing" for topic in topics if topic.name not in known]
    for topic in here:
        partitions = len(found[topic.name]["partitions"])
        if partitions != topic.partitions:
            wrong.append(f"{topic.name} has {partitions} partitions, not {topic.partitions}")
        for name, value in topic.settings.items():
            actual = settings[topic.name][name]["value"]
            if actual != value:
                wrong.append(f"{topic.name} has {name}={actual}, not {value}")
    return wrong


def _knock(bootstrap: str) -> None:
    """See whether any broker listens. Raises BrokerAway.

    A client that cannot connect gives up late, and leaves a thread and two sockets behind.
    """
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        with suppress(OSError):
            socket.create_connection((host.strip("[]"), int(port)), timeout=3).close()
            return
    raise BrokerAway


class KafkaTransport:
    """Publishes to and subscribes from one cluster; connects when it is first needed."""

    def __init__(self, bootstrap: str, topics: Sequence[Topic], **consuming: Any) -> None:
        """`consuming` overrides settings of the consumer, such as the time between polls."""
        self._bootstrap = bootstrap
        self._topics = topics
        self._consuming = {**CONSUMING, **consuming}
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._checked = False

    def origins(self) -> frozenset[str]:
        """The services that have a topic."""
        return frozenset(service_of(topic.name) for topic in self._topics)

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        """Send the next events and wait for the broker to have them, one by one in their order.

        Raises BrokerAway when not even the first of them was acknowledged, or TopicWrong.
        """
        events = unsent()
        topic, reached = topic_of(origin), 0
        try:
            producer = self._producing()
            sent = [(sequence, self._send(producer, topic, sealed)) for sequence, sealed in events]
            producer.flush(timeout=PRODUCING["delivery_timeout_ms"] / 1000)
            for sequence, acknowledged in sent:
                acknowledged.get(timeout=1)
                reached = sequence
        except KafkaError as failure:
            # After a gap in its sequences an idempotent producer sends nothing more.
            self._stop_producing()
            log.error("publish-failed", service=origin, error=type(failure).__name__)
            if not reached:
                raise BrokerAway from failure
        return reached or last

    def _send(self, producer: KafkaProducer, topic: str, sealed: Sealed) -> Any:
        key, headers = headers_of(sealed)
        return producer.send(topic, sealed.body.encode(), key, headers)

    def _producing(self) -> KafkaProducer:
        self._check()
        with self._lock:
            if self._producer is None:
                _knock(self._bootstrap)
                self._producer = KafkaProducer(
                    bootstrap_servers=self._bootstrap, **CONNECTING, **PRODUCING
                )
            return self._producer

    def _check(self) -> None:
        """Once, before anything is sent or read: an event in a compacted topic would be lost.

        Raises BrokerAway or TopicWrong.
        """
        if not self._checked and (wrong := wrong_topics(self._bootstrap, self._topics)):
            log.error("topics-wrong", events=wrong)
            raise TopicWrong(wrong=wrong)
        self._checked = True

    def _stop_producing(self) -> None:
        with self._lock:
            producer, self._producer, self._checked = self._producer, None, False
        if producer is not None:
            producer.close(timeout=1)

    def subscribe(
        self, service: str, origins: frozenset[str], arrived: Callable[[], Mapping[str, int]]
    ) -> "KafkaSubscription":
        """Read the topics of these services, as a member of this service's group."""
        consuming = {
            **CONNECTING,
            **self._consuming,
            "bootstrap_servers": self._bootstrap,
            "group_id": group_of(service),
        }
        return KafkaSubscription(sorted(map(topic_of, origins)), consuming, self._check)

    def close(self) -> None:
        """Let go of the broker."""
        self._stop_producing()


class KafkaSubscription:
    """One member of a service's consumer group; used by one thread."""

    def __init__(
        self, topics: Sequence[str], consuming: Mapping[str, Any], check: Callable[[], None]
    ) -> None:
        self._topics = topics
        self._consuming = consuming
        self._check = check
        self._consumer: KafkaConsumer | None = None
        self._taken: dict[TopicPartition, range] = {}
        """By partition, the offsets of the last batch until it is settled."""
        self._lag: Mapping[str, int] = {}
        self._behind: Mapping[tuple[str, int], int] = {}

    def poll(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """The next messages, partition by partition in their order; the last ones again if they
        were not settled.

        Raises BrokerAway, or TopicWrong before the first of them.
        """
        consumer = self._connected()
        self._rewind(consumer)
        if paused := consumer.paused():
            consumer.resume(*paused)
        found = self._records(consumer, limit, seconds)
        for partition, records in found.items():
            self._taken[partition] = range(records[0].offset, records[-1].offset + 1)
        self._note_lag(consumer, {at: consumer.highwater(at) for at in consumer.assignment()})
        messages = (delivery_of(record) for records in found.values() for record in records)
        return [message for message in messages if message is not None]

    def _records(
        self, consumer: KafkaConsumer, limit: int, seconds: float
    ) -> Mapping[TopicPartition, Sequence[Any]]:
        try:
            found: Mapping[TopicPartition, Sequence[Any]] = consumer.poll(
                timeout_ms=int(seconds * 1000), max_records=limit
            )
        except KafkaError as failure:
            self.close()
            raise BrokerAway from failure
        return found

    def settle(self) -> None:
        """Commit the offsets of what was handed over; if that fails it is delivered again."""
        if not self._taken or self._consumer is None:
            return
        offsets = {
            place: OffsetAndMetadata(taken.stop, "", -1) for place, taken in self._taken.items()
        }
        self._taken = {}
        try:
            self._consumer.commit(offsets, timeout_ms=5_000)
        except KafkaError as failure:  # Somebody else has these partitions by now, or will.
            log.warning("offsets-not-committed", error=type(failure).__name__)

    def _rewind(self, consumer: KafkaConsumer) -> None:
        """To go on would settle, with the next batch, this one that nobody has."""
        for partition, taken in self._taken.items():
            if partition in consumer.assignment():
                consumer.seek(partition, taken.start)
        self._taken = {}

    def hold(self, seconds: float) -> None:
        """Stay in the group and take nothing. Raises BrokerAway."""
        consumer = self._connected()
        consumer.pause(*consumer.assignment())
        for partition, records in self._records(consumer, 1, seconds).items():
            consumer.seek(partition, records[0].offset)  # Came with a partition just assigned.
        try:  # What is not fetched does not tell where it ends.
            ends = consumer.end_offsets(consumer.assignment(), timeout_ms=5_000)
        except KafkaError as failure:
            self.close()
            raise BrokerAway from failure
        self._note_lag(consumer, ends)

    def lag(self) -> Mapping[str, int]:
        """By origin, how many messages this member has not been given yet, as of the last poll."""
        return self._lag

    def partitions(self) -> Mapping[tuple[str, int], int]:
        """By topic and partition, how many messages were not given yet, as of the last poll."""
        return self._behind

    def wake(self) -> None:
        """A poll ends by itself, soon."""

    def close(self) -> None:
        """Leave the group; what was not settled goes to another member."""
        consumer, self._consumer, self._taken = self._consumer, None, {}
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=5_000)

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            self._check()
            _knock(self._consuming["bootstrap_servers"])
            try:
                self._consumer = KafkaConsumer(*self._topics, **self._consuming)
            except KafkaError as failure:
                raise BrokerAway from failure
        return self._consumer

    def _note_lag(self, consumer: KafkaConsumer, ends: Mapping[TopicPartition, int | None]) -> None:
        lag = dict.fromkeys(map(service_of, self._topics), 0)
        behind: dict[tuple[str, int], int] = {}
        for partition, end in ends.items():
            if end is not None:
                reached = consumer.position(partition, timeout_ms=100)
                missing = max(0, end - (reached or 0))
                lag[service_of(partition.topic)] += missing
                behind[partition.topic, partition.partition] = missing
        self._lag, self._behind = lag, behind
