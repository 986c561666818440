"""What can be asked about the use of a project's budget."""

from dataclasses import dataclass

from services.reimbursement.commands.claim import OfClaim
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBudget(Command):
    """Begin the line in which a project's claims stand for its budget."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestateBudget(OfClaim):
    """Take what counts of a claim by now against its cost kinds."""
