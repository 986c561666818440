"""Who may do what to a proposal, and while it stands where (I-9, I-13)."""

from services.intake.domain.neighbours import Assessment, Status, status_of
from services.intake.domain.proposal import Participant, Proposal
from services.intake.domain.refusals import (
    ContentNotOpen,
    NotOnBehalfOfTheApplicant,
    NotTheLead,
    NotThisParticipant,
    ParticipantNotFound,
    ProposalEnded,
    ProposalNotFound,
)
from shared.kernel.commands import Actor

OPEN: frozenset[Status] = frozenset({"draft", "detailing", "returned"})
"""Where the content may change; anything else would change a submitted version."""
ENDED: frozenset[Status] = frozenset({"withdrawn", "selected", "not_selected"})
"""Where nothing more is recorded in a proposal."""


def must_be_named(by: Actor, organisation_id: str) -> None:
    """Whoever acts for an applicant belongs to it, or is staff that names it (I-13)."""
    if not by.acts_for({organisation_id}):
        raise NotOnBehalfOfTheApplicant


def must_be_known_to(proposal: Proposal, by: Actor) -> None:
    """A proposal exists for its parties and for staff; for others it does not (404)."""
    if proposal.stage == "absent" or not by.may_act_for(proposal.party_ids):
        raise ProposalNotFound


def must_be_the_lead(proposal: Proposal, by: Actor) -> None:
    """The lead's own people act for it, or staff on its behalf."""
    must_be_known_to(proposal, by)
    if not by.may_act_for({proposal.lead_organisation_id}):
        raise NotTheLead
    must_be_named(by, proposal.lead_organisation_id)


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


def must_go_on(proposal: Proposal, evaluation: Assessment) -> Status:
    """Where the proposal stands, unless it has ended."""
    status = status_of(proposal, evaluation)
    if status in ENDED:
        raise ProposalEnded(status=status)
    return status


def must_be_open(proposal: Proposal, evaluation: Assessment) -> None:
    """The content may change: no submitted version is being assessed (I-9)."""
    status = must_go_on(proposal, evaluation)
    if status not in OPEN:
        raise ContentNotOpen(status=status)
