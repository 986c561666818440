"""How a proposal moves on: submitted, worked out, submitted again, withdrawn, expired."""

from collections.abc import Sequence
from typing import Any

from services.intake.commands import (
    ExpireProposal,
    OpenDetailedProposal,
    ReinstateProposal,
    SubmitDetailedProposal,
    SubmitProposal,
    WithdrawProposal,
)
from services.intake.domain.assessment import Assessment
from services.intake.domain.entitled import must_be_legal, must_be_the_lead
from services.intake.domain.leading import must_be_allowed_to_lead
from services.intake.domain.policy import Policies
from services.intake.domain.proposal import Participant, Proposal
from services.intake.domain.refusals import (
    DeclinedParticipantStillNamed,
    DetailedProposalIncomplete,
    NotIdle,
)
from services.intake.domain.standing import Standing
from services.intake.events.course import (
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    ProposalExpired,
    ProposalReinstated,
    ProposalSubmitted,
    ProposalWithdrawn,
)
from services.intake.events.vocabulary import SubmittedParticipant


def submit_proposal(
    ask: SubmitProposal,
    proposal: Proposal,
    evaluation: Assessment,
    lead: Standing,
    policies: Policies,
) -> Sequence[ProposalSubmitted]:
    """At any time (I-4), once (I-9), by any lead that is not only an associate (I-1, I-3)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    return [ProposalSubmitted(**_version(ask, proposal, lead, policies))]


def open_detailed_proposal(
    ask: OpenDetailedProposal, proposal: Proposal, evaluation: Assessment
) -> Sequence[DetailedProposalOpened]:
    """The lead opens the detailed stage after eligibility (I-2, I-13)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    return [DetailedProposalOpened(project_id=ask.project_id, opened_by=ask.by.person)]


def submit_detailed_proposal(
    ask: SubmitDetailedProposal,
    proposal: Proposal,
    evaluation: Assessment,
    lead: Standing,
    policies: Policies,
) -> Sequence[DetailedProposalSubmitted]:
    """A complete detailed version (I-8), the first one or the answer to a return (I-2, I-9)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    missing = _missing(proposal)
    if missing:
        raise DetailedProposalIncomplete(missing=missing)
    submitted = DetailedProposalSubmitted(
        **_version(ask, proposal, lead, policies),
        budget_lines=proposal.budget,
        work_plan=proposal.work_plan,
        ip_plan_declared=proposal.ip_plan is not None,
    )
    return [submitted]


def _missing(proposal: Proposal) -> list[str]:
    parts = {
        "budget": proposal.budget,
        "work_plan": proposal.work_plan,
        "ip_plan": proposal.ip_plan,
    }
    return [name for name, part in parts.items() if not part]


def _version(
    ask: SubmitProposal | SubmitDetailedProposal,
    proposal: Proposal,
    lead: Standing,
    policies: Policies,
) -> dict[str, Any]:
    """What both submissions state: all that is assessed, under one hash (I-9)."""
    policy = policies.in_force(proposal.programme, ask.effective_on)
    must_be_allowed_to_lead(lead, policy)
    if any(participant.answer == "declined" for participant in proposal.participants):
        raise DeclinedParticipantStillNamed
    return {
        "project_id": proposal.project_id,
        "programme": proposal.programme,
        "version": proposal.course.version + 1,
        "content_hash": proposal.content_hash,
        "title": proposal.title,
        "lead_organisation_id": proposal.lead_organisation_id,
        "participants": tuple(_as_submitted(proposal, party) for party in proposal.participants),
        "planned_start": proposal.planned_start,
        "endorsed": proposal.endorsed,
        "work_places": proposal.work_places,
        "section_hashes": dict(proposal.sections),
        "other_funding": proposal.other_funding,
        "held_distinct": proposal.held_distinct,
        "policy_version": policy.version,
        "submitted_on": ask.effective_on,
        "submitted_by": ask.by.person,
    }


def _as_submitted(proposal: Proposal, party: Participant) -> SubmittedParticipant:
    """The lead confirms by submitting; others count once they confirmed this content (I-10)."""
    return SubmittedParticipant(
        organisation_id=party.organisation_id, name=party.name, confirmed=proposal.counts(party)
    )


def withdraw_proposal(
    ask: WithdrawProposal, proposal: Proposal, evaluation: Assessment
) -> Sequence[ProposalWithdrawn]:
    """The lead takes the proposal back, at any time before the decision (I-13)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    withdrawn = ProposalWithdrawn(
        project_id=ask.project_id, reason=ask.reason, withdrawn_by=ask.by.person
    )
    return [withdrawn]


def expire_proposal(
    ask: ExpireProposal, proposal: Proposal, evaluation: Assessment, policies: Policies
) -> Sequence[ProposalExpired]:
    """After so many whole days without any event, the applicant's turn, it rests (X11).

    The days are those of the policy version that the proposal was last decided by (X7).
    """
    must_be_legal(ask, proposal, evaluation)
    policy = policies.version(proposal.programme, proposal.policy_version)
    idle_days = policy.parameters.proposal_inactive_days
    if (ask.effective_on - ask.idle_since).days <= idle_days:
        raise NotIdle
    expired = ProposalExpired(
        project_id=ask.project_id,
        idle_since=ask.idle_since,
        idle_days=idle_days,
        policy_version=policy.version,
        expired_on=ask.effective_on,
    )
    return [expired]


def reinstate_proposal(
    ask: ReinstateProposal, proposal: Proposal, evaluation: Assessment
) -> Sequence[ProposalReinstated]:
    """The lead lets an expired proposal go on from where it stood, at any time (I-4)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    reinstated = ProposalReinstated(
        project_id=ask.project_id, reason=ask.reason, reinstated_by=ask.by.person
    )
    return [reinstated]
