"""What can be asked about taxes."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.reimbursement.events.invoice import NamedTax
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareTaxRecovery(Command):
    """Declare which share of a tax a participant gets back, for invoices from a day on."""

    project_id: str
    organisation_id: str
    tax: NamedTax
    share: Fraction
    applies_from: date
