"""What envelopes learn by themselves: what payments took, and what a closed agreement left."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.envelope import DrawDown, ReleaseRemainder
from services.reimbursement.events.agreement import AgreementClosed
from services.reimbursement.events.payment import PaymentAuthorised, PaymentFailed
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


def release_what_is_left_over(
    event: AgreementClosed, reaction: Reaction
) -> Sequence[ReleaseRemainder]:
    """What a closed agreement did not need goes back to its envelope."""
    return [ReleaseRemainder(project_id=event.project_id, **reaction.command)]


POLICIES: Mapping[type[Event] | type[Heard], Sequence[Policy]] = {
    PaymentAuthorised: [draw_down_what_is_paid],
    PaymentFailed: [put_back_what_failed],
    AgreementClosed: [release_what_is_left_over],
}
