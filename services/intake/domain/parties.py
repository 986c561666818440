"""Who leads and who takes part: drafting, inviting, confirming, declining, removing."""

from collections.abc import Sequence

from services.intake.commands import (
    ConfirmParticipation,
    DeclineParticipation,
    DraftProposal,
    InviteParticipant,
    RemoveParticipant,
)
from services.intake.domain.entitled import (
    answering,
    must_be_named,
    must_be_open,
    must_be_the_lead,
    must_go_on,
)
from services.intake.domain.neighbours import Assessment, Standing
from services.intake.domain.policy import Policies
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import (
    AlreadyAParticipant,
    AssociateMayNotLead,
    LeadAlwaysParticipates,
    LimitReached,
    NotTheLead,
    OtherContentConfirmed,
    ParticipantNotFound,
    ParticipantStillPlanned,
    ProposalAlreadyDrafted,
)
from services.intake.events import (
    Parameters,
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
    ProposalDrafted,
)
from shared.kernel.policy_book import Pinned

PARTICIPANTS_MAX = 100
"""Far beyond the largest consortium known; the state of a proposal stays small."""


def draft_proposal(
    ask: DraftProposal, proposal: Proposal, lead: Standing, policies: Policies
) -> Sequence[ProposalDrafted]:
    """A lead begins a proposal (I-1, I-3, I-13), by the policy in force that day (X7).

    Its role, objective and sector are recorded, never judged (I-5).
    """
    if not ask.by.may_act_for({ask.lead_organisation_id}):
        raise NotTheLead
    must_be_named(ask.by, ask.lead_organisation_id)
    if proposal.stage != "absent":
        raise ProposalAlreadyDrafted
    policy = policies.in_force(ask.programme, ask.effective_on)
    must_be_allowed_to_lead(lead, policy)
    drafted = ProposalDrafted(
        project_id=ask.project_id,
        programme=ask.programme,
        title=ask.title,
        lead_organisation_id=ask.lead_organisation_id,
        lead_name=ask.lead_name,
        sector=ask.sector,
        objective=ask.objective,
        role=ask.role,
        planned_start=ask.planned_start,
        policy_version=policy.version,
        drafted_by=ask.by.person,
    )
    return [drafted]


def must_be_allowed_to_lead(lead: Standing, policy: Pinned[Parameters]) -> None:
    """Who is only an associate may not lead (I-1); who has no status may (I-3)."""
    if lead.only_an_associate and policy.parameters.associate_lead == "deny":
        raise AssociateMayNotLead(policy_version=policy.version)


def invite_participant(
    ask: InviteParticipant, proposal: Proposal, evaluation: Assessment
) -> Sequence[ParticipantInvited]:
    """The lead names another party, or asks one again that declined (I-9)."""
    must_be_the_lead(proposal, ask.by)
    must_be_open(proposal, evaluation)
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
    must_go_on(proposal, evaluation)
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
    must_go_on(proposal, evaluation)
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
    must_be_open(proposal, evaluation)
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
