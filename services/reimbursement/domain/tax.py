"""Which share of each tax a participant gets back, by the day of the invoice (R-20)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.reimbursement.events.invoice import Tax
from services.reimbursement.events.tax import TaxRecoveryDeclared


@dataclass(frozen=True, slots=True)
class Recovery:
    """One declaration: this share of this tax, from that day on."""

    organisation_id: str
    tax: Tax
    share: Fraction
    applies_from: date


def recovery_of(event: TaxRecoveryDeclared) -> Recovery:
    """A declaration as the agreement keeps it."""
    return Recovery(event.organisation_id, event.tax, event.share, event.applies_from)


def recovery_on(
    declared: Sequence[Recovery], organisation_id: str, day: date
) -> Mapping[str, Fraction]:
    """By tax, the share in force on a day; of equal days, the one declared later."""
    own = [
        found
        for found in declared
        if found.organisation_id == organisation_id and found.applies_from <= day
    ]
    return {found.tax: found.share for found in sorted(own, key=lambda found: found.applies_from)}
