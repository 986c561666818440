"""What an invoice says as a whole, and what of it one cost line takes."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.kernel.events import Fact
from shared.kernel.identifiers import ClaimId, OrganisationId
from shared.kernel.money import Cents, Ratio
from shared.kernel.periods import QuarterLabel

LineId: TypeAlias = Annotated[str, Field(pattern=r"^line_[0-9a-f]{32}$")]
Currency: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
"""An ISO 4217 code."""
NamedTax: TypeAlias = Literal["gst", "hst", "qst", "pst"]
Tax: TypeAlias = Literal["gst", "hst", "qst", "pst", "recoverable"]
"""`recoverable`: a total of taxes of which nothing is claimed, whatever they are called."""


class InvoiceTax(Fact):
    """One tax on the whole invoice, in hundredths of its currency."""

    tax: Tax
    amount_hundredths: Cents


class Sharer(Fact):
    """How much of an invoice falls on one participant, in relation to the others' weights."""

    organisation_id: OrganisationId
    weight: Ratio


class Invoice(Fact):
    """The whole document: amounts are hundredths of its currency."""

    currency: Currency
    amount_hundredths: Cents
    """Before all taxes."""
    taxes: tuple[InvoiceTax, ...]
    service_from: date
    service_to: date
    """Inclusive: what the invoice is for; a line takes the days that it was incurred on."""
    shared_between: tuple[Sharer, ...]
    """Empty where one participant bears all of it."""

    @property
    def gross_hundredths(self) -> int:
        """With all taxes."""
        return self.amount_hundredths + sum(tax.amount_hundredths for tax in self.taxes)


class LineTax(Fact):
    """A line's part of one tax, and what of it the participant gets back (R-20)."""

    tax: Tax
    amount_hundredths: Cents
    recovery: Ratio
    """The share in force on the invoice date."""
    recovered_hundredths: Cents


class Days(Fact):
    """Civil days, both inclusive."""

    first: date
    last: date


class LineRef(Fact):
    """A line of some claim of the same participant."""

    claim_id: ClaimId
    line_id: LineId


class Stated(Fact):
    """What a line rests on besides its amount; amounts are hundredths of the invoice's currency."""

    invoice: Invoice
    share: Ratio
    """The exact part of the invoice that this line takes, by weight and by days (R-7)."""
    price_hundredths: Cents
    """The line's part before taxes."""
    taxes: tuple[LineTax, ...]
    credit_of: LineRef | None = None
    """The line that a credit note reduces; its exchange rate is used (R-22)."""
    abroad: tuple[Days, ...] = ()
    """Days of work outside Canada, which don't count (R-4)."""
    owed_since: date | None = None
    """The day on which the debt arose, where it is not the first incurred day (R-6)."""
    overhead: bool = False
    """An indirect cost, which counts within `overhead_pct` only (R-6)."""
    market_value_cents: Cents | None = None
    """What a contract with a related party is worth on the market, as documented; in cents."""
    true_quarter: QuarterLabel | None = None
    """The quarter that the cost belongs to, where its own claim was filed already."""

    @property
    def net_hundredths(self) -> int:
        """What is claimed: the price with the taxes that the participant does not get back."""
        kept = sum(tax.amount_hundredths - tax.recovered_hundredths for tax in self.taxes)
        return self.price_hundredths + kept

    @property
    def owed_hundredths(self) -> int:
        """What the supplier is owed for this line, with all taxes."""
        return self.price_hundredths + sum(tax.amount_hundredths for tax in self.taxes)
