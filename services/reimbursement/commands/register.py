"""What can be asked of the register of historic agreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared.kernel.commands import Command

RowsAre: TypeAlias = Literal["agreements", "totals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """A row as published, nothing of it checked yet; empty where it says nothing."""

    row: int
    recipient: str
    programme: str
    province: str
    city: str
    start_year: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRegister(Command):
    """Keep what a file says of one owner's agreements."""

    register_id: str
    owner: str
    source_sha256: str
    part: int
    rows_are: RowsAre
    """Whether each row is an agreement, or one of several totals of an agreement."""
    rows: Sequence[PublishedRow]
