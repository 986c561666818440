"""A dated pot of money, the commitments that never exceed it, and what is paid of them (R-15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias, assert_never

from services.reimbursement.commands.envelope import CloseEnvelope, OpenEnvelope
from services.reimbursement.events.envelope import (
    CommitmentDrawnDown,
    CommitmentMoved,
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReserved,
    EnvelopeClosed,
    EnvelopeOpened,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.periods import Quarter
from shared.kernel.refusals import Invalid, NotFound, Refusal


class EnvelopeNotFound(NotFound):
    """There is no envelope of this name; open it first."""

    french = "Il n'y a pas d'enveloppe de ce nom; ouvrez-la d'abord."


class EnvelopeAlreadyOpened(Refusal):
    """An envelope of this name is already open; choose another name for other money."""

    rule = "R-15"
    french = "Une enveloppe de ce nom est déjà ouverte; nommez autrement un autre montant."


class EnvelopeEndsBeforeItBegins(Invalid):
    """The last day of the envelope lies before its first; both days are inclusive."""

    rule = "R-15"
    french = "Le dernier jour de l'enveloppe précède le premier; les deux jours sont inclus."


class EnvelopeIsClosed(Refusal):
    """The envelope is closed: nothing is committed, moved or closed in it any more."""

    rule = "R-15"
    french = "L'enveloppe est fermée : rien n'y est plus engagé, déplacé ni fermé."


class CommitmentsOutstanding(Refusal):
    """Projects still have money in this envelope; move or release what is listed first."""

    rule = "R-15"
    french = "Des projets ont encore de l'argent dans cette enveloppe; déplacez ou libérez-le."


class PaymentOutsideEnvelope(Refusal):
    """The day lies outside the envelope's window; move what is left of the commitment first."""

    rule = "R-15"
    french = "Le jour sort de la période de l'enveloppe; déplacez d'abord le reste de l'engagement."


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is kept for one project, and what was paid of it, in cents."""

    amount_cents: int
    reserved_by: str
    drawn_cents: int = 0

    @property
    def undrawn_cents(self) -> int:
        """What is left to be paid."""
        return self.amount_cents - self.drawn_cents


@dataclass(frozen=True, slots=True)
class Envelope:
    """One pot: amounts in cents, both dates inclusive; committed is never above the amount."""

    envelope_id: str = ""
    source: str = ""
    programme: str = ""
    amount_cents: int = 0
    committed_cents: int = 0
    """What was paid included."""
    consumed_cents: int = 0
    valid_from: date = date.min
    valid_to: date = date.min
    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    consumed_by_year_cents: Mapping[str, int] = field(default_factory=dict)
    """By fiscal year of the payment."""
    closed_on: date | None = None

    @property
    def left_cents(self) -> int:
        """What no project is promised."""
        return self.amount_cents - self.committed_cents


EnvelopeEvent: TypeAlias = (
    EnvelopeOpened
    | CommitmentReserved
    | CommitmentRefused
    | CommitmentReleased
    | CommitmentDrawnDown
    | CommitmentMoved
    | EnvelopeClosed
)


def fiscal_year(day: date) -> str:
    """The fiscal year of a civil day, from April to March, such as 2020-21."""
    return str(Quarter.of(day))[:7]


def _changed(envelope: Envelope, project_id: str, change_cents: int, by: str = "") -> Envelope:
    """More or less is kept for a project; nothing is remembered where nothing is kept or paid."""
    kept = envelope.commitments.get(project_id, Commitment(0, by))
    kept = replace(kept, amount_cents=kept.amount_cents + change_cents)
    commitments = {**envelope.commitments, project_id: kept}
    if kept.amount_cents == kept.drawn_cents == 0:
        del commitments[project_id]
    committed = envelope.committed_cents + change_cents
    return replace(envelope, committed_cents=committed, commitments=commitments)


def _drawn(envelope: Envelope, event: CommitmentDrawnDown) -> Envelope:
    kept = envelope.commitments[event.project_id]
    kept = replace(kept, drawn_cents=kept.drawn_cents + event.amount_cents)
    year = fiscal_year(event.drawn_on)
    consumed = envelope.consumed_by_year_cents.get(year, 0) + event.amount_cents
    return replace(
        envelope,
        consumed_cents=envelope.consumed_cents + event.amount_cents,
        commitments={**envelope.commitments, event.project_id: kept},
        consumed_by_year_cents={**envelope.consumed_by_year_cents, year: consumed},
    )


def evolve(envelope: Envelope, event: EnvelopeEvent) -> Envelope:
    """The envelope after one event more."""
    match event:
        case EnvelopeOpened():
            return Envelope(
                envelope_id=event.envelope_id,
                source=event.source,
                programme=event.programme,
                amount_cents=event.amount_cents,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
            )
        case CommitmentReserved():
            return _changed(envelope, event.project_id, event.amount_cents, event.reserved_by)
        case CommitmentReleased():
            return _changed(envelope, event.project_id, -event.amount_cents)
        case CommitmentMoved():
            gone = event.envelope_id == envelope.envelope_id
            change = -event.amount_cents if gone else event.amount_cents
            return _changed(envelope, event.project_id, change, event.moved_by)
        case CommitmentDrawnDown():
            return _drawn(envelope, event)
        case EnvelopeClosed():
            return replace(envelope, closed_on=event.closed_on)
        case CommitmentRefused():
            return envelope
        case _:
            assert_never(event)


def require_open(envelope: Envelope) -> None:
    """Raise EnvelopeNotFound or EnvelopeIsClosed unless money may be committed in it."""
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    if envelope.closed_on is not None:
        raise EnvelopeIsClosed


def require_in_window(envelope: Envelope, day: date) -> None:
    """A payment falls in its envelope's days (R-15). Raises PaymentOutsideEnvelope."""
    if not envelope.valid_from <= day <= envelope.valid_to:
        raise PaymentOutsideEnvelope(
            envelope_id=envelope.envelope_id,
            valid_from=envelope.valid_from.isoformat(),
            valid_to=envelope.valid_to.isoformat(),
        )


