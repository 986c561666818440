"""The service of boxes with everything in memory: its writer, its people, its callers."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client.core import Metric
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor
from shared.kernel.decider import Domain, decide
from shared.kernel.envelope import Sealed, seal
from shared.kernel.events import Event, wire_type
from shared.kernel.refusals import Stale
from shared.runtime.clock import SetClock
from shared.runtime.items import Answer, Asked, Key, KeyReused
from shared.runtime.metrics import Families
from shared.runtime.new_ids import Ids
from shared.runtime.reading import NOW, Point
from shared.runtime.rebuild import Rebuilt
from shared.runtime.vault import CONTENT, KEYS, Kept, Vault
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.support.client import Client
from tests.web.boxes import API, BOXES, DOMAIN, Box

START = datetime(2020, 7, 20, 13, 0, tzinfo=UTC)


@dataclass
class Limits:
    """The settings that the web layer reads."""

    body_bytes_max: int = 262_144
    page_size_default: int = 50
    page_size_max: int = 200
    wait_seconds_max: float = 5


@dataclass
class World:
    """A running service, its people and its callers."""

    clock: SetClock = field(default_factory=lambda: SetClock(START))
    settings: Limits = field(default_factory=Limits)
    domain: Domain = DOMAIN
    stopping: bool = False
    checks: dict[str, str] = field(default_factory=lambda: {"writer": "ok", "relay": "ok"})
    marks: dict[str, int] = field(default_factory=dict)
    rebuilds: list[tuple[str, str, str]] = field(default_factory=list)
    backups: list[tuple[str, str, str]] = field(default_factory=list)
    timers: list[tuple[str, date, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = Ids.seeded(self.clock.now, 1)
        self.vault = Vault(b"v" * 32)
        self.writer = MemoryWriter(self)
        self.issuer = LocalIssuer(Ed25519PrivateKey.generate(), self.clock.now, self.ids.uuid7)
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        self.lock = threading.Lock()
        self.arrived = anyio.Event()
        with self.engine.begin() as connection:
            for made in (BOXES, KEYS, CONTENT):
                made.create(connection)
        self.app = mount(API, self, verifier=self.issuer.verifier(), cursor_secret=b"s" * 32)

    def as_(self, *roles: str, person: str = "person-1", organisation: str | None = None) -> Client:
        """Somebody with these roles."""
        return Client(self.app, self.issuer.issue(roles, person, organisation))

    @property
    def officer(self) -> Client:
        """A programme officer."""
        return self.as_("programme_officer", person="officer-1")

    @property
    def auditor(self) -> Client:
        """An auditor."""
        return self.as_("auditor", person="auditor-1")

    @property
    def nobody(self) -> Client:
        """A caller without a token."""
        return Client(self.app)

    def add_row(self, number: int, colour: str = "red") -> None:
        """One more row in the list of boxes."""
        row = {
            "project_id": f"prj_{number:032x}",
            "colour": colour,
            "amount_cents": number * 100,
            "position": number,
        }
        with self.lock, self.engine.begin() as connection:
            connection.execute(BOXES.insert().values(**row))

    def remove_row(self, number: int) -> None:
        """One row less."""
        with self.lock, self.engine.begin() as connection:
            connection.execute(BOXES.delete().where(BOXES.c.position == number))

    def hear(self, origin: str, sequence: int) -> None:
        """Another service's event has been folded in."""
        self.marks[origin] = sequence
        self.wake()

    def wake(self) -> None:
        """Something was committed."""
        self.arrived.set()
        self.arrived = anyio.Event()

    @contextmanager
    def snapshot(self) -> Iterator["MemorySnapshot"]:
        with self.lock, self.engine.connect() as connection:
            yield MemorySnapshot(self, connection)

    async def committed(self, beyond: int, timeout: float) -> None:
        if len(self.writer.journal) > beyond:
            return
        with anyio.move_on_after(timeout):
            await self.arrived.wait()

    async def keep(self, subject: str, content: str) -> Kept:
        with self.engine.begin() as connection:
            return self.vault.keep(connection, subject, self.ids.new("vault"), content)

    async def discard(self, kept: Kept) -> None:
        with self.engine.begin() as connection:
            self.vault.discard(connection, kept.reference)

    async def forget(self, subject: str) -> None:
        with self.engine.begin() as connection:
            self.vault.forget(connection, subject)

    async def rebuild(self, by: Actor, reason: str, key: Key) -> Rebuilt:
        """Nothing is built here; it is noted what was asked."""
        self.rebuilds.append((by.person, reason, key.name))
        return Rebuilt(events=0, position=0, digest_before="", digest_after="")

    async def run_timers(self, by: Actor, until: date, key: Key) -> Answer:
        """Nothing is run here; it is noted what was asked."""
        self.timers.append((by.person, until, key.name))
        return Answer(200, b"{}", 0, 0, repeated=False)

    async def back_up(self, by: Actor, reason: str, key: Key) -> Answer:
        """Nothing is copied here; it is noted what was asked."""
        self.backups.append((by.person, reason, key.name))
        return Answer(200, b"{}", 0, 0, repeated=False)

    def consumers(self) -> Sequence[Mapping[str, Any]]:
        return []

    def health(self) -> Mapping[str, str]:
        return self.checks

    def figures(self) -> Iterable[Metric]:
        make = Families(self.domain.service)
        yield make.gauge("journal_position", "Last position.", len(self.writer.journal))


