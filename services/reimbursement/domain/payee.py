"""How an organisation is paid, and in which of its projects it owes: known to no account alone.

Its own stream, `payee-{organisation_id}`: what a bank account is in the vault, and where another
project has to look before it pays the same participant (R-2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from services.reimbursement.commands.bank import EraseBankAccount, StateBankAccount
from services.reimbursement.domain.party import FUNDER
from services.reimbursement.events.bank import BankAccountErased, BankAccountStated
from services.reimbursement.events.debt import DebtListed
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.refusals import NotFound, NotOnBehalf


class PayeeNotFound(NotFound):
    """No bank account of this payee is known, or it is not for you to know."""

    french = "Aucun compte bancaire de ce bénéficiaire n'est connu, ou vous n'avez pas à le savoir."


PayeeEvent: TypeAlias = BankAccountStated | BankAccountErased | DebtListed


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account by reference: its number is in the vault alone."""

    reference: str
    keyed_hash: str
    stated_by: str


@dataclass(frozen=True, slots=True)
class Payee:
    """One organisation as a payee."""

    organisation_id: str = ""
    owes_in: frozenset[str] = frozenset()
    """Projects in which a debt of it was ever established."""
    account: BankAccount | None = None
    references: frozenset[str] = frozenset()
    """Every account ever stated."""
    erased: frozenset[str] = frozenset()
    """Those whose key was destroyed on purpose (X8)."""

    @property
    def is_erased(self) -> bool:
        """Whether the last thing that happened to its account was its erasure."""
        return self.account is None and bool(self.erased)


def evolve(payee: Payee, event: PayeeEvent) -> Payee:
    """The payee after one event more."""
    payee = replace(payee, organisation_id=event.organisation_id)
    match event:
        case DebtListed():
            return replace(payee, owes_in=payee.owes_in | {event.project_id})
        case BankAccountStated():
            account = BankAccount(event.reference, event.keyed_hash, event.stated_by)
            return replace(payee, account=account, references=payee.references | {event.reference})
        case BankAccountErased():
            return replace(payee, account=None, erased=payee.references)
        case _:
            assert_never(event)


def state_bank_account(ask: StateBankAccount, payee: Payee) -> Sequence[BankAccountStated]:
    """Say where to pay, as the organisation itself; the funder's own account is its staff's."""
    if ask.organisation_id != FUNDER and not ask.by.acts_for((ask.organisation_id,)):
        raise NotOnBehalf
    return [
        BankAccountStated(
            organisation_id=ask.organisation_id,
            reference=ask.reference,
            keyed_hash=ask.keyed_hash,
            stated_by=ask.by.person,
        )
    ]


def erase_bank_account(ask: EraseBankAccount, payee: Payee) -> Sequence[BankAccountErased]:
    """Say that the key is destroyed (X8); said already, quiet. Raises PayeeNotFound."""
    if payee.is_erased:
        return []
    if payee.account is None:
        raise PayeeNotFound
    return [
        BankAccountErased(
            organisation_id=ask.organisation_id, reason=ask.reason, erased_by=ask.by.person
        )
    ]


FOLDS = {"payee": Fold(Payee(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    StateBankAccount: Decider(state_bank_account, payee="payee-{organisation_id}"),
    EraseBankAccount: Decider(erase_bank_account, payee="payee-{organisation_id}"),
}
