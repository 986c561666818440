"""Published exchange rates, currency by currency."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.reimbursement.events.invoice import Currency
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import PersonId, Slug
from shared.kernel.money import Ratio

RATES_MAX = 1_000
"""Days of one publication: about four years of business days."""


class PublishedRate(Fact):
    """Dollars for one unit of the currency on one day."""

    day: date
    rate: Ratio


class ExchangeRatesPublished(Event, name="ExchangeRatesPublished"):
    """Rates of one currency were taken over from a published table; fixed lines don't move."""

    currency: Currency
    source: Slug
    rates: Annotated[tuple[PublishedRate, ...], Field(min_length=1, max_length=RATES_MAX)]
    published_by: PersonId


EVENTS: tuple[type[Event], ...] = (ExchangeRatesPublished,)
