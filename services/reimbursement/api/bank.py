"""Routes of the bank: payees' accounts, files of payments, and what the bank reports."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field

from services.reimbursement.api.bank_reading import read_report
from services.reimbursement.api.envelope import TREASURERS, without_position
from services.reimbursement.api.payment import PAYERS
from services.reimbursement.commands.bank import (
    EraseBankAccount,
    MakePaymentFile,
    PaymentNamed,
    ReceiveBankReport,
    StateBankAccount,
)
from services.reimbursement.domain.bank_file import (
    PaymentFile,
    PaymentFileNotFound,
    file_id_of,
)
from services.reimbursement.domain.pain import BankNumbers, credit_transfer
from services.reimbursement.domain.party import FUNDER
from services.reimbursement.domain.payee import Payee, PayeeNotFound
from services.reimbursement.projections.payment import FILES
from shared.kernel.commands import PARTIES, READERS, Actor
from shared.kernel.identifiers import ClaimId, Line
from shared.kernel.periods import CivilDate
from shared.kernel.shown import shown
from shared.runtime.vault import Erased, Kept
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask, Forgetting, Form, Keeping, Page, Read

FILE_PAYMENTS_MAX = 500
"""Payments of one file; each is read and marked as issued in one transaction."""


def show_payee(payee: Payee, actor: Actor) -> Mapping[str, Any]:
    """A payee without any number, for itself and for who pays. Raises PayeeNotFound."""
    may_read = actor.may_read((payee.organisation_id,), READERS | {"privacy_officer"})
    if not payee.organisation_id or not may_read:
        raise PayeeNotFound
    found: Mapping[str, Any] = shown(payee)
    return found


api = Api(
    "reimbursement",
    access={
        "state_bank_account": PARTIES | TREASURERS,
        "erase_bank_account": {"privacy_officer"},
        "read_payee": PARTIES | PAYERS | TREASURERS | {"auditor", "privacy_officer"},
        "read_bank_numbers": PARTIES | PAYERS,
        "make_payment_file": {"payer"},
        "read_payment_files": PAYERS | {"auditor"},
        "read_payment_document": PAYERS,
        "receive_bank_report": PAYERS,
    },
    show={"payee": show_payee},
)


class BankAccountForm(Form):
    """A Canadian bank account; it goes into the vault, and nowhere else."""

    institution: Annotated[str, Field(pattern=r"^[0-9]{3}$")]
    transit: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    account: Annotated[str, Field(pattern=r"^[0-9]{5,12}$")]
    holder: Line


class NamedPayment(Form):
    """An authorised payment of a claim, or of an account's own balance."""

    payment_id: Annotated[str, Field(pattern=r"^pay_[0-9a-f]{32}$")]
    claim_id: ClaimId | None = None
    account_id: Annotated[str, Field(pattern=r"^prj_[0-9a-f]{32}\.org_[0-9a-f]{32}$")] | None = None


class FileForm(Form):
    """Which payments go to the bank together, and on which day it executes them."""

    execute_on: CivilDate
    payments: Annotated[tuple[NamedPayment, ...], Field(min_length=1, max_length=FILE_PAYMENTS_MAX)]


class ReportForm(Form):
    """A report of the bank as it came."""

    document: Annotated[str, Field(min_length=1)]


def _payee_of(path: Mapping[str, str]) -> str:
    return f"payee-{path['payee_id']}"


def _numbers(form: BankAccountForm) -> str:
    return BankNumbers(**form.model_dump()).content()


def _erased(payee: Payee) -> bool:
    return payee.is_erased


@api.command(
    "PUT",
    "/payees/{payee_id}/bank-account",
    action="state_bank_account",
    vault=Keeping(_payee_of, _numbers),
)
def state_bank_account(form: BankAccountForm, ask: Ask) -> StateBankAccount:
    """Say where an organisation is paid, or (`funder`) where payments come from."""
    assert ask.kept is not None, "this route keeps its content in the vault"
    return StateBankAccount(
        organisation_id=ask.path["payee_id"],
        reference=ask.kept.reference,
        keyed_hash=ask.kept.keyed_hash,
        **ask.who,
    )


