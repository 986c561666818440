"""Bodies about cost lines: a cost, its taxes, and amounts of any currency."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from services.reimbursement.events.agreement import CostKind
from services.reimbursement.events.invoice import Days, LineId, LineRef, NamedTax
from shared.kernel.identifiers import ClaimId, Line, OrganisationId
from shared.kernel.money import NonNegativeMoneyIn, PositiveMoneyIn, Ratio, to_cents
from shared.kernel.periods import CivilDate
from shared.kernel.refusals import Fault, Invalid
from shared.runtime.web.routes import Ask, Form

SHARERS_MAX = 100
ABROAD_MAX = 50
_CURRENCY = re.compile(r"[A-Z]{3}")


class CurrenciesDiffer(Invalid):
    """All amounts of one invoice are in its currency."""

    rule = "R-22"
    french = "Tous les montants d'une facture sont dans sa devise."


class Price(NamedTuple):
    """An amount of some currency, in its hundredths."""

    currency: str
    hundredths: int


def _price(value: Any) -> Price:
    if not isinstance(value, Mapping) or value.keys() != {"amount", "currency"}:
        raise ValueError("an amount and a currency")
    amount, currency = value["amount"], value["currency"]
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise ValueError("a currency such as USD")
    if not isinstance(amount, str | int | Decimal):
        raise ValueError("not an amount")
    return Price(currency, to_cents(amount))


_PRICE_SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "examples": [{"amount": "18450.00", "currency": "USD"}],
}
PriceIn: TypeAlias = Annotated[Any, BeforeValidator(_price), WithJsonSchema(_PRICE_SCHEMA)]
"""In a form: an amount of any currency, read into its hundredths (a `Price`)."""


class TaxForm(Form):
    """One tax: its amount on top of the price, or its rate where the price contains it."""

    tax: NamedTax
    amount: PriceIn | None = None
    rate: Ratio | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.amount is None) == (self.rate is None):
            raise ValueError("an amount or a rate")
        return self


class CreditedForm(Form):
    """The line that a credit note reduces; of the same claim where none is named."""

    line_id: LineId
    claim_id: ClaimId | None = None


class DaysForm(Form):
    """Civil days, both inclusive."""

    first: CivilDate
    last: CivilDate


class CostLineForm(Form):
    """One cost as its invoice states it; below zero for a credit note.

    The amount is before taxes, or with them where `taxes` names rates. `tax` is a total of which
    nothing is claimed; of `taxes`, what the participant does not recover is claimed.
    """

    kind: CostKind
    description: Line | None = None
    supplier: Line
    invoice_number: Line
    invoiced_on: CivilDate
    incurred_from: CivilDate
    incurred_to: CivilDate
    """Inclusive."""
    paid_on: CivilDate | None = None
    """Paid in full on that day; partial payments are recorded one by one."""
    amount: PriceIn
    tax: PriceIn | None = None
    taxes: Annotated[tuple[TaxForm, ...], Field(max_length=4)] = ()
    place: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", examples=["QC", "CA-QC"])]
    """The province or territory where the cost was incurred."""
    related_party: bool = False
    market_value: NonNegativeMoneyIn | None = None
    """What a related party's price is worth on the market, as documented."""
    service_from: CivilDate | None = None
    service_to: CivilDate | None = None
    """Inclusive: what the whole invoice is for, where this line takes some days of it."""
    shared_between: Annotated[dict[OrganisationId, Ratio], Field(max_length=SHARERS_MAX)] = Field(
        default_factory=dict
    )
    """By participant, its weight in a shared invoice."""
    credit_of: CreditedForm | None = None
    abroad: Annotated[tuple[DaysForm, ...], Field(max_length=ABROAD_MAX)] = ()
    """Days of work outside Canada."""
    owed_since: CivilDate | None = None
    """When the debt arose, where that was after the first incurred day."""
    overhead: bool = False
    cad_debit: PositiveMoneyIn | None = None
    """What the bank took in dollars, where the policy counts that."""

    @model_validator(mode="after")
    def _each_tax_once(self) -> Self:
        if len({tax.tax for tax in self.taxes}) < len(self.taxes):
            raise ValueError("each tax once")
        return self


def cost_facts(form: CostLineForm, ask: Ask, line_id: str) -> dict[str, Any]:
    """The fields of a command that states a line. Raises CurrenciesDiffer."""
    price: Price = form.amount
    on_top = {tax.tax: tax.amount for tax in form.taxes if tax.amount is not None}
    for other in (form.tax, *on_top.values()):
        if other is not None and other.currency != price.currency:
            raise CurrenciesDiffer(Fault("/amount/currency", "currency"))
    claim_id = ask.path["claim_id"]
    return {
        "claim_id": claim_id,
        "line_id": line_id,
        "kind": form.kind,
        "description": form.description,
        "supplier": form.supplier,
        "invoice_number": form.invoice_number,
        "invoiced_on": form.invoiced_on,
        "incurred_from": form.incurred_from,
        "incurred_to": form.incurred_to,
        "paid_on": form.paid_on,
        "currency": price.currency,
        "amount_cents": price.hundredths,
        "tax_cents": 0 if form.tax is None else form.tax.hundredths,
        "taxes": {tax: amount.hundredths for tax, amount in on_top.items()},
        "taxes_inside": {tax.tax: tax.rate for tax in form.taxes if tax.rate is not None},
        "place": form.place,
        "related_party": form.related_party,
        "market_value_cents": form.market_value,
        "service_from": form.service_from,
        "service_to": form.service_to,
        "shared_between": form.shared_between,
        "credit_of": _credited(form.credit_of, claim_id),
        "abroad": tuple(Days(first=days.first, last=days.last) for days in form.abroad),
        "owed_since": form.owed_since,
        "overhead": form.overhead,
        "debit_cents": form.cad_debit,
        **ask.who,
    }


def _credited(form: CreditedForm | None, claim_id: str) -> LineRef | None:
    if form is None:
        return None
    return LineRef(claim_id=form.claim_id or claim_id, line_id=form.line_id)
