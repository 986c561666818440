"""The smallest service: boxes that are opened and filled, with their interface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import Column, Integer, MetaData, Table, Text

from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Domain, Fold
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, ProjectId
from shared.kernel.money import PositiveMoneyIn
from shared.kernel.refusals import NotFound, Refusal
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

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


API = Api("intake", access=ACCESS, show={"box": show_box})


@API.command("POST", "/boxes", action="open_box", status=201)
def open_a_box(form: OpenForm, ask: Ask) -> OpenBox:
    """Open a box. It is empty."""
    return OpenBox(project_id=ask.new_id("prj"), label=form.label, **ask.who)


@API.command("POST", "/boxes/{project_id}/fill", action="fill_box")
def fill_a_box(form: FillForm, ask: Ask) -> FillBox:
    """Put an amount into a box."""
    return FillBox(project_id=ask.path["project_id"], amount_cents=form.amount, **ask.who)


@API.command("PUT", "/boxes/{project_id}/lines", action="fill_box")
def fill_many(form: LinesForm, ask: Ask) -> FillBox:
    """Put many amounts into a box."""
    total = sum(line.amount for line in form.lines)
    return FillBox(project_id=ask.path["project_id"], amount_cents=total, **ask.who)


@API.command("POST", "/boxes/{project_id}/close", action="close_box")
def close_a_box(ask: Ask) -> CloseBox:
    """Close a box."""
    return CloseBox(project_id=ask.path["project_id"], **ask.who)


@API.command("POST", "/boxes/{project_id}/break", action="close_box")
def break_a_box(ask: Ask) -> BreakBox:
    """Run into a fault."""
    return BreakBox(project_id=ask.path["project_id"], **ask.who)


@API.resource("/boxes/{project_id}", stream="box-{project_id}", action="read_boxes")
def read_box() -> None:
    """One box as it stands."""


@API.read("/boxes", action="read_boxes", query=("colour", "total"))
def list_boxes(read: Read) -> Page:
    """Boxes, oldest first."""
    colour = read.query.get("colour")
    wanted = "total" in read.query
    return read.page(BOXES, order="position", colour=colour, with_total=wanted)


@API.read("/boxes/{project_id}/row/{name}", action="read_boxes")
def read_row(read: Read) -> dict[str, Any]:
    """One row."""
    row = read.row(BOXES, read.path["project_id"])
    if row is None:
        raise NoBox
    return {"row": row, "name": read.path["name"]}


@API.question("/boxes/{project_id}/would-fit", action="read_boxes")
def would_fit(form: FillForm, read: Read) -> dict[str, Any]:
    """Whether so much would fit; nothing is filled."""
    return {"fits": form.amount <= 1_000, "language": read.language}


@API.question("/boxes/{project_id}/weigh", action="read_boxes")
def weigh_box(read: Read) -> dict[str, Any]:
    """What a box weighs; it is not touched."""
    return {"weighed": read.path["project_id"]}
