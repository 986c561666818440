"""The bodies that evaluation takes."""

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

from services.evaluation.events.policy import Parameters
from services.evaluation.events.vocabulary import (
    Affiliations,
    AwardConditions,
    Ballot,
    Decided,
    Declaration,
    Outcome,
    Reasons,
    Reconsidered,
    Settled,
    WaitingOn,
)
from shared.kernel.eligibility import Condition, Verdict
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256, Slug, Text
from shared.kernel.money import PositiveMoneyIn, Ratio
from shared.kernel.periods import CivilDate
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Form

People: TypeAlias = Annotated[tuple[PersonId, ...], Field(max_length=100)]


class PolicyForm(VersionForm):
    """A version of a programme's parameters; `effective_to` is exclusive."""

    parameters: Parameters = Field(default_factory=Parameters)


class PreviewForm(Form):
    """Parameters that nobody has published."""

    programme: Slug
    parameters: Parameters


class OpenForm(Form):
    """Which submitted version to assess; the last one if absent."""

    content_hash: Sha256 | None = None


class VerdictForm(Form):
    """An officer's verdict on one condition; where it differs from the computed one, an override.

    The reason is always needed.
    """

    verdict: Verdict
    reason: Line


class CorrectionForm(Form):
    """What a concluded verdict should be, and why."""

    verdict: Settled
    reason: Line


class RequestForm(Form):
    """A question to the applicant; a blocking one holds up what comes next."""

    question: Text
    blocking: bool = True
    condition: Condition | None = None
    due_on: CivilDate | None = None


class PauseForm(Form):
    """Whom selection waits for; only waiting for the applicant stops the clock (E-3)."""

    waiting_on: WaitingOn
    reason: Line


class GapsForm(Form):
    """What the detailed version lacks."""

    gaps: Reasons


class ReviewerForm(Form):
    """Who is asked to review, and all organisations that the person belongs to."""

    person: PersonId
    affiliations: Affiliations


class DeclarationForm(Form):
    """The asking reviewer's conflict of interest."""

    declaration: Declaration


class ScoreForm(Form):
    """Points in halves, or null where the criterion does not apply; with a rationale (E-2)."""

    score: Decimal | None
    rationale: Text


class RevisionForm(Form):
    """Another score in a submitted review, or null where the criterion does not apply; and why."""

    score: Decimal | None
    rationale: Text
    reason: Line


class PersonForm(Form):
    """Whose review it is about, and why."""

    person: PersonId
    reason: Line


class FindingForm(Form):
    """What was found out, where, and about which participant, if about one."""

    finding: Text
    source: Line
    organisation_id: OrganisationId | None = None


class RecommendationForm(Form):
    """What the committee is asked for."""

    outcome: Outcome
    reasons: Reasons


class CommitteeForm(Form):
    """Who was there, and who of them stood back."""

    attendees: People
    recusals: People = ()


class VoteForm(Form):
    """The asking member's vote."""

    vote: Ballot


class DecisionForm(Form):
    """A proposed decision: to approve with rate, ceiling and envelope, or to decline or defer.

    A decline or a deferral states its reasons. The rate is an exact fraction such as `27/83`.
    """

    outcome: Decided
    rate: Ratio | None = None
    ceiling: PositiveMoneyIn | None = None
    envelope_id: Slug | None = None
    conditions: AwardConditions = ()
    reasons: Annotated[tuple[Line, ...], Field(max_length=50)] = ()


class CommunicationForm(Form):
    """How the applicant was told."""

    means: Line


class SatisfactionForm(Form):
    """Why a condition counts as satisfied, and the document that shows it."""

    reason: Line
    evidence_sha256: Sha256 | None = None


class ReopeningForm(Form):
    """Why an evaluation is opened again, and by which power."""

    reason: Line
    authority: Line


class ReconsiderationForm(Form):
    """How an integrity review should end, and why."""

    outcome: Reconsidered
    reasons: Reasons
