"""The projects of the stories: small, made up, and exact."""

from collections.abc import Sequence
from datetime import date

from services.main.demo.portfolio import Cost, Party, Plan, Portfolio
from services.main.demo.register import ProjectRow
from shared.kernel.periods import Quarter

LEAD = "Robotique Boréale (fictitious)"
PARTNER = "Université du Fleuve (fictitious)"
PARTIES = {
    LEAD: Party(LEAD, "SME", "CA", "QC", 40, fictitious=True),
    PARTNER: Party(PARTNER, "academic", "CA", "QC", 2_000, fictitious=True),
}


def plan(
    total: int,
    contribution: int,
    costs: Sequence[Cost],
    *,
    number: int = 1,
    starts_on: date = date(2021, 4, 1),
    ends_on: date = date(2021, 9, 30),
) -> Plan:
    """A project of two parties: whole dollars, and the costs of its budget."""
    row = ProjectRow(
        number=number,
        cluster="Scale AI",
        title=f"Chaîne d’approvisionnement « réactive » nº {number}",
        lead=LEAD,
        partners=(PARTNER,),
        sector="Retail",
        total=total,
        contribution=contribution,
        announced="",
        provinces=("QC",),
        round_id=None,
    )
    return Plan(
        row=row,
        programme="scale-ai",
        parties=(LEAD, PARTNER),
        submitted_on=date(starts_on.year, 1, 15),
        decided_on=date(starts_on.year, 3, 1),
        starts_on=starts_on,
        ends_on=ends_on,
        places=("QC",),
        costs=tuple(costs),
    )


def cost(party: str, quarter: str, kind: str, cents: int) -> Cost:
    """One cost of a plan."""
    return Cost(party, Quarter.parse(quarter), kind, cents)


def playing(*plans: Plan) -> Portfolio:
    """These projects and their parties."""
    return Portfolio(PARTIES, (), (), plans)


USUAL = plan(
    200_000,
    80_000,
    [
        cost(LEAD, "2021-22Q1", "labour", 60_000_00),
        cost(LEAD, "2021-22Q2", "equipment", 40_000_00),
        cost(PARTNER, "2021-22Q1", "labour", 70_000_05),
        cost(PARTNER, "2021-22Q2", "dissemination", 29_999_95),
    ],
)
"""Both parties claim in both quarters; 40 % of every cost is whole cents."""
