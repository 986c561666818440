"""How eligibility, the applicant's answers and the detailed version follow from events."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from services.evaluation.domain.stages import ELIGIBILITY
from services.evaluation.domain.state import Clock, Evaluation, Request, VerdictOnFile
from services.evaluation.events.eligibility import (
    CompletenessCheckOpened,
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    EligibilityCheckReopened,
    EligibilityConditionAssessed,
    EligibilityReviewOpened,
    EligibilityVerdictCorrected,
    EvaluationStopped,
    InformationRequestClosed,
    InformationRequested,
)
from shared.kernel.eligibility import Condition

EligibilityEvent: TypeAlias = (
    EligibilityReviewOpened
    | EligibilityConditionAssessed
    | InformationRequested
    | InformationRequestClosed
    | EligibilityAssessed
    | EligibilityVerdictCorrected
    | EligibilityCheckReopened
    | CompletenessCheckOpened
    | DetailedProposalReturned
    | DetailedProposalAccepted
    | EvaluationStopped
)


def evolve_eligibility(evaluation: Evaluation, event: EligibilityEvent) -> Evaluation:
    """The evaluation after one more event about eligibility or the detailed version."""
    match event:
        case EligibilityReviewOpened():
            return _opened(evaluation, event)
        case EligibilityConditionAssessed():
            return _with(evaluation, event.condition, on_file(event))
        case EligibilityVerdictCorrected():
            corrected = _with(evaluation, event.condition, _corrected(event))
            return _concluded(corrected, event.eligible)
        case EligibilityAssessed():
            return _concluded(evaluation, event.eligible)
        case InformationRequested() | InformationRequestClosed():
            return _asked(evaluation, event)
        case EligibilityCheckReopened():
            return _checked_again(evaluation, event)
        case CompletenessCheckOpened():
            return replace(evaluation, stage="completeness_check")
        case DetailedProposalReturned():
            version = event.proposal_version
            return replace(
                evaluation, stage="awaiting_detail", returned_version=version, gaps=event.gaps
            )
        case DetailedProposalAccepted():
            return _accepted(evaluation, event)
        case EvaluationStopped():
            return replace(evaluation, stage="stopped")
        case _:
            assert_never(event)


def _opened(evaluation: Evaluation, event: EligibilityReviewOpened) -> Evaluation:
    return Evaluation(
        project_id=event.project_id,
        stage="eligibility_review",
        programme=event.programme,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=event.participants,
        proposal_version=event.proposal_version,
        proposal_hash=event.proposal_hash,
        submitted_on=event.submitted_on,
        policy_version=event.policy_version,
        requests=_superseded(evaluation),
    )


def _superseded(evaluation: Evaluation) -> Mapping[str, Request]:
    open_ = evaluation.open_requests
    over = {name: replace(asked, closed="superseded") for name, asked in open_.items()}
    return {**evaluation.requests, **over}


def on_file(event: EligibilityConditionAssessed) -> VerdictOnFile:
    """What an assessed condition is remembered by."""
    return VerdictOnFile(
        verdict=event.verdict,
        reason=event.reason,
        computed_verdict=event.computed_verdict,
        computed_because=event.computed_because,
        overridden=event.overridden,
        attestations=event.attestations,
        inputs_hash=event.inputs_hash,
        carried_from=event.carried_from,
        assessed_by=event.assessed_by,
    )


def _corrected(event: EligibilityVerdictCorrected) -> VerdictOnFile:
    return VerdictOnFile(
        verdict=event.verdict,
        reason=event.reason,
        computed_verdict=event.computed_verdict,
        computed_because=event.computed_because,
        overridden=event.computed_verdict not in (None, event.verdict),
        attestations=event.attestations,
        inputs_hash=event.inputs_hash,
        carried_from=None,
        assessed_by=event.corrected_by,
    )


def _with(evaluation: Evaluation, condition: Condition, verdict: VerdictOnFile) -> Evaluation:
    return replace(evaluation, verdicts={**evaluation.verdicts, condition: verdict})


def _concluded(evaluation: Evaluation, eligible: bool) -> Evaluation:
    """What a conclusion, or a correction that turns one around, moves."""
    if eligible is evaluation.eligible:
        return evaluation
    return replace(
        evaluation,
        stage="awaiting_detail" if eligible else "ineligible",
        eligible=eligible,
        requests=_superseded(evaluation),
    )


def _asked(
    evaluation: Evaluation, event: InformationRequested | InformationRequestClosed
) -> Evaluation:
    if isinstance(event, InformationRequested):
        request = Request(
            question=event.question,
            condition=event.condition,
            blocking=event.blocking,
            requested_on=event.requested_on,
            due_on=event.due_on,
        )
    else:
        request = replace(evaluation.requests[event.request_id], closed=event.because)
    asked = replace(evaluation, requests={**evaluation.requests, event.request_id: request})
    if asked.stage not in ELIGIBILITY:
        return asked
    return replace(asked, stage="awaiting_information" if asked.blocking else "eligibility_review")


def _checked_again(evaluation: Evaluation, event: EligibilityCheckReopened) -> Evaluation:
    earlier = evaluation.verdicts.get(event.condition)
    if earlier is None:
        return evaluation
    unknown = replace(earlier, verdict="unknown", reason=event.because, overridden=False)
    return _with(evaluation, event.condition, unknown)


def _accepted(evaluation: Evaluation, event: DetailedProposalAccepted) -> Evaluation:
    return replace(
        evaluation,
        stage="assigning",
        detailed=True,
        title=event.title,
        lead_organisation_id=event.lead_organisation_id,
        participants=event.participants,
        proposal_version=event.proposal_version,
        proposal_hash=event.content_hash,
        submitted_on=event.submitted_on,
        verdicts={},
        gaps=(),
        clock=Clock(event.accepted_on, event.target_on),
    )
