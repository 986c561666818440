"""Reserving an award's ceiling in its envelope, drafting its agreement, and giving money back."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from services.reimbursement.commands.envelope import (
    ReleaseCommitment,
    ReleaseRemainder,
    ReserveCommitment,
    ReserveWhenHeard,
)
from services.reimbursement.domain.agreement import Agreement
from services.reimbursement.domain.award import Award, Proposal, parties
from services.reimbursement.domain.envelope import Envelope, EnvelopeNotFound
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.streams import envelope_of
from services.reimbursement.events.agreement import AgreementDrafted
from services.reimbursement.events.course import AgreementConditionSatisfied
from services.reimbursement.events.envelope import (
    CommitmentRefused,
    CommitmentReleased,
    CommitmentReserved,
    RefusalReason,
)
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Said, States, StreamNames
from shared.kernel.events import Event
from shared.kernel.policy_book import Pinned
from shared.kernel.refusals import NotFound, Refusal

Envelopes: TypeAlias = Mapping[str, Envelope]
"""By stream: the decision's envelope, and an earlier decision's where that was another one."""


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


def _why_not(
    envelope: Envelope, award: Award, kept_cents: int, parameters: Parameters
) -> RefusalReason | None:
    if award.rate > parameters.reimbursement_rate_max:
        return "rate_above_policy"
    if award.programme != envelope.programme:
        return "other_programme"
    if envelope.closed_on is not None:
        return "envelope_closed"
    if not envelope.valid_from <= award.decided_on <= envelope.valid_to:
        return "outside_validity"
    if award.ceiling_cents > envelope.left_cents + kept_cents:
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


_DRAFTED = (
    "title",
    "lead_organisation_id",
    "participants",
    "rate",
    "ceiling_cents",
    "envelope_id",
    "budget",
    "conditions",
    "decided_on",
)
"""What a draft takes over from the decision and the version that it approves."""


def _outdated(agreement: Agreement, draft: AgreementDrafted) -> bool:
    """Whether another decision was taken since the agreement was drafted; never once executed."""
    if agreement.executed_on is not None:
        return False
    return any(getattr(agreement, name) != getattr(draft, name) for name in _DRAFTED)


def _drafted(
    award: Award, draft: AgreementDrafted
) -> list[AgreementDrafted | AgreementConditionSatisfied]:
    """The draft, and the conditions of the award that were satisfied before there was one."""
    known = [award.satisfied[number] for number in sorted(award.satisfied)]
    return [
        draft,
        *(
            AgreementConditionSatisfied(
                project_id=draft.project_id,
                number=heard.number,
                condition=heard.condition,
                left=len(draft.conditions) - count,
                satisfied_on=heard.satisfied_on,
            )
            for count, heard in enumerate(known, 1)
        ),
    ]


def _enough(agreement: Agreement, award: Award, kept_cents: int) -> bool:
    """Whether what is kept is what the decision grants; an executed agreement only ever gets more.

    An executed agreement's ceiling goes down by amendment, and its envelope changes by a move.
    """
    if agreement.executed_on is not None:
        return award.ceiling_cents <= kept_cents or award.envelope_id != agreement.envelope_id
    return award.ceiling_cents == kept_cents


def reserve_commitment(
    ask: ReserveCommitment | ReserveWhenHeard,
    agreement: Agreement,
    award: Award,
    proposal: Proposal,
    policies: Policies,
    envelopes: Envelopes,
) -> Said:
    """Reserve the award's ceiling and draft its agreement, or record why not (R-15, S24).

    What is already reserved for this very decision stays: nothing is recorded. A later decision
    takes its place: the former amount is released with it, and what is not executed is drafted
    anew, unsigned. Judged by the policy in force for the programme on the day of the decision.
    Raises AwardNotFound, AwardIsVoid, EnvelopeNotFound, NoPolicyInForce.
    """
    if not award.project_id:
        raise AwardNotFound
    if award.void:
        raise AwardIsVoid
    stream = f"envelope-{award.envelope_id}"
    envelope = envelopes[stream]
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    pinned = policies.in_force(award.programme, award.decided_on)
    draft = draft_agreement(award, proposal, pinned)
    drafted = _drafted(award, draft) if _outdated(agreement, draft) else []
    kept_cents = _kept(envelope, award.project_id)
    enough = _enough(agreement, award, kept_cents)
    if enough and not drafted:
        return []
    if reason := _why_not(envelope, award, kept_cents, pinned.parameters):
        refused = CommitmentRefused(
            **_about(award, pinned),
            left_cents=envelope.left_cents,
            reason=reason,
            refused_by=ask.by.person,
        )
        return {stream: [refused]}
    said: dict[str, Sequence[Event]] = {
        name: _replaced(ask, former, award.project_id)
        for name, former in envelopes.items()
        if name != stream
    }
    said[stream] = [] if enough else _reserved(ask, award, envelope, pinned)
    said["agreement"] = drafted
    return said


def _kept(envelope: Envelope, project_id: str) -> int:
    kept = envelope.commitments.get(project_id)
    return kept.amount_cents if kept else 0


def _about(award: Award, pinned: Pinned[Parameters]) -> dict[str, Any]:
    return {
        "envelope_id": award.envelope_id,
        "project_id": award.project_id,
        "amount_cents": award.ceiling_cents,
        "decided_on": award.decided_on,
        "policy_version": pinned.version,
    }


def _reserved(
    ask: Command, award: Award, envelope: Envelope, pinned: Pinned[Parameters]
) -> list[CommitmentReleased | CommitmentReserved]:
    """The amount of a former decision goes back and the new one's is kept, in one decision."""
    before = _replaced(ask, envelope, award.project_id)
    left = envelope.left_cents + sum(released.amount_cents for released in before)
    reserved = CommitmentReserved(
        **_about(award, pinned),
        left_cents=left - award.ceiling_cents,
        reserved_by=ask.by.person,
    )
    return [*before, reserved]


