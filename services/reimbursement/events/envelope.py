"""What happens to a dated pot of money from one source, and to the commitments made in it."""

from datetime import date
from typing import Literal, TypeAlias

from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, ProjectId, Slug
from shared.kernel.money import Cents, PositiveCents

RefusalReason: TypeAlias = Literal[
    "envelope_exhausted", "outside_validity", "other_programme", "rate_above_policy"
]


class EnvelopeOpened(Event, name="EnvelopeOpened"):
    """A source put an amount at a programme's disposal for decisions within these civil dates."""

    envelope_id: Slug
    source: Line
    programme: Slug
    amount_cents: PositiveCents
    valid_from: date
    valid_to: date
    """Inclusive."""
    opened_by: PersonId


class CommitmentReserved(Event, name="CommitmentReserved"):
    """The envelope keeps a project's whole ceiling for it from now on (R-15)."""

    envelope_id: Slug
    project_id: ProjectId
    amount_cents: PositiveCents
    left_cents: Cents
    """What remains free in the envelope after this commitment."""
    decided_on: date
    policy_version: Slug
    reserved_by: PersonId


class CommitmentRefused(Event, name="CommitmentRefused"):
    """The envelope could not keep an award's ceiling; the award waits for a person (R-15)."""

    envelope_id: Slug
    project_id: ProjectId
    amount_cents: PositiveCents
    left_cents: Cents
    """What was free in the envelope at that moment."""
    reason: RefusalReason
    decided_on: date
    policy_version: Slug
    refused_by: PersonId


class CommitmentReleased(Event, name="CommitmentReleased"):
    """A commitment that secures no live award any more went back into the envelope, once."""

    envelope_id: Slug
    project_id: ProjectId
    amount_cents: PositiveCents
    left_cents: Cents
    """What is free in the envelope after the release."""
    reason: Line
    released_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    EnvelopeOpened,
    CommitmentReserved,
    CommitmentRefused,
    CommitmentReleased,
)
