"""What reviewers do: they declare, score, submit, revise, and sometimes have to step back."""

from services.evaluation.events.vocabulary import Affiliations, Declaration, Points
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, PersonId, ProjectId, Sha256, Slug, Text
from shared.kernel.money import Ratio


class ReviewerEnlisted(Event, name="ReviewerEnlisted"):
    """A person may be asked to review; which organisations it belongs to is on record (E-5)."""

    person: PersonId
    affiliations: Affiliations
    enlisted_by: PersonId


class ReviewerAffiliationsDeclared(Event, name="ReviewerAffiliationsDeclared"):
    """All organisations that a reviewer belongs to from now on: each may be a conflict (E-5)."""

    person: PersonId
    affiliations: Affiliations
    declared_by: PersonId


class ReviewerAssigned(Event, name="ReviewerAssigned"):
    """A person is asked to review; which organisations it belongs to is on record (E-5)."""

    project_id: ProjectId
    person: PersonId
    affiliations: Affiliations
    assigned_by: PersonId


class ConflictDeclared(Event, name="ConflictDeclared"):
    """A reviewer declared whether it has a conflict of interest in this project (E-5)."""

    project_id: ProjectId
    person: PersonId
    declaration: Declaration


class ReviewerRecused(Event, name="ReviewerRecused"):
    """A reviewer takes no part any more; nothing it scored enters the result (E-4)."""

    project_id: ProjectId
    person: PersonId
    declaration: Declaration


class CriterionScored(Event, name="CriterionScored"):
    """A reviewer gave one criterion a score, or said that it does not apply, and why (E-2)."""

    project_id: ProjectId
    person: PersonId
    criterion: Slug
    score: Points | None = None
    """Absent means not applicable, which is not zero (E-4)."""
    rationale: Text


class ReviewSubmitted(Event, name="ReviewSubmitted"):
    """A reviewer finished: its scores count, and it may read the others (E-6)."""

    project_id: ProjectId
    person: PersonId


class ReviewRevised(Event, name="ReviewRevised"):
    """A reviewer changed one score of its submitted review, and says why; both stay on record."""

    project_id: ProjectId
    person: PersonId
    criterion: Slug
    earlier_score: Points | None = None
    score: Points | None = None
    rationale: Text
    reason: Line


class ReviewExcluded(Event, name="ReviewExcluded"):
    """A review enters no result from here on; its text stays on record, unchanged (E-4, E-11)."""

    project_id: ProjectId
    person: PersonId
    reason: Line
    excluded_by: PersonId


class ConflictDisclosedLate(Event, name="ConflictDisclosedLate"):
    """A conflict of interest came to light after the lock; access ends at once (E-11)."""

    project_id: ProjectId
    person: PersonId
    reason: Line
    disclosed_by: PersonId


class ScoresLocked(Event, name="ScoresLocked"):
    """The scores of these reviewers are final; nothing changes without reopening (E-7)."""

    project_id: ProjectId
    reviewers: tuple[PersonId, ...]
    locked_by: PersonId


class CriterionResult(Fact):
    """What one criterion contributes to the weighted score."""

    criterion: Slug
    weight: int
    mean: Ratio
    """Of the valid scores, in points, exact."""
    scores: int
    """How many valid scores there are."""
    spread: Points
    """Highest less lowest score."""
    spread_alert: bool


class WeightedScoreComputed(Event, name="WeightedScoreComputed"):
    """The weighted score, 0 to 100, exact, with all it was computed from (E-4)."""

    project_id: ProjectId
    criteria: tuple[CriterionResult, ...]
    result: Ratio
    inputs_hash: Sha256
    policy_version: Slug
    reviewers: tuple[PersonId, ...] | None = None
    """Whose reviews entered; in older events they are those of the lock."""


EVENTS: tuple[type[Event], ...] = (
    ReviewerEnlisted,
    ReviewerAffiliationsDeclared,
    ReviewerAssigned,
    ConflictDeclared,
    ReviewerRecused,
    CriterionScored,
    ReviewSubmitted,
    ReviewRevised,
    ReviewExcluded,
    ConflictDisclosedLate,
    ScoresLocked,
    WeightedScoreComputed,
)
