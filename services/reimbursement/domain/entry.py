"""What may be entered as a cost line, and everything that follows from entering it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, get_args

from services.reimbursement.commands.claim import CostFacts
from services.reimbursement.domain.agreement import Agreement, require_in_force
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.cost_line import DOLLARS, CostLine
from services.reimbursement.domain.document import Document, Share, document_key, stream_of
from services.reimbursement.domain.duplicates import suspicion_of
from services.reimbursement.domain.exchange import Exchange
from services.reimbursement.domain.line_rate import rate_of
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.pricing import (
    Recovery,
    days_part,
    line_taxes,
    own_part,
    require_in_range,
    share_of,
    taken_out,
)
from services.reimbursement.domain.split import split_by_days
from services.reimbursement.domain.tax import recovery_on
from services.reimbursement.events.claim import (
    CostLineFacts,
    CostLineRecorded,
    DocumentPart,
    DocumentShareTaken,
    Province,
)
from services.reimbursement.events.invoice import (
    Days,
    Invoice,
    InvoiceTax,
    Sharer,
    Stated,
    Tax,
)
from services.reimbursement.events.line_course import (
    CostLineCorrected,
    DuplicateSuspected,
    ExchangeRateFixed,
)
from shared.kernel.periods import Quarter, quarters
from shared.kernel.refusals import Invalid, Refusal

LINES_MAX = 1_000
"""Lines of one claim: payrolls of large participants fit; longer lists are not read by anybody."""
PROVINCES: Mapping[str, Province] = {
    code: province for province in get_args(Province) for code in (province, f"CA-{province}")
}


class IncurredBackwards(Invalid):
    """The last day on which the cost was incurred lies before the first."""

    rule = "R-6"
    french = "Le dernier jour où le coût a été engagé précède le premier."


class TaxAgainstAmount(Invalid):
    """The tax has another sign than the amount; a credit note has both below zero."""

    rule = "R-20"
    french = "La taxe n'a pas le signe du montant; une note de crédit a les deux négatifs."


class NotInCanada(Refusal):
    """Work and cost must be in Canada: name the province or territory, such as `QC`."""

    rule = "R-4"
    french = "Travail et coût doivent être au Canada : nommez la province ou le territoire."


class OutsideEligiblePeriod(Refusal):
    """The cost was not incurred between the agreement's first eligible day and its end date."""

    rule = "R-6"
    french = "Le coût n'a pas été engagé entre le premier jour admissible et la date de fin."


class CrossesQuarters(Refusal):
    """The cost crosses a quarter's end; enter each of the proposed parts in its quarter's claim."""

    rule = "R-18"
    french = "Le coût dépasse la fin d'un trimestre; inscrivez chaque part dans son trimestre."


class OtherQuarter(Refusal):
    """The cost belongs to another quarter whose claim is still open, or to a later one."""

    rule = "R-21"
    french = "Le coût est d'un trimestre encore à réclamer, ou d'un trimestre à venir."


class TooManyLines(Refusal):
    """The claim has as many cost lines as it can; put smaller costs of one document together."""

    french = "La réclamation a toutes les lignes possibles; groupez celles d'un même document."


class PaidInFuture(Invalid):
    """A payment to a supplier is recorded once it was made."""

    rule = "R-19"
    french = "Un paiement à un fournisseur s'inscrit une fois qu'il est fait."


class AbroadOutsideLine(Invalid):
    """Days abroad lie inside the days on which the cost was incurred, first before last."""

    rule = "R-4"
    french = "Les jours à l'étranger sont parmi ceux où le coût a été engagé, dans l'ordre."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a line is judged by: states by stream where there may be several."""

    claim: Claim
    agreement: Agreement
    policies: Policies
    documents: Mapping[str, Document]
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    """Claims of earlier quarters, and the one that a credit note refers to."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What is recorded when a line is entered: on the claim, and on its invoice."""

    claim: Sequence[CostLineRecorded | CostLineCorrected | ExchangeRateFixed | DuplicateSuspected]
    document: DocumentShareTaken


@dataclass(frozen=True, slots=True)
class ProposedPart:
    """The part of a cost that falls in one quarter; both days inclusive, in cents."""

    quarter: str
    incurred_from: date
    incurred_to: date
    amount_cents: int
    tax_cents: int
    eligible: bool = True
    """Whether it lies in the agreement's time."""


