"""Who may do what to a proposal (I-13), and whether it may be done where it stands."""

from services.intake.domain.assessment import Assessment
from services.intake.domain.proposal import Participant, Proposal
from services.intake.domain.refusals import (
    NotForTheApplicant,
    NotOnBehalfOfTheApplicant,
    NotTheLead,
    NotThisParticipant,
    ParticipantNotFound,
    ProposalNotFound,
)
from services.intake.domain.status import status_of
from services.intake.domain.transitions import TABLE
from shared.kernel.commands import Actor, Command


def must_be_legal(ask: Command, proposal: Proposal, evaluation: Assessment) -> None:
    """The command is legal where the proposal stands. Raises the table's refusal."""
    TABLE.must_allow(type(ask), status_of(proposal.course, evaluation))


def must_be_named(by: Actor, organisation_id: str) -> None:
    """Whoever acts for an applicant belongs to it, or is staff that names it (I-13)."""
    if not by.acts_for({organisation_id}):
        raise NotOnBehalfOfTheApplicant


def must_be_known_to(proposal: Proposal, by: Actor) -> None:
    """A proposal exists for its parties and for staff; for others it does not (404)."""
    if proposal.course.stage == "absent" or not by.may_act_for(proposal.party_ids):
        raise ProposalNotFound


def must_be_the_lead(proposal: Proposal, by: Actor) -> None:
    """The lead's own people act for it, or staff on its behalf."""
    must_be_known_to(proposal, by)
    if not by.may_act_for({proposal.lead_organisation_id}):
        raise NotTheLead
    must_be_named(by, proposal.lead_organisation_id)


def must_be_staff(by: Actor) -> None:
    """The programme's own staff, in its own name (I-13)."""
    if not by.is_staff or by.on_behalf_of is not None:
        raise NotForTheApplicant


def answering(proposal: Proposal, by: Actor, organisation_id: str) -> Participant:
    """The participant that this person answers for."""
    must_be_known_to(proposal, by)
    participant = proposal.participant(organisation_id)
    if participant is None:
        raise ParticipantNotFound
    if not by.may_act_for({organisation_id}):
        raise NotThisParticipant
    must_be_named(by, organisation_id)
    return participant
