"""Files of payments for the bank: what is in one, and that it is made once (R-24, C-025)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from services.reimbursement.commands.bank import MakePaymentFile, PaymentNamed
from services.reimbursement.domain.account import Account
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.party import FUNDER
from services.reimbursement.domain.payee import Payee
from services.reimbursement.domain.payment import Payment
from services.reimbursement.events.bank import Instruction, PaymentFileMade
from services.reimbursement.events.payment import PaymentIssued
from shared.kernel.canonical import canonical
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, Said, States
from shared.kernel.events import Event
from shared.kernel.refusals import NotFound, Refusal


class PaymentFileNotFound(NotFound):
    """There is no such file of payments."""

    french = "Il n'y a pas de tel fichier de paiements."


class PaymentsNotReady(Refusal):
    """These payments are not authorised, or are held, or are at the bank already."""

    rule = "R-24"
    french = "Ces paiements ne sont pas autorisés, sont retenus, ou sont déjà à la banque."


class NoBankAccount(Refusal):
    """These payees have no bank account here yet, the funder's own included."""

    rule = "X8"
    french = "Ces bénéficiaires n'ont pas encore de compte bancaire ici, le bailleur compris."


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """One file for the bank; empty where none was made."""

    file_id: str = ""
    execute_on: date = date.min
    instructions: tuple[Instruction, ...] = ()
    control_sum_cents: int = 0
    instructions_sha256: str = ""
    made_by: str = ""


def evolve(_: PaymentFile, event: PaymentFileMade) -> PaymentFile:
    """A file is made once and never changes."""
    return PaymentFile(
        file_id=event.file_id,
        execute_on=event.execute_on,
        instructions=event.instructions,
        control_sum_cents=event.control_sum_cents,
        instructions_sha256=event.instructions_sha256,
        made_by=event.made_by,
    )


def file_id_of(execute_on: date, payment_ids: Sequence[str]) -> str:
    """The id of the file of exactly these payments on this day, in whatever order."""
    content = [execute_on.isoformat(), *sorted(set(payment_ids))]
    return f"file_{sha256(canonical(content).encode()).hexdigest()[:32]}"


def end_to_end_id(payment_id: str) -> str:
    """The reference under which the bank knows a payment: 32 characters of at most 35."""
    return payment_id.removeprefix("pay_")


def make_payment_file(
    ask: MakePaymentFile,
    file: PaymentFile,
    claims: Mapping[str, Claim],
    accounts: Mapping[str, Account],
    agreements: Mapping[str, Agreement],
    payees: Mapping[str, Payee],
) -> Said:
    """Put authorised payments into a file, all or none; they count as issued. Made already, quiet.

    Raises PaymentsNotReady and NoBankAccount with what is in the way.
    """
    if file.file_id:
        return []
    found = {named.payment_id: _payment(named, claims, accounts) for named in ask.payments}
    if missing := sorted(name for name, payment in found.items() if payment is None):
        raise PaymentsNotReady(payments=missing)
    if unknown := sorted(name for name, payee in payees.items() if payee.account is None):
        raise NoBankAccount(payees=[name.removeprefix("payee-") for name in unknown])
    ordered = sorted(ask.payments, key=lambda named: named.payment_id)
    instructions = tuple(
        _instruction(named, found[named.payment_id], agreements, payees) for named in ordered
    )
    made = PaymentFileMade(
        file_id=ask.file_id,
        execute_on=ask.execute_on,
        instructions=instructions,
        number=len(instructions),
        control_sum_cents=sum(one.amount_cents for one in instructions),
        instructions_sha256=sha256(
            canonical([one.model_dump(mode="json") for one in instructions]).encode()
        ).hexdigest(),
        made_by=ask.by.person,
    )
    said: dict[str, list[Event]] = {"file": [made]}
    for one in instructions:
        stream = (
            f"account-{one.project_id}.{one.organisation_id}"
            if one.claim_id is None
            else f"claim-{one.claim_id}"
        )
        said.setdefault(stream, []).append(_issued(ask, one))
    return said


def _payment(
    named: PaymentNamed, claims: Mapping[str, Claim], accounts: Mapping[str, Account]
) -> Payment | None:
    """The payment if it is authorised and not held, else nothing."""
    if named.claim_id is not None:
        claim = claims[f"claim-{named.claim_id}"]
        payment = None if claim.after.holds else claim.payment
    else:
        payment = accounts[f"account-{named.account}"].payment
    if payment is None or payment.payment_id != named.payment_id or payment.status != "authorised":
        return None
    return payment


def _instruction(
    named: PaymentNamed,
    payment: Payment | None,
    agreements: Mapping[str, Agreement],
    payees: Mapping[str, Payee],
) -> Instruction:
    project_id, _, organisation_id = named.account.partition(".")
    account = payees[f"payee-{organisation_id}"].account
    assert payment is not None, "what is missing was refused"
    assert account is not None, "who has no account was refused"
    parties = agreements[f"agreement-{project_id}"].participants
    names = {party.organisation_id: party.name for party in parties}
    return Instruction(
        payment_id=payment.payment_id,
        project_id=project_id,
        organisation_id=organisation_id,
        claim_id=named.claim_id,
        name=names[organisation_id],
        amount_cents=payment.amount_cents,
        account_reference=account.reference,
        account_keyed_hash=account.keyed_hash,
    )


def _issued(ask: MakePaymentFile, one: Instruction) -> PaymentIssued:
    return PaymentIssued(
        project_id=one.project_id,
        organisation_id=one.organisation_id,
        claim_id=one.claim_id,
        payment_id=one.payment_id,
        amount_cents=one.amount_cents,
        reference=end_to_end_id(one.payment_id),
        issued_on=ask.effective_on,
        issued_by=ask.by.person,
    )


def _claims(ask: MakePaymentFile, _: States) -> Sequence[str]:
    return sorted({f"claim-{named.claim_id}" for named in ask.payments if named.claim_id})


def _accounts(ask: MakePaymentFile, _: States) -> Sequence[str]:
    return sorted({f"account-{named.account}" for named in ask.payments})


def _agreements(ask: MakePaymentFile, _: States) -> Sequence[str]:
    return sorted({f"agreement-{named.account.partition('.')[0]}" for named in ask.payments})


def _payees(ask: MakePaymentFile, _: Any) -> Sequence[str]:
    parties = {f"payee-{named.account.partition('.')[2]}" for named in ask.payments}
    return sorted({*parties, f"payee-{FUNDER}"})


FOLDS = {"bankfile": Fold(PaymentFile(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    MakePaymentFile: Decider(
        make_payment_file,
        file="bankfile-{file_id}",
        claims=_claims,
        accounts=_accounts,
        agreements=_agreements,
        payees=_payees,
    )
}
