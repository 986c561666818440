"""What intake knows of others: an organisation's standing and evaluation's verdicts."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, assert_never

from services.intake.domain.proposal import Proposal
from services.intake.inbound import (
    AssociateAdmitted,
    CandidacyOpened,
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    EvaluationHeard,
    MemberAdmitted,
    OrganisationHeard,
    OrganisationProfileAmended,
    OrganisationRegistered,
    ProjectApproved,
    ProjectDeclined,
)

Status: TypeAlias = Literal[
    "absent",
    "draft",
    "submitted",
    "eligible",
    "ineligible",
    "detailing",
    "detailed_submitted",
    "returned",
    "in_selection",
    "selected",
    "not_selected",
    "withdrawn",
]
"""Where a proposal stands: the lead's own stage, mirrored against evaluation's verdicts."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation as membership told of it."""

    organisation_id: str = ""
    kind: str | None = None
    tier: Literal["none", "associate", "candidate", "member"] = "none"

    @property
    def only_an_associate(self) -> bool:
        """An associate that is neither candidate nor member (S3)."""
        return self.tier == "associate"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What evaluation said about a project so far."""

    project_id: str = ""
    eligible: bool | None = None
    returned_version: int = 0
    """The last version that went back with gaps; 0 if none did."""
    accepted: bool = False
    decision: Literal["selected", "not_selected"] | None = None


def evolve_standing(standing: Standing, event: OrganisationHeard) -> Standing:
    """The standing after one more event of membership."""
    known = replace(standing, organisation_id=event.organisation_id)
    match event:
        case OrganisationRegistered() | OrganisationProfileAmended():
            return replace(known, kind=event.kind)
        case AssociateAdmitted():
            return replace(known, tier="associate")
        case CandidacyOpened():
            # A member that takes part in another project stays a member.
            return known if known.tier == "member" else replace(known, tier="candidate")
        case MemberAdmitted():
            return replace(known, tier="member")
        case _:
            assert_never(event)


def evolve_assessment(assessment: Assessment, event: EvaluationHeard) -> Assessment:
    """The assessment after one more event of evaluation."""
    known = replace(assessment, project_id=event.project_id)
    match event:
        case EligibilityAssessed():
            return replace(known, eligible=event.eligible)
        case DetailedProposalReturned():
            return replace(known, returned_version=event.proposal_version)
        case DetailedProposalAccepted():
            return replace(known, accepted=True)
        case ProjectApproved():
            return replace(known, decision="selected")
        case ProjectDeclined():
            return replace(known, decision="not_selected")
        case _:
            assert_never(event)


def status_of(proposal: Proposal, evaluation: Assessment) -> Status:
    """Where the proposal stands, from both histories.

    A withdrawal that was recorded here stands, even where a decision crossed it on the way.
    """
    if proposal.stage == "withdrawn":
        return "withdrawn"
    if evaluation.decision is not None:
        return evaluation.decision
    if proposal.stage == "submitted" and evaluation.eligible is not None:
        return "eligible" if evaluation.eligible else "ineligible"
    if proposal.stage == "detailed_submitted":
        return _detailed_status(proposal, evaluation)
    return proposal.stage


def _detailed_status(proposal: Proposal, evaluation: Assessment) -> Status:
    if evaluation.accepted:
        return "in_selection"
    if evaluation.returned_version >= proposal.version:
        return "returned"
    return "detailed_submitted"
