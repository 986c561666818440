"""What a running service shows to Prometheus, put together when it asks.

Every figure is named by what it counts and its unit. Labels come from small closed sets: services,
types, codes, names of projections; never a person, a project, a key or a message.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from sqlalchemy import Connection, Integer, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from shared.kernel.decider import Domain
from shared.kernel.events import wire_type
from shared.kernel.periods import from_micros, start_of_day
from shared.runtime.clock import Clock
from shared.runtime.database import Database, DatabaseAway
from shared.runtime.journal import HEAD, JOURNAL, WAITING
from shared.runtime.parked import PARKED, paused
from shared.runtime.reading import Snapshot
from shared.runtime.settings import Settings
from shared.runtime.tally import OUTCOMES, Lag, Rebuilds, Spread, class_of
from shared.runtime.timers import last_run
from shared.runtime.topics import group_of
from shared.runtime.writer import Writer

log = structlog.get_logger()

UNSENT_SINCE = (
    select(JOURNAL.c.recorded_at)
    .where(
        JOURNAL.c.origin == bindparam("origin"),
        JOURNAL.c.sequence > bindparam("sequence", type_=Integer),
    )
    .order_by(JOURNAL.c.sequence)
    .limit(1)
)
LAST_RECORDED = (
    select(JOURNAL.c.recorded_at)
    .where(JOURNAL.c.origin == bindparam("origin"))
    .order_by(JOURNAL.c.sequence.desc())
    .limit(1)
)
HEAD_NOW = select(HEAD.c.position, HEAD.c.sequence, HEAD.c.relayed)
WAITING_NOW = select(func.count(), func.min(WAITING.c.received_at)).select_from(WAITING)
NOT_SKIPPED = PARKED.c.state != "skipped"
PARKED_SINCE = select(func.min(PARKED.c.parked_at)).where(NOT_SKIPPED)
PARKED_COUNTS = (
    select(PARKED.c.state, PARKED.c.reason, func.count())
    .where(NOT_SKIPPED)
    .group_by(PARKED.c.state, PARKED.c.reason)
)
"""The journal is asked for one entry of an index, the others are small: asking often is cheap."""

Values: TypeAlias = "float | Mapping[Any, float]"
"""One value, or one for each value of the labels (a tuple where there are several)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a service that have something to tell."""

    domain: Domain
    settings: Settings
    clock: Clock
    writer: Writer
    database: Database
    projections: Sequence[str]
    rebuilds: Rebuilds
    lag: Lag | None
    """Absent where nobody is heard."""
    health: Callable[[], Mapping[str, str]]
    snapshot: Callable[[], AbstractContextManager[Snapshot]]


class Families:
    """Makes families of samples, all of one service."""

    def __init__(self, service: str) -> None:
        self._service = service

    def gauge(self, name: str, meaning: str, values: Values, *labels: str) -> Metric:
        """Something that goes up and down."""
        family = GaugeMetricFamily(f"grantline_{name}", meaning, labels=("service", *labels))
        return self._filled(family, values)

    def counter(self, name: str, meaning: str, values: Values, *labels: str) -> Metric:
        """Something that only grows until the process ends; `_total` is added."""
        family = CounterMetricFamily(f"grantline_{name}", meaning, labels=("service", *labels))
        return self._filled(family, values)

    def spread(self, name: str, meaning: str, spread: Spread) -> Metric:
        """How values spread over fixed bounds."""
        family = HistogramMetricFamily(f"grantline_{name}", meaning, labels=("service",))
        family.add_metric([self._service], spread.buckets(), spread.total)
        return family

    def _filled(self, family: Any, values: Values) -> Metric:
        given = values if isinstance(values, Mapping) else {(): values}
        for named, value in given.items():
            labels = (named,) if isinstance(named, str) else named
            family.add_metric([self._service, *labels], value)
        filled: Metric = family
        return filled


class Figures:
    """All figures of one running service."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._families = Families(parts.domain.service)
        self._relayed = parts.writer.relayed
        self._relayed_at = parts.clock.now()

    def collect(self) -> Iterator[Metric]:
        """Every family, with the values of this moment."""
        yield from self._recorded()
        yield from self._commands()
        yield from self._writer()
        yield from self._partitions()
        yield from self._rebuilds()
        yield from self._store()
        yield from self._progress()  # The journal knows of progress elsewhere.

    def _recorded(self) -> Iterable[Metric]:
        domain, tally, make = self._parts.domain, self._parts.writer.tally, self._families
        types = (
            wire_type(domain.service, event.event_name, event.schema_version)
            for event in domain.events
        )
        yield make.counter(
            "events_appended",
            "Own events recorded, by type.",
            dict.fromkeys(types, 0) | tally.appended,
            "type",
        )
        yield make.counter(
            "events_relayed", "Own events that the transport has acknowledged.", tally.sent
        )
        yield make.counter(
            "events_received",
            "Events of other services taken into the journal, by origin.",
            dict.fromkeys(domain.hears, 0) | tally.received,
            "origin",
        )
        yield make.counter(
            "chain_mismatch",
            "Events of others that are broken or contradict what is recorded, each try counted.",
            tally.mismatches,
        )
        yield make.counter(
            "messages_parked",
            "Messages set aside because they could not be taken in, each try counted.",
            dict(tally.parked),
            "class",
        )

    def _commands(self) -> Iterable[Metric]:
        tally, make = self._parts.writer.tally, self._families
        commands = [command.__name__ for command in self._parts.domain.deciders]
        none = {(command, outcome): 0 for command in commands for outcome in OUTCOMES}
        counted = none | tally.commands
        yield make.counter(
            "commands",
            "Commands that reached the writer, by name and outcome.",
            counted,
            "command",
            "outcome",
        )
        yield make.counter(
            "command_rejected", "Commands refused, by code.", dict(tally.rejected), "code"
        )
        yield make.counter(
            "dedup_hits",
            "Commands answered again from the record of their key.",
            sum(count for (_, outcome), count in counted.items() if outcome == "repeated"),
        )

    def _writer(self) -> Iterable[Metric]:
        writer, make = self._parts.writer, self._families
        tally = writer.tally
        checks = {
            name: float(found.startswith("ok")) for name, found in self._parts.health().items()
        }
        yield make.gauge("check_ok", "Whether this check of readiness passes.", checks, "check")
        yield make.spread(
            "commit_duration_seconds",
            "Duration of a group of items, from taking the journal's head to the commit.",
            tally.committing,
        )
        yield make.spread(
            "decide_duration_seconds",
            "Duration of deciding a group of items, reading what is decided upon included.",
            tally.deciding,
        )
        yield make.spread("group_items", "Items committed together.", tally.group_items)
        yield make.counter(
            "commits_failed", "Groups of items rolled back by a fault.", tally.failed_commits
        )
        yield make.gauge("writer_queue_items", "Items that wait for the writer.", writer.queued)
        yield make.gauge(
            "writer_queue_items_max",
            "Items that may wait; more are told to come back.",
            self._parts.settings.queue_items_max,
        )

    def _progress(self) -> Iterable[Metric]:
        tally, make = self._parts.writer.tally, self._families
        yield make.gauge(
            "relay_progress_timestamp_seconds",
            "When own events were last acknowledged as far as is known here, or the start.",
            max(tally.relayed_at, self._relayed_at).timestamp(),
        )
        yield make.gauge(
            "subscriber_progress_timestamp_seconds",
            "When events of others were last taken in, or the service started.",
            tally.received_at.timestamp(),
        )

    def _partitions(self) -> Iterable[Metric]:
        """Under the name, and with the labels, that exporters of Kafka have made known."""
        lag, group = self._parts.lag, group_of(self._parts.domain.service)
        behind = lag.partitions() if lag else {}
        if behind:
            family = GaugeMetricFamily(
                "kafka_consumergroup_lag",
                "Messages of a partition that this member of the group was not given yet.",
                labels=("consumergroup", "topic", "partition"),
            )
            for (topic, partition), messages in sorted(behind.items()):
                family.add_metric([group, topic, str(partition)], messages)
            yield family

    def _rebuilds(self) -> Iterable[Metric]:
        rebuilds, make = self._parts.rebuilds, self._families
        running = rebuilds.running
        end = self._parts.writer.head.position or 1
        yield make.gauge(
            "rebuild_running", "Whether projections are being rebuilt.", running is not None
        )
        yield make.gauge(
            "rebuild_progress_ratio",
            "Part of the journal that the running rebuild has folded.",
            running.position / end if running else 0.0,
        )
        yield make.gauge(
            "rebuild_last_duration_seconds", "How long the last rebuild took.", rebuilds.seconds
        )
        yield make.counter(
            "rebuilds",
            "Rebuilds that ended: digests equal, digests different, or failed.",
            rebuilds.ended,
            "outcome",
        )

    def _store(self) -> Iterable[Metric]:
        """What only the database knows; without it the other figures are all the more wanted."""
        parts, make = self._parts, self._families
        in_use, most = parts.database.readers_in_use, parts.settings.readers_max
        yield make.gauge("database_connections_in_use", "Reading connections in use.", in_use)
        yield make.gauge("database_connections_max", "Reading connections that may be open.", most)
        if parts.settings.data.is_dir():  # With PostgreSQL there may be none.
            disk = shutil.disk_usage(parts.settings.data)
            yield make.gauge("disk_free_bytes", "Free space at the data folder.", disk.free)
            yield make.gauge("disk_size_bytes", "Size of the data folder's disk.", disk.total)
        known: list[Metric] = []
        if in_use < most:  # Else we would wait behind those whose waiting is to be shown.
            try:
                with parts.snapshot() as state:
                    known = [
                        family
                        for ask in (self._journal, self._lags, self._aside)
                        for family in ask(state.connection)
                    ]
            except (SQLAlchemyError, DatabaseAway) as failure:
                log.error("figures-not-read", error=type(failure).__name__)
        yield from known
        yield make.gauge(
            "database_answering", "Whether the database answered when asked just now.", bool(known)
        )

    def _aside(self, connection: Connection) -> Iterable[Metric]:
        make, consumer = self._families, group_of(self._parts.domain.service)
        items = {(consumer, "behind"): 0} if self._parts.lag else {}
        for state, reason, count in connection.execute(PARKED_COUNTS):
            named = consumer, "behind" if state == "behind" else class_of(reason)
            items[named] = items.get(named, 0) + count
        yield make.gauge(
            "parked_items",
            "Messages set aside, by why they were not taken in; `behind` waits for another.",
            items,
            "consumer",
            "class",
        )
        yield make.gauge(
            "parked_oldest_seconds",
            "How long the message that was set aside first has been so; 0 if there is none.",
            self._age(connection.execute(PARKED_SINCE).scalar()),
        )
        yield make.gauge(
            "consumer_paused",
            "Whether somebody told a consumer to take nothing in.",
            dict.fromkeys([consumer] if self._parts.lag else [], 0)
            | dict.fromkeys(paused(connection), 1),
            "consumer",
        )

    def _journal(self, connection: Connection) -> Iterable[Metric]:
        """From the database: another process of this service may have written or relayed."""
        make, head = self._families, connection.execute(HEAD_NOW).one()
        yield make.gauge("journal_position", "Last position of the journal.", head.position)
        yield make.gauge("journal_sequence", "Last sequence of the own events.", head.sequence)
        yield make.gauge(
            "projection_position",
            "Position of the journal up to which a projection has folded.",
            dict.fromkeys(self._parts.projections, head.position),
            "projection",
        )
        waiting, since = connection.execute(WAITING_NOW).one()
        yield make.gauge(
            "waiting_events", "Received events that wait for a predecessor or a cause.", waiting
        )
        yield make.gauge(
            "waiting_oldest_seconds",
            "How long the event that waits longest has waited; 0 if none waits.",
            self._age(since),
        )
        yield from self._outbox(connection, head.sequence, head.relayed)
        day = last_run(connection, self._parts.domain.service)
        yield make.gauge(
            "timers_last_date_timestamp_seconds",
            "Beginning of the last business date that timers were run for; 0 if of none.",
            start_of_day(day).timestamp() if day else 0.0,
        )

    def _outbox(self, connection: Connection, last: int, stored: int) -> Iterable[Metric]:
        make, relayed = self._families, max(stored, self._parts.writer.relayed)
        if stored > max(self._relayed, self._parts.writer.relayed):  # It was another process.
            self._relayed, self._relayed_at = stored, self._parts.clock.now()
        place = {"origin": self._parts.domain.service, "sequence": relayed}
        yield make.gauge(
            "outbox_unpublished", "Own events that were not sent yet.", max(0, last - relayed)
        )
        yield make.gauge(
            "outbox_oldest_seconds",
            "Age of the oldest own event that was not sent yet; 0 if there is none.",
            self._age(connection.execute(UNSENT_SINCE, place).scalar()),
        )

    def behind(self, connection: Connection) -> dict[str, tuple[int, float]]:
        """By origin, how many of its events have not arrived and, at most, how old the oldest is.

        0 seconds where nothing is missing.
        """
        lag = self._parts.lag
        found: dict[str, tuple[int, float]] = {}
        for origin, events in (lag.look() if lag else {}).items():
            seconds = 0.0
            if lag and events:
                last = connection.execute(LAST_RECORDED, {"origin": origin}).scalar()
                seconds = lag.seconds(origin, from_micros(last) if last else None)
            found[origin] = events, seconds
        return found

    def _lags(self, connection: Connection) -> Iterable[Metric]:
        make, behind = self._families, self.behind(connection)
        yield make.gauge(
            "projection_lag_events",
            "Events published by an origin that have not arrived here.",
            {origin: events for origin, (events, _) in behind.items()},
            "origin",
        )
        yield make.gauge(
            "projection_lag_seconds",
            "Age, at most, of the oldest of these events; 0 if there is none.",
            {origin: seconds for origin, (_, seconds) in behind.items()},
            "origin",
        )

    def _age(self, since_micros: int | None) -> float:
        if since_micros is None:
            return 0.0
        age = self._parts.clock.now() - from_micros(since_micros)
        return max(0.0, age.total_seconds())
