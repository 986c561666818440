"""One service put together: database, journal, writer, messaging, projections, web."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any

import anyio
import structlog
from prometheus_client.core import Metric
from sqlalchemy import Connection

from shared.kernel.commands import Actor
from shared.kernel.decider import Domain
from shared.kernel.operations import ProjectionsRebuilt, RecordOperation
from shared.runtime.arrivals import Arrivals
from shared.runtime.backups import Backups
from shared.runtime.clock import Clock, SystemClock
from shared.runtime.databases import opened
from shared.runtime.deciding import Deciding
from shared.runtime.failpoints import reach
from shared.runtime.following import Follower
from shared.runtime.items import Answer, Key
from shared.runtime.journal import Head, Journal
from shared.runtime.live import Live
from shared.runtime.messaging import Relay, Subscriber
from shared.runtime.metrics import Figures, Parts
from shared.runtime.new_ids import Ids
from shared.runtime.once import Once
from shared.runtime.operating import Operating
from shared.runtime.projections import Projection
from shared.runtime.reading import Snapshot
from shared.runtime.rebuild import Rebuild, RebuildRunning, Rebuilt
from shared.runtime.receiving import Receiving
from shared.runtime.settings import Settings
from shared.runtime.tally import Lag, Rebuilds
from shared.runtime.timers import Daily, Timers
from shared.runtime.topics import group_of
from shared.runtime.transport import Transport
from shared.runtime.vault import Kept, Vault
from shared.runtime.web.routes import Api
from shared.runtime.writer import Writer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a run cannot repeat unless it is given: time and chance (the system's unless said)."""

    clock: Clock = field(default_factory=SystemClock)
    ids: Ids | None = None


