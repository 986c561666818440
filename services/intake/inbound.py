"""What intake hears from evaluation and membership: the few fields that its rules use."""

from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from shared.kernel.events import Heard
from shared.kernel.identifiers import OrganisationId, Sha256, Slug
from shared.kernel.upcasting import Upcasters


class ConditionLimits(Heard):
    """The figures of a programme that the computed conditions use; evaluation owns them."""

    min_participants: int
    min_smes: int
    sme_fte_lt: int
    ready_within_days: int


class PolicyPublished(Heard, origin="evaluation", name="PolicyPublished", schema=2):
    """A version of a programme's rules for eligibility was published."""

    programme: Slug
    version: Slug
    parameters: ConditionLimits
    effective_from: date
    effective_to: date | None = None
    """Exclusive; absent means open."""


class VerdictGiven(Heard):
    """One condition's verdict, with its reason."""

    condition: str
    verdict: str
    reason: str


class EligibilityAssessed(Heard, origin="evaluation", name="EligibilityAssessed"):
    """The six conditions were assessed on the submitted version."""

    project_id: str
    eligible: bool
    verdicts: tuple[VerdictGiven, ...] = ()


class EligibilityVerdictCorrected(Heard, origin="evaluation", name="EligibilityVerdictCorrected"):
    """A verdict was corrected after the conclusion; `eligible` is what follows now."""

    project_id: str
    condition: str
    verdict: str
    reason: str
    eligible: bool


class EligibilityReviewOpened(Heard, origin="evaluation", name="EligibilityReviewOpened"):
    """The assessors took up a submitted version, for the first time or once more."""

    project_id: str


class EligibilityCheckReopened(Heard, origin="evaluation", name="EligibilityCheckReopened"):
    """A late fact opened one condition again."""

    project_id: str
    condition: str
    because: str


class InformationRequested(Heard, origin="evaluation", name="InformationRequested"):
    """The assessors asked the applicant something."""

    project_id: str
    request_id: str
    question: str
    blocking: bool
    due_on: date | None = None


class InformationRequestClosed(Heard, origin="evaluation", name="InformationRequestClosed"):
    """The assessors wait for that answer no longer."""

    project_id: str
    request_id: str


class DetailedProposalReturned(Heard, origin="evaluation", name="DetailedProposalReturned"):
    """That detailed version has gaps; it goes back to the lead."""

    project_id: str
    proposal_version: int
    gaps: tuple[str, ...] = ()


class DetailedProposalAccepted(Heard, origin="evaluation", name="DetailedProposalAccepted"):
    """The detailed version is comprehensive; selection began."""

    project_id: str


class SelectionClockPaused(Heard, origin="evaluation", name="SelectionClockPaused"):
    """Selection waits for somebody."""

    project_id: str
    waiting_on: str


class SelectionClockResumed(Heard, origin="evaluation", name="SelectionClockResumed"):
    """Selection goes on."""

    project_id: str


class SelectionTargetMissed(Heard, origin="evaluation", name="SelectionTargetMissed"):
    """Selection takes longer than it should."""

    project_id: str


class DecisionDeferred(Heard, origin="evaluation", name="DecisionDeferred"):
    """The decision was put off."""

    project_id: str
    reasons: tuple[str, ...]


class ProjectApproved(Heard, origin="evaluation", name="ProjectApproved"):
    """The proposal was selected by two persons."""

    project_id: str
    conditions: tuple[str, ...] = ()


class ProjectDeclined(Heard, origin="evaluation", name="ProjectDeclined"):
    """The proposal was not selected."""

    project_id: str
    reasons: tuple[str, ...] = ()


class DecisionCommunicated(Heard, origin="evaluation", name="DecisionCommunicated"):
    """The applicant was told of the decision."""

    project_id: str


class EvaluationReopened(Heard, origin="evaluation", name="EvaluationReopened"):
    """The evaluation was opened again; a decision stands until it is revised."""

    project_id: str
    reason: str


class DecisionConfirmed(Heard, origin="evaluation", name="DecisionConfirmed"):
    """The decision was looked at again and stands."""

    project_id: str
    reasons: tuple[str, ...]


class DecisionRevised(Heard, origin="evaluation", name="DecisionRevised"):
    """The decision was changed; the new one follows in full."""

    project_id: str
    reasons: tuple[str, ...]


class DecisionRescinded(Heard, origin="evaluation", name="DecisionRescinded"):
    """The decision was taken back."""

    project_id: str
    earlier_outcome: str
    reasons: tuple[str, ...]


class AwardConditionSatisfied(Heard, origin="evaluation", name="AwardConditionSatisfied"):
    """One condition of the award is satisfied."""

    project_id: str
    condition: str


