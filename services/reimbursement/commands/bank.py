"""What can be asked about the bank: payees' accounts, payment files, and its reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.reimbursement.commands.claim import OfClaim
from services.reimbursement.commands.payment import OfAccount
from services.reimbursement.events.bank import ReportRow
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPayee(Command):
    """Something asked of one organisation as a payee."""

    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBankAccount(OfPayee):
    """Say where an organisation is paid; the number itself is in the vault."""

    reference: str
    keyed_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseBankAccount(OfPayee):
    """Make an organisation's bank accounts unreadable for ever."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNamed:
    """One authorised payment: of a claim, or of an account (`{project_id}.{organisation_id}`)."""

    payment_id: str
    claim_id: str | None = None
    account_id: str | None = None

    @property
    def account(self) -> str:
        """The account that it is paid from."""
        return self.account_id or (self.claim_id or "").rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePaymentFile(Command):
    """Put authorised payments into one file for the bank, to be executed on a civil day."""

    file_id: str
    execute_on: date
    payments: Sequence[PaymentNamed]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveBankReport(Command):
    """Take in what the bank says, row by row."""

    report_id: str
    format: Literal["pain.002", "camt.054"]
    rows: Sequence[ReportRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRowToClaim(OfClaim):
    """Let a row of a report take effect on a claim's payment."""

    report_id: str
    row: ReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRowToAccount(OfAccount):
    """Let a row of a report take effect on an account's own payment."""

    report_id: str
    row: ReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRow(Command):
    """Say that a row of a report names no payment of ours."""

    report_id: str
    row: int
