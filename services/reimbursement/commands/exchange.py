"""What can be asked about exchange rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishExchangeRates(Command):
    """Take over published rates of one currency: dollars for one unit, by day."""

    currency: str
    source: str
    rates: Mapping[date, Fraction]
