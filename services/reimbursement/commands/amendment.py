"""What can be asked of amendments of an agreement."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.reimbursement.events.amendment import Changes
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAmendment(Command):
    """Propose to change the present version of an agreement from a civil day on."""

    project_id: str
    amendment_id: str
    base_version: int
    changes: Changes
    effective_from: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAmendment(Command):
    project_id: str
    amendment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RebaseAmendment(_OfAmendment):
    """Put an amendment on the present version; without changes it says the same as before."""

    base_version: int
    changes: Changes | None
    effective_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveAmendment(_OfAmendment):
    """Approve an amendment, as another person than who proposed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAmendment(_OfAmendment):
    """Sign an approved amendment for one party; `organisation_id` is absent for the funder."""

    party: Literal["participant", "funder"]
    organisation_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectAmendment(_OfAmendment):
    """Don't approve an amendment, with a reason."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAmendment(_OfAmendment):
    """Take an amendment back before it takes effect."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetAmendmentTakeEffect(_OfAmendment):
    """Apply what all have signed once its first day has come; else stay quiet."""
