"""P6: a subscriber from Kafka into journal and projections, beside a bare consumer and a follower.

Ours reads the topic, checks each hash, journals each event as received, applies two projections,
commits, and commits the offsets. The bare consumer polls the same messages, looks at none of them,
and commits its offsets as often. The follower is the peer's: its ProcessApplication reads the other
application's log directly, without Kafka.
"""

from contextlib import closing

from benchmarks.broker import Consumer, new_topics, produce
from benchmarks.carrying import sealed_events
from benchmarks.desk import create
from benchmarks.peers import filled
from benchmarks.rebuilding import following
from benchmarks.rounds import Against, Result, Size, compared, in_turns, rate
from benchmarks.running import PROJECTS
from benchmarks.site import Kind, Site
from shared.kernel.envelope import Sealed
from shared.runtime.kafka import KafkaTransport
from shared.runtime.messaging import Subscriber

KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")
WAIT_SECONDS = 0.5
BATCH = 256
"""Messages taken at once; a round ends with the batch that completes it."""


def run(site: Site, size: Size) -> list[Result]:
    """P6 into both databases, from a topic that has enough for all rounds."""
    events = sealed_events(site, (size.rounds + 1) * (size.carried + BATCH))
    return [result for kind in KINDS for result in _measured(site, size, kind, events)]


def _measured(site: Site, size: Size, kind: Kind, events: list[Sealed]) -> list[Result]:
    name = f"P6 subscriber from Kafka, {kind}"
    topics, bootstrap = new_topics(site), site.kafka.bootstrap
    produce(site, events)
    peer = filled(site.place(kind), size.followed, PROJECTS)
    service = create(site.place(kind).settings(), KafkaTransport(bootstrap, topics))
    service.open()
    service.writer.start()
    subscription = KafkaTransport(bootstrap, topics).subscribe(
        "desk", frozenset({"office"}), lambda: service.writer.marks.reached
    )
    assert service.settings.receive_batch_max == BATCH, "measured as it is run"
    subscriber = Subscriber("grantline.desk", service.writer, subscription, BATCH)

    def ours() -> int:
        taken = 0
        while taken < size.carried:
            taken += subscriber.step(WAIT_SECONDS)
        return taken

    with closing(Consumer(bootstrap, "office")) as consumer:
        rates = {
            "ours": rate(ours),
            "bare": rate(lambda: consumer.take(size.carried, BATCH)),
            "follower": following(site, kind, peer, size.followed),
        }
        found = in_turns(name, size.rounds, rates)
    subscription.close()
    service.close()
    peer.close()
    bare = Against(other_is="bare kafka-python consumer, same messages and settings", goal=0.25)
    follows = f"eventsourcing 9.5.6 ProcessApplication, the same two tables, {kind}"
    return [
        compared(f"{name}, beside a consumer", found["ours"], found["bare"], bare),
        compared(
            f"{name}, beside a follower",
            found["ours"],
            found["follower"],
            Against(other_is=follows, goal=5),
        ),
    ]
