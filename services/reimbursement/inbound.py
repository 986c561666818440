"""What reimbursement listens to in other services, and the fields that it reads."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from shared.kernel.events import Heard
from shared.kernel.identifiers import Line, OrganisationId, ProjectId, Sha256, Slug
from shared.kernel.money import Cents, PositiveCents, Ratio
from shared.kernel.periods import QuarterLabel
from shared.kernel.upcasting import Upcasters


class ApprovedParticipant(Heard):
    """A party that the decision names."""

    organisation_id: OrganisationId
    name: Line


class ProjectApproved(Heard, origin="evaluation", name="ProjectApproved"):
    """Two persons approved a project, with its rate, its ceiling and the envelope it draws on."""

    project_id: ProjectId
    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: tuple[ApprovedParticipant, ...]
    rate: Ratio
    ceiling_cents: PositiveCents
    envelope_id: Slug
    conditions: tuple[Line, ...]
    proposal_hash: Sha256
    decided_on: date


class AwardConditionSatisfied(Heard, origin="evaluation", name="AwardConditionSatisfied"):
    """One condition of the award is satisfied; the parties sign once all of them are."""

    project_id: ProjectId
    number: Annotated[int, Field(ge=1)]
    condition: Line
    satisfied_on: date


class AwardConditionExpired(Heard, origin="evaluation", name="AwardConditionExpired"):
    """A condition of the award was not satisfied in time: the award lapsed."""

    project_id: ProjectId


class DecisionRescinded(Heard, origin="evaluation", name="DecisionRescinded"):
    """Two persons took their decision back."""

    project_id: ProjectId


class ProjectDeclined(Heard, origin="evaluation", name="ProjectDeclined"):
    """Two persons declined the project; an earlier approval is revised by that."""

    project_id: ProjectId


class ProposedCost(Heard):
    """Planned eligible cost of one participant, cost kind and fiscal quarter."""

    organisation_id: OrganisationId
    kind: Literal["labour", "equipment", "dissemination", "capital"]
    quarter: QuarterLabel
    amount_cents: Cents


class DetailedProposalSubmitted(Heard, origin="intake", name="DetailedProposalSubmitted"):
    """A detailed version was submitted, with the budget that an agreement takes over.

    Only such a version is ever approved (E-8).
    """

    project_id: ProjectId
    content_hash: Sha256
    budget_lines: tuple[ProposedCost, ...]


class MemberAdmitted(Heard, origin="membership", name="MemberAdmitted"):
    """A party became a member and may receive money from that civil day on (R-1)."""

    organisation_id: OrganisationId
    project_id: ProjectId
    admitted_on: date


class _StandingHeard(Heard):
    organisation_id: OrganisationId
    effective_on: date
    """The civil day from which it holds; a late fact names one that is past (M-12)."""


class GracePeriodStarted(_StandingHeard, origin="membership", name="GracePeriodStarted"):
    """A fee year ended unpaid; in grace benefits go on and payments are held."""


class MembershipLapsed(_StandingHeard, origin="membership", name="MembershipLapsed"):
    """The grace period ended unpaid."""


class MembershipRenewed(_StandingHeard, origin="membership", name="MembershipRenewed"):
    """A fee year was paid or waived; it may begin in the future."""


class MembershipReinstated(_StandingHeard, origin="membership", name="MembershipReinstated"):
    """A lapse or a suspension ended."""


class MembershipSuspended(_StandingHeard, origin="membership", name="MembershipSuspended"):
    """Somebody suspended the membership."""


class MembershipTerminated(_StandingHeard, origin="membership", name="MembershipTerminated"):
    """The membership is over."""


class SizeAttested(Heard, origin="membership", name="SizeAttested"):
    """An organisation's size in full-time equivalents as of a day (M-13)."""

    organisation_id: OrganisationId
    fte: Decimal
    affiliates_fte: Decimal
    as_of: date


class AffiliationDeclared(Heard, origin="membership", name="AffiliationDeclared"):
    """Two organisations are under common control since a day; in the history of each."""

    organisation_id: OrganisationId
    affiliate_id: OrganisationId
    since: date


class OrganisationDissolved(Heard, origin="membership", name="OrganisationDissolved"):
    """A body exists no more from a day on."""

    organisation_id: OrganisationId
    effective_on: date


class CandidacyClosed(Heard, origin="membership", name="CandidacyClosed"):
    """A candidacy is over: it led to the admission, or to nothing."""

    organisation_id: OrganisationId
    project_id: ProjectId
    because: Line


class SelectionParameters(Heard):
    """What a programme's policy asks of a consortium (S18, S19)."""

    min_participants: Annotated[int, Field(ge=1)] = 2
    min_smes: Annotated[int, Field(ge=0)] = 1
    sme_fte_lt: Annotated[int, Field(ge=1)] = 500


class SelectionPolicyPublished(Heard, origin="evaluation", name="PolicyPublished", schema=2):
    """A version of a programme's policy of selection."""

    programme: Slug
    version: Slug
    parameters: SelectionParameters
    effective_from: date
    effective_to: date | None


class OtherFundingDeclared(Heard, origin="intake", name="OtherFundingDeclared"):
    """Somebody told of other money for this project, early or late (R-14)."""

    project_id: ProjectId
    source: Line
    kind: Literal["government", "tax_credit", "private", "other"]
    amount_cents: Cents


HEARD: tuple[type[Heard], ...] = (
    ProjectApproved,
    AwardConditionSatisfied,
    AwardConditionExpired,
    DecisionRescinded,
    ProjectDeclined,
    DetailedProposalSubmitted,
    MemberAdmitted,
    GracePeriodStarted,
    MembershipLapsed,
    MembershipRenewed,
    MembershipReinstated,
    MembershipSuspended,
    MembershipTerminated,
    SizeAttested,
    AffiliationDeclared,
    OrganisationDissolved,
    CandidacyClosed,
    SelectionPolicyPublished,
    OtherFundingDeclared,
)

UPCASTERS: Upcasters = {("PolicyPublished", 1): dict}
"""What is read of evaluation's policies is the same in both of their shapes."""
