"""Who takes part: inviting, confirming, declining, removing, and who counts as two (I-11)."""

from collections.abc import Sequence

from services.intake.commands import (
    ConfirmParticipation,
    DeclineParticipation,
    HoldParticipantsDistinct,
    InviteParticipant,
    RemoveParticipant,
)
from services.intake.domain.assessment import Assessment
from services.intake.domain.entitled import (
    answering,
    must_be_known_to,
    must_be_legal,
    must_be_staff,
    must_be_the_lead,
)
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import (
    AlreadyAParticipant,
    LeadAlwaysParticipates,
    LimitReached,
    NotTwoParticipants,
    OtherContentConfirmed,
    ParticipantNotFound,
    ParticipantStillPlanned,
)
from services.intake.events.parties import (
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
    ParticipantsHeldDistinct,
)

PARTICIPANTS_MAX = 100
"""Far beyond the largest consortium known; the state of a proposal stays small."""


def invite_participant(
    ask: InviteParticipant, proposal: Proposal, evaluation: Assessment
) -> Sequence[ParticipantInvited]:
    """The lead names another party, or asks one again that declined (I-9)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    named = proposal.participant(ask.organisation_id)
    if named is not None and named.answer != "declined":
        raise AlreadyAParticipant
    if named is None and len(proposal.participants) >= PARTICIPANTS_MAX:
        raise LimitReached(limit=PARTICIPANTS_MAX)
    invited = ParticipantInvited(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        name=ask.name,
        invited_by=ask.by.person,
    )
    return [invited]


def confirm_participation(
    ask: ConfirmParticipation, proposal: Proposal, evaluation: Assessment
) -> Sequence[ParticipantConfirmed]:
    """A participant agrees to the current content, before or after its submission (I-10)."""
    participant = answering(proposal, ask.by, ask.organisation_id)
    must_be_legal(ask, proposal, evaluation)
    if ask.organisation_id == proposal.lead_organisation_id:
        raise LeadAlwaysParticipates
    if ask.content_hash != proposal.content_hash:
        raise OtherContentConfirmed(content_hash=proposal.content_hash)
    if participant.confirmed_hash == ask.content_hash:
        return []  # It agreed to this very content; saying so again changes nothing.
    confirmed = ParticipantConfirmed(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        content_hash=ask.content_hash,
        confirmed_by=ask.by.person,
    )
    return [confirmed]


def decline_participation(
    ask: DeclineParticipation, proposal: Proposal, evaluation: Assessment
) -> Sequence[ParticipantDeclined]:
    """A participant may always say no; it counts for nothing then, named until removed (I-10)."""
    participant = answering(proposal, ask.by, ask.organisation_id)
    must_be_legal(ask, proposal, evaluation)
    if ask.organisation_id == proposal.lead_organisation_id:
        raise LeadAlwaysParticipates
    if participant.answer == "declined":
        return []  # Declined once is declined.
    declined = ParticipantDeclined(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        declined_by=ask.by.person,
    )
    return [declined]


def remove_participant(
    ask: RemoveParticipant, proposal: Proposal, evaluation: Assessment
) -> Sequence[ParticipantRemoved]:
    """The lead no longer names a party; first budget and plans must do without it (I-7, I-9)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    if ask.organisation_id == proposal.lead_organisation_id:
        raise LeadAlwaysParticipates
    if proposal.participant(ask.organisation_id) is None:
        raise ParticipantNotFound
    named_in = _plans_naming(proposal, ask.organisation_id)
    if named_in:
        raise ParticipantStillPlanned(named_in=named_in)
    removed = ParticipantRemoved(
        project_id=ask.project_id,
        organisation_id=ask.organisation_id,
        removed_by=ask.by.person,
    )
    return [removed]


def _plans_naming(proposal: Proposal, organisation_id: str) -> list[str]:
    owners = proposal.ip_plan.owners if proposal.ip_plan else ()
    named = {
        "budget": {line.organisation_id for line in proposal.budget},
        "work_plan": {package.organisation_id for package in proposal.work_plan},
        "ip_plan": {owner.owner for owner in owners},
    }
    return [plan for plan, parties in named.items() if organisation_id in parties]


def hold_participants_distinct(
    ask: HoldParticipantsDistinct, proposal: Proposal, evaluation: Assessment
) -> Sequence[ParticipantsHeldDistinct]:
    """Staff holds two participants to be two, whatever names or control say (I-11)."""
    must_be_known_to(proposal, ask.by)
    must_be_staff(ask.by)
    must_be_legal(ask, proposal, evaluation)
    one, other = sorted(ask.organisation_ids)
    if one == other or not proposal.party_ids.issuperset({one, other}):
        raise NotTwoParticipants
    if (one, other) in proposal.held_distinct:
        return []  # They are held distinct already.
    held = ParticipantsHeldDistinct(
        project_id=ask.project_id,
        organisation_ids=(one, other),
        reason=ask.reason,
        held_by=ask.by.person,
    )
    return [held]
