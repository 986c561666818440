"""P5: the relay, beside a bare kafka-python producer that sends the same finished messages.

Ours reads them from the journal, makes the headers, sends, waits for every acknowledgement and
moves its cursor, batch by batch. The bare producer has key, headers and value ready, sends them to
a topic of its own with the same settings, and waits once, at the end.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager

from benchmarks.broker import LIMIT, Producer, new_topics
from benchmarks.office import create
from benchmarks.rounds import Against, Result, Size, compared, in_turns, rate
from benchmarks.running import AT_ONCE, PROJECTS, fill, open_files
from benchmarks.site import Kind, Place, Site
from shared.kernel.envelope import Sealed
from shared.runtime.kafka import KafkaTransport
from shared.runtime.messaging import Relay
from shared.runtime.relaying import Always
from shared.runtime.service import Service
from shared.runtime.transport import LocalTransport, Transport

KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")
GOAL = 0.7


@contextmanager
def writing(place: Place, transport: Transport) -> Iterator[Service]:
    """The office, which writes and does not relay by itself."""
    service = create(place.settings(), transport)
    service.open()
    service.writer.start()
    try:
        asyncio.run(open_files(service, PROJECTS))
        yield service
    finally:
        service.close()


def sealed_events(site: Site, number: int) -> list[Sealed]:
    """The first so many events of an office."""
    with writing(site.place("SQLite"), LocalTransport()) as service:
        asyncio.run(fill(service, number))
        with service.snapshot() as state:
            return [sealed for _, sealed in state.own_after(0, number)]


def run(site: Site, size: Size) -> list[Result]:
    """P5 from both databases."""
    return [_measured(site, size, kind) for kind in KINDS]


def _measured(site: Site, size: Size, kind: Kind) -> Result:
    name = f"P5 relay to Kafka, {kind}"
    bootstrap = site.kafka.bootstrap
    events = size.carried // AT_ONCE * AT_ONCE
    with (
        closing(KafkaTransport(bootstrap, new_topics(site))) as transport,
        closing(Producer(bootstrap, LIMIT)) as producer,
        writing(site.place(kind), transport) as service,
    ):
        batch = service.settings.relay_batch_max
        relay = Relay("office", service.writer, service.snapshot, transport, batch, Always())

        def relayed() -> int:
            before = service.writer.relayed
            while relay.step():
                pass
            return service.writer.relayed - before

        def ours() -> float:
            asyncio.run(fill(service, events))
            return rate(relayed)()

        def bare() -> float:
            with service.snapshot() as state:
                found = state.own_after(service.writer.relayed - events, events)
            return rate(producer.sending([sealed for _, sealed in found]))()

        rates = in_turns(name, size.rounds, {"ours": ours, "bare": bare})
    what = "bare kafka-python producer, same messages, same settings, one flush"
    return compared(name, rates["ours"], rates["bare"], Against(other_is=what, goal=GOAL))