class Service:
    """A service that can be started once and stopped once.

    `open` takes the database and prepares the projections; `start` begins to write, relay and
    listen; `stop` ends all of it, acknowledged work first.
    """

    def __init__(
        self,
        settings: Settings,
        domain: Domain,
        projections: Sequence[Projection],
        api: Api,
        transport: Transport,
        outside: Outside | None = None,
    ) -> None:
        self.settings = settings
        self.domain = domain
        outside = outside or Outside()
        self.clock = outside.clock
        self.ids = outside.ids or Ids.system(self.clock.now)
        self.stopping = False
        self.api = api
        self._projections = projections
        self._transport = transport
        self._rebuilding = threading.Lock()
        self._rebuilds = Rebuilds(self.clock)
        self.arrivals = Arrivals()

    @property
    def name(self) -> str:
        """The service's name."""
        return self.domain.service

    def open(self) -> None:
        """Open the database, apply its schema, bring the projections up. Raises DataInUse."""
        reach("service.before_schema")
        self._database = opened(self.settings, self.name)
        try:
            self._put_together()
        except BaseException:
            self._database.close()
            raise

    def _put_together(self) -> None:
        reach("service.after_schema")
        dialect = self._database.dialect
        journal = Journal(self.domain, dialect)
        self._live = Live(self.domain, self._projections, self._database, self.settings)
        generation = self._live.prepare()
        reach("service.after_projections")
        rows = self._live.rows(generation)
        deciding = Deciding(self.domain, [generation], self.ids, self.clock.now)
        receiving = Receiving(deciding, self.ids)
        consumer = group_of(self.name) if self.domain.hears else None
        doing = (receiving, Operating(receiving, consumer, self.clock.now))
        self.writer = Writer(self._database, journal, doing, [rows], self.settings, self.clock)
        self.writer.on_commit = self._on_commit
        self.writer.on_foreign = self._follow
        self._once = Once(self.writer, self.snapshot)
        timers = Timers(self.name, self._once, self.clock.now, self.ids)
        self._timers = timers
        self._backups = Backups(
            self.name,
            self._database,
            self._once,
            self.settings.backups or self.settings.data / "backups",
            (self.clock.now, self.ids),
        )
        self._daily = Daily(timers, self.clock.now) if self.settings.timers_daily else None
        self.arrivals.reach(self.writer.head.position)
        self._follower = Follower(self._database, self.writer, self._on_commit)
        self._connect()
        self._figures = Figures(
            Parts(
                domain=self.domain,
                settings=self.settings,
                clock=self.clock,
                writer=self.writer,
                database=self._database,
                projections=[projection.name for projection in self._projections],
                rebuilds=self._rebuilds,
                lag=self._lag if self._subscriber else None,
                health=self.health,
                snapshot=self.snapshot,
            )
        )

    def _connect(self) -> None:
        """Put together what connects it with its neighbours."""
        self._relay = Relay(
            self.name,
            self.writer,
            self.snapshot,
            self._transport,
            self.settings.relay_batch_max,
            self._database.turn_to_relay(self.settings.relay_lease_seconds),
        )
        self.writer.on_again = self._relay.republish
        self._subscriber: Subscriber | None = None
        if self.domain.hears:
            subscription = self._transport.subscribe(
                self.name, self.domain.hears, lambda: dict(self.writer.marks.reached)
            )
            self._subscriber = Subscriber(
                group_of(self.name), self.writer, subscription, self.settings.receive_batch_max
            )
            self._subscription = subscription
            self._lag = Lag(subscription, self.clock)
            self._subscriber.on_idle = self._lag.look

    def start(self) -> None:
        """Begin to write, relay and listen."""
        self.writer.start()
        if self._database.shared:
            self._follower.start()
        self._relay.start()
        if self._subscriber:
            self._subscriber.start()
        if self._daily:
            self._daily.start()

    def stop_listening(self) -> None:
        """Answer no more requests and stop the relay and the subscriber."""
        self.stopping = True
        self.arrivals.wake()
        if self._daily:
            self._daily.stop()
        if self._subscriber:
            self._subscriber.stop()
        self._relay.stop()
        if self._database.shared:
            self._follower.stop()

    def abandon(self) -> None:
        """Close what was opened and never started."""
        self._database.close()

    def close(self) -> None:
        """Commit what waits and close the database."""
        self.writer.stop()
        self._database.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the database, for reading in a worker thread."""
        with self._database.snapshot() as connection:
            yield Snapshot(connection, self.domain)

    def _on_commit(self, head: Head) -> None:
        self.arrivals.reach(head.position)
        self._relay.wake()

    def _follow(self, connection: Connection) -> None:
        """Another process may have built the read models anew."""
        now = self._live.follow(connection, self.writer.shown)
        if now is not self.writer.shown:
            self.writer.show(now, self._live.rows(now))

    async def committed(self, beyond: int, timeout: float) -> None:
        """Return once the journal is beyond a position, or after so many seconds."""
        await self.arrivals.wait(beyond, timeout)

    @cached_property
    def vault(self) -> Vault:
        """What keeps confidential content; its key is made when it is first needed (X8)."""
        return Vault.of(self.name, self.settings.data, self.settings.vault_key)

    async def keep(self, subject: str, content: str) -> Kept:
        """Seal content in the vault, under a reference of its own, before an event tells of it."""
        reference = self.ids.new("vault")
        work = partial(self.vault.keep, subject=subject, reference=reference, content=content)
        kept: Kept = await anyio.to_thread.run_sync(self.writer.run, work)
        return kept

    async def discard(self, kept: Kept) -> None:
        """Take content out again that no event tells of: its command was refused, or repeated."""
        work = partial(self.vault.discard, reference=kept.reference)
        await anyio.to_thread.run_sync(self.writer.run, work)

    async def forget(self, subject: str) -> None:
        """Destroy a subject's key, after an event told of it."""
        work = partial(self.vault.forget, subject=subject)
        await anyio.to_thread.run_sync(self.writer.run, work)

    def health(self) -> Mapping[str, str]:
        """Each check by name: `ok`, or what is wrong."""
        subscriber = self._subscriber.failure if self._subscriber else None
        return {
            "writer": "failed" if self.writer.failure else self._follower.failure or "ok",
            "relay": self._relay.failure or "ok",
            "subscriber": subscriber or "ok",
            "peers": self._peers(),
            **({"timers": self._daily.failure or "ok"} if self._daily else {}),
            "service": "stopping" if self.stopping else "ok",
        }

    def _peers(self) -> str:
        """A service without its neighbours works, takes commands, and says so."""
        missing = sorted(self.domain.hears - self._transport.origins())
        return f"ok, without {', '.join(missing)}" if missing else "ok"

    def gauges(self) -> Mapping[str, int]:
        """Figures of the moment: position, backlog, lag."""
        head = self.writer.head
        lag = self._subscription.lag() if self._subscriber else {}
        return {
            "journal_position": head.position,
            "writer_queue_items": self.writer.queued,
            "relay_backlog_events": head.sequence - self.writer.relayed,
            "subscriber_lag_events": sum(lag.values()),
            "waiting_events": self.writer.waiting,
        }

    def figures(self) -> Iterator[Metric]:
        """Everything that it measures, for whoever watches it."""
        return self._figures.collect()

    def consumers(self) -> Sequence[Mapping[str, Any]]:
        """What it takes in of other services: how far, how far behind, running or paused."""
        if self._subscriber is None:
            return []
        marks, lag = self.writer.marks, self._subscription.lag()
        failure = self._subscriber.failure
        origins = [
            {
                "origin": origin,
                "reached": marks.reached.get(origin, 0),
                "beyond": len(marks.beyond.get(origin, ())),
                "lag_events": lag.get(origin, 0),
            }
            for origin in sorted(self.domain.hears)
        ]
        state = "paused" if self._subscriber.paused else "failing" if failure else "running"
        return [
            {
                "name": self._subscriber.name,
                "state": state,
                "failure": failure,
                "waiting": self.writer.waiting,
                "origins": origins,
            }
        ]

    async def run_timers(self, by: Actor, until: date, key: Key) -> Answer:
        """Do what falls due on each date up to this one that is missing (X11).

        Raises DateNotBegun, or KeyReused before anything is done.
        """
        return await anyio.to_thread.run_sync(self._timers.run, by, until, key)

    async def back_up(self, by: Actor, reason: str, key: Key) -> Answer:
        """Copy the journal into a file and record it, once for each key. Raises KeyReused."""
        return await anyio.to_thread.run_sync(self._backups.make, by, reason, key)

    async def rebuild(self, by: Actor, reason: str, key: Key | None = None) -> Rebuilt:
        """Rebuild all projections and record it, once for each key.

        Raises RebuildRunning, or KeyReused before anything is done.
        """
        key = key or Key.internal(self.ids.uuid7())
        return await anyio.to_thread.run_sync(self._rebuild_once, by, reason, key)

    def _rebuild_once(self, by: Actor, reason: str, key: Key) -> Rebuilt:
        earlier = self._once.answered(by, key)
        if earlier is not None:
            return Rebuilt(**json.loads(earlier.body))
        rebuilt, now = self._rebuild(), self.clock.now()
        event = ProjectionsRebuilt(
            events=rebuilt.events,
            position=rebuilt.position,
            digest_before=rebuilt.digest_before,
            digest_after=rebuilt.digest_after,
            rebuilt_by=by.person,
            reason=reason,
        )
        command = RecordOperation(service=self.name, event=event, by=by, now=now, effective_at=now)
        self._once.ask(command, key, lambda _: asdict(rebuilt))
        return rebuilt

    def _rebuild(self) -> Rebuilt:
        if not self._rebuilding.acquire(blocking=False):
            raise RebuildRunning
        try:
            return self._rebuilds.run(
                Rebuild(self.domain, self._projections, self._database, self.writer, self.settings)
            )
        finally:
            self._rebuilding.release()