def proposed_parts(ask: CostFacts, agreement: Agreement) -> Sequence[ProposedPart]:
    """The cost cut at the quarters' ends by calendar days; amounts and taxes add up (R-18).

    What lies outside of the agreement's time is one part before and one after it.
    """
    first, last = ask.incurred_from, ask.incurred_to
    start, end = agreement.eligible_from, agreement.end_date + timedelta(days=1)
    inside = [
        quarter.start for quarter in quarters(max(first, start), min(last, agreement.end_date))
    ]
    cuts = [start, end, *inside]
    amounts = split_by_days(ask.amount_cents, first, last, cuts)
    taxes = split_by_days(ask.tax_cents + sum(ask.taxes.values()), first, last, cuts)
    return [
        ProposedPart(
            quarter=str(Quarter.of(amount.first)),
            incurred_from=amount.first,
            incurred_to=amount.last,
            amount_cents=amount.amount_cents,
            tax_cents=tax.amount_cents,
            eligible=start <= amount.first < end,
        )
        for amount, tax in zip(amounts, taxes, strict=True)
    ]


def claims_between(first: Quarter, until: Quarter) -> Iterator[Quarter]:
    """The quarters from this one to the one before that one."""
    while first < until:
        yield first
        first = first.next


def _true_quarter(ask: CostFacts, seen: Seen) -> Quarter | None:
    """The quarter a late cost belongs to, absent for the claim's own (R-18, R-21, hard case 5).

    A cost of a quarter that was claimed already goes in the next open claim.
    """
    claim, agreement = seen.claim, seen.agreement
    if ask.incurred_to < ask.incurred_from:
        raise IncurredBackwards
    if ask.incurred_to < agreement.eligible_from or ask.incurred_from > agreement.end_date:
        raise OutsideEligiblePeriod(
            eligible_from=agreement.eligible_from, end_date=agreement.end_date
        )
    quarter = Quarter.parse(claim.quarter)
    first = min(claim.opens_on, quarter.start)  # The first claim may reach back.
    if first <= ask.incurred_from and ask.incurred_to < quarter.end:
        return None
    own = Quarter.of(ask.incurred_from)
    if own != Quarter.of(ask.incurred_to):
        raise CrossesQuarters(parts=proposed_parts(ask, agreement))
    stem = f"claim-{claim.project_id}.{claim.organisation_id}"
    earlier = [seen.claims.get(f"{stem}.{past}", Claim()) for past in claims_between(own, quarter)]
    if not earlier or any(past.can_change or past.status == "absent" for past in earlier):
        raise OtherQuarter(opens_on=first, closes_on=quarter.end - timedelta(days=1))
    return own


def _check(ask: CostFacts, seen: Seen) -> None:
    require_in_force(seen.agreement)
    if len(seen.claim.lines) >= LINES_MAX and ask.line_id not in seen.claim.lines:
        raise TooManyLines(lines_max=LINES_MAX)
    if any(ask.amount_cents * tax < 0 for tax in (ask.tax_cents, *ask.taxes.values())):
        raise TaxAgainstAmount
    if ask.place not in PROVINCES:
        raise NotInCanada
    if ask.paid_on is not None and ask.paid_on > ask.effective_on:
        raise PaidInFuture
    for days in ask.abroad:
        if not ask.incurred_from <= days.first <= days.last <= ask.incurred_to:
            raise AbroadOutsideLine


def _invoice(ask: CostFacts) -> Invoice:
    price, inside = taken_out(ask.amount_cents, ask.taxes_inside)
    stated = [InvoiceTax(tax=tax, amount_hundredths=cents) for tax, cents in ask.taxes.items()]
    if ask.tax_cents:
        stated.append(InvoiceTax(tax="recoverable", amount_hundredths=ask.tax_cents))
    taxes = (*inside, *stated)
    require_in_range(price + sum(tax.amount_hundredths for tax in taxes))
    return Invoice(
        currency=ask.currency,
        amount_hundredths=price,
        taxes=taxes,
        service_from=ask.service_from or ask.incurred_from,
        service_to=ask.service_to or ask.incurred_to,
        shared_between=tuple(
            Sharer(organisation_id=party, weight=weight)
            for party, weight in sorted(ask.shared_between.items())
        ),
    )


def _recovery(ask: CostFacts, seen: Seen) -> Recovery:
    """By the participant's declarations; what it says nothing about, it gets back whole."""
    declared = recovery_on(seen.agreement.recoveries, seen.claim.organisation_id, ask.invoiced_on)

    def share(tax: Tax) -> Fraction:
        return declared.get(tax, Fraction(1))

    return share


