"""A small service of boxes: a domain of its own, everything else in memory."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

import anyio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, create_engine
from sqlalchemy.pool import StaticPool

from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Domain, Fold, decide
from shared.kernel.envelope import Sealed, seal
from shared.kernel.events import Event, wire_type
from shared.kernel.identifiers import Line, ProjectId
from shared.kernel.money import PositiveMoneyIn
from shared.kernel.refusals import NotFound, Refusal, Stale
from shared.kernel.shown import shown
from shared.runtime.clock import SetClock
from shared.runtime.new_ids import Ids
from shared.runtime.web.app import mount
from shared.runtime.web.routes import Api, Ask, Form, Page, Read
from shared.runtime.web.tokens import LocalIssuer
from shared.runtime.writer import Answer, Asked, KeyReused
from tests.support.client import Client

START = datetime(2020, 7, 20, 13, 0, tzinfo=UTC)
BOX = "prj_" + "0" * 31 + "1"
OTHER_BOX = "prj_" + "0" * 31 + "2"
ORGANISATION = "org_" + "0" * 31 + "a"


class BoxOpened(Event, name="BoxOpened"):
    """A box was opened."""

    project_id: ProjectId
    label: Line


class BoxFilled(Event, name="BoxFilled"):
    """An amount was put into a box."""

    project_id: ProjectId
    amount_cents: int


class BoxEmpty(Refusal):
    """Nothing was put in yet; fill the box first."""

    rule = "R-7"
    french = "Rien n'y a été mis; remplissez d'abord la boîte."


class NoBox(NotFound):
    """There is no such box."""

    french = "Cette boîte n'existe pas."


@dataclass(frozen=True, slots=True)
class Box:
    """A box and what is in it."""

    project_id: str = ""
    label: str = ""
    amount_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBox(Command):
    """Open a box."""

    project_id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FillBox(Command):
    """Put an amount in."""

    project_id: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseBox(Command):
    """Close a box, which is refused as long as it is empty."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakBox(Command):
    """Run into a fault of ours."""

    project_id: str


def evolve(box: Box, event: BoxOpened | BoxFilled) -> Box:
    """What a box is after an event."""
    match event:
        case BoxOpened():
            return replace(box, project_id=event.project_id, label=event.label)
        case BoxFilled():
            return replace(box, amount_cents=box.amount_cents + event.amount_cents)
        case _:
            assert_never(event)


def open_box(ask: OpenBox, box: Box) -> Sequence[Event]:
    return [BoxOpened(project_id=ask.project_id, label=ask.label)]


def fill_box(ask: FillBox, box: Box) -> Sequence[Event]:
    if not box.project_id:
        raise NoBox
    return [BoxFilled(project_id=ask.project_id, amount_cents=ask.amount_cents)]


def close_box(ask: CloseBox, box: Box) -> Sequence[Event]:
    raise BoxEmpty(missing=["amount"])


def break_box(ask: BreakBox, box: Box) -> Sequence[Event]:
    raise RuntimeError("the secret 046 454 286 is in this message")


DOMAIN = Domain(
    service="intake",
    events=(BoxOpened, BoxFilled),
    folds={"box": Fold(Box(), evolve)},
    deciders={
        OpenBox: Decider(open_box, box="box-{project_id}"),
        FillBox: Decider(fill_box, box="box-{project_id}"),
        CloseBox: Decider(close_box, box="box-{project_id}"),
        BreakBox: Decider(break_box, box="box-{project_id}"),
    },
)
BOXES = Table(
    "boxes",
    MetaData(),
    Column("project_id", Text, primary_key=True),
    Column("colour", Text),
    Column("amount_cents", Integer),
    Column("position", Integer),
)


class OpenForm(Form):
    """What opening a box takes."""

    label: Line


class FillForm(Form):
    """What filling a box takes."""

    amount: PositiveMoneyIn
    pieces: tuple[int, ...] = ()
    filled_on: date | None = None
    weight: Decimal | None = None
    note: Line | None = None
    sealed: bool = False
    counts: dict[str, int] | None = None


class LinesForm(Form):
    """Many lines at once."""

    lines: tuple[FillForm, ...]


ACCESS = {
    "open_box": {"applicant", "programme_officer"},
    "fill_box": {"applicant", "programme_officer"},
    "close_box": {"programme_officer"},
    "read_boxes": {"applicant", "programme_officer", "auditor"},
}


def show_box(box: Box, actor: Actor) -> Mapping[str, Any]:
    """A box as its readers see it."""
    document: Mapping[str, Any] = shown(box)
    return document


def boxes_api() -> Api:
    """The interface of the boxes."""
    api = Api("intake", access=ACCESS, show={"box": show_box})

    @api.command("POST", "/boxes", action="open_box", status=201)
    def open_a_box(form: OpenForm, ask: Ask) -> OpenBox:
        """Open a box. It is empty."""
        return OpenBox(project_id=ask.new_id("prj"), label=form.label, **ask.who)

    @api.command("POST", "/boxes/{project_id}/fill", action="fill_box")
    def fill_a_box(form: FillForm, ask: Ask) -> FillBox:
        """Put an amount into a box."""
        return FillBox(project_id=ask.path["project_id"], amount_cents=form.amount, **ask.who)

    @api.command("PUT", "/boxes/{project_id}/lines", action="fill_box")
    def fill_many(form: LinesForm, ask: Ask) -> FillBox:
        """Put many amounts into a box."""
        total = sum(line.amount for line in form.lines)
        return FillBox(project_id=ask.path["project_id"], amount_cents=total, **ask.who)

    @api.command("POST", "/boxes/{project_id}/close", action="close_box")
    def close_a_box(ask: Ask) -> CloseBox:
        """Close a box."""
        return CloseBox(project_id=ask.path["project_id"], **ask.who)

    @api.command("POST", "/boxes/{project_id}/break", action="close_box")
    def break_a_box(ask: Ask) -> BreakBox:
        """Run into a fault."""
        return BreakBox(project_id=ask.path["project_id"], **ask.who)

    @api.resource("/boxes/{project_id}", stream="box-{project_id}", action="read_boxes")
    def read_box() -> None:
        """One box as it stands."""

    @api.read("/boxes", action="read_boxes", query=("colour", "total"))
    def list_boxes(read: Read) -> Page:
        """Boxes, oldest first."""
        colour = read.query.get("colour")
        wanted = "total" in read.query
        return read.page(BOXES, order="position", colour=colour, with_total=wanted)

    @api.read("/boxes/{project_id}/row/{name}", action="read_boxes")
    def read_row(read: Read) -> dict[str, Any]:
        """One row."""
        row = read.row(BOXES, read.path["project_id"])
        if row is None:
            raise NoBox
        return {"row": row, "name": read.path["name"]}

    return api


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

    def __post_init__(self) -> None:
        self.ids = Ids.seeded(self.clock.now, 1)
        self.writer = MemoryWriter(self)
        self.issuer = LocalIssuer(Ed25519PrivateKey.generate(), self.clock.now, self.ids.uuid7)
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        self.lock = threading.Lock()
        self.arrived = anyio.Event()
        with self.engine.begin() as connection:
            BOXES.create(connection)
        self.app = mount(
            boxes_api(), self, verifier=self.issuer.verifier(), cursor_secret=b"s" * 32
        )

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

    def health(self) -> Mapping[str, str]:
        return self.checks

    def gauges(self) -> Mapping[str, int]:
        return {"journal_position": len(self.writer.journal)}


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

    def state(self, stream: str) -> tuple[Any, int]:
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
