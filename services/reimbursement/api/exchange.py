"""Routes of exchange rates: publishing them, and taking over the Bank of Canada's table."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import Annotated, Any

from pydantic import Field

from services.reimbursement.api.envelope import TREASURERS
from services.reimbursement.commands.exchange import PublishExchangeRates
from services.reimbursement.domain.exchange import Exchange, NoExchangeRates
from services.reimbursement.events.exchange import RATES_MAX
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import Slug
from shared.kernel.money import Ratio, to_ratio
from shared.kernel.periods import CivilDate
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Ask, Form

TABLE = "fx_boc_daily_2020-10_2021-07"
_FILE = files("services.reimbursement") / "data" / f"{TABLE}.csv"


def show_exchange(exchange: Exchange, actor: Actor) -> Mapping[str, Any]:
    """The rates of a currency; everybody may know them. Raises NoExchangeRates."""
    if not exchange.rates:
        raise NoExchangeRates
    rates = [
        {"day": day.isoformat(), "rate": str(found.rate), "source": found.source}
        for day, found in sorted(exchange.rates.items())
    ]
    return {**shown(exchange), "rates": rates}


api = Api(
    "reimbursement",
    access={
        "publish_exchange_rates": TREASURERS,
        "read_exchange_rates": READERS | PARTIES,
    },
    show={"exchange": show_exchange},
)


class RateForm(Form):
    """Dollars for one unit of the currency on one day."""

    day: CivilDate
    rate: Ratio


class RatesForm(Form):
    """Rates of one currency from a published table."""

    source: Slug
    rates: Annotated[tuple[RateForm, ...], Field(min_length=1, max_length=RATES_MAX)]


def published_table(currency: str) -> Mapping[date, Fraction]:
    """The Bank of Canada's rates of a currency, as shipped; none where it has no such column."""
    rows: Sequence[Mapping[str, str]] = [
        *csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines())
    ]
    column = f"FX{currency}CAD"
    return {
        date.fromisoformat(row["date"]): to_ratio(row[column]) for row in rows if row.get(column)
    }


@api.command("POST", "/exchange-rates/{currency}", action="publish_exchange_rates")
def publish_exchange_rates(form: RatesForm, ask: Ask) -> PublishExchangeRates:
    """Take over published rates; lines whose rate is fixed don't move."""
    return PublishExchangeRates(
        currency=_currency(ask),
        source=form.source,
        rates={rate.day: rate.rate for rate in form.rates},
        **ask.who,
    )


@api.command("POST", "/exchange-rates/{currency}/bank-of-canada", action="publish_exchange_rates")
def load_exchange_rates(ask: Ask) -> PublishExchangeRates:
    """Take over the Bank of Canada's table that is shipped with the service."""
    currency = _currency(ask)
    rates = published_table(currency)
    if not rates:
        raise NoExchangeRates
    return PublishExchangeRates(currency=currency, source=TABLE, rates=rates, **ask.who)


@api.resource(
    "/exchange-rates/{currency}", stream="exchange-{currency}", action="read_exchange_rates"
)
def read_exchange_rates() -> None:
    """The published rates of a currency."""


def _currency(ask: Ask) -> str:
    """A code of three small letters, as in the path. Raises NoExchangeRates."""
    currency = ask.path["currency"]
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.islower()):
        raise NoExchangeRates
    return currency.upper()
