"""The bodies that evaluation takes."""

from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

from services.evaluation.events import (
    AwardConditions,
    Ballot,
    Count,
    Declaration,
    Outcome,
    Points,
    PositiveCount,
    Reasons,
    Verdict,
    Weights,
    default_weights,
)
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256, Slug, Text
from shared.kernel.money import PositiveMoneyIn, Ratio
from shared.runtime.web.policies import VersionForm
from shared.runtime.web.routes import Form

People: TypeAlias = Annotated[tuple[PersonId, ...], Field(max_length=100)]


class ParametersForm(Form):
    """Evaluation's parameters of one programme; what is absent is the programme's usual rule."""

    criterion_weights: Weights = Field(default_factory=default_weights)
    score_scale: PositiveCount = 5
    pass_mark: Ratio | None = None
    reviews_required: PositiveCount = 3
    score_spread_alert: Points = Decimal("2.0")
    committee_quorum: PositiveCount = 3
    min_participants: PositiveCount = 2
    min_smes: Count = 1
    sme_fte_lt: PositiveCount = 500
    ready_within_days: Count = 90
    selection_target_working_days: PositiveCount = 22


class PolicyForm(VersionForm):
    """A version of a programme's parameters; `effective_to` is exclusive."""

    parameters: ParametersForm = Field(default_factory=ParametersForm)


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
