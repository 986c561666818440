"""One life of a process that holds ledger, mirror and witness: it works until it is killed."""

import asyncio
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic_ns
from typing import Any, NamedTuple

from shared.kernel.commands import Command
from shared.kernel.decider import Domain
from shared.kernel.refusals import Refusal, Unavailable
from shared.kernel.shown import shown
from shared.runtime import writer as writing
from shared.runtime.failpoints import on_reach
from shared.runtime.items import Asked
from shared.runtime.projections import Projection
from shared.runtime.service import Outside, Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport, Transport
from shared.runtime.web.routes import Api
from tests.faults.topics import TopicTransport
from tests.runtime.running import until, who
from tests.support.databases import url_of
from tests.support.ledger import CLERK, LEDGER, MIRROR, TILL_LIST, WITNESS, OpenTill, PutIn, Reserve

Say = Callable[[dict[str, Any]], None]
TOYS: Mapping[str, tuple[Domain, Sequence[Projection]]] = {
    LEDGER.service: (LEDGER, (TILL_LIST,)),
    MIRROR.service: (MIRROR, ()),
    WITNESS.service: (WITNESS, ()),
}
"""What each of them decides and shows."""


class Ask(NamedTuple):
    """One attempt of one operation."""

    number: int
    """Of the operation."""
    kind: str
    till: str
    cents: int
    key: str
    mark: str
    if_match: int | None = None

    @property
    def command(self) -> Command:
        """What is asked."""
        match self.kind:
            case "open":
                return OpenTill(till=self.till, **who())
            case "reserve":
                return Reserve(till=self.till, cents=self.cents, **who())
            case _:
                return PutIn(till=self.till, cents=self.cents, **who())


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What happens in one life."""

    carrying: bool
    first: Sequence[Ask] = ()
    clients: Sequence[Sequence[Ask]] = ()
    rebuild: bool = False
    polled: int = 0
    """How far the feed was read."""
    kill: tuple[str, int] | None = None
    """The fail point, and at which time that it is reached."""


@dataclass
class Killer:
    """Counts what is reached, and kills this process at its place and time."""

    say: Say
    kill: tuple[str, int] | None
    reached: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, point: str) -> None:
        with self.lock:
            self.reached[point] += 1
            if (point, self.reached[point]) == self.kill:
                self.tell()
                os.kill(os.getpid(), signal.SIGKILL)

    def tell(self) -> None:
        """Say what was reached."""
        self.say({"reached": dict(self.reached)})


@contextmanager
def opened(folder: Path, *, carrying: bool) -> Iterator[list[Service]]:
    """The three services at work on this folder, or on its databases; closed only if all went
    well."""
    writing.IDLE_SECONDS = 0.005  # Or a campaign would wait for the relay's cursor, mostly.
    settings = Settings(
        data=folder,
        postgres=url_of(folder, LEDGER.service),
        receive_batch_max=3,
        relay_batch_max=3,
        rebuild_chunk_events=4,
        readers_max=3,
    )
    transport = TopicTransport(folder) if carrying else LocalTransport()
    with at_work(settings, transport, list(TOYS)) as services:
        yield services


@contextmanager
def at_work(
    settings: Settings, transport: Transport, names: Sequence[str]
) -> Iterator[list[Service]]:
    """These toy services with all their threads; closed only if all went well."""
    services = [
        Service(settings, *TOYS[name], Api(name, access={}), transport, Outside()) for name in names
    ]
    for service in services:
        service.open()
    for service in services:
        if isinstance(transport, LocalTransport):
            transport.join(service.name, service.snapshot)
        service.start()
    yield services
    for service in services:
        service.stop_listening()
    for service in services:
        service.close()


def live(folder: Path, plan: Plan, say: Say, last: Callable[[list[Service]], None]) -> None:
    """Work through the plan, unless killed before; `last` looks at what is there when all is
    quiet."""
    killer = Killer(say, plan.kill)
    with on_reach(killer), opened(folder, carrying=plan.carrying) as services:
        asyncio.run(_work(services, plan, say))
        until(lambda: quiet(services))
        last(services)
        killer.tell()


def quiet(services: Sequence[Service]) -> bool:
    """Nothing is on its way any more, and every cursor is stored. Raises what stopped a thread."""
    for service in services:
        if service.writer.failure is not None:
            raise service.writer.failure
    gauges = [service.gauges() for service in services]
    moving = ("relay_backlog_events", "subscriber_lag_events", "waiting_events")
    return not any(each[name] for each in gauges for name in moving) and all(
        service.writer.head.relayed == service.writer.head.sequence for service in services
    )


async def _work(services: Sequence[Service], plan: Plan, say: Say) -> None:
    ledger, _, witness = services
    await _client(ledger, plan.first, say)
    work = [_client(ledger, asks, say) for asks in plan.clients]
    if plan.rebuild:
        work.append(_rebuild(ledger))
    work.append(_poll(witness, plan.polled, say))
    await asyncio.gather(*work)


async def _rebuild(ledger: Service) -> None:
    await ledger.rebuild(CLERK, "a campaign")


async def _poll(witness: Service, after: int, say: Say) -> None:
    with witness.snapshot() as state:
        found = state.events(after, 1_000)
    saw = [(each.position, json.loads(each.sealed.envelope)["id"]) for each in found[:20]]
    say({"poll": [after, saw]})


async def _client(ledger: Service, asks: Sequence[Ask], say: Say) -> None:
    for ask in asks:
        told: dict[str, Any] = {"op": ask.number, "invoked": monotonic_ns()}
        told |= await attempt(ledger, ask)
        say({**told, "completed": monotonic_ns()})


async def attempt(ledger: Service, ask: Ask) -> dict[str, Any]:
    """Ask once: what it came to, as far as the answer tells."""
    asked = Asked(
        command=ask.command,
        key=ask.key,
        fingerprint=ask.mark,
        status=200,
        show=shown,
        if_match=ask.if_match,
        correlation_id=f"of-{ask.key}",
    )
    try:
        answer = await ledger.writer.submit(asked)
    except Unavailable:
        return {"outcome": "info"}
    except Refusal as refusal:
        return {"outcome": "fail", "code": refusal.code()}
    return {"outcome": "ok", "answer": [answer.version, answer.sequence]}
