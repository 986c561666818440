"""Who leads: drafting, handing the lead on, and taking an earlier proposal up again (I-1)."""

from collections.abc import Sequence

from services.intake.commands import ChangeLead, DraftProposal, ResubmitProposal
from services.intake.domain.assessment import Assessment
from services.intake.domain.entitled import must_be_legal, must_be_named, must_be_the_lead
from services.intake.domain.policy import Policies
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import (
    AlreadyTheLead,
    AssociateMayNotLead,
    NewLeadHasNotAgreed,
    NotTheLead,
    ParticipantNotFound,
)
from services.intake.domain.standing import Standing
from services.intake.domain.transitions import TABLE
from services.intake.events.content import (
    BudgetProposed,
    IpPlanDeclared,
    OtherFundingDeclared,
    SectionRevised,
    WorkPlanProposed,
)
from services.intake.events.course import ProposalDrafted, ProposalResubmitted
from services.intake.events.parties import LeadChanged, ParticipantInvited
from services.intake.events.policy import Parameters
from shared.kernel.events import Event
from shared.kernel.policy_book import Pinned


def draft_proposal(
    ask: DraftProposal, proposal: Proposal, lead: Standing, policies: Policies
) -> Sequence[ProposalDrafted]:
    """A lead begins a proposal (I-1, I-3, I-13), by the policy in force that day (X7).

    Its role, objective and sector are recorded, never judged (I-5).
    """
    if not ask.by.may_act_for({ask.lead_organisation_id}):
        raise NotTheLead
    must_be_named(ask.by, ask.lead_organisation_id)
    TABLE.must_allow(type(ask), proposal.course.stage)
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


def change_lead(
    ask: ChangeLead,
    proposal: Proposal,
    evaluation: Assessment,
    successor: Standing,
    policies: Policies,
) -> Sequence[LeadChanged]:
    """The lead hands over to a participant that agreed to take part, and may lead (I-1, I-9)."""
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    if ask.organisation_id == proposal.lead_organisation_id:
        raise AlreadyTheLead
    participant = proposal.participant(ask.organisation_id)
    if participant is None:
        raise ParticipantNotFound
    if participant.answer != "confirmed":
        raise NewLeadHasNotAgreed
    must_be_allowed_to_lead(successor, policies.in_force(proposal.programme, ask.effective_on))
    changed = LeadChanged(
        project_id=ask.project_id,
        lead_organisation_id=ask.organisation_id,
        former_lead_organisation_id=proposal.lead_organisation_id,
        reason=ask.reason,
        changed_by=ask.by.person,
    )
    return [changed]


def resubmit_proposal(
    ask: ResubmitProposal,
    proposal: Proposal,
    earlier: Proposal,
    evaluation: Assessment,
    lead: Standing,
    policies: Policies,
) -> Sequence[Event]:
    """A new draft takes up an earlier proposal that came to an end, and refers to it.

    Its content and parties are those of the earlier one, to be changed or confirmed anew; an
    endorsement and what was held distinct are not taken along. `evaluation` is of the earlier one.
    """
    must_be_the_lead(earlier, ask.by)
    must_be_legal(ask, earlier, evaluation)
    draft = DraftProposal(
        by=ask.by,
        now=ask.now,
        effective_at=ask.effective_at,
        project_id=ask.project_id,
        programme=earlier.programme,
        title=ask.title or earlier.title,
        lead_organisation_id=earlier.lead_organisation_id,
        lead_name=_name_of_the_lead(earlier),
        sector=earlier.sector,
        objective=earlier.objective,
        role=earlier.role,
        planned_start=ask.planned_start or earlier.planned_start,
    )
    resubmitted = ProposalResubmitted(
        project_id=ask.project_id,
        earlier_project_id=ask.earlier_project_id,
        earlier_hash=earlier.course.submitted_hash,
        resubmitted_by=ask.by.person,
    )
    drafted = draft_proposal(draft, proposal, lead, policies)
    return [*drafted, resubmitted, *_parties_of(earlier, ask), *_content_of(earlier, ask)]


def _name_of_the_lead(proposal: Proposal) -> str:
    lead = proposal.participant(proposal.lead_organisation_id)
    assert lead is not None, "the lead always takes part"
    return lead.name


def _parties_of(earlier: Proposal, ask: ResubmitProposal) -> Sequence[ParticipantInvited]:
    return [
        ParticipantInvited(
            project_id=ask.project_id,
            organisation_id=party.organisation_id,
            name=party.name,
            invited_by=ask.by.person,
        )
        for party in earlier.participants
        if party.organisation_id != earlier.lead_organisation_id
    ]


def _content_of(earlier: Proposal, ask: ResubmitProposal) -> Sequence[Event]:
    project_id, person = ask.project_id, ask.by.person
    said: list[Event] = [
        SectionRevised(project_id=project_id, section=name, sha256=sha256, revised_by=person)
        for name, sha256 in sorted(earlier.sections.items())
    ]
    if earlier.budget:
        said.append(BudgetProposed(project_id=project_id, lines=earlier.budget, proposed_by=person))
    if earlier.work_plan:
        said.append(
            WorkPlanProposed(project_id=project_id, packages=earlier.work_plan, proposed_by=person)
        )
    if earlier.ip_plan:
        plan = earlier.ip_plan
        said.append(
            IpPlanDeclared(
                project_id=project_id,
                owners=plan.owners,
                protection=plan.protection,
                benefit_to_others=plan.benefit_to_others,
                declared_by=person,
            )
        )
    said += [
        OtherFundingDeclared(
            project_id=project_id,
            source=other.source,
            kind=other.kind,
            amount_cents=other.amount_cents,
            declared_on=ask.effective_on,
            declared_by=person,
        )
        for other in earlier.other_funding
    ]
    return said
