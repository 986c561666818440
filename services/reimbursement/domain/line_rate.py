"""Which exchange rate a foreign line gets, if there is one yet (R-22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from services.reimbursement.commands.claim import CostFacts
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.cost_line import DOLLARS, CostLine, FixedRate
from services.reimbursement.domain.exchange import Exchange, stream_of
from services.reimbursement.domain.pricing import in_dollars
from services.reimbursement.events.invoice import Stated
from services.reimbursement.events.line_course import ExchangeRateFixed
from services.reimbursement.events.policy import FxPolicy
from shared.kernel.refusals import Invalid, NotFound, Refusal

ACTUAL_DEBIT = "actual_debit"
ORIGINAL_LINE = "original_line"


class OriginalNotFound(NotFound):
    """This participant has no such line that a credit note could refer to."""

    rule = "R-22"
    french = "Ce participant n'a pas de telle ligne à laquelle une note de crédit renvoie."


class CreditWithoutOriginal(Refusal):
    """A credit note in another currency says which line it reduces: it uses that line's rate."""

    rule = "R-22"
    french = "Une note de crédit en devise dit quelle ligne elle réduit : elle en prend le taux."


class CreditInOtherCurrency(Invalid):
    """A credit note is in the currency of the line that it reduces, and below zero."""

    rule = "R-22"
    french = "Une note de crédit est dans la devise de la ligne qu'elle réduit, et négative."


class DebitNotAsked(Invalid):
    """A debit in dollars is stated for a foreign line only, where the policy counts it."""

    rule = "R-22"
    french = "Un débit en dollars n'est indiqué qu'en devise, si la politique le retient."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line needs a rate for; in hundredths of its currency."""

    line_id: str
    stated: Stated
    day: date
    """The day that the supplier was paid; the invoice's where it is not paid yet."""
    debit_cents: int | None

    @property
    def currency(self) -> str:
        """The invoice's."""
        return self.stated.invoice.currency


def rate_of(
    ask: CostFacts,
    stated: Stated,
    exchanges: Mapping[str, Exchange],
    claims: Mapping[str, Claim],
    fx_policy: FxPolicy,
) -> Sequence[ExchangeRateFixed]:
    """The rate of a line that is entered; none for dollars, and none while there is none."""
    original = original_of(stated, claims)
    if original is not None and (
        original.stated.invoice.currency != ask.currency or ask.amount_cents > 0
    ):
        raise CreditInOtherCurrency
    day = ask.paid_on or ask.invoiced_on
    wanted = Wanted(ask.line_id, stated, day, ask.debit_cents)
    owner = {
        "claim_id": ask.claim_id,
        "project_id": ask.project_id,
        "organisation_id": ask.organisation_id,
    }
    return fix(wanted, original, exchanges, fx_policy, owner)


def original_of(stated: Stated, claims: Mapping[str, Claim]) -> CostLine | None:
    """The line that a credit note refers to. Raises OriginalNotFound."""
    if stated.credit_of is None:
        return None
    claim = claims.get(f"claim-{stated.credit_of.claim_id}", Claim())
    found = claim.lines.get(stated.credit_of.line_id)
    if found is None:
        raise OriginalNotFound
    return found


def fix(
    wanted: Wanted,
    original: CostLine | None,
    exchanges: Mapping[str, Exchange],
    fx_policy: FxPolicy,
    owner: Mapping[str, Any],
) -> Sequence[ExchangeRateFixed]:
    """The event that fixes a line's rate once and for all, if there is a rate."""
    if wanted.currency == DOLLARS:
        if wanted.debit_cents is not None:
            raise DebitNotAsked
        return []
    found = _found(wanted, original, exchanges, fx_policy)
    if found is None:
        return []
    amount, tax = in_dollars(
        wanted.stated.net_hundredths, wanted.stated.owed_hundredths, found.rate
    )
    return [
        ExchangeRateFixed(
            line_id=wanted.line_id,
            currency=wanted.currency,
            source=found.source,
            wanted_on=found.wanted_on,
            published_on=found.published_on,
            rate=found.rate,
            amount_cents=amount,
            tax_cents=tax,
            **owner,
        )
    ]


def _found(
    wanted: Wanted,
    original: CostLine | None,
    exchanges: Mapping[str, Exchange],
    fx_policy: FxPolicy,
) -> FixedRate | None:
    """A credit note's is its original's; else the bank's debit or the published table."""
    if original is not None:
        rate = original.rate
        if rate is None:
            return None
        return FixedRate(ORIGINAL_LINE, rate.wanted_on, rate.published_on, rate.rate)
    if wanted.stated.net_hundredths < 0:
        raise CreditWithoutOriginal
    if fx_policy == "actual_cad_debit":
        return _debited(wanted)
    if wanted.debit_cents is not None:
        raise DebitNotAsked
    published = exchanges[stream_of(wanted.currency)].at(wanted.day)
    if published is None:
        return None
    day, rate_then = published
    return FixedRate(rate_then.source, wanted.day, day, rate_then.rate)


def _debited(wanted: Wanted) -> FixedRate | None:
    owed, debit = wanted.stated.owed_hundredths, wanted.debit_cents
    if debit is None or not owed:
        return None
    return FixedRate(ACTUAL_DEBIT, wanted.day, wanted.day, Fraction(debit, owed))
