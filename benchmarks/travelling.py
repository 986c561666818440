"""P7: from a command in one service to its effect in another's projection, over Kafka.

One event after the other: the clock starts with the command and stops when the other service has
committed its projection. Two commits, two threads of relay and subscriber, one broker. The bare
client's clock starts with the produce and stops when the consumer has the message. All of either
side is in this process; each round's figure is its median.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from statistics import median
from time import perf_counter

from benchmarks import desk, office
from benchmarks.broker import LIMIT, Consumer, Producer, new_topics
from benchmarks.carrying import sealed_events
from benchmarks.rounds import Against, Result, Size, compared, in_turns
from benchmarks.running import note, open_files
from benchmarks.samples import cost
from benchmarks.site import Kind, Site
from shared.runtime.kafka import KafkaTransport
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport

KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")
PROJECTS = 10
WAIT_SECONDS_MAX = 30
GOAL = 5


def run(site: Site, size: Size) -> list[Result]:
    """P7 on both databases."""
    return [_measured(site, size, kind) for kind in KINDS]


@contextmanager
def _at_work(
    create: Callable[[Settings, Transport], Service], settings: Settings, transport: Transport
) -> Iterator[Service]:
    """A service with all its threads, as in a process of its own."""
    service = create(settings, transport)
    service.open()
    service.start()
    try:
        yield service
    finally:
        service.stop_listening()
        service.close()


def _measured(site: Site, size: Size, kind: Kind) -> Result:
    name = f"P7 command to a neighbour's projection, {kind}"
    topics, bootstrap = new_topics(site), site.kafka.bootstrap
    events = sealed_events(site, 200)
    settings = site.place(kind).settings()
    with ExitStack() as ending, asyncio.Runner() as runner:
        transports = [
            ending.enter_context(closing(KafkaTransport(bootstrap, topics))) for _ in "12"
        ]
        writer = ending.enter_context(_at_work(office.create, settings, transports[0]))
        reader = ending.enter_context(_at_work(desk.create, settings, transports[1]))
        runner.run(open_files(writer, PROJECTS))
        runner.run(_arrived(reader, PROJECTS))
        producer = ending.enter_context(closing(Producer(bootstrap, LIMIT)))
        consumer = ending.enter_context(closing(Consumer(bootstrap, LIMIT)))

        def ours() -> float:
            return runner.run(_travel(writer, reader, size.journeys))

        def bare() -> float:
            took = []
            for number in range(size.journeys):
                send = producer.sending([events[number % len(events)]])
                began = perf_counter()
                send()
                consumer.take(1, 1, commit=False)
                took.append(perf_counter() - began)
            return median(took) * 1000

        found = in_turns(name, size.rounds, {"ours": ours, "bare": bare})
    what = "bare kafka-python produce, flush and consume of one message, same settings"
    against = Against(other_is=what, goal=GOAL, better="lower", unit="milliseconds, p50")
    return compared(name, found["ours"], found["bare"], against)


async def _travel(writer: Service, reader: Service, journeys: int) -> float:
    """The median of so many journeys in milliseconds."""
    took = []
    for number in range(journeys):
        there = reader.arrivals.position + 1
        made = cost(number, PROJECTS)
        began = perf_counter()
        await note(writer, [made])
        await _arrived(reader, there)
        took.append(perf_counter() - began)
    return median(took) * 1000


async def _arrived(reader: Service, position: int) -> None:
    """Return when the reader's journal has come so far."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while reader.arrivals.position < position:
            await reader.committed(position - 1, WAIT_SECONDS_MAX)
