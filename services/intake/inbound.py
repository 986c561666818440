"""What intake hears from evaluation and membership: the few fields that its rules use."""

from typing import TypeAlias

from shared.kernel.events import Heard


class EligibilityAssessed(Heard, origin="evaluation", name="EligibilityAssessed"):
    """The six conditions were assessed on the submitted version."""

    project_id: str
    eligible: bool


class DetailedProposalReturned(Heard, origin="evaluation", name="DetailedProposalReturned"):
    """That detailed version has gaps; it goes back to the lead."""

    project_id: str
    proposal_version: int


class DetailedProposalAccepted(Heard, origin="evaluation", name="DetailedProposalAccepted"):
    """The detailed version is comprehensive; selection began."""

    project_id: str


class ProjectApproved(Heard, origin="evaluation", name="ProjectApproved"):
    """The proposal was selected by two persons."""

    project_id: str


class ProjectDeclined(Heard, origin="evaluation", name="ProjectDeclined"):
    """The proposal was not selected."""

    project_id: str


class OrganisationRegistered(Heard, origin="membership", name="OrganisationRegistered"):
    """An organisation is known, and where published, what kind of party it is."""

    organisation_id: str
    kind: str | None


class OrganisationProfileAmended(Heard, origin="membership", name="OrganisationProfileAmended"):
    """An organisation's profile was corrected, its kind too."""

    organisation_id: str
    kind: str | None


class AssociateAdmitted(Heard, origin="membership", name="AssociateAdmitted"):
    """An organisation became an associate."""

    organisation_id: str


class CandidacyOpened(Heard, origin="membership", name="CandidacyOpened"):
    """An approved project made the organisation a candidate for membership."""

    organisation_id: str


class MemberAdmitted(Heard, origin="membership", name="MemberAdmitted"):
    """An organisation became a member."""

    organisation_id: str


EvaluationHeard: TypeAlias = (
    EligibilityAssessed
    | DetailedProposalReturned
    | DetailedProposalAccepted
    | ProjectApproved
    | ProjectDeclined
)
"""What intake reads of a stream `evaluation-{project_id}`."""

OrganisationHeard: TypeAlias = (
    OrganisationRegistered
    | OrganisationProfileAmended
    | AssociateAdmitted
    | CandidacyOpened
    | MemberAdmitted
)
"""What intake reads of a stream `organisation-{organisation_id}`."""

HEARD: tuple[type[Heard], ...] = (
    EligibilityAssessed,
    DetailedProposalReturned,
    DetailedProposalAccepted,
    ProjectApproved,
    ProjectDeclined,
    OrganisationRegistered,
    OrganisationProfileAmended,
    AssociateAdmitted,
    CandidacyOpened,
    MemberAdmitted,
)
