"""What happens to eligibility: six verdicts, their conclusion, and the detailed version."""

from datetime import date

from services.evaluation.events.vocabulary import Participants, Reasons, RequestClosed, Settled
from shared.kernel.eligibility import AttestationUsed, Condition, Verdict
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import (
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
    Text,
)


class EligibilityReviewOpened(Event, name="EligibilityReviewOpened"):
    """A submitted version is assessed from here on, by the policy version pinned now (E-1)."""

    project_id: ProjectId
    programme: Slug
    title: Line
    lead_organisation_id: OrganisationId
    participants: Participants
    proposal_version: int
    proposal_hash: Sha256
    submitted_on: date
    policy_version: Slug
    reassessment: Line | None = None
    """Why an ineligible proposal is assessed once more; absent for a newly submitted version."""


class EligibilityConditionAssessed(Event, name="EligibilityConditionAssessed"):
    """One condition got its verdict: confirmed, overridden with a reason, or carried over."""

    project_id: ProjectId
    condition: Condition
    verdict: Verdict
    reason: Line
    computed_verdict: Verdict | None = None
    """What the system computed from the same inputs; absent for the two human verdicts."""
    computed_because: Line | None = None
    overridden: bool
    attestations: tuple[AttestationUsed, ...]
    inputs_hash: Sha256
    policy_version: Slug
    proposal_hash: Sha256
    carried_from: Sha256 | None = None
    """The version whose verdict was carried, its inputs being the same (E-8)."""
    assessed_by: PersonId


class InformationRequested(Event, name="InformationRequested"):
    """The applicant is asked something; a blocking question holds up what comes next (E-0)."""

    project_id: ProjectId
    request_id: Slug
    """`request-1`, `request-2` …: counted in each project, never used again."""
    condition: Condition | None = None
    """The condition that is unknown until the answer; absent for any other question."""
    question: Text
    blocking: bool
    due_on: date | None = None
    """The civil day by which an answer is hoped for; nothing happens by itself after it."""
    requested_by: PersonId
    requested_on: date


class InformationRequestClosed(Event, name="InformationRequestClosed"):
    """Nobody waits for the answer to a question any more, and why."""

    project_id: ProjectId
    request_id: Slug
    because: RequestClosed
    closed_by: PersonId
    closed_on: date


class VerdictGiven(Fact):
    """One condition's verdict as it stood at the conclusion."""

    condition: Condition
    verdict: Verdict
    reason: Line


class EligibilityAssessed(Event, name="EligibilityAssessed"):
    """All six conditions are settled: the proposal is eligible, or not, and why (E-0)."""

    project_id: ProjectId
    eligible: bool
    verdicts: tuple[VerdictGiven, ...]
    policy_version: Slug
    proposal_hash: Sha256
    assessed_by: PersonId


class EligibilityVerdictCorrected(Event, name="EligibilityVerdictCorrected"):
    """A verdict was wrong, or a late fact changed it, after eligibility was concluded.

    The earlier verdict and the earlier conclusion stay on record; `eligible` is what follows now.
    """

    project_id: ProjectId
    condition: Condition
    earlier_verdict: Verdict
    verdict: Settled
    reason: Line
    eligible: bool
    computed_verdict: Verdict | None = None
    computed_because: Line | None = None
    attestations: tuple[AttestationUsed, ...]
    inputs_hash: Sha256
    policy_version: Slug
    proposal_hash: Sha256
    corrected_by: PersonId


class EligibilityCheckReopened(Event, name="EligibilityCheckReopened"):
    """A late fact opened one condition again; what was concluded before stays on record."""

    project_id: ProjectId
    condition: Condition
    because: Line
    proposal_hash: Sha256


class CompletenessCheckOpened(Event, name="CompletenessCheckOpened"):
    """A detailed version was submitted; whether it is comprehensive is checked from here on."""

    project_id: ProjectId
    proposal_version: int
    content_hash: Sha256


class DetailedProposalReturned(Event, name="DetailedProposalReturned"):
    """A detailed version isn't comprehensive; the applicant knows what is missing."""

    project_id: ProjectId
    proposal_version: int
    content_hash: Sha256
    gaps: Reasons
    returned_by: PersonId


class DetailedProposalAccepted(Event, name="DetailedProposalAccepted"):
    """A detailed version is comprehensive: it is what is scored and decided; the clock starts."""

    project_id: ProjectId
    proposal_version: int
    content_hash: Sha256
    title: Line
    lead_organisation_id: OrganisationId
    participants: Participants
    submitted_on: date
    accepted_by: PersonId
    accepted_on: date
    target_on: date | None = None
    """The last civil day on target, by the pinned calendar (E-3); unknown in older events."""


class EvaluationStopped(Event, name="EvaluationStopped"):
    """The applicant took its proposal back: nothing is reviewed or decided any more."""

    project_id: ProjectId
    because: Line


EVENTS: tuple[type[Event], ...] = (
    EligibilityReviewOpened,
    EligibilityConditionAssessed,
    InformationRequested,
    InformationRequestClosed,
    EligibilityAssessed,
    EligibilityVerdictCorrected,
    EligibilityCheckReopened,
    CompletenessCheckOpened,
    DetailedProposalReturned,
    DetailedProposalAccepted,
    EvaluationStopped,
)
