"""What was decided about a project: verdicts with reasons, the score, and who decided what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.audit.inbound import Fields, Source, Told


@dataclass(frozen=True, slots=True)
class Verdict:
    """One eligibility condition, as it was assessed last."""

    verdict: str | None
    reason: str | None
    policy_version: str | None
    since: Source


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion's part of the weighted score; the mean is exact."""

    criterion: str | None
    weight: int | None
    mean: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What two persons decided (E-9)."""

    outcome: str
    rate: str | None
    ceiling_cents: int | None
    envelope_id: str | None
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    decided_on: str | None
    proposed_by: str | None
    confirmed_by: str | None
    since: Source


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation; everything is absent before a review is opened."""

    eligible: bool | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Of the version under review: accepting a detailed version asks for all of them again."""
    weighted_score: str | None = None
    criteria: tuple[Criterion, ...] = ()
    decision: Decision | None = None
    policy_versions: tuple[str, ...] = ()
    """Every version that a verdict, score or decision was made by, in the order of first use."""
    timeline: tuple[Source, ...] = ()
    """The events that moved the evaluation on, oldest first."""


def evolve_evaluation(evaluation: Evaluation, told: Told, fields: Fields) -> Evaluation:
    """The evaluation after one of its events; others change nothing."""
    after = _evolved(evaluation, told, fields)
    if after is evaluation:
        return evaluation
    version = fields.text("policy_version")
    if version is None or version in after.policy_versions:
        return after
    return replace(after, policy_versions=(*after.policy_versions, version))


def _evolved(evaluation: Evaluation, told: Told, fields: Fields) -> Evaluation:
    match told.name:
        case "EligibilityReviewOpened":
            return _moved(replace(evaluation, verdicts={}, eligible=None), told)
        case "EligibilityConditionAssessed":
            return _with_verdict(evaluation, told, fields, fields.text("policy_version"))
        case "EligibilityAssessed":
            return _concluded(evaluation, told, fields)
        case "DetailedProposalAccepted":
            return _moved(replace(evaluation, verdicts={}), told)
        case "DetailedProposalReturned" | "ScoresLocked" | "RecommendationMade":
            return _moved(evaluation, told)
        case "CommitteeConvened":
            return _moved(evaluation, told)
        case "WeightedScoreComputed":
            return _scored(evaluation, fields)
        case "ProjectApproved":
            return _decided(evaluation, told, fields, "approved")
        case "ProjectDeclined":
            return _decided(evaluation, told, fields, "declined")
        case _:
            return evaluation


def _moved(evaluation: Evaluation, told: Told) -> Evaluation:
    return replace(evaluation, timeline=(*evaluation.timeline, told.source))


def _with_verdict(
    evaluation: Evaluation, told: Told, fields: Fields, policy_version: str | None
) -> Evaluation:
    condition = fields.text("condition")
    if condition is None:
        return evaluation
    verdict = Verdict(fields.text("verdict"), fields.text("reason"), policy_version, told.source)
    return replace(evaluation, verdicts={**evaluation.verdicts, condition: verdict})


def _concluded(evaluation: Evaluation, told: Told, fields: Fields) -> Evaluation:
    """The conclusion repeats the verdicts; one that was not heard by itself is taken from it."""
    for given in fields.items("verdicts"):
        if given.text("condition") not in evaluation.verdicts:
            policy_version = fields.text("policy_version")
            evaluation = _with_verdict(evaluation, told, given, policy_version)
    return _moved(replace(evaluation, eligible=fields.flag("eligible")), told)


def _scored(evaluation: Evaluation, fields: Fields) -> Evaluation:
    criteria = tuple(
        Criterion(part.text("criterion"), part.whole("weight"), part.text("mean"))
        for part in fields.items("criteria")
    )
    return replace(evaluation, weighted_score=fields.text("result"), criteria=criteria)


def _decided(evaluation: Evaluation, told: Told, fields: Fields, outcome: str) -> Evaluation:
    decision = Decision(
        outcome=outcome,
        rate=fields.text("rate"),
        ceiling_cents=fields.whole("ceiling_cents"),
        envelope_id=fields.text("envelope_id"),
        conditions=fields.texts("conditions"),
        reasons=fields.texts("reasons"),
        decided_on=fields.text("decided_on"),
        proposed_by=fields.text("proposed_by"),
        confirmed_by=fields.text("confirmed_by"),
        since=told.source,
    )
    score = fields.text("weighted_score") or evaluation.weighted_score
    return _moved(replace(evaluation, decision=decision, weighted_score=score), told)
