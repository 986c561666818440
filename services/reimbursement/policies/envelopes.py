"""What envelopes learn by themselves: what payments took, and what a closed agreement left."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.envelope import DrawDown, ReleaseRemainder
from services.reimbursement.events.agreement import AgreementClosed
from services.reimbursement.events.debt import OverpaymentEstablished, RecoveryReceived
from services.reimbursement.events.payment import (
    PaymentAuthorised,
    PaymentFailed,
    PaymentReturned,
)
from shared.kernel.decider import Policy, Reaction
from shared.kernel.events import Event, Heard


def draw_down_what_is_paid(event: PaymentAuthorised, reaction: Reaction) -> Sequence[DrawDown]:
    """An authorised payment is consumed from that day on (R-15)."""
    return [
        DrawDown(
            project_id=event.project_id,
            organisation_id=event.organisation_id,
            claim_id=event.claim_id,
            amount_cents=event.amount_cents,
            drawn_on=event.authorised_on,
            **reaction.command,
        )
    ]


def put_back_what_failed(event: PaymentFailed, reaction: Reaction) -> Sequence[DrawDown]:
    """What the bank could not pay is there again."""
    return [
        DrawDown(
            project_id=event.project_id,
            organisation_id=event.organisation_id,
            claim_id=event.claim_id,
            amount_cents=-event.amount_cents,
            drawn_on=event.failed_on,
            **reaction.command,
        )
    ]


def put_back_what_came_back(
    event: PaymentReturned | RecoveryReceived, reaction: Reaction
) -> Sequence[DrawDown]:
    """What the bank returned, or a participant, is there again."""
    on = event.returned_on if isinstance(event, PaymentReturned) else event.received_on
    return [
        DrawDown(
            project_id=event.project_id,
            organisation_id=event.organisation_id,
            claim_id=event.claim_id if isinstance(event, PaymentReturned) else None,
            amount_cents=-event.amount_cents,
            drawn_on=on,
            **reaction.command,
        )
    ]


def draw_down_what_was_sent_in_excess(
    event: OverpaymentEstablished, reaction: Reaction
) -> Sequence[DrawDown]:
    """What the bank sent too much is gone until it comes back."""
    if not event.excess_cents:
        return []
    return [
        DrawDown(
            project_id=event.project_id,
            organisation_id=event.organisation_id,
            claim_id=None,
            amount_cents=event.excess_cents,
            drawn_on=event.established_on,
            **reaction.command,
        )
    ]


def release_what_is_left_over(
    event: AgreementClosed, reaction: Reaction
) -> Sequence[ReleaseRemainder]:
    """What a closed agreement did not need goes back to its envelope."""
    return [ReleaseRemainder(project_id=event.project_id, **reaction.command)]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    PaymentAuthorised: [draw_down_what_is_paid],
    PaymentFailed: [put_back_what_failed],
    PaymentReturned: [put_back_what_came_back],
    RecoveryReceived: [put_back_what_came_back],
    OverpaymentEstablished: [draw_down_what_was_sent_in_excess],
    AgreementClosed: [release_what_is_left_over],
}
