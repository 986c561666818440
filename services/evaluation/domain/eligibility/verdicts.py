"""Six verdicts and their conclusion, corrections and late facts (E-0)."""

from collections.abc import Mapping, Sequence

from services.evaluation.commands import (
    AssessCondition,
    ConcludeEligibility,
    CorrectVerdict,
    RecomputeSize,
    ReopenCheck,
)
from services.evaluation.domain.conditions import Case, condition_named, inputs_hash
from services.evaluation.domain.eligibility.case import case_of
from services.evaluation.domain.eligibility.requests import (
    InformationAwaited,
    closing,
    settle,
)
from services.evaluation.domain.folding.eligibility import on_file
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.proposals import Proposal
from services.evaluation.domain.stages import APPROVED
from services.evaluation.domain.state import Evaluation, VerdictOnFile, must_allow
from services.evaluation.events.eligibility import (
    EligibilityAssessed,
    EligibilityCheckReopened,
    EligibilityConditionAssessed,
    EligibilityVerdictCorrected,
    VerdictGiven,
)
from services.evaluation.events.reopening import DecisionIntegrityReviewOpened
from shared.kernel.commands import Command
from shared.kernel.eligibility import CONDITIONS, Condition, Registry, Verdict, compute
from shared.kernel.refusals import Refusal


class EligibilityUnsettled(Refusal):
    """The listed conditions have no settled verdict: assess them, again where inputs changed."""

    rule = "E-0"
    french = "Les conditions énumérées n'ont pas de verdict établi : évaluez-les."


def assess_condition(
    ask: AssessCondition,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EvaluationEvent]:
    """Give a condition its verdict; where it differs from the computed one, it is an override.

    Unknown, it asks the applicant. Raises ConditionUnknown, and EligibilityConcluded (E-0)
    between the conclusion and the accepted detailed version.
    """
    must_allow(ask, evaluation)
    condition = condition_named(ask.condition)
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    assessed = _assessed(ask, evaluation, case, condition, ask.verdict, ask.reason)
    if evaluation.verdicts.get(condition) == on_file(assessed):
        return []
    why = ask.reason if ask.verdict == "unknown" else None
    return [assessed, *settle(ask, evaluation, condition, why, pinned(evaluation, policies))]


def _assessed(
    ask: Command,
    evaluation: Evaluation,
    case: Case,
    condition: Condition,
    verdict: Verdict,
    reason: str,
) -> EligibilityConditionAssessed:
    computed = compute(condition, case)
    return EligibilityConditionAssessed(
        project_id=evaluation.project_id,
        condition=condition,
        verdict=verdict,
        reason=reason,
        computed_verdict=computed.verdict if computed else None,
        computed_because=computed.because if computed else None,
        overridden=computed is not None and computed.verdict != verdict,
        attestations=case.attestations if condition == "sme" else (),
        inputs_hash=inputs_hash(condition, case),
        policy_version=evaluation.policy_version,
        proposal_hash=evaluation.proposal_hash,
        assessed_by=ask.by.person,
    )


def recompute_size(
    ask: RecomputeSize,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EvaluationEvent]:
    """Compute an unknown `sme` again; while it stays unknown, nothing is recorded (E-0)."""
    must_allow(ask, evaluation)
    given = evaluation.verdicts.get("sme")
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    computed = compute("sme", case)
    assert computed is not None, "sme is a condition that computes"
    if given is None or given.verdict != "unknown" or computed.verdict == "unknown":
        return []
    assessed = _assessed(ask, evaluation, case, "sme", computed.verdict, computed.because)
    about = [name for name, each in evaluation.open_requests.items() if each.condition == "sme"]
    rules = pinned(evaluation, policies)
    closed = closing(ask, evaluation, about, "attestation_arrived", rules) if about else []
    return [assessed, *closed]


