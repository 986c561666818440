"""Who will own what the project creates, and what others gain from it (I-7, I-8)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from services.intake.commands import DeclareIpPlan
from services.intake.domain.assessment import Assessment
from services.intake.domain.content import IpPlan
from services.intake.domain.entitled import must_be_legal, must_be_the_lead
from services.intake.domain.proposal import Proposal
from services.intake.domain.refusals import (
    BenefitUnanswered,
    IpOwnerNotEligible,
    IpOwnerRepeated,
    IpOwnerUnknown,
    IpSharesDoNotAddUp,
)
from services.intake.domain.standing import Standing
from services.intake.events.content import IpPlanDeclared
from services.intake.events.vocabulary import IpOwner
from shared.kernel.decider import States
from shared.kernel.eligibility import stream_of
from shared.kernel.identifiers import same_name

_BARRED = frozenset(
    same_name(name)
    for name in (
        "funder", "the funder", "government", "the government", "the Crown",
        "bailleur de fonds", "le bailleur de fonds", "gouvernement", "le gouvernement",
    )
)  # fmt: skip
_BARRED_BEGINNINGS = tuple(
    same_name(name)
    for name in (
        "Government of",
        "Gouvernement du",
        "Gouvernement de",
        "Province of",
        "Province de",
        "Province du",
        "Her Majesty",
        "His Majesty",
    )
)


def owners_streams(ask: DeclareIpPlan, _: States) -> Sequence[str]:
    """The streams of the owners that are given by id."""
    return sorted({stream_of(owner.owner) for owner in ask.owners if _is_id(owner.owner)})


def declare_ip_plan(
    ask: DeclareIpPlan,
    proposal: Proposal,
    evaluation: Assessment,
    owners: Mapping[str, Standing],
) -> Sequence[IpPlanDeclared]:
    """Participants choose the owners freely, the funder and governments excepted (I-7).

    What others gain by it must be answered; "none" is an answer (I-8).
    """
    must_be_the_lead(proposal, ask.by)
    must_be_legal(ask, proposal, evaluation)
    for owner in ask.owners:
        _must_be_eligible(owner.owner, proposal, owners)
    if len({same_name(owner.owner) for owner in ask.owners}) < len(ask.owners):
        raise IpOwnerRepeated
    shared = _of_the_whole(ask.owners)
    benefit = (ask.benefit_to_others or "").strip()
    if not benefit:
        raise BenefitUnanswered
    if proposal.ip_plan == IpPlan(shared, ask.protection, benefit):
        return []  # The plan is the same.
    declared = IpPlanDeclared(
        project_id=ask.project_id,
        owners=shared,
        protection=ask.protection,
        benefit_to_others=benefit,
        declared_by=ask.by.person,
    )
    return [declared]


def _of_the_whole(owners: Sequence[IpOwner]) -> tuple[IpOwner, ...]:
    """Shares as parts of one, given as such or as percentages; the sum is exact, no tolerance."""
    total = sum((owner.share for owner in owners), Fraction(0))
    if total not in (1, 100):
        raise IpSharesDoNotAddUp
    return tuple(IpOwner(owner=owner.owner, share=owner.share / total) for owner in owners)


def _must_be_eligible(owner: str, proposal: Proposal, standings: Mapping[str, Standing]) -> None:
    name, kind = owner, None
    if _is_id(owner):
        party = proposal.participant(owner)
        standing = standings[stream_of(owner)]
        if party is None and not standing.organisation_id:
            raise IpOwnerUnknown
        name, kind = party.name if party else "", standing.kind
    if same_name(kind or "") == "government" or _is_barred(name, proposal.programme):
        raise IpOwnerNotEligible


def _is_barred(name: str, programme: str) -> bool:
    """The programme is its funder's own name; governments are known by how they are called."""
    spelled = same_name(name)
    barred = spelled in _BARRED or spelled.startswith(_BARRED_BEGINNINGS)
    return barred or spelled == same_name(programme)


def _is_id(owner: str) -> bool:
    return owner.startswith("org_")
