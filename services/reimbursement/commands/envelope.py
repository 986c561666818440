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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRemainder(Command):
    """Give back what an agreement left over, once it is closed; else stay quiet."""

    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawDown(Command):
    """Note that a payment took this from the project's commitment; below zero brings it back."""

    project_id: str
    organisation_id: str
    claim_id: str | None
    amount_cents: int
    drawn_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCommitment(Command):
    """Pay what is left of a project's commitment from another envelope from now on."""

    project_id: str
    to_envelope_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEnvelope(Command):
    """Say that nothing more is committed in an envelope."""

    envelope_id: str
    reason: str