def still_stands(on_file: VerdictOnFile, condition: Condition, case: Case) -> bool:
    """Whether a verdict holds for this case: nothing computes otherwise than when it was given."""
    computed = compute(condition, case)
    return computed is None or computed.verdict in (on_file.verdict, on_file.computed_verdict)


def conclude_eligibility(
    ask: ConcludeEligibility,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EligibilityAssessed]:
    """Any condition not met: ineligible; all met: eligible (E-0).

    Raises EligibilityConcluded, EligibilityUnsettled while one is not assessed, is computed
    otherwise by now, or is unknown and could still decide, and InformationAwaited.
    """
    must_allow(ask, evaluation)
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    given = evaluation.verdicts
    unsettled = [
        condition
        for condition in CONDITIONS
        if condition not in given or not still_stands(given[condition], condition, case)
    ]
    eligible = _eligible({name: on_file.verdict for name, on_file in given.items()}, unsettled)
    if eligible and evaluation.blocking:
        raise InformationAwaited(requests=list(evaluation.blocking))
    return [
        EligibilityAssessed(
            project_id=ask.project_id,
            eligible=eligible,
            verdicts=tuple(
                VerdictGiven(condition=name, verdict=given[name].verdict, reason=given[name].reason)
                for name in CONDITIONS
            ),
            policy_version=evaluation.policy_version,
            proposal_hash=evaluation.proposal_hash,
            assessed_by=ask.by.person,
        )
    ]


def _eligible(verdicts: Mapping[Condition, Verdict], unsettled: Sequence[Condition] = ()) -> bool:
    """Any not met: no; all met: yes; otherwise EligibilityUnsettled, which names what is open."""
    if not unsettled and "not_met" in verdicts.values():
        return False
    if found := unsettled or [name for name in CONDITIONS if verdicts[name] == "unknown"]:
        raise EligibilityUnsettled(conditions=list(found))
    return True


def correct_verdict(
    ask: CorrectVerdict,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EligibilityVerdictCorrected]:
    """Correct one verdict after the conclusion, with a reason; the outcome follows it (E-0).

    Raises ConditionUnknown, EligibilityNotConcluded, and EligibilityUnsettled where another
    condition is unknown and would decide.
    """
    must_allow(ask, evaluation)
    condition = condition_named(ask.condition)
    earlier = evaluation.verdicts[condition]
    if earlier.verdict == ask.verdict:
        return []
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    verdicts: dict[Condition, Verdict] = {
        name: given.verdict for name, given in evaluation.verdicts.items()
    }
    computed = compute(condition, case)
    return [
        EligibilityVerdictCorrected(
            project_id=ask.project_id,
            condition=condition,
            earlier_verdict=earlier.verdict,
            verdict=ask.verdict,
            reason=ask.reason,
            eligible=_eligible({**verdicts, condition: ask.verdict}),
            computed_verdict=computed.verdict if computed else None,
            computed_because=computed.because if computed else None,
            attestations=case.attestations if condition == "sme" else (),
            inputs_hash=inputs_hash(condition, case),
            policy_version=evaluation.policy_version,
            proposal_hash=evaluation.proposal_hash,
            corrected_by=ask.by.person,
        )
    ]


def reopen_check(ask: ReopenCheck, evaluation: Evaluation) -> Sequence[EvaluationEvent]:
    """A late fact makes one verdict unknown again; what was concluded stays on record.

    An award that stands is put before people: they confirm or rescind it (E-11).
    """
    must_allow(ask, evaluation)
    given = evaluation.verdicts.get(ask.condition)
    if given is None or given.verdict == "unknown":
        return []
    reopened = EligibilityCheckReopened(
        project_id=ask.project_id,
        condition=ask.condition,
        because=ask.because,
        proposal_hash=evaluation.proposal_hash,
    )
    if evaluation.stage not in APPROVED or evaluation.integrity_review is not None:
        return [reopened]
    review = DecisionIntegrityReviewOpened(
        project_id=ask.project_id, because="condition", explanation=ask.because
    )
    return [reopened, review]
