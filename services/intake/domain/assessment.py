"""What evaluation said about a project so far, folded from what intake heard of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never

from services.intake.inbound import (
    AwardConditionExpired,
    AwardConditionSatisfied,
    DecisionCommunicated,
    DecisionConfirmed,
    DecisionDeferred,
    DecisionRescinded,
    DecisionRevised,
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    EligibilityCheckReopened,
    EligibilityReviewOpened,
    EligibilityVerdictCorrected,
    EvaluationHeard,
    EvaluationReopened,
    InformationRequestClosed,
    InformationRequested,
    ProjectApproved,
    ProjectDeclined,
    SelectionClockPaused,
    SelectionClockResumed,
    SelectionTargetMissed,
)


@dataclass(frozen=True, slots=True)
class Request:
    """Something that the assessors asked."""

    request_id: str
    question: str
    blocking: bool
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    """A condition that is not met, and why."""

    condition: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where evaluation stands, as far as an applicant needs to know."""

    project_id: str = ""
    eligible: bool | None = None
    """As concluded last; absent before the first conclusion."""
    conclusions: int = 0
    """How many conclusions there were, corrections of verdicts included."""
    not_met: tuple[Unmet, ...] = ()
    requests: tuple[Request, ...] = ()
    """What the assessors still wait for, unless the applicant has answered it meanwhile."""
    returned_version: int = 0
    """The last version that went back with gaps; 0 if none did."""
    gaps: tuple[str, ...] = ()
    accepted: bool = False
    waiting_on: str | None = None
    """Whom the selection waits for."""
    decision: Literal["selected", "not_selected"] | None = None

    def unanswered(self, answered: Collection[str]) -> tuple[Request, ...]:
        """The requests that the applicant has not answered."""
        return tuple(request for request in self.requests if request.request_id not in answered)


def evolve_assessment(assessment: Assessment, event: EvaluationHeard) -> Assessment:
    """The assessment after one more event of evaluation."""
    known = replace(assessment, project_id=event.project_id)
    match event:
        case InformationRequested():
            asked = Request(event.request_id, event.question, event.blocking, event.due_on)
            return replace(known, requests=(*known.requests, asked))
        case InformationRequestClosed():
            return replace(known, requests=known.unanswered([event.request_id]))
        case EligibilityReviewOpened():
            return replace(known, requests=())
        case EligibilityAssessed() | EligibilityVerdictCorrected():
            return replace(
                known,
                eligible=event.eligible,
                conclusions=known.conclusions + 1,
                not_met=_not_met(known, event),
                requests=(),
            )
        case DetailedProposalReturned():
            return replace(known, returned_version=event.proposal_version, gaps=event.gaps)
        case DetailedProposalAccepted():
            return replace(known, accepted=True)
        case SelectionClockPaused():
            return replace(known, waiting_on=event.waiting_on)
        case SelectionClockResumed():
            return replace(known, waiting_on=None)
        case ProjectApproved():
            return replace(known, decision="selected", requests=(), waiting_on=None)
        case ProjectDeclined() | AwardConditionExpired():
            return replace(known, decision="not_selected", requests=(), waiting_on=None)
        case DecisionRescinded():
            approved = event.earlier_outcome == "approved"
            return replace(known, decision="not_selected" if approved else None)
        case (
            EligibilityCheckReopened()
            | SelectionTargetMissed()
            | DecisionDeferred()
            | DecisionCommunicated()
            | EvaluationReopened()
            | DecisionConfirmed()
            | DecisionRevised()
            | AwardConditionSatisfied()
        ):
            return known  # Told to the applicant; nothing that it may do depends on it.
        case _:
            assert_never(event)


def _not_met(
    assessment: Assessment, event: EligibilityAssessed | EligibilityVerdictCorrected
) -> tuple[Unmet, ...]:
    match event:
        case EligibilityAssessed():
            given = [(each.condition, each.verdict, each.reason) for each in event.verdicts]
            others: tuple[Unmet, ...] = ()
        case EligibilityVerdictCorrected():
            given = [(event.condition, event.verdict, event.reason)]
            others = tuple(u for u in assessment.not_met if u.condition != event.condition)
    failed = (Unmet(condition, why) for condition, verdict, why in given if verdict == "not_met")
    return (*others, *failed)
