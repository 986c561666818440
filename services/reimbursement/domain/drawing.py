"""What payments take from a commitment, and moving what is left of it elsewhere (R-15)."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.envelope import DrawDown, MoveCommitment
from services.reimbursement.domain.agreement import Agreement, AgreementNotActive, require_known
from services.reimbursement.domain.envelope import Envelope, EnvelopeNotFound, require_open
from services.reimbursement.domain.reserving import CommitmentNotFound
from services.reimbursement.domain.streams import envelope_of
from services.reimbursement.events.envelope import CommitmentDrawnDown, CommitmentMoved
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said
from shared.kernel.refusals import Refusal


class EnvelopeExhausted(Refusal):
    """The other envelope has no room for what is left of this commitment."""

    rule = "R-15"
    french = "L'autre enveloppe n'a pas de place pour le reste de cet engagement."


class EnvelopeOfOtherProgramme(Refusal):
    """The other envelope is for another programme, or it is the one that pays already."""

    rule = "R-15"
    french = "L'autre enveloppe est d'un autre programme, ou c'est celle qui paie déjà."


def draw_down(
    ask: DrawDown, agreement: Agreement, envelope: Envelope
) -> Mapping[str, Sequence[CommitmentDrawnDown]]:
    """Note what a payment took, or brought back; the payment itself was decided before.

    Whatever is not paid from an envelope of ours is not noted.
    """
    kept = envelope.commitments.get(ask.project_id)
    if kept is None:
        return {}
    return {
        "envelope": [
            CommitmentDrawnDown(
                envelope_id=envelope.envelope_id,
                project_id=ask.project_id,
                organisation_id=ask.organisation_id,
                claim_id=ask.claim_id,
                amount_cents=ask.amount_cents,
                undrawn_cents=kept.undrawn_cents - ask.amount_cents,
                drawn_on=ask.drawn_on,
            )
        ]
    }


def move_commitment(
    ask: MoveCommitment, agreement: Agreement, envelope: Envelope, target: Envelope
) -> Said:
    """Pay what is left of a commitment from another envelope, such as a later year's (R-15).

    Before the execution a decision names the envelope, and nothing else. Raises AgreementNotActive,
    EnvelopeNotFound, EnvelopeIsClosed, EnvelopeOfOtherProgramme, EnvelopeExhausted,
    CommitmentNotFound.
    """
    require_known(agreement, ask.by)
    if agreement.executed_on is None:
        raise AgreementNotActive
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    require_open(target)
    if target.envelope_id == envelope.envelope_id or target.programme != agreement.programme:
        raise EnvelopeOfOtherProgramme
    kept = envelope.commitments.get(ask.project_id)
    if kept is None or not kept.undrawn_cents:
        raise CommitmentNotFound
    if kept.undrawn_cents > target.left_cents:
        raise EnvelopeExhausted(left_cents=target.left_cents)
    moved = CommitmentMoved(
        envelope_id=envelope.envelope_id,
        to_envelope_id=target.envelope_id,
        project_id=ask.project_id,
        amount_cents=kept.undrawn_cents,
        drawn_cents=kept.drawn_cents,
        reason=ask.reason,
        moved_on=ask.effective_on,
        moved_by=ask.by.person,
    )
    return {"agreement": [moved], "envelope": [moved], "target": [moved]}


DECIDERS: Mapping[type[Command], Decider] = {
    DrawDown: Decider(draw_down, agreement="agreement-{project_id}", envelope=envelope_of),
    MoveCommitment: Decider(
        move_commitment,
        agreement="agreement-{project_id}",
        envelope=envelope_of,
        target="envelope-{to_envelope_id}",
    ),
}