@dataclass
class MemoryWriter:
    """Decides at once and keeps events and answers in memory."""

    world: World
    states: dict[str, tuple[Any, int]] = field(default_factory=dict)
    journal: list[Sealed] = field(default_factory=list)
    answers: dict[tuple[str, str], tuple[str, Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def state(self, stream: str) -> tuple[Any, int]:
        return self.states.get(stream, (Box(), 0))

    async def submit(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        place = asked.command.by.person, asked.key
        if place in self.answers:
            fingerprint, answer = self.answers[place]
            if fingerprint != asked.fingerprint:
                raise KeyReused
            return replace(answer, repeated=True)
        decision = decide(DOMAIN, asked.command, lambda stream: self.state(stream)[0])
        version = self.state(decision.first)[1]
        if asked.if_match is not None and asked.if_match != version:
            raise Stale(current_version=version)
        for stream, event in decision.says:
            self._record(stream, event)
        state, version = self.state(decision.first)
        body = canonical(asked.show(state)).encode()
        answer = Answer(asked.status, body, version, len(self.journal), False)
        self.answers[place] = asked.fingerprint, answer
        self.world.wake()
        return answer

    def _record(self, stream: str, event: Event) -> None:
        state, version = self.state(stream)
        self.states[stream] = DOMAIN.folds["box"].evolve(state, event), version + 1
        envelope = {
            "type": wire_type("intake", event.event_name, 1),
            "originsequence": len(self.journal) + 1,
            "subject": stream.partition("-")[2],
        }
        body = canonical(event.model_dump(mode="json"))
        self.journal.append(seal(envelope, body))


@dataclass
class MemorySnapshot:
    """One view of the memory."""

    world: World
    connection: Connection

    @property
    def position(self) -> int:
        return len(self.world.writer.journal)

    @property
    def marks(self) -> Mapping[str, int]:
        return {"intake": self.position, **self.world.marks}

    def state(self, stream: str, point: Point = NOW) -> tuple[Any, int]:
        assert point == NOW, "memory has no past"
        return self.world.writer.state(stream)

    def events(
        self, after: int, limit: int, types: Sequence[str], subject: str | None
    ) -> Sequence[tuple[int, Sealed]]:
        numbered = enumerate(self.world.writer.journal, 1)
        found = [
            (position, sealed)
            for position, sealed in numbered
            if position > after
            and (not types or any(f'"type":"{name}"' in sealed.envelope for name in types))
            and (subject is None or f'"subject":"{subject}"' in sealed.envelope)
        ]
        return found[:limit]


def later(world: World, **span: float) -> None:
    """Let time pass."""
    world.clock.advance(timedelta(**span))
