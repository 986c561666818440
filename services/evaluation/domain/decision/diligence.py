"""Due diligence and the recommendation that follows it (E-8)."""

from collections.abc import Sequence

from services.evaluation.commands import ClearDueDiligence, MakeRecommendation, RecordFinding
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.decision import (
    DueDiligenceCleared,
    DueDiligenceFindingRecorded,
    RecommendationMade,
)
from shared.kernel.refusals import Fault, Invalid, Refusal


class NotAParticipant(Invalid):
    """A finding is about a participant of the project, or about no organisation."""

    rule = "E-8"
    french = "Une constatation concerne un participant du projet, ou aucune organisation."


class DueDiligenceOpen(Refusal):
    """Recommending or approving an award needs due diligence cleared."""

    rule = "E-8"
    french = "Recommander ou approuver un octroi exige une vérification diligente terminée."


def record_finding(
    ask: RecordFinding, evaluation: Evaluation
) -> Sequence[DueDiligenceFindingRecorded]:
    """Record what was found out; an earlier clearance holds no longer (E-8).

    Raises NotAParticipant.
    """
    must_allow(ask, evaluation)
    about = ask.organisation_id
    if about is not None and about not in evaluation.participant_ids:
        raise NotAParticipant(Fault("/organisation_id", "not_a_participant"))
    return [
        DueDiligenceFindingRecorded(
            project_id=ask.project_id,
            number=len(evaluation.findings) + 1,
            organisation_id=about,
            finding=ask.finding,
            source=ask.source,
            recorded_by=ask.by.person,
        )
    ]


def clear_due_diligence(
    ask: ClearDueDiligence, evaluation: Evaluation
) -> Sequence[DueDiligenceCleared]:
    """Clear due diligence, once until something more is found, before the decision (E-8)."""
    must_allow(ask, evaluation)
    if evaluation.due_diligence is not None:
        return []
    return [
        DueDiligenceCleared(project_id=ask.project_id, reason=ask.reason, cleared_by=ask.by.person)
    ]


def make_recommendation(
    ask: MakeRecommendation, evaluation: Evaluation
) -> Sequence[RecommendationMade]:
    """Recommend an outcome, anew until the committee meets (E-7, E-8).

    An award is recommended only once due diligence is cleared; a decline may rest on what was
    found. Raises DueDiligenceOpen.
    """
    must_allow(ask, evaluation)
    if ask.outcome == "approved" and evaluation.due_diligence is None:
        raise DueDiligenceOpen
    return [
        RecommendationMade(
            project_id=ask.project_id,
            outcome=ask.outcome,
            reasons=ask.reasons,
            recommended_by=ask.by.person,
        )
    ]
