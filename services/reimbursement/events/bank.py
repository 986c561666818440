"""What is exchanged with the bank: payees' accounts, payment files, and its reports."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from services.reimbursement.events.payment import PaymentId
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import ClaimId, Line, OrganisationId, PersonId, ProjectId, Sha256
from shared.kernel.money import PositiveCents

ContentReference: TypeAlias = Annotated[str, Field(pattern=r"^vault_[0-9a-f]{32}$")]
FileId: TypeAlias = Annotated[str, Field(pattern=r"^file_[0-9a-f]{32}$")]
PayeeId: TypeAlias = OrganisationId | Literal["funder"]
"""An organisation, or the funder whose account all payments come from."""
RowKind: TypeAlias = Literal["accepted", "settled", "rejected", "returned", "debited"]
Effect: TypeAlias = Literal["confirmed", "failed", "returned", "excess", "alert", "unchanged"]


class BankAccountStated(Event, name="BankAccountStated"):
    """Where an organisation is paid; its number is in the vault, here is what proves it (X8)."""

    organisation_id: PayeeId
    reference: ContentReference
    keyed_hash: Sha256
    stated_by: PersonId


class BankAccountErased(Event, name="BankAccountErased"):
    """The key of an organisation's bank accounts is destroyed: no old one can be read again."""

    organisation_id: PayeeId
    reason: Line
    erased_by: PersonId


class Instruction(Fact):
    """One payment of a file, and to whom."""

    payment_id: PaymentId
    project_id: ProjectId
    organisation_id: OrganisationId
    claim_id: ClaimId | None = None
    name: Line
    amount_cents: PositiveCents
    account_reference: ContentReference
    account_keyed_hash: Sha256


class PaymentFileMade(Event, name="PaymentFileMade"):
    """Authorised payments were put into one file for the bank and count as issued.

    The same payments for the same day are the same file, byte for byte.
    """

    file_id: FileId
    execute_on: date
    instructions: Annotated[tuple[Instruction, ...], Field(min_length=1)]
    number: Annotated[int, Field(ge=1)]
    control_sum_cents: PositiveCents
    instructions_sha256: Sha256
    """Over the instructions, each account by its keyed hash."""
    made_by: PersonId


class ReportRow(Fact):
    """One row of a bank's report, as it says it."""

    row: Annotated[int, Field(ge=1)]
    kind: RowKind
    end_to_end_id: Line
    amount_cents: PositiveCents | None = None
    bank_reference: Line | None = None
    reason: Line | None = None
    booked_on: date | None = None


class BankReportReceived(Event, name="BankReportReceived"):
    """A report of the bank was read; what follows from each row is said row by row."""

    report_id: Sha256
    """The SHA-256 of the report itself: a second import is the same report."""
    format: Literal["pain.002", "camt.054"]
    rows: tuple[ReportRow, ...]
    received_by: PersonId


class BankRowApplied(Event, name="BankRowApplied"):
    """A row of the report took effect on a payment, or said what was known already."""

    report_id: Sha256
    row: Annotated[int, Field(ge=1)]
    payment_id: PaymentId
    effect: Effect


class BankRowRefused(Event, name="BankRowRefused"):
    """A row of the report contradicts what is known here; nothing changed by it."""

    report_id: Sha256
    row: Annotated[int, Field(ge=1)]
    reason: Line
    """The code of the refusal."""


EVENTS: tuple[type[Event], ...] = (
    BankAccountStated,
    BankAccountErased,
    PaymentFileMade,
    BankReportReceived,
    BankRowApplied,
    BankRowRefused,
)