@api.command(
    "POST",
    "/payees/{payee_id}/bank-account/erase",
    action="erase_bank_account",
    vault=Forgetting(_payee_of, _erased),
)
def erase_bank_account(form: ReasonForm, ask: Ask) -> EraseBankAccount:
    """Destroy the key of an organisation's bank accounts; what was recorded stays proven."""
    return EraseBankAccount(organisation_id=ask.path["payee_id"], reason=form.reason, **ask.who)


@api.resource("/payees/{payee_id}", stream="payee-{payee_id}", action="read_payee")
def read_payee() -> None:
    """Whether a payee's bank account is known, by reference; never its number."""


@api.read("/payees/{payee_id}/bank-account", action="read_bank_numbers")
def read_bank_account(read: Read) -> Mapping[str, Any]:
    """The numbers themselves, for the organisation and for who pays it."""
    payee: Payee = read.state(_payee_of(read.path))
    show_payee(payee, read.actor)
    return shown(_read_numbers(read, payee))  # type: ignore[no-any-return]


def _read_numbers(read: Read, payee: Payee) -> BankNumbers:
    if payee.is_erased:
        raise Erased
    if payee.account is None:
        raise PayeeNotFound
    kept = Kept(payee.account.reference, payee.account.keyed_hash)
    return BankNumbers.read(read.kept(f"payee-{payee.organisation_id}", kept))


@api.command("POST", "/payment-files", action="make_payment_file", status=201)
def make_payment_file(form: FileForm, ask: Ask) -> MakePaymentFile:
    """Put authorised payments into one file; the same ones again are the same file."""
    payments = [PaymentNamed(**named.model_dump()) for named in form.payments]
    return MakePaymentFile(
        file_id=file_id_of(form.execute_on, [named.payment_id for named in payments]),
        execute_on=form.execute_on,
        payments=payments,
        **ask.who,
    )


@api.read("/payment-files", action="read_payment_files")
def list_payment_files(read: Read) -> Page:
    """Files for the bank with their control totals, oldest first."""
    return read.page(FILES, order="position").map(without_position)


@api.resource("/payment-files/{file_id}", stream="bankfile-{file_id}", action="read_payment_files")
def read_payment_file() -> None:
    """One file: its payments, its control sum, the hash of its instructions."""


@api.read("/payment-files/{file_id}/document", action="read_payment_document")
def read_payment_document(read: Read) -> Mapping[str, Any]:
    """The `pain.001.001.09` document and its SHA-256, byte for byte the same at every reading."""
    file: PaymentFile = read.state(f"bankfile-{read.path['file_id']}")
    if not file.file_id:
        raise PaymentFileNotFound
    accounts = {
        one.account_reference: BankNumbers.read(
            read.kept(
                f"payee-{one.organisation_id}",
                Kept(one.account_reference, one.account_keyed_hash),
                erased=one.account_reference in read.state(f"payee-{one.organisation_id}").erased,
            )
        )
        for one in file.instructions
    }
    funder: Payee = read.state(f"payee-{FUNDER}")
    document = credit_transfer(file, _read_numbers(read, funder), accounts)
    return {
        "format": "pain.001.001.09",
        "document": document.decode(),
        "sha256": sha256(document).hexdigest(),
        "number": len(file.instructions),
        "control_sum_cents": file.control_sum_cents,
    }


@api.command("POST", "/bank-reports", action="receive_bank_report", status=201)
def receive_bank_report(form: ReportForm, ask: Ask) -> ReceiveBankReport:
    """Take in confirmations, rejections and returns; the same report again changes nothing."""
    format_, rows = read_report(form.document)
    report_id = sha256(form.document.encode()).hexdigest()
    return ReceiveBankReport(report_id=report_id, format=format_, rows=rows, **ask.who)


@api.resource(
    "/bank-reports/{report_id}", stream="bankreport-{report_id}", action="receive_bank_report"
)
def read_bank_report() -> None:
    """One report, and what became of each row: its effect, or why it was refused."""
