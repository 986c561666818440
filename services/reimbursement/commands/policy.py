"""What can be asked about the policy of money, claims and agreements."""

from dataclasses import dataclass
from datetime import date

from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPolicy(Command):
    """Publish a version for a programme; `effective_to` is exclusive, absent means open."""

    programme: str
    version: str
    parameters: Parameters
    effective_from: date
    effective_to: date | None
    reason: str
