"""What a public register published: agreements of others, with their totals, as history."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, PersonId, ProjectId, Sha256
from shared.kernel.money import Cents

RegisterId: TypeAlias = Annotated[str, Field(pattern=r"^reg_[0-9a-f]{32}$")]
"""Derived from the owner's name, however it is spelled."""
Row: TypeAlias = Annotated[int, Field(ge=1)]
"""A row of the published file, the first one after the header being 1."""
Count: TypeAlias = Annotated[int, Field(ge=0)]
RowRefusal: TypeAlias = Literal["no_recipient", "no_year", "no_money", "unprintable", "ambiguous"]


class HistoricAgreementRecorded(Event, name="HistoricAgreementRecorded"):
    """A register published an agreement of its owner; the value is what was granted in all."""

    register_id: RegisterId
    project_id: ProjectId
    owner: Line
    recipient: Line
    programme: Line | None = None
    province: Line | None = None
    city: Line | None = None
    start_year: Annotated[int, Field(ge=1900, le=2100)]
    value_cents: Cents
    source_sha256: Sha256
    row: Row


class HistoricAgreementAmended(Event, name="HistoricAgreementAmended"):
    """A register published another total for an agreement: cumulative, never a difference."""

    register_id: RegisterId
    project_id: ProjectId
    amendment: Annotated[int, Field(ge=1)]
    before_cents: Cents
    value_cents: Cents
    source_sha256: Sha256
    row: Row


class RefusedRow(Fact):
    """A row that says nothing which could be kept, and why."""

    row: Row
    reason: RowRefusal


class RegisterImported(Event, name="RegisterImported"):
    """A published file was read for one owner; every row was kept, known already, or refused."""

    register_id: RegisterId
    owner: Line
    source_sha256: Sha256
    part: Count
    rows: Count
    recorded: Count
    amended: Count
    repeated: Count
    """Known already, be it rounded otherwise."""
    refused: tuple[RefusedRow, ...]
    accepted_cents: Cents
    """The sum of the values of all rows that were not refused, as published."""
    imported_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    HistoricAgreementRecorded,
    HistoricAgreementAmended,
    RegisterImported,
)
