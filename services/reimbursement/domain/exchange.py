"""Published exchange rates of one currency, and which of them a line gets (R-22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from services.reimbursement.commands.exchange import PublishExchangeRates
from services.reimbursement.domain.cost_line import DOLLARS
from services.reimbursement.events.exchange import ExchangeRatesPublished, PublishedRate
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.refusals import Invalid, NotFound


class NoExchangeRates(NotFound):
    """No rates of this currency were ever published here."""

    rule = "R-22"
    french = "Aucun taux de cette devise n'a jamais été publié ici."


class RateOfNothing(Invalid):
    """An exchange rate is above zero, and dollars need none."""

    rule = "R-22"
    french = "Un taux de change est supérieur à zéro, et les dollars n'en demandent pas."


@dataclass(frozen=True, slots=True)
class Published:
    """One day's rate, and the table that it comes from."""

    rate: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Dollars for one unit of a currency, by the day of publication."""

    currency: str = ""
    rates: Mapping[date, Published] = field(default_factory=dict)

    def at(self, day: date) -> tuple[date, Published] | None:
        """The rate of this day, or the last one published before it; none, never one (C-009)."""
        known = max((known for known in self.rates if known <= day), default=None)
        return None if known is None else (known, self.rates[known])


def evolve(exchange: Exchange, event: ExchangeRatesPublished) -> Exchange:
    """The table with some days more; a day that is published again has the later rate."""
    days = {rate.day: Published(rate.rate, event.source) for rate in event.rates}
    return replace(exchange, currency=event.currency, rates={**exchange.rates, **days})


def stream_of(currency: str) -> str:
    """The stream of one currency's published rates."""
    return f"exchange-{currency.lower()}"


def publish_exchange_rates(
    ask: PublishExchangeRates, exchange: Exchange
) -> Sequence[ExchangeRatesPublished]:
    """Take over what is new in a published table (R-22); the same table again changes nothing."""
    if ask.currency == DOLLARS or any(rate <= 0 for rate in ask.rates.values()):
        raise RateOfNothing
    new = {
        day: rate
        for day, rate in sorted(ask.rates.items())
        if exchange.rates.get(day) != Published(rate, ask.source)
    }
    if not new:
        return []
    return [
        ExchangeRatesPublished(
            currency=ask.currency,
            source=ask.source,
            rates=tuple(PublishedRate(day=day, rate=rate) for day, rate in new.items()),
            published_by=ask.by.person,
        )
    ]


FOLDS = {"exchange": Fold(Exchange(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    PublishExchangeRates: Decider(
        publish_exchange_rates, exchange=lambda ask, _: stream_of(ask.currency)
    )
}
