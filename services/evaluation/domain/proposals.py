"""A proposal as evaluation knows it: its submitted versions and who confirmed which."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from services.evaluation.domain.stages import ProposalIsWithdrawn
from services.evaluation.events.vocabulary import Participant
from services.evaluation.inbound import (
    DetailedProposalSubmitted,
    ExecutiveEndorsementRecorded,
    ExecutiveEndorsementWithdrawn,
    InformationProvided,
    OtherFundingDeclared,
    ParticipantConfirmed,
    ParticipantsHeldDistinct,
    ProposalExpired,
    ProposalReinstated,
    ProposalSubmitted,
    ProposalWithdrawn,
    ReassessmentRequested,
)
from shared.kernel.decider import Fold
from shared.kernel.refusals import NotFound, Refusal


class VersionNotSubmitted(NotFound):
    """No submitted version of this proposal is known here; submit it first."""

    rule = "I-9"
    french = "Aucune version soumise de cette proposition n'est connue ici; soumettez-la d'abord."


class ProposalIsExpired(Refusal):
    """This proposal expired; nothing is assessed or decided until it is reinstated."""

    french = "Cette proposition a expiré; rien n'est évalué ni décidé avant son rétablissement."


@dataclass(frozen=True, slots=True)
class Submission:
    """One submitted version: everything that its assessment rests on."""

    version: int
    content_hash: str
    programme: str
    title: str
    lead_organisation_id: str
    participants: tuple[Participant, ...]
    planned_start: date | None
    endorsed: bool
    work_places: tuple[str, ...]
    section_hashes: tuple[tuple[str, str], ...]
    submitted_on: date
    missing: tuple[str, ...] = ()
    """What a detailed version lacks to be comprehensive."""
    other_funding: tuple[tuple[str, str, int], ...] = ()
    """Source, kind and cents of all other funding declared until now."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """All versions of one proposal that were submitted, in order."""

    project_id: str = ""
    initial: tuple[Submission, ...] = ()
    detailed: tuple[Submission, ...] = ()
    confirmations: frozenset[tuple[str, str]] = frozenset()
    """Organisation and the content hash that it confirmed."""
    endorsed: bool | None = None
    """What became of the endorsement since the last submission; absent where nothing did."""
    other_funding: tuple[tuple[str, str, int], ...] = ()
    held_distinct: frozenset[tuple[str, str]] = frozenset()
    """Pairs that a person holds to be two, whatever names and control say (I-11)."""
    expired: bool = False
    withdrawn: bool = False

    def confirmed(self, submission: Submission) -> tuple[Participant, ...]:
        """The parties that count (I-10): the lead, and who confirmed this very version."""
        return tuple(
            party
            for party in submission.participants
            if party.organisation_id == submission.lead_organisation_id
            or (party.organisation_id, submission.content_hash) in self.confirmations
        )

    def initial_version(self, content_hash: str | None = None) -> Submission:
        """The initial version submitted last, of this content if given.

        Raises VersionNotSubmitted, ProposalIsWithdrawn and ProposalIsExpired.
        """
        return self._last(self.initial, content_hash)

    def detailed_version(self, content_hash: str | None = None) -> Submission:
        """The detailed version submitted last, of this content if given.

        Raises VersionNotSubmitted, ProposalIsWithdrawn and ProposalIsExpired.
        """
        return self._last(self.detailed, content_hash)

    def _last(self, versions: tuple[Submission, ...], content_hash: str | None) -> Submission:
        if self.withdrawn:
            raise ProposalIsWithdrawn
        if self.expired:
            raise ProposalIsExpired
        for submission in reversed(versions):
            if content_hash in (None, submission.content_hash):
                return self._as_known(submission)
        raise VersionNotSubmitted

    def _as_known(self, submission: Submission) -> Submission:
        """A version never changes (I-9), what is known beside it does."""
        endorsed = submission.endorsed if self.endorsed is None else self.endorsed
        return replace(submission, endorsed=endorsed, other_funding=self.other_funding)


VersionHeard: TypeAlias = ProposalSubmitted | DetailedProposalSubmitted
ProposalHeard: TypeAlias = (
    VersionHeard
    | ParticipantConfirmed
    | ParticipantsHeldDistinct
    | ExecutiveEndorsementRecorded
    | ExecutiveEndorsementWithdrawn
    | OtherFundingDeclared
    | InformationProvided
    | ReassessmentRequested
    | ProposalExpired
    | ProposalReinstated
    | ProposalWithdrawn
)


def evolve_proposal(proposal: Proposal, event: ProposalHeard) -> Proposal:
    """The proposal after one more heard event."""
    match event:
        case ProposalSubmitted() | DetailedProposalSubmitted():
            return _submitted(proposal, event)
        case ParticipantConfirmed():
            confirmed = proposal.confirmations | {(event.organisation_id, event.content_hash)}
            return replace(proposal, project_id=event.project_id, confirmations=confirmed)
        case ParticipantsHeldDistinct():
            one, other = sorted(event.organisation_ids)
            return replace(proposal, held_distinct=proposal.held_distinct | {(one, other)})
        case ExecutiveEndorsementRecorded():
            return replace(proposal, endorsed=True)
        case ExecutiveEndorsementWithdrawn():
            return replace(proposal, endorsed=False)
        case OtherFundingDeclared():
            declared = (event.source, event.kind, event.amount_cents)
            return replace(proposal, other_funding=(*proposal.other_funding, declared))
        case ProposalExpired() | ProposalReinstated():
            return replace(proposal, expired=isinstance(event, ProposalExpired))
        case ProposalWithdrawn():
            return replace(proposal, withdrawn=True)
        case InformationProvided() | ReassessmentRequested():
            return proposal
        case _:
            assert_never(event)


def _submitted(proposal: Proposal, event: VersionHeard) -> Proposal:
    """A new version says itself whether it is endorsed."""
    known = replace(proposal, project_id=event.project_id, endorsed=None)
    if isinstance(event, ProposalSubmitted):
        return replace(known, initial=(*proposal.initial, _submission(event, ())))
    return replace(known, detailed=(*proposal.detailed, _submission(event, _missing(event))))


def _submission(event: VersionHeard, missing: tuple[str, ...]) -> Submission:
    return Submission(
        version=event.version,
        content_hash=event.content_hash,
        programme=event.programme,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=tuple(
            Participant(organisation_id=party.organisation_id, name=party.name)
            for party in event.participants
        ),
        planned_start=event.planned_start,
        endorsed=event.endorsed,
        work_places=event.work_places,
        section_hashes=tuple(sorted(event.section_hashes.items())),
        submitted_on=event.submitted_on,
        missing=missing,
    )


def _missing(event: DetailedProposalSubmitted) -> tuple[str, ...]:
    present = {
        "budget": bool(event.budget_lines),
        "work_plan": bool(event.work_plan),
        "ip_plan": event.ip_plan_declared,
    }
    return tuple(name for name, there in present.items() if not there)


PROPOSAL = Fold(Proposal(), evolve_proposal)