def _stated(ask: CostFacts, seen: Seen, true_quarter: Quarter | None) -> Stated:
    invoice, organisation_id = _invoice(ask), seen.claim.organisation_id
    days = (ask.incurred_from, ask.incurred_to)
    share = share_of(invoice, organisation_id, *days)
    price = own_part(invoice.amount_hundredths, invoice, organisation_id)
    return Stated(
        invoice=invoice,
        share=share,
        price_hundredths=days_part(price, invoice, *days),
        taxes=line_taxes(invoice, organisation_id, days, _recovery(ask, seen)),
        credit_of=ask.credit_of,
        abroad=ask.abroad,
        owed_since=ask.owed_since,
        overhead=ask.overhead,
        market_value_cents=ask.market_value_cents,
        true_quarter=None if true_quarter is None else str(true_quarter),
    )


def enter(ask: CostFacts, seen: Seen, before: CostLine | None = None) -> Entered:
    """A line as it is recorded, with its rate if there is one, and its share of the invoice.

    (R-3, R-4, R-6, R-7, R-18, R-20 to R-23.) The invoice's own stream decides who comes first, in
    whatever claim or project. `before` is the line that a correction replaces.
    """
    _check(ask, seen)
    stated = _stated(ask, seen, _true_quarter(ask, seen))
    key = document_key(ask.supplier, ask.invoice_number)
    pinned = seen.policies.version(seen.agreement.programme, seen.agreement.policy_version)
    fixed = rate_of(ask, stated, seen.exchanges, seen.claims, pinned.parameters.fx_policy)
    facts = _facts(ask, seen.claim, stated, key)
    entered = CostLineRecorded(**facts) if before is None else CostLineCorrected(**facts)
    _check_total(ask.line_id, (entered, *fixed), seen.claim)
    share = _share(ask, seen.claim, stated)
    suspicion = suspicion_of(
        share,
        key,
        before.evidence if before else (),
        seen.documents,
        pinned.parameters.duplicate_days,
    )
    taken = DocumentShareTaken(
        document=key,
        gross_cents=share.gross_hundredths,
        invoiced_on=ask.invoiced_on,
        policy_version=pinned.version,
        part=DocumentPart(
            currency=share.currency,
            share=share.share,
            days=share.days,
            suspected=any(found.because == "invoice" for found in suspicion),
        ),
        line_id=ask.line_id,
        **seen.claim.identity,
    )
    return Entered((entered, *fixed, *suspicion), taken)


def _facts(ask: CostFacts, claim: Claim, stated: Stated, key: str) -> dict[str, Any]:
    """What is recorded of a line; in another currency it is worth nothing without its rate."""
    foreign = ask.currency != DOLLARS
    return {
        **claim.identity,
        "line_id": ask.line_id,
        "kind": ask.kind,
        "description": ask.description,
        "supplier": ask.supplier,
        "invoice_number": ask.invoice_number,
        "invoiced_on": ask.invoiced_on,
        "incurred_from": ask.incurred_from,
        "incurred_to": ask.incurred_to,
        "paid_on": ask.paid_on,
        "amount_cents": 0 if foreign else stated.net_hundredths,
        "tax_cents": 0 if foreign else stated.owed_hundredths - stated.net_hundredths,
        "place": PROVINCES[ask.place],
        "related_party": ask.related_party,
        "document": key,
        "recorded_by": ask.by.person,
        "stated": stated,
    }


def _check_total(
    line_id: str, amounts: Sequence[CostLineFacts | ExchangeRateFixed], claim: Claim
) -> None:
    """The sums of what is recorded can be recorded too. Raises AmountTooLarge."""
    others = sum(abs(line.amount_cents) for line in claim.lines.values() if line.line_id != line_id)
    require_in_range(others + sum(abs(found.amount_cents) for found in amounts))


def _share(ask: CostFacts, claim: Claim, stated: Stated) -> Share:
    return Share(
        line_id=ask.line_id,
        claim_id=claim.claim_id,
        organisation_id=claim.organisation_id,
        gross_hundredths=stated.invoice.gross_hundredths,
        currency=ask.currency,
        invoiced_on=ask.invoiced_on,
        share=stated.share,
        days=Days(first=ask.incurred_from, last=ask.incurred_to),
    )


def document_of(ask: CostFacts) -> str:
    """The stream of the cost's invoice."""
    return stream_of(document_key(ask.supplier, ask.invoice_number))
