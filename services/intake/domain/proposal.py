"""A proposal as its rules and its readers need it, folded from its own events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, assert_never

from services.intake.domain.content import IpPlan, content_hash
from services.intake.domain.course import Course, advance
from services.intake.events.content import (
    BesideEvent,
    BudgetProposed,
    CoachingNoteRecorded,
    ContentEvent,
    ExecutiveEndorsementRecorded,
    ExecutiveEndorsementWithdrawn,
    IpPlanDeclared,
    NdaExecuted,
    NdaRequested,
    OtherFundingDeclared,
    SectionRevised,
    WorkPlanProposed,
)
from services.intake.events.course import (
    CourseEvent,
    DetailedProposalSubmitted,
    ProposalDrafted,
    ProposalResubmitted,
    ProposalSubmitted,
)
from services.intake.events.parties import (
    LeadChanged,
    ParticipantConfirmed,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantRemoved,
    ParticipantsHeldDistinct,
    PartyEvent,
)
from services.intake.events.vocabulary import BudgetLine, Coached, OtherFunding, WorkPackage


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
class Nda:
    """An agreement on secrecy with the programme (no counterparty) or a prospective partner."""

    counterparty: str | None
    executed_on: date | None = None
    """Absent while it is only asked for; nothing waits for it (I-6)."""


@dataclass(frozen=True, slots=True)
class CoachingNote:
    """What staff coached in, with the note that it is no legal advice (I-12)."""

    topic: Coached
    note: str
    standing_note: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal: its parties, its content and how far the lead has come with it."""

    project_id: str = ""
    programme: str = ""
    title: str = ""
    course: Course = field(default_factory=Course)
    policy_version: str = ""
    """Pinned by the draft, and anew by each submission (X7)."""
    earlier_project_id: str | None = None
    """The proposal that this one takes up again."""
    lead_organisation_id: str = ""
    sector: str | None = None
    objective: str | None = None
    role: str | None = None
    planned_start: date | None = None
    participants: tuple[Participant, ...] = ()
    held_distinct: tuple[tuple[str, str], ...] = ()
    """Participants that count as two although they seem to be one (I-11)."""
    sections: Mapping[str, str] = field(default_factory=dict)
    budget: tuple[BudgetLine, ...] = ()
    requested_cents: int = 0
    """The sum of the budget."""
    work_plan: tuple[WorkPackage, ...] = ()
    endorsement: Endorsement | None = None
    ip_plan: IpPlan | None = None
    other_funding: tuple[OtherFunding, ...] = ()
    ndas: tuple[Nda, ...] = ()
    coaching: tuple[CoachingNote, ...] = ()
    content_hash: str = ""
    """Of the content as it stands now."""

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

    def counts(self, party: Participant) -> bool:
        """Whether a party counts: the lead, and who confirmed this very content (I-10)."""
        leads = party.organisation_id == self.lead_organisation_id
        return leads or party.confirmed_hash == self.content_hash

    @property
    def endorsed(self) -> bool:
        """Whether an executive stands behind it."""
        return self.endorsement is not None

    @property
    def work_places(self) -> tuple[str, ...]:
        """Where work is planned, each place once."""
        return tuple(sorted({package.place for package in self.work_plan}))


ProposalEvent = CourseEvent | PartyEvent | ContentEvent | BesideEvent
"""What a stream `proposal-{project_id}` holds."""


def evolve(proposal: Proposal, event: ProposalEvent) -> Proposal:
    """The proposal after one more of its events."""
    match event:
        case (
            ParticipantInvited()
            | ParticipantConfirmed()
            | ParticipantDeclined()
            | ParticipantRemoved()
        ):
            return _rehashed(replace(proposal, participants=_parties(proposal, event)))
        case LeadChanged():
            return replace(proposal, lead_organisation_id=event.lead_organisation_id)
        case ParticipantsHeldDistinct():
            held = (*proposal.held_distinct, event.organisation_ids)
            return replace(proposal, held_distinct=held)
        case SectionRevised() | BudgetProposed() | WorkPlanProposed() | IpPlanDeclared():
            return _rehashed(_with_content(proposal, event))
        case (
            ExecutiveEndorsementRecorded()
            | ExecutiveEndorsementWithdrawn()
            | OtherFundingDeclared()
            | NdaRequested()
            | NdaExecuted()
            | CoachingNoteRecorded()
        ):
            return _with_beside(proposal, event)
        case _:
            return _moved(proposal, event)


def _moved(proposal: Proposal, event: CourseEvent) -> Proposal:
    course = advance(proposal.course, event)
    match event:
        case ProposalDrafted():
            return _rehashed(replace(_drafted(event), course=course))
        case ProposalResubmitted():
            return replace(proposal, earlier_project_id=event.earlier_project_id)
        case ProposalSubmitted() | DetailedProposalSubmitted():
            return replace(_confirmed_by_the_lead(proposal, event), course=course)
        case _:
            return replace(proposal, course=course)


def _drafted(event: ProposalDrafted) -> Proposal:
    return Proposal(
        project_id=event.project_id,
        programme=event.programme,
        title=event.title,
        policy_version=event.policy_version,
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


def _with_content(proposal: Proposal, event: ContentEvent) -> Proposal:
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


def _with_beside(proposal: Proposal, event: BesideEvent) -> Proposal:
    match event:
        case ExecutiveEndorsementRecorded():
            endorsement = Endorsement(event.executive_title, event.endorsed_on)
            return replace(proposal, endorsement=endorsement)
        case ExecutiveEndorsementWithdrawn():
            return replace(proposal, endorsement=None)
        case OtherFundingDeclared():
            other = OtherFunding(
                source=event.source, kind=event.kind, amount_cents=event.amount_cents
            )
            return replace(proposal, other_funding=(*proposal.other_funding, other))
        case NdaRequested():
            return replace(proposal, ndas=(*proposal.ndas, Nda(event.counterparty)))
        case NdaExecuted():
            executed = Nda(event.counterparty, event.executed_on)
            waiting = tuple(nda for nda in proposal.ndas if nda != Nda(event.counterparty))
            return replace(proposal, ndas=(*waiting, executed))
        case CoachingNoteRecorded():
            note = CoachingNote(event.topic, event.note, event.standing_note)
            return replace(proposal, coaching=(*proposal.coaching, note))
        case _:
            assert_never(event)


def _confirmed_by_the_lead(
    proposal: Proposal, event: ProposalSubmitted | DetailedProposalSubmitted
) -> Proposal:
    """The lead confirms a version by submitting it."""
    parties = tuple(
        _agreed(party, event.content_hash)
        if party.organisation_id == proposal.lead_organisation_id
        else party
        for party in proposal.participants
    )
    return replace(proposal, participants=parties, policy_version=event.policy_version)


def _rehashed(proposal: Proposal) -> Proposal:
    current = content_hash(
        proposal.sections,
        proposal.budget,
        proposal.work_plan,
        proposal.ip_plan,
        proposal.party_ids,
    )
    return replace(proposal, content_hash=current)
