"""A proposal as its rules and its readers need it, folded from its own events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.intake.domain.content import IpPlan, content_hash
from services.intake.events import (
    BudgetLine,
    BudgetProposed,
    DetailedProposalOpened,
    DetailedProposalSubmitted,
    ExecutiveEndorsementRecorded,
    IpPlanDeclared,
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
    ProposalDrafted,
    ProposalEvent,
    ProposalSubmitted,
    ProposalWithdrawn,
    SectionRevised,
    WorkPackage,
    WorkPlanProposed,
)

Stage: TypeAlias = Literal[
    "absent", "draft", "submitted", "detailing", "detailed_submitted", "withdrawn"
]
"""How far the lead has come; what evaluation made of it is folded elsewhere."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A party named in the proposal, and its answer; the lead answers by submitting."""

    organisation_id: str
    name: str
    answer: Literal["invited", "confirmed", "declined"] = "invited"
    confirmed_hash: str = ""
    """The content that it agreed to; it counts only while that is the current one (I-10)."""


@dataclass(frozen=True, slots=True)
class Endorsement:
    """An executive's word for the proposal."""

    executive_title: str
    endorsed_on: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal: its parties, its content and the versions submitted so far."""

    project_id: str = ""
    programme: str = ""
    title: str = ""
    stage: Stage = "absent"
    lead_organisation_id: str = ""
    sector: str | None = None
    objective: str | None = None
    role: str | None = None
    planned_start: date | None = None
    participants: tuple[Participant, ...] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    budget: tuple[BudgetLine, ...] = ()
    requested_cents: int = 0
    """The sum of the budget."""
    work_plan: tuple[WorkPackage, ...] = ()
    endorsement: Endorsement | None = None
    ip_plan: IpPlan | None = None
    content_hash: str = ""
    """Of the content as it stands now."""
    version: int = 0
    """How many versions were submitted, initial and detailed together."""
    submitted_hash: str | None = None
    submitted_on: date | None = None
    """The civil day of the last submission."""

    def participant(self, organisation_id: str) -> Participant | None:
        """The named party of this id."""
        for participant in self.participants:
            if participant.organisation_id == organisation_id:
                return participant
        return None

    @property
    def party_ids(self) -> frozenset[str]:
        """The ids of all named parties, the lead among them."""
        return frozenset(participant.organisation_id for participant in self.participants)


def evolve(proposal: Proposal, event: ProposalEvent) -> Proposal:
    """The proposal after one more of its events."""
    match event:
        case ProposalDrafted():
            return _rehashed(_drafted(event))
        case (
            ParticipantInvited()
            | ParticipantConfirmed()
            | ParticipantDeclined()
            | ParticipantRemoved()
        ):
            return _rehashed(replace(proposal, participants=_parties(proposal, event)))
        case SectionRevised() | BudgetProposed() | WorkPlanProposed() | IpPlanDeclared():
            return _rehashed(_with_content(proposal, event))
        case ExecutiveEndorsementRecorded():
            endorsement = Endorsement(event.executive_title, event.endorsed_on)
            return replace(proposal, endorsement=endorsement)
        case ProposalSubmitted() | DetailedProposalSubmitted():
            return _submitted(proposal, event)
        case DetailedProposalOpened():
            return replace(proposal, stage="detailing")
        case ProposalWithdrawn():
            return replace(proposal, stage="withdrawn")
        case _:
            assert_never(event)


def _drafted(event: ProposalDrafted) -> Proposal:
    return Proposal(
        project_id=event.project_id,
        programme=event.programme,
        title=event.title,
        stage="draft",
        lead_organisation_id=event.lead_organisation_id,
        sector=event.sector,
        objective=event.objective,
        role=event.role,
        planned_start=event.planned_start,
        participants=(Participant(event.lead_organisation_id, event.lead_name),),
    )


def _parties(
    proposal: Proposal,
    event: ParticipantInvited | ParticipantConfirmed | ParticipantDeclined | ParticipantRemoved,
) -> tuple[Participant, ...]:
    parties = {party.organisation_id: party for party in proposal.participants}
    party = parties.get(event.organisation_id, Participant(event.organisation_id, ""))
    match event:
        case ParticipantInvited():
            parties[event.organisation_id] = Participant(event.organisation_id, event.name)
        case ParticipantConfirmed():
            parties[event.organisation_id] = _agreed(party, event.content_hash)
        case ParticipantDeclined():
            parties[event.organisation_id] = Participant(
                event.organisation_id, party.name, "declined"
            )
        case ParticipantRemoved():
            parties.pop(event.organisation_id, None)
        case _:
            assert_never(event)
    return tuple(parties.values())


def _agreed(party: Participant, content_hash: str) -> Participant:
    return replace(party, answer="confirmed", confirmed_hash=content_hash)


def _with_content(
    proposal: Proposal, event: SectionRevised | BudgetProposed | WorkPlanProposed | IpPlanDeclared
) -> Proposal:
    match event:
        case SectionRevised():
            return replace(proposal, sections={**proposal.sections, event.section: event.sha256})
        case BudgetProposed():
            total = sum(line.amount_cents for line in event.lines)
            return replace(proposal, budget=event.lines, requested_cents=total)
        case WorkPlanProposed():
            return replace(proposal, work_plan=event.packages)
        case IpPlanDeclared():
            plan = IpPlan(event.owners, event.protection, event.benefit_to_others)
            return replace(proposal, ip_plan=plan)
        case _:
            assert_never(event)


def _submitted(
    proposal: Proposal, event: ProposalSubmitted | DetailedProposalSubmitted
) -> Proposal:
    detailed = isinstance(event, DetailedProposalSubmitted)
    return replace(
        proposal,
        # The lead confirms a version by submitting it.
        participants=tuple(
            _agreed(party, event.content_hash)
            if party.organisation_id == proposal.lead_organisation_id
            else party
            for party in proposal.participants
        ),
        stage="detailed_submitted" if detailed else "submitted",
        version=event.version,
        submitted_hash=event.content_hash,
        submitted_on=event.submitted_on,
    )


def _rehashed(proposal: Proposal) -> Proposal:
    current = content_hash(
        proposal.sections,
        proposal.budget,
        proposal.work_plan,
        proposal.ip_plan,
        proposal.party_ids,
    )
    return replace(proposal, content_hash=current)
