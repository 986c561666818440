"""Routes of the register of historic agreements."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from services.reimbursement.api.envelope import without_position
from services.reimbursement.commands.register import ImportRegister, PublishedRow, RowsAre
from services.reimbursement.domain.register import Register, register_id
from services.reimbursement.projections.register import HISTORIC, OWNERS
from shared.kernel.commands import READERS, Actor
from shared.kernel.identifiers import Line, Sha256
from shared.kernel.money import money
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Form, Page, Read

ROWS_MAX = 1_000


def show_register(register: Register, _: Actor) -> Mapping[str, Any]:
    """What is known of one owner: counts and the last totals; the agreements are a list."""
    return {
        "register_id": register.register_id,
        "owner": register.owner,
        "agreements": len(register.agreements),
        "amendments": sum(
            len(agreement.totals_cents) - 1 for agreement in register.agreements.values()
        ),
        "value": money(register.value_cents),
        "imports": shown(register.imports),
    }


api = Api(
    "reimbursement",
    access={"import_register": {"programme_officer", "finance"}, "read_register": READERS},
    show={"register": show_register},
)
Raw = Annotated[str, Field(max_length=1_000)]


class RowForm(Form):
    """A row as published; the value is the total in Canadian dollars."""

    row: Annotated[int, Field(ge=1)]
    recipient: Raw = ""
    programme: Raw = ""
    province: Raw = ""
    city: Raw = ""
    start_year: Raw = ""
    value: Raw = ""


class ImportForm(Form):
    """What a published file says of one owner's agreements, in parts of at most 1,000 rows."""

    owner: Line
    source_sha256: Sha256
    part: Annotated[int, Field(ge=0, le=10_000)] = 0
    rows_are: RowsAre = "agreements"
    rows: Annotated[tuple[RowForm, ...], Field(max_length=ROWS_MAX)]


@api.command("POST", "/register/imports", action="import_register")
def import_register(form: ImportForm, ask: Ask) -> ImportRegister:
    """Keep every row as an agreement, an amendment, or known already; or learn why not."""
    return ImportRegister(
        register_id=register_id(form.owner),
        owner=form.owner,
        source_sha256=form.source_sha256,
        part=form.part,
        rows_are=form.rows_are,
        rows=tuple(PublishedRow(**row.model_dump()) for row in form.rows),
        **ask.who,
    )


@api.read("/register", action="read_register")
def list_owners(read: Read) -> Page:
    """What each owner grants by its historic agreements, oldest first."""
    return read.page(OWNERS, order="position").map(without_position)


@api.read("/register/agreements", action="read_register", query=("register_id",))
def list_historic(read: Read) -> Page:
    """Historic agreements with their original and their last total, oldest first."""
    return read.page(HISTORIC, order="position", register_id=read.query.get("register_id")).map(
        without_position
    )


@api.resource("/register/{register_id}", stream="register-{register_id}", action="read_register")
def read_register() -> None:
    """One owner's register, and what became of the rows of every file."""
