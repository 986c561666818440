"""What a project's proposal says: its parties, their answers, and the versions submitted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.audit.inbound import Fields, Source, Told


@dataclass(frozen=True, slots=True)
class Party:
    """A party named in the proposal, and its latest answer."""

    organisation_id: str
    name: str | None
    status: str
    """`invited`, `confirmed` or `declined`; the lead confirms by submitting."""
    confirmed_hash: str | None
    since: Source


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it was submitted; it never changes (I-9)."""

    version: int | None
    kind: str
    """`initial` or `detailed`."""
    content_hash: str | None
    submitted_on: str | None
    since: Source


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal; everything is absent before it is drafted."""

    programme: str | None = None
    title: str | None = None
    lead_organisation_id: str | None = None
    stage: str | None = None
    """How far the lead has come; what evaluation made of it stands there."""
    content_hash: str | None = None
    """Of the version submitted last."""
    requested_cents: int = 0
    participants: Mapping[str, Party] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    timeline: tuple[Source, ...] = ()
    """The events that moved the stage, oldest first."""


def evolve_proposal(proposal: Proposal, told: Told, fields: Fields) -> Proposal:
    """The proposal after one event of intake; others change nothing."""
    match told.name:
        case "ProposalDrafted":
            return _drafted(proposal, told, fields)
        case "ParticipantInvited":
            return _answered(proposal, told, fields, "invited")
        case "ParticipantConfirmed":
            return _answered(proposal, told, fields, "confirmed")
        case "ParticipantDeclined":
            return _answered(proposal, told, fields, "declined")
        case "ParticipantRemoved":
            gone = fields.text("organisation_id")
            kept = {name: party for name, party in proposal.participants.items() if name != gone}
            return replace(proposal, participants=kept)
        case "BudgetProposed":
            total = sum(line.whole("amount_cents") or 0 for line in fields.items("lines"))
            return replace(proposal, requested_cents=total)
        case "ProposalSubmitted":
            return _submitted(proposal, told, fields, "initial")
        case "DetailedProposalSubmitted":
            return _submitted(proposal, told, fields, "detailed")
        case "DetailedProposalOpened":
            return _staged(proposal, told, "detailing")
        case "ProposalWithdrawn":
            return _staged(proposal, told, "withdrawn")
        case _:
            return proposal


def _staged(proposal: Proposal, told: Told, stage: str) -> Proposal:
    return replace(proposal, stage=stage, timeline=(*proposal.timeline, told.source))


def _drafted(proposal: Proposal, told: Told, fields: Fields) -> Proposal:
    lead = fields.text("lead_organisation_id")
    party = Party(lead or "", fields.text("lead_name"), "invited", None, told.source)
    drafted = replace(
        proposal,
        programme=fields.text("programme"),
        title=fields.text("title"),
        lead_organisation_id=lead,
        participants={lead: party} if lead else {},
    )
    return _staged(drafted, told, "draft")


def _answered(proposal: Proposal, told: Told, fields: Fields, status: str) -> Proposal:
    organisation_id = fields.text("organisation_id")
    if organisation_id is None:
        return proposal
    before = proposal.participants.get(organisation_id)
    name = fields.text("name") or (before.name if before else None)
    party = Party(organisation_id, name, status, fields.text("content_hash"), told.source)
    return replace(proposal, participants={**proposal.participants, organisation_id: party})


def _submitted(proposal: Proposal, told: Told, fields: Fields, kind: str) -> Proposal:
    content_hash = fields.text("content_hash")
    version = Version(
        fields.whole("version"), kind, content_hash, fields.text("submitted_on"), told.source
    )
    parties = dict(proposal.participants)
    lead = parties.get(proposal.lead_organisation_id or "")
    if lead is not None:
        parties[lead.organisation_id] = replace(
            lead, status="confirmed", confirmed_hash=content_hash, since=told.source
        )
    submitted = replace(
        proposal,
        title=fields.text("title") or proposal.title,
        content_hash=content_hash,
        participants=parties,
        versions=(*proposal.versions, version),
    )
    return _staged(submitted, told, "submitted" if kind == "initial" else "detailed_submitted")
