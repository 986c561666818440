"""What can be asked about payments: of a claim, and of a participant's account in a project."""

from dataclasses import dataclass

from services.reimbursement.commands.claim import OfClaim
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisePayment(OfClaim):
    """Let the payable amount of an approved claim go to the bank."""

    payment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePayment(OfClaim):
    """Say that the bank has the order, under this reference."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPayment(OfClaim):
    """Say that the participant has the money; the reference is the one it was issued under."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailPayment(OfClaim):
    """Say that the bank could not pay."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPayment(OfClaim):
    """Say that the money came back after the bank had paid under this reference."""

    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAccount(Command):
    """Something asked of one participant's account in one project."""

    project_id: str
    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHoldback(OfAccount):
    """Hold nothing back any more, once the final report is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseAccountPayment(OfAccount):
    """Let the account's balance, such as a released holdback, go to the bank."""

    payment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueAccountPayment(OfAccount):
    """Say that the bank has the order, under this reference."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAccountPayment(OfAccount):
    """Say that the participant has the money; the reference is the one it was issued under."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailAccountPayment(OfAccount):
    """Say that the bank could not pay."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAccountPayment(OfAccount):
    """Say that the money came back after the bank had paid under this reference."""

    reference: str
    reason: str
