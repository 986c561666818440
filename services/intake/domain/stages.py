"""How a proposal moves on: submitted, worked out in detail, submitted again, withdrawn."""

from collections.abc import Sequence
from typing import Any

from services.intake.commands import (
    OpenDetailedProposal,
    SubmitDetailedProposal,
    SubmitProposal,
    WithdrawProposal,
)
from services.intake.domain.entitled import (
    must_be_known_to,
    must_be_the_lead,
    must_go_on,
)
from services.intake.domain.neighbours import Assessment, Standing
from services.intake.domain.parties import must_be_allowed_to_lead
from services.intake.domain.policy import Policies
from services.intake.domain.proposal import Participant, Proposal
from services.intake.domain.refusals import (
    DeclinedParticipantStillNamed,
    DetailedProposalIncomplete,
    DetailedStageAlreadyOpen,
    DetailedStageNotOpen,
    NotTheLead,
    NotYetEligible,
    ProposalAlreadySubmitted,
)
from services.intake.events import (
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    ProposalSubmitted,
    ProposalWithdrawn,
    SubmittedParticipant,
)


def submit_proposal(
    ask: SubmitProposal,
    proposal: Proposal,
    evaluation: Assessment,
    lead: Standing,
    policies: Policies,
) -> Sequence[ProposalSubmitted]:
    """At any time (I-4), once (I-9), by any lead that is not only an associate (I-1, I-3)."""
    must_be_the_lead(proposal, ask.by)
    if must_go_on(proposal, evaluation) != "draft":
        raise ProposalAlreadySubmitted
    return [ProposalSubmitted(**_version(ask, proposal, lead, policies))]


def open_detailed_proposal(
    ask: OpenDetailedProposal, proposal: Proposal, evaluation: Assessment
) -> Sequence[DetailedProposalOpened]:
    """The detailed stage opens after eligibility (I-2), by the lead or by the programme's staff."""
    must_be_known_to(proposal, ask.by)
    if not ask.by.may_act_for({proposal.lead_organisation_id}):
        raise NotTheLead
    status = must_go_on(proposal, evaluation)
    if status in ("draft", "submitted", "ineligible"):
        raise NotYetEligible(status=status)
    if status != "eligible":
        raise DetailedStageAlreadyOpen(status=status)
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
    status = must_go_on(proposal, evaluation)
    if status not in ("detailing", "returned"):
        raise DetailedStageNotOpen(status=status)
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
        "version": proposal.version + 1,
        "content_hash": proposal.content_hash,
        "title": proposal.title,
        "lead_organisation_id": proposal.lead_organisation_id,
        "participants": tuple(_as_submitted(proposal, party) for party in proposal.participants),
        "planned_start": proposal.planned_start,
        "endorsed": proposal.endorsement is not None,
        "work_places": tuple(sorted({package.place for package in proposal.work_plan})),
        "section_hashes": dict(proposal.sections),
        "policy_version": policy.version,
        "submitted_on": ask.effective_on,
        "submitted_by": ask.by.person,
    }


def _as_submitted(proposal: Proposal, party: Participant) -> SubmittedParticipant:
    """The lead confirms by submitting; others count once they confirmed this content (I-10)."""
    leads = party.organisation_id == proposal.lead_organisation_id
    return SubmittedParticipant(
        organisation_id=party.organisation_id,
        name=party.name,
        confirmed=leads or party.confirmed_hash == proposal.content_hash,
    )


def withdraw_proposal(
    ask: WithdrawProposal, proposal: Proposal, evaluation: Assessment
) -> Sequence[ProposalWithdrawn]:
    """The lead takes the proposal back, at any time before the decision (I-13)."""
    must_be_the_lead(proposal, ask.by)
    must_go_on(proposal, evaluation)
    withdrawn = ProposalWithdrawn(
        project_id=ask.project_id, reason=ask.reason, withdrawn_by=ask.by.person
    )
    return [withdrawn]
