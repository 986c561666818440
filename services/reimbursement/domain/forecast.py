"""What an envelope is expected to pay, by fiscal year, from the agreements that draw on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.envelope import Envelope
from shared.kernel.money import half_up
from shared.kernel.periods import Quarter


@dataclass(frozen=True, slots=True)
class Year:
    """One fiscal year of an envelope, in cents."""

    fiscal_year: str
    expected_cents: int
    """What planned costs of that year will be worth: budget × rate, up to each ceiling."""
    consumed_cents: int
    """What was paid in that year, less what came back."""


def expected_by_year(agreement: Agreement) -> Mapping[str, int]:
    """The entitlement that the budget leads to, by fiscal year of the costs, in cents.

    Cumulative like the entitlement itself (R-2): rounded once, at most the ceiling; so the years
    add up, and what the ceiling cuts is missing in the last ones.
    """
    earned, reached = Fraction(0), 0
    years: dict[str, int] = {}
    for line in sorted(agreement.budget, key=lambda line: line.quarter):
        first = max(Quarter.parse(line.quarter).start, agreement.first_day)
        rate = (
            agreement.rate_on(line.organisation_id, line.kind, first)
            if agreement.executed_on
            else agreement.rate
        )
        earned += line.amount_cents * rate
        now = min(half_up(earned), agreement.ceiling_cents)
        year = line.quarter[:7]
        years[year] = years.get(year, 0) + now - reached
        reached = now
    return years


def forecast(envelope: Envelope, agreements: Sequence[Agreement]) -> Sequence[Year]:
    """Every fiscal year in which something is expected or was paid, oldest first."""
    expected: dict[str, int] = {}
    for agreement in agreements:
        for year, cents in expected_by_year(agreement).items():
            expected[year] = expected.get(year, 0) + cents
    consumed = envelope.consumed_by_year_cents
    return [
        Year(year, expected.get(year, 0), consumed.get(year, 0))
        for year in sorted(expected.keys() | consumed.keys())
    ]
