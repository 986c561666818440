"""What happens to a dated pot of money from one source, and to the commitments made in it."""

from datetime import date
from typing import Literal, TypeAlias

from shared.kernel.events import Event
from shared.kernel.identifiers import ClaimId, Line, OrganisationId, PersonId, ProjectId, Slug
from shared.kernel.money import Cents, PositiveCents

RefusalReason: TypeAlias = Literal[
    "envelope_exhausted",
    "envelope_closed",
    "outside_validity",
    "other_programme",
    "rate_above_policy",
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


class CommitmentDrawnDown(Event, name="CommitmentDrawnDown"):
    """A payment of a project was authorised, or its money came back: what is left of its money."""

    envelope_id: Slug
    project_id: ProjectId
    organisation_id: OrganisationId
    claim_id: ClaimId | None = None
    """Absent where the account's own balance was paid."""
    amount_cents: Cents
    """Below zero where a payment failed or was returned."""
    undrawn_cents: Cents
    """What is left of the commitment."""
    drawn_on: date


class CommitmentMoved(Event, name="CommitmentMoved"):
    """What is left of a commitment is paid from another envelope from now on (R-15).

    On the streams of both envelopes and of the agreement.
    """

    envelope_id: Slug
    to_envelope_id: Slug
    project_id: ProjectId
    amount_cents: PositiveCents
    """What was left, and moved."""
    drawn_cents: Cents
    """What was paid already, and stays with the former envelope."""
    reason: Line
    moved_on: date
    moved_by: PersonId


class EnvelopeClosed(Event, name="EnvelopeClosed"):
    """Nothing is committed in the envelope any more; what no project had is its source's."""

    envelope_id: Slug
    consumed_cents: Cents
    left_cents: Cents
    reason: Line
    closed_on: date
    closed_by: PersonId


EVENTS: tuple[type[Event], ...] = (
    EnvelopeOpened,
    CommitmentReserved,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentDrawnDown,
    CommitmentMoved,
    EnvelopeClosed,
)
