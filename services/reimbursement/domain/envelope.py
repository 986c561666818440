"""A dated pot of money, and the commitments that never exceed it (R-15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias, assert_never

from services.reimbursement.commands.envelope import (
    OpenEnvelope,
    ReleaseCommitment,
    ReserveCommitment,
    ReserveWhenHeard,
)
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.award import Award, Proposal, parties
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.events.agreement import AgreementDrafted
from services.reimbursement.events.envelope import (
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReserved,
    EnvelopeOpened,
    RefusalReason,
)
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold, Said, States, StreamNames
from shared.kernel.policy_book import Pinned
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


class AwardNotFound(NotFound):
    """No approval of this project has been heard here."""

    french = "Aucune approbation de ce projet n'est parvenue ici."


class AwardIsVoid(Refusal):
    """This award lapsed, or was rescinded or revised; no money is kept for it any more."""

    rule = "R-15"
    french = "Cet octroi est échu, annulé ou révisé; aucun montant n'est plus gardé pour lui."


class CommitmentNotFound(NotFound):
    """The envelope keeps nothing for this project: nothing was reserved, or it was released."""

    rule = "R-15"
    french = "L'enveloppe ne garde rien pour ce projet : rien de réservé, ou déjà libéré."


class CommitmentStillNeeded(Refusal):
    """The agreement of this project was executed, so its money stays committed."""

    rule = "R-15"
    french = "L'entente de ce projet est en vigueur; son montant reste engagé."


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is kept for one project."""

    amount_cents: int
    reserved_by: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One pot: amounts in cents, both dates inclusive; committed is never above the amount."""

    envelope_id: str = ""
    source: str = ""
    programme: str = ""
    amount_cents: int = 0
    committed_cents: int = 0
    valid_from: date = date.min
    valid_to: date = date.min
    commitments: Mapping[str, Commitment] = field(default_factory=dict)

    @property
    def left_cents(self) -> int:
        """What no project is promised."""
        return self.amount_cents - self.committed_cents


EnvelopeEvent: TypeAlias = (
    EnvelopeOpened | CommitmentReserved | CommitmentRefused | CommitmentReleased
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
            kept = Commitment(event.amount_cents, event.reserved_by)
            return replace(
                envelope,
                committed_cents=envelope.committed_cents + event.amount_cents,
                commitments={**envelope.commitments, event.project_id: kept},
            )
        case CommitmentReleased():
            others = {
                project_id: kept
                for project_id, kept in envelope.commitments.items()
                if project_id != event.project_id
            }
            return replace(
                envelope,
                committed_cents=envelope.committed_cents - event.amount_cents,
                commitments=others,
            )
        case CommitmentRefused():
            return envelope
        case _:
            assert_never(event)


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


def _why_not(envelope: Envelope, award: Award, parameters: Parameters) -> RefusalReason | None:
    if award.rate > parameters.reimbursement_rate_max:
        return "rate_above_policy"
    if award.programme != envelope.programme:
        return "other_programme"
    if not envelope.valid_from <= award.decided_on <= envelope.valid_to:
        return "outside_validity"
    if award.ceiling_cents > envelope.left_cents:
        return "envelope_exhausted"
    return None


def draft_agreement(
    award: Award, proposal: Proposal, pinned: Pinned[Parameters]
) -> AgreementDrafted:
    """The agreement as the decision and the approved version have it."""
    budget = proposal.budget_of(award)
    return AgreementDrafted(
        project_id=award.project_id,
        programme=award.programme,
        title=award.title,
        lead_organisation_id=award.lead_organisation_id,
        participants=parties(award, budget),
        rate=award.rate,
        ceiling_cents=award.ceiling_cents,
        envelope_id=award.envelope_id,
        budget=budget,
        conditions=award.conditions,
        proposal_hash=award.proposal_hash,
        decided_on=award.decided_on,
        policy_version=pinned.version,
    )


def reserve_commitment(
    ask: ReserveCommitment | ReserveWhenHeard,
    agreement: Agreement,
    award: Award,
    proposal: Proposal,
    policies: Policies,
    envelope: Envelope,
) -> Said:
    """Reserve the award's ceiling and draft its agreement, or record why not (R-15, S24).

    What is already reserved stays: nothing is recorded. Judged by the policy in force for the
    programme on the day of the decision. Raises AwardNotFound, AwardIsVoid, EnvelopeNotFound,
    NoPolicyInForce.
    """
    if not award.project_id:
        raise AwardNotFound
    if award.void:
        raise AwardIsVoid
    if award.project_id in envelope.commitments:
        return []
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    pinned = policies.in_force(award.programme, award.decided_on)
    about: dict[str, Any] = {
        "envelope_id": award.envelope_id,
        "project_id": award.project_id,
        "amount_cents": award.ceiling_cents,
        "decided_on": award.decided_on,
        "policy_version": pinned.version,
    }
    left = envelope.left_cents
    if reason := _why_not(envelope, award, pinned.parameters):
        by = ask.by.person
        refused = CommitmentRefused(**about, left_cents=left, reason=reason, refused_by=by)
        return {"envelope": [refused]}
    reserved = CommitmentReserved(
        **about, left_cents=left - award.ceiling_cents, reserved_by=ask.by.person
    )
    drafted = agreement.status == "absent"
    return {
        "envelope": [reserved],
        "agreement": [draft_agreement(award, proposal, pinned)] if drafted else [],
    }


def reserve_when_heard(
    ask: ReserveWhenHeard,
    agreement: Agreement,
    award: Award,
    proposal: Proposal,
    policies: Policies,
    envelope: Envelope,
) -> Said:
    """Reserve once the decision and the version it approved were heard, in either order (R-15)."""
    if not award.project_id or award.void or not proposal.knows(award):
        return []
    return reserve_commitment(ask, agreement, award, proposal, policies, envelope)


def release_commitment(
    ask: ReleaseCommitment, envelope: Envelope, agreement: Agreement
) -> Sequence[CommitmentReleased]:
    """Give back what is kept for a project, once; not while its agreement is in force (R-15)."""
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    kept = envelope.commitments.get(ask.project_id)
    if kept is None:
        raise CommitmentNotFound
    if agreement.executed_on is not None:
        raise CommitmentStillNeeded
    return [
        CommitmentReleased(
            envelope_id=ask.envelope_id,
            project_id=ask.project_id,
            amount_cents=kept.amount_cents,
            left_cents=envelope.left_cents + kept.amount_cents,
            reason=ask.reason,
            released_by=ask.by.person,
        )
    ]


def _envelope_of_award(_: object, states: States) -> str:
    return f"envelope-{states['award'].envelope_id}"


_RESERVING: dict[str, StreamNames] = {
    "agreement": "agreement-{project_id}",
    "award": "evaluation-{project_id}",
    "proposal": "proposal-{project_id}",
    "policies": POLICIES,
    "envelope": _envelope_of_award,
}
FOLDS = {"envelope": Fold(Envelope(), evolve)}
DECIDERS: Mapping[type[Command], Decider] = {
    OpenEnvelope: Decider(open_envelope, envelope="envelope-{envelope_id}"),
    ReserveCommitment: Decider(reserve_commitment, **_RESERVING),
    ReserveWhenHeard: Decider(reserve_when_heard, **_RESERVING),
    ReleaseCommitment: Decider(
        release_commitment,
        envelope="envelope-{envelope_id}",
        agreement="agreement-{project_id}",
    ),
}
