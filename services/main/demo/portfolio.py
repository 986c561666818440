"""What is played for each row: real where it is published, from a fixed seed where it is not.

Everything that is not in the registers (sizes, scores, invoices, quarters, missing dates, parties
of rows that name nobody) is drawn from the seed and marked fictitious.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256

from services.main.demo.register import (
    SAME_GROUP,
    OrganisationRow,
    ProjectRow,
    canonical_name,
    organisations,
    projects,
)
from shared.kernel.money import allocate
from shared.kernel.periods import Quarter, quarters

SEED = "grantline-demo-1"
FICTITIOUS = "(fictitious)"
COVID_ROUND = "SAI-2020-05"
KINDS = {"labour": 55, "equipment": 20, "dissemination": 5, "capital": 20}
"""Usual parts of a budget by cost kind; the exact cents come from the published total."""
PROGRAMMES: Mapping[str, str] = {
    "Scale AI": "scale-ai",
    "NGen": "ngen",
    "Protein Industries Canada": "protein-industries",
    "Canada's Ocean Supercluster": "ocean",
    "DIGITAL": "digital",
}
SME_FTE_LT = 500


def drawn(low: int, high: int, *what: object) -> int:
    """A number from `low` to `high`, both inclusive, that is the same in every run."""
    digest = sha256("/".join([SEED, *map(str, what)]).encode()).digest()
    return low + int.from_bytes(digest[:8], "big") % (high - low + 1)


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of the demo."""

    name: str
    kind: str | None
    country: str | None
    province: str | None
    fte: int
    fictitious: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost line to come: cents of one participant, kind and quarter."""

    party: str
    quarter: Quarter
    kind: str
    cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One project to play."""

    row: ProjectRow
    programme: str
    parties: tuple[str, ...]
    """Names, the lead first."""
    submitted_on: date
    decided_on: date
    starts_on: date
    ends_on: date
    places: tuple[str, ...]
    costs: tuple[Cost, ...]

    @property
    def rate(self) -> Fraction:
        """Contribution ÷ total, exact."""
        return Fraction(self.row.contribution or 0, self.row.total or 1)

    @property
    def ceiling_cents(self) -> int:
        """The published contribution."""
        return (self.row.contribution or 0) * 100

    def quarters_of(self, party: str) -> list[Quarter]:
        """The quarters in which a participant has costs."""
        return sorted({cost.quarter for cost in self.costs if cost.party == party})


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything to play."""

    parties: Mapping[str, Party]
    aliases: tuple[tuple[str, str], ...]
    """Another spelling, and the name under which the body is registered."""
    groups: tuple[tuple[str, str], ...]
    plans: tuple[Plan, ...]


def portfolio() -> Portfolio:
    """Read the registers and draw what they leave open."""
    rows, register = projects(), organisations()
    crews = {row.number: _crew(row) for row in rows}
    parties = _parties(register, crews)
    known = {row.name for row in register}
    aliases = sorted(
        {(name, canonical_name(name)) for name in known if canonical_name(name) != name}
    )
    plans = tuple(_plan(row, crews[row.number]) for row in rows)
    return Portfolio(_with_smes(parties, plans), tuple(aliases), SAME_GROUP, plans)


def _crew(row: ProjectRow) -> tuple[str, ...]:
    """Who takes part: as published; a lead for a row that names nobody, a partner where the
    policy asks for two and both figures are published for one."""
    named = tuple(dict.fromkeys(canonical_name(name) for name in row.named))
    if not named:
        named = (f"Lead of project {row.number} {FICTITIOUS}",)
    needed = 1 if row.round_id == COVID_ROUND else 2
    if row.funded and len(named) < needed:
        named = (*named, f"Partner of project {row.number} {FICTITIOUS}")
    return named


def _parties(
    register: Sequence[OrganisationRow], crews: Mapping[int, tuple[str, ...]]
) -> dict[str, Party]:
    parties = {
        row.name: Party(row.name, row.kind, row.country, row.province, _fte(row.name, row.kind))
        for row in register
        if canonical_name(row.name) == row.name
    }
    for name in (name for crew in crews.values() for name in crew if name not in parties):
        parties[name] = Party(name, "SME", "CA", None, _fte(name, "SME"), fictitious=True)
    return parties


def _fte(name: str, kind: str | None) -> int:
    match kind:
        case "SME":
            return drawn(12, 320, "fte", name)
        case None:
            return drawn(20, 450, "fte", name)
        case _:
            return drawn(SME_FTE_LT + 100, 9_000, "fte", name)


def _with_smes(parties: dict[str, Party], plans: Sequence[Plan]) -> dict[str, Party]:
    """Sizes are not published: in every row of two or more somebody is an SME."""
    for plan in plans:
        crew = [parties[name] for name in plan.parties]
        if len(crew) < 2 or any(party.fte < SME_FTE_LT for party in crew):
            continue
        last = next(party for party in reversed(crew) if party.kind != "large")
        parties[last.name] = Party(
            last.name, last.kind, last.country, last.province, drawn(20, 450, "sme", last.name)
        )
    return parties


def _plan(row: ProjectRow, crew: tuple[str, ...]) -> Plan:
    submitted = _day(row)
    decided = submitted + timedelta(days=drawn(45, 60, "decided", row.number))
    starts = decided + timedelta(days=drawn(20, 45, "starts", row.number))
    ends = Quarter.of(starts).next.next.next.end - timedelta(days=1)
    places = row.provinces or (("ON", "QC", "BC", "AB", "NS")[drawn(0, 4, "place", row.number)],)
    costs = _costs(row, crew, quarters(starts, ends)) if row.funded else ()
    return Plan(
        row=row, programme=PROGRAMMES[row.cluster], parties=crew, submitted_on=submitted,
        decided_on=decided, starts_on=starts, ends_on=ends, places=places, costs=costs,
    )  # fmt: skip


def _day(row: ProjectRow) -> date:
    """The published day; the missing part of an incomplete one is drawn."""
    year, month, day = (*(int(part) for part in row.announced.split("-") if part), 0, 0, 0)[:3]
    year = year or drawn(2019, 2022, "year", row.number)
    month = month or drawn(2, 11, "month", row.number)
    return date(year, month, day or drawn(1, 28, "day", row.number))


def _costs(row: ProjectRow, crew: tuple[str, ...], periods: Sequence[Quarter]) -> tuple[Cost, ...]:
    """The published total as cost lines, each a multiple of the rate's denominator in cents, so
    that no line's reimbursement leaves a remainder."""
    assert row.total is not None
    assert row.contribution is not None
    step = Fraction(row.contribution, row.total).denominator
    places = [(party, period, kind) for party in crew for period in periods for kind in KINDS]
    weights = {
        f"{number:05d}": KINDS[kind] * drawn(60, 140, row.number, party, period, kind)
        for number, (party, period, kind) in enumerate(places)
    }
    units = allocate(row.total * 100 // step, weights)
    return tuple(
        Cost(party, period, kind, units[f"{number:05d}"] * step)
        for number, (party, period, kind) in enumerate(places)
        if units[f"{number:05d}"]
    )