def _replaced(ask: Command, envelope: Envelope, project_id: str) -> list[CommitmentReleased]:
    kept = _kept(envelope, project_id)
    if not kept:
        return []
    return [
        CommitmentReleased(
            envelope_id=envelope.envelope_id,
            project_id=project_id,
            amount_cents=kept,
            left_cents=envelope.left_cents + kept,
            reason="A later decision takes its place.",
            released_by=ask.by.person,
        )
    ]


def reserve_when_heard(
    ask: ReserveWhenHeard,
    agreement: Agreement,
    award: Award,
    proposal: Proposal,
    policies: Policies,
    envelopes: Envelopes,
) -> Said:
    """Reserve once the decision and the version it approved were heard, in either order (R-15)."""
    if not award.project_id or award.void or not proposal.knows(award):
        return []
    return reserve_commitment(ask, agreement, award, proposal, policies, envelopes)


def release_commitment(
    ask: ReleaseCommitment, envelope: Envelope, agreement: Agreement
) -> Sequence[CommitmentReleased]:
    """Give back what is kept for a project, once; not while its agreement is in force (R-15)."""
    if not envelope.envelope_id:
        raise EnvelopeNotFound
    kept = envelope.commitments.get(ask.project_id)
    if kept is None or not kept.undrawn_cents:
        raise CommitmentNotFound
    if agreement.executed_on is not None and agreement.status != "closed":
        raise CommitmentStillNeeded
    return [
        CommitmentReleased(
            envelope_id=ask.envelope_id,
            project_id=ask.project_id,
            amount_cents=kept.undrawn_cents,
            left_cents=envelope.left_cents + kept.undrawn_cents,
            reason=ask.reason,
            released_by=ask.by.person,
        )
    ]


def release_remainder(
    ask: ReleaseRemainder, agreement: Agreement, envelope: Envelope
) -> Mapping[str, Sequence[CommitmentReleased]]:
    """Give back what a closed agreement left over, if anything; else stay quiet."""
    kept = envelope.commitments.get(ask.project_id)
    if kept is None or not kept.undrawn_cents or agreement.status != "closed":
        return {}
    asked = ReleaseCommitment(
        envelope_id=envelope.envelope_id,
        project_id=ask.project_id,
        reason="The agreement was closed.",
        by=ask.by,
        now=ask.now,
        effective_at=ask.effective_at,
    )
    return {"envelope": release_commitment(asked, envelope, agreement)}


def _envelopes(_: object, states: States) -> Sequence[str]:
    """The decision's envelope, and the one of an earlier decision, where that was another one."""
    agreement: Agreement = states["agreement"]
    award: Award = states["award"]
    if agreement.executed_on is not None or agreement.envelope_id in ("", award.envelope_id):
        return [f"envelope-{award.envelope_id}"]
    return [f"envelope-{award.envelope_id}", f"envelope-{agreement.envelope_id}"]


_RESERVING: dict[str, StreamNames] = {
    "agreement": "agreement-{project_id}",
    "award": "evaluation-{project_id}",
    "proposal": "proposal-{project_id}",
    "policies": POLICIES,
    "envelopes": _envelopes,
}
DECIDERS: Mapping[type[Command], Decider] = {
    ReserveCommitment: Decider(reserve_commitment, **_RESERVING),
    ReserveWhenHeard: Decider(reserve_when_heard, **_RESERVING),
    ReleaseCommitment: Decider(
        release_commitment,
        envelope="envelope-{envelope_id}",
        agreement="agreement-{project_id}",
    ),
    ReleaseRemainder: Decider(
        release_remainder, agreement="agreement-{project_id}", envelope=envelope_of
    ),
}
