"""What stands beside the content: endorsement, other money, secrecy, coaching (I-6, I-12)."""

from collections.abc import Sequence
from datetime import date

from services.intake.commands import (
    DeclareOtherFunding,
    RecordCoachingNote,
    RecordExecutiveEndorsement,
    RecordNda,
    RequestNda,
    WithdrawExecutiveEndorsement,
)
from services.intake.domain.assessment import Assessment
from services.intake.domain.entitled import (
    must_be_known_to,
    must_be_legal,
    must_be_staff,
    must_be_the_lead,
)
from services.intake.domain.proposal import Endorsement, Nda, Proposal
from services.intake.domain.refusals import (
    LimitReached,
    NoEndorsementToWithdraw,
    NotYetHappened,
)
from services.intake.events.content import (
    CoachingNoteRecorded,
    ExecutiveEndorsementRecorded,
    ExecutiveEndorsementWithdrawn,
    NdaExecuted,
    NdaRequested,
    OtherFundingDeclared,
)
from services.intake.events.vocabulary import OtherFunding
from shared.kernel.commands import Command

NOTES_MAX = 100
"""Declarations, agreements and notes of one kind; the state of a proposal stays small."""
STANDING_NOTE = "Coaching is not legal advice. L'accompagnement ne constitue pas un avis juridique."
"""What every coaching note says (I-12, S32)."""


def record_executive_endorsement(
    ask: RecordExecutiveEndorsement, proposal: Proposal, evaluation: Assessment
) -> Sequence[ExecutiveEndorsementRecorded]:
    """An executive stands behind the proposal; no content, so possible later too (I-10, S20)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_have_happened(ask, ask.endorsed_on)
    if proposal.endorsement == Endorsement(ask.executive_title, ask.endorsed_on):
        return []  # This endorsement is on record.
    recorded = ExecutiveEndorsementRecorded(
        project_id=ask.project_id,
        executive_title=ask.executive_title,
        endorsed_on=ask.endorsed_on,
        recorded_by=ask.by.person,
    )
    return [recorded]


def withdraw_executive_endorsement(
    ask: WithdrawExecutiveEndorsement, proposal: Proposal, evaluation: Assessment
) -> Sequence[ExecutiveEndorsementWithdrawn]:
    """No executive stands behind it any more; told at any time, after the award too (S20)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_have_happened(ask, ask.withdrawn_on)
    if not proposal.endorsed:
        raise NoEndorsementToWithdraw
    withdrawn = ExecutiveEndorsementWithdrawn(
        project_id=ask.project_id,
        reason=ask.reason,
        withdrawn_on=ask.withdrawn_on,
        withdrawn_by=ask.by.person,
    )
    return [withdrawn]


def declare_other_funding(
    ask: DeclareOtherFunding, proposal: Proposal, evaluation: Assessment
) -> Sequence[OtherFundingDeclared]:
    """Other money is told of at any time, after the award too; people judge what it means (S17)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_have_happened(ask, ask.declared_on)
    told = OtherFunding(source=ask.source, kind=ask.kind, amount_cents=ask.amount_cents)
    if told in proposal.other_funding:
        return []  # This money is on record.
    _must_have_room(proposal.other_funding)
    declared = OtherFundingDeclared(
        project_id=ask.project_id,
        source=ask.source,
        kind=ask.kind,
        amount_cents=ask.amount_cents,
        declared_on=ask.declared_on,
        declared_by=ask.by.person,
    )
    return [declared]


def request_nda(
    ask: RequestNda, proposal: Proposal, evaluation: Assessment
) -> Sequence[NdaRequested]:
    """An agreement on secrecy is asked for; nothing ever waits for it (I-6)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    if any(nda.counterparty == ask.counterparty for nda in proposal.ndas):
        return []  # Asked for, or even signed.
    _must_have_room(proposal.ndas)
    requested = NdaRequested(
        project_id=ask.project_id, counterparty=ask.counterparty, requested_by=ask.by.person
    )
    return [requested]


def record_nda(ask: RecordNda, proposal: Proposal, evaluation: Assessment) -> Sequence[NdaExecuted]:
    """A signed agreement is recorded, asked for before or not (I-6)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_have_happened(ask, ask.executed_on)
    if Nda(ask.counterparty, ask.executed_on) in proposal.ndas:
        return []  # This agreement is on record.
    _must_have_room(proposal.ndas)
    executed = NdaExecuted(
        project_id=ask.project_id,
        counterparty=ask.counterparty,
        executed_on=ask.executed_on,
        recorded_by=ask.by.person,
    )
    return [executed]


def record_coaching_note(
    ask: RecordCoachingNote, proposal: Proposal, evaluation: Assessment
) -> Sequence[CoachingNoteRecorded]:
    """Staff records what it coached in, always with the standing note (I-12)."""
    must_be_known_to(proposal, ask.by)
    must_be_staff(ask.by)
    must_be_legal(ask, proposal, evaluation)
    _must_have_room(proposal.coaching)
    recorded = CoachingNoteRecorded(
        project_id=ask.project_id,
        topic=ask.topic,
        note=ask.note,
        standing_note=STANDING_NOTE,
        recorded_by=ask.by.person,
    )
    return [recorded]


def _must_have_happened(ask: Command, day: date) -> None:
    if day > ask.effective_on:
        raise NotYetHappened


def _must_have_room(kept: Sequence[object]) -> None:
    if len(kept) >= NOTES_MAX:
        raise LimitReached(limit=NOTES_MAX)