def open_envelope(ask: OpenEnvelope, envelope: Envelope) -> Sequence[EnvelopeOpened]:
    """Open a pot, once under each name; commitments never exceed it (R-15)."""
    if ask.valid_to < ask.valid_from:
        raise EnvelopeEndsBeforeItBegins
    if envelope.envelope_id:
        raise EnvelopeAlreadyOpened
    return [
        EnvelopeOpened(
            envelope_id=ask.envelope_id,
            source=ask.source,
            programme=ask.programme,
            amount_cents=ask.amount_cents,
            valid_from=ask.valid_from,
            valid_to=ask.valid_to,
            opened_by=ask.by.person,
        )
    ]


def close_envelope(ask: CloseEnvelope, envelope: Envelope) -> Sequence[EnvelopeClosed]:
    """Close a pot once nothing in it is left to be paid. Raises CommitmentsOutstanding."""
    require_open(envelope)
    outstanding = sorted(
        project_id for project_id, kept in envelope.commitments.items() if kept.undrawn_cents
    )
    if outstanding:
        raise CommitmentsOutstanding(projects=outstanding)
    return [
        EnvelopeClosed(
            envelope_id=ask.envelope_id,
            consumed_cents=envelope.consumed_cents,
            left_cents=envelope.left_cents,
            reason=ask.reason,
            closed_on=ask.effective_on,
            closed_by=ask.by.person,
        )
    ]


FOLDS = {"envelope": Fold(Envelope(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    OpenEnvelope: Decider(open_envelope, envelope="envelope-{envelope_id}"),
    CloseEnvelope: Decider(close_envelope, envelope="envelope-{envelope_id}"),
}
