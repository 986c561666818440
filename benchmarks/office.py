"""A service to measure with: files of projects, and the costs noted in them, as a claim has them.

An event's body has about 600 bytes, a request's body 1 KiB. Each cost names an organisation, so it
belongs to two histories; two projections show it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from pydantic import BaseModel

from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Domain, Fold, Said
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, ProjectId, Sha256, Text
from shared.kernel.money import Cents
from shared.kernel.refusals import NotFound, Refusal
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table, text
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import Transport
from shared.runtime.web.routes import Api, Ask, Form

CostKind = Literal["labour", "materials", "subcontracts", "travel"]
CEILING_CENTS = 10**15
PERSON = "officer-1"
ROLES = ("programme_officer", "operator", "auditor")
CLERK = Actor(person=PERSON, roles=frozenset(ROLES))


class FileOpened(Event, name="FileOpened"):
    """A file was opened for a project."""

    project_id: ProjectId
    title: Line


class CostNoted(Event, name="CostNoted"):
    """A cost was noted in a project's file."""

    project_id: ProjectId
    organisation_id: OrganisationId
    kind: CostKind
    supplier: Line
    invoice_number: Line
    invoiced_on: date
    incurred_from: date
    incurred_to: date
    amount_cents: Cents
    tax_cents: Cents
    description: Text
    evidence_sha256: Sha256


OfficeEvent = FileOpened | CostNoted


class NoFile(NotFound):
    """There is no file of this project; open it first."""

    french = "Ce projet n'a pas de dossier; ouvrez-le d'abord."


class FileFull(Refusal):
    """The file's costs would pass its ceiling; note less."""

    french = "Les coûts dépasseraient le plafond du dossier; inscrivez moins."


@dataclass(frozen=True, slots=True)
class File:
    """A file and the sum of its costs."""

    project_id: str = ""
    costs: int = 0
    total_cents: int = 0


def evolve(state: File, event: OfficeEvent) -> File:
    """Follow one file."""
    match event:
        case FileOpened():
            return File(event.project_id)
        case CostNoted():
            return File(state.project_id, state.costs + 1, state.total_cents + event.amount_cents)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile(Command):
    """Open a project's file."""

    project_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCosts(Command):
    """Note costs in one file, all or none."""

    project_id: str
    costs: tuple[CostNoted, ...]


def open_file(ask: OpenFile, file: File) -> Said:
    """A file is opened once; asking again changes nothing."""
    return [] if file.project_id else [FileOpened(project_id=ask.project_id, title=ask.title)]


def note_costs(ask: NoteCosts, file: File) -> Said:
    """Costs are noted in an open file, up to its ceiling."""
    if not file.project_id:
        raise NoFile
    if file.total_cents + sum(cost.amount_cents for cost in ask.costs) > CEILING_CENTS:
        raise FileFull
    return ask.costs


FILES = table(
    "file_list",
    key("project_id"),
    text("title"),
    integer("costs"),
    integer("total_cents"),
    integer("changed_at"),
    integer("position", index=True),
)
SPENDING = table(
    "spending_list", key("organisation_id"), key("kind"), integer("costs"), integer("total_cents")
)


def show_files(rows: Rows, recorded: Recorded) -> None:
    """One row a file."""
    match recorded.event:
        case FileOpened() as event:
            rows.put(
                "file_list",
                project_id=event.project_id,
                title=event.title,
                costs=0,
                total_cents=0,
                position=recorded.position,
            )
        case CostNoted() as event:
            file = rows.get("file_list", event.project_id)
            assert file is not None
            rows.change(
                "file_list",
                event.project_id,
                costs=file["costs"] + 1,
                total_cents=file["total_cents"] + event.amount_cents,
                changed_at=recorded.position,
            )
        case _:
            pass


def show_spending(rows: Rows, recorded: Recorded) -> None:
    """One row for each organisation and cost kind."""
    match recorded.event:
        case CostNoted() as event:
            row = rows.get("spending_list", event.organisation_id, event.kind)
            rows.put(
                "spending_list",
                organisation_id=event.organisation_id,
                kind=event.kind,
                costs=(row["costs"] if row else 0) + 1,
                total_cents=(row["total_cents"] if row else 0) + event.amount_cents,
            )
        case _:
            pass


PROJECTIONS = (
    Projection("file_list", revision=1, tables=(FILES,), apply=show_files),
    Projection("spending_list", revision=1, tables=(SPENDING,), apply=show_spending),
)
OFFICE = Domain(
    service="office",
    events=(FileOpened, CostNoted),
    folds={"file": Fold(File(), evolve)},
    deciders={
        OpenFile: Decider(open_file, file="file-{project_id}"),
        NoteCosts: Decider(note_costs, file="file-{project_id}"),
    },
)


class OpenForm(Form):
    """What opens a file."""

    title: Line


class CostFields(BaseModel):
    """One cost with its evidence, as FastAPI reads a body: types are coerced, nothing is strict."""

    organisation_id: OrganisationId
    kind: CostKind
    supplier: Line
    invoice_number: Line
    invoiced_on: date
    incurred_from: date
    incurred_to: date
    amount_cents: Cents
    tax_cents: Cents
    description: Text
    evidence_sha256: Sha256


class CostForm(CostFields, Form):
    """The same cost, read strictly."""


api = Api("office", access={"note": {"programme_officer"}})


@api.command("POST", "/files/{project_id}", action="note", status=201)
def open_a_file(form: OpenForm, ask: Ask) -> OpenFile:
    """Open a file."""
    return OpenFile(project_id=ask.path["project_id"], title=form.title, **ask.who)


@api.command("POST", "/files/{project_id}/costs", action="note", status=201)
def note_a_cost(form: CostForm, ask: Ask) -> NoteCosts:
    """Note a cost."""
    project_id = ask.path["project_id"]
    cost = CostNoted(project_id=project_id, **dict(form))
    return NoteCosts(project_id=project_id, costs=(cost,), **ask.who)


def create(settings: Settings, transport: Transport) -> Service:
    """The service, not yet open."""
    return Service(settings, OFFICE, PROJECTIONS, api, transport)
