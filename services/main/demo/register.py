"""The public registers of projects and organisations, read as they are: every spelling kept."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

SAME_BODY: Mapping[str, str] = {
    "Centre Intégré de Santé et de Services Sociaux de Laval": (
        "Centre intégré de santé et de services sociaux de Laval (CISSS)"
    ),
    "CIUSSS de l’Estrie – Sherbrooke": "CIUSSS de l’Estrie - Sherbrooke",
    "Princess Margaret Cancer Centre": "Princess Margaret Cancer Centre, UHN",
    "SCALE AI - Canadian Artificial Intelligence S": "SCALE.AI",
}
"""Other spellings of one body, as the register's own notes say."""

SAME_GROUP = (
    ("AGT", "AGT Food and Ingredients"),
    ("TWC Nutrition", "Winning Combination"),
)
"""Distinct bodies under common control, as the register's own notes say."""


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One row of the register of organisations."""

    name: str
    kind: str | None
    country: str | None
    province: str | None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One row of the register of projects; amounts in whole dollars, absent where unpublished."""

    number: int
    cluster: str
    title: str
    lead: str | None
    partners: tuple[str, ...]
    sector: str | None
    total: int | None
    contribution: int | None
    announced: str
    provinces: tuple[str, ...]
    round_id: str | None

    @property
    def named(self) -> tuple[str, ...]:
        """Every organisation that the row names, the lead first."""
        return ((self.lead,) if self.lead else ()) + self.partners

    @property
    def funded(self) -> bool:
        """Whether both figures are published: such a row is played to its last payment."""
        return self.total is not None and self.contribution is not None


def organisations() -> list[OrganisationRow]:
    """All rows of organisations.csv, in the order of the file."""
    return [
        OrganisationRow(
            name=row["name"],
            kind=row["kind"] or None,
            country=row["country"] or None,
            province=row["province"] or None,
        )
        for row in _rows("organisations.csv")
    ]


def projects() -> list[ProjectRow]:
    """All rows of projects.csv, in the order of the file."""
    return [
        ProjectRow(
            number=number,
            cluster=row["cluster"],
            title=row["project_title"],
            lead=row["lead_organisation"] or None,
            partners=_list(row["partner_organisations"]),
            sector=row["sector"] or None,
            total=_dollars(row["total_value_cad"]),
            contribution=_dollars(row["cluster_contribution_cad"]),
            announced=row["announced_on"],
            provinces=_list(row["provinces"]),
            round_id=row["round_id"] or None,
        )
        for number, row in enumerate(_rows("projects.csv"), 1)
    ]


def canonical_name(name: str) -> str:
    """The spelling under which a body is registered first."""
    return SAME_BODY.get(name, name)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("services.main") / "data" / name).read_text("utf-8-sig")
    yield from csv.DictReader(text.splitlines(keepends=True))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _dollars(cell: str) -> int | None:
    return int(cell) if cell else None
