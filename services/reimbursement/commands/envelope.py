"""What can be asked of an envelope."""

from dataclasses import dataclass
from datetime import date

from shared.kernel.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEnvelope(Command):
    """Put an amount at a programme's disposal; both dates are inclusive civil days."""

    envelope_id: str
    source: str
    programme: str
    amount_cents: int
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveCommitment(Command):
    """Reserve an award's ceiling and draft its agreement; a person asks, perhaps once more."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveWhenHeard(Command):
    """Reserve an award's ceiling as soon as the approved version is known here; else stay quiet."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCommitment(Command):
    """Give the amount kept for a project back to the envelope."""

    envelope_id: str
    project_id: str
    reason: str