class AwardConditionExpired(Heard, origin="evaluation", name="AwardConditionExpired"):
    """A condition was not satisfied in time: the award lapsed."""

    project_id: str
    condition: str


class OrganisationRegistered(Heard, origin="membership", name="OrganisationRegistered"):
    """An organisation is known, and where published, what kind of party it is."""

    organisation_id: OrganisationId
    name: str
    kind: str | None
    business_number: str | None = None


class OrganisationProfileAmended(Heard, origin="membership", name="OrganisationProfileAmended"):
    """An organisation's profile was corrected: its name, kind and number as they stand now."""

    organisation_id: OrganisationId
    name: str
    kind: str | None
    business_number: str | None = None


class OrganisationAliasRecorded(Heard, origin="membership", name="OrganisationAliasRecorded"):
    """An organisation is known by another name as well."""

    organisation_id: OrganisationId
    name: str


class SizeAttested(Heard, origin="membership", name="SizeAttested"):
    """An organisation's size in full-time equivalents as of a day, with evidence (M-13)."""

    organisation_id: OrganisationId
    fte: Decimal
    affiliates_fte: Decimal
    as_of: date
    evidence_sha256: Sha256


class AffiliationDeclared(Heard, origin="membership", name="AffiliationDeclared"):
    """Two organisations are under common control since a day (I-11)."""

    organisation_id: OrganisationId
    affiliate_id: OrganisationId
    since: date


class AssociateAdmitted(Heard, origin="membership", name="AssociateAdmitted"):
    """An organisation became an associate."""

    organisation_id: str


class CandidacyOpened(Heard, origin="membership", name="CandidacyOpened"):
    """An approved project made the organisation a candidate for membership."""

    organisation_id: str


FallsBackTo: TypeAlias = Literal["registered", "associate", "candidate"] | None
"""What an organisation is again; absent where nothing changes."""


class CandidacyClosed(Heard, origin="membership", name="CandidacyClosed"):
    """A candidacy is over, by its days, by the admission or with its award."""

    organisation_id: str
    falls_back_to: FallsBackTo = None


class AssociateResigned(Heard, origin="membership", name="AssociateResigned"):
    """An organisation is an associate no more, by its own wish."""

    organisation_id: str
    falls_back_to: FallsBackTo = None


class MemberAdmitted(Heard, origin="membership", name="MemberAdmitted"):
    """An organisation became a member."""

    organisation_id: str


EvaluationHeard: TypeAlias = (
    EligibilityReviewOpened
    | EligibilityAssessed
    | EligibilityVerdictCorrected
    | EligibilityCheckReopened
    | InformationRequested
    | InformationRequestClosed
    | DetailedProposalReturned
    | DetailedProposalAccepted
    | SelectionClockPaused
    | SelectionClockResumed
    | SelectionTargetMissed
    | DecisionDeferred
    | ProjectApproved
    | ProjectDeclined
    | DecisionCommunicated
    | EvaluationReopened
    | DecisionConfirmed
    | DecisionRevised
    | DecisionRescinded
    | AwardConditionSatisfied
    | AwardConditionExpired
)
"""What intake reads of a stream `evaluation-{project_id}`."""

OrganisationHeard: TypeAlias = (
    OrganisationRegistered
    | OrganisationProfileAmended
    | OrganisationAliasRecorded
    | SizeAttested
    | AffiliationDeclared
    | AssociateAdmitted
    | AssociateResigned
    | CandidacyOpened
    | CandidacyClosed
    | MemberAdmitted
)
"""What intake reads of a stream `organisation-{organisation_id}`."""

HEARD: tuple[type[Heard], ...] = (
    PolicyPublished,
    EligibilityReviewOpened,
    EligibilityAssessed,
    EligibilityVerdictCorrected,
    EligibilityCheckReopened,
    InformationRequested,
    InformationRequestClosed,
    DetailedProposalReturned,
    DetailedProposalAccepted,
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
    DecisionDeferred,
    ProjectApproved,
    ProjectDeclined,
    DecisionCommunicated,
    EvaluationReopened,
    DecisionConfirmed,
    DecisionRevised,
    DecisionRescinded,
    AwardConditionSatisfied,
    AwardConditionExpired,
    OrganisationRegistered,
    OrganisationProfileAmended,
    OrganisationAliasRecorded,
    SizeAttested,
    AffiliationDeclared,
    AssociateAdmitted,
    AssociateResigned,
    CandidacyOpened,
    CandidacyClosed,
    MemberAdmitted,
)

UPCASTERS: Upcasters = {("PolicyPublished", 1): dict}
"""What is read of evaluation's policies is the same in both of their shapes."""
