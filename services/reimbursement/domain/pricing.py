"""What a line takes of an invoice: by weight, by day, net of recovered tax, in dollars."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from services.reimbursement.domain.split import split_by_days
from services.reimbursement.events.invoice import (
    Invoice,
    InvoiceTax,
    LineTax,
    NamedTax,
    Sharer,
    Tax,
)
from shared.kernel.money import CENTS_MAX, allocate, half_up, portion
from shared.kernel.refusals import Invalid

FRACTION_MAX = 10**18
Recovery = Callable[[Tax], Fraction]
"""Which share of a tax a participant recovers on the invoice's date."""


class ShareOfNobody(Invalid):
    """The invoice is shared between others; name this participant too, with its weight."""

    rule = "R-7"
    french = "La facture est partagée entre d'autres; nommez aussi ce participant et son poids."


class SharesOfNothing(Invalid):
    """The weights name a participant twice, or give nobody anything; one is above zero."""

    rule = "R-7"
    french = "Les poids nomment un participant deux fois ou ne donnent rien à personne."


class ShareTooFine(Invalid):
    """The share has more digits than are written; use small whole numbers as weights."""

    rule = "X12"
    french = "La part a trop de chiffres; prenez de petits entiers comme poids."


class AmountTooLarge(Invalid):
    """The invoice, its value in dollars or the claim's total is beyond every ceiling."""

    rule = "R-25"
    french = "La facture, sa valeur en dollars ou le total de la réclamation dépasse tout plafond."


class OutsideService(Invalid):
    """The cost is incurred inside the time that the invoice is for."""

    rule = "R-18"
    french = "Le coût est engagé pendant la période que la facture couvre."


def require_in_range(cents: int) -> None:
    """What is recorded can be read again. Raises AmountTooLarge."""
    if abs(cents) > CENTS_MAX:
        raise AmountTooLarge


def weights_of(sharers: Sequence[Sharer]) -> Mapping[str, Fraction]:
    """By participant. Raises SharesOfNothing."""
    weights = {sharer.organisation_id: sharer.weight for sharer in sharers}
    if len(weights) < len(sharers) or not sum(weights.values()):
        raise SharesOfNothing
    return weights


def own_part(amount: int, invoice: Invoice, organisation_id: str) -> int:
    """What falls on one participant, by largest remainder, ties by id (C-005, X12)."""
    if not invoice.shared_between:
        return amount
    weights = weights_of(invoice.shared_between)
    if organisation_id not in weights:
        raise ShareOfNobody
    return allocate(amount, weights)[organisation_id]


def days_part(amount: int, invoice: Invoice, first: date, last: date) -> int:
    """What of an amount falls on some days of the service, so that all parts add up (R-18)."""
    cuts = (first, last + timedelta(days=1))
    parts = split_by_days(amount, invoice.service_from, invoice.service_to, cuts)
    return sum(part.amount_cents for part in parts if first <= part.first and part.last <= last)


def share_of(invoice: Invoice, organisation_id: str, first: date, last: date) -> Fraction:
    """The exact part of the invoice that a line takes. Raises OutsideService, ShareTooFine."""
    if not invoice.service_from <= first <= last <= invoice.service_to:
        raise OutsideService
    service = (invoice.service_to - invoice.service_from).days + 1
    share = Fraction((last - first).days + 1, service)
    if invoice.shared_between:
        weights = weights_of(invoice.shared_between)
        share *= weights.get(organisation_id, Fraction(0)) / sum(weights.values())
    if max(share.numerator, share.denominator) >= FRACTION_MAX:
        raise ShareTooFine
    return share


def line_taxes(
    invoice: Invoice, organisation_id: str, days: tuple[date, date], recovery: Recovery
) -> tuple[LineTax, ...]:
    """Each tax of the line: recovered = HALF_UP(tax × share), per tax and document (R-20).

    What is recovered is rounded once on the participant's part of the document, then cut by days.
    """
    found = []
    for tax in invoice.taxes:
        own = own_part(tax.amount_hundredths, invoice, organisation_id)
        share = recovery(tax.tax)
        found.append(
            LineTax(
                tax=tax.tax,
                amount_hundredths=days_part(own, invoice, *days),
                recovery=share,
                recovered_hundredths=days_part(portion(share, own), invoice, *days),
            )
        )
    return tuple(found)


def taken_out(gross: int, rates: Mapping[NamedTax, Fraction]) -> tuple[int, tuple[InvoiceTax, ...]]:
    """The price and the taxes inside a gross: net = HALF_UP(gross ÷ (1 + rates)) (R-20).

    The taxes share the rest by largest remainder, so that the gross adds up.
    """
    net = half_up(gross / (1 + sum(rates.values(), Fraction(0))))
    if not any(rates.values()):
        return net, ()
    parts: Mapping[str, int] = allocate(
        gross - net, {str(tax): rate for tax, rate in rates.items()}
    )
    return net, tuple(InvoiceTax(tax=tax, amount_hundredths=parts[tax]) for tax in rates)


def in_dollars(net: int, owed: int, rate: Fraction) -> tuple[int, int]:
    """Net amount and recovered tax in cents, each total converted HALF_UP once (R-22)."""
    amount, gross = portion(rate, net), portion(rate, owed)
    require_in_range(gross)
    require_in_range(amount)
    return amount, gross - amount
