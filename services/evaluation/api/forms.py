"""The bodies that evaluation takes."""

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

from services.evaluation.events.policy import Parameters
from services.evaluation.events.vocabulary import (
    AwardConditions,
    Ballot,
    Declaration,
    Outcome,
    Reasons,
)
from shared.kernel.eligibility import Verdict
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256, Slug, Text
from shared.kernel.money import PositiveMoneyIn, Ratio
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Form

People: TypeAlias = Annotated[tuple[PersonId, ...], Field(max_length=100)]


class PolicyForm(VersionForm):
    """A version of a programme's parameters; `effective_to` is exclusive."""

    parameters: Parameters = Field(default_factory=Parameters)


class OpenForm(Form):
    """Which submitted version to assess; the last one if absent."""

    content_hash: Sha256 | None = None


class VerdictForm(Form):
    """An officer's verdict on one condition; where it differs from the computed one, an override.

    The reason is always needed.
    """

    verdict: Verdict
    reason: Line


class GapsForm(Form):
    """What the detailed version lacks."""

    gaps: Reasons


class ReviewerForm(Form):
    """Who is asked to review, and all organisations that the person belongs to."""

    person: PersonId
    affiliations: Annotated[tuple[OrganisationId, ...], Field(max_length=50)]


class DeclarationForm(Form):
    """The asking reviewer's conflict of interest."""

    declaration: Declaration


class ScoreForm(Form):
    """Points in halves, or null where the criterion does not apply; with a rationale (E-2)."""

    score: Decimal | None
    rationale: Text


class ReasonForm(Form):
    """Why."""

    reason: Line


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
    """A proposed decision: to approve with rate, ceiling and envelope, or to decline with reasons.

    The rate is an exact fraction such as `27/83`.
    """

    outcome: Outcome
    rate: Ratio | None = None
    ceiling: PositiveMoneyIn | None = None
    envelope_id: Slug | None = None
    conditions: AwardConditions = ()
    reasons: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
