"""Eligibility: opening a review, six verdicts, the conclusion, and the detailed version (E-0)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.evaluation.commands import (
    AcceptDetailedProposal,
    AssessCondition,
    ConcludeEligibility,
    OpenEligibilityReview,
    ReturnDetailedProposal,
)
from services.evaluation.domain.conditions import Case, condition_named, inputs_hash
from services.evaluation.domain.folding import EvaluationEvent, on_file
from services.evaluation.domain.policy import Policies
from services.evaluation.domain.proposals import Proposal, Submission
from services.evaluation.domain.state import (
    SELECTION,
    Evaluation,
    VerdictOnFile,
    require,
)
from services.evaluation.events.eligibility import (
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityAssessed,
    EligibilityConditionAssessed,
    EligibilityReviewOpened,
    VerdictGiven,
)
from shared.kernel.eligibility import CONDITIONS, Condition, Registry, compute
from shared.kernel.refusals import Invalid, Refusal
from shared.kernel.shown import shown


class EligibilityConcluded(Refusal):
    """Eligibility was already concluded for this proposal; its verdicts stand."""

    rule = "E-0"
    french = "L'admissibilité de cette proposition est déjà conclue; ses verdicts demeurent."


class NoSuchDay(Invalid):
    """A day is written as year, month and day, such as 2020-07-20."""

    french = "Un jour s'écrit année, mois et jour, par exemple 2020-07-20."


class EligibilityUnsettled(Refusal):
    """The listed conditions have no settled verdict: assess them, again where inputs changed."""

    rule = "E-0"
    french = "Les conditions énumérées n'ont pas de verdict établi : évaluez-les."


class DetailedProposalIncomplete(Refusal):
    """The detailed version is not comprehensive: return it, naming what is missing."""

    rule = "E-3"
    french = "La version détaillée n'est pas complète : retournez-la en nommant les lacunes."


class DetailedProposalWasReturned(Refusal):
    """This detailed version was returned; the applicant submits a new one first."""

    rule = "E-3"
    french = "Cette version détaillée a été retournée; le demandeur en soumet d'abord une autre."


def open_review(
    ask: OpenEligibilityReview, evaluation: Evaluation, proposal: Proposal, policies: Policies
) -> Sequence[EligibilityReviewOpened]:
    """Assess a submitted version, by the policy in force on its submission's civil day (E-1).

    A newer version replaces the one under review and keeps the pinned policy. Raises
    VersionNotSubmitted, NoPolicyInForce and EligibilityConcluded.
    """
    submission = proposal.initial_version(ask.content_hash)
    if evaluation.stage not in ("absent", "eligibility_review"):
        raise EligibilityConcluded
    if submission.version <= evaluation.proposal_version:
        return []  # Under review already, or a newer one is.
    pinned = evaluation.policy_version or (
        policies.in_force(submission.programme, submission.submitted_on).version
    )
    return [
        EligibilityReviewOpened(
            project_id=ask.project_id,
            programme=submission.programme,
            title=submission.title,
            lead_organisation_id=submission.lead_organisation_id,
            participants=submission.participants,
            proposal_version=submission.version,
            proposal_hash=submission.content_hash,
            submitted_on=submission.submitted_on,
            policy_version=pinned,
        )
    ]


def case_of(
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
    today: date,
) -> Case:
    """What the version under review is judged upon.

    Sizes are those in force on the day of submission (E-0); once a detailed version is accepted,
    those in force today (E-8). Raises VersionNotSubmitted and ProposalIsWithdrawn.
    """
    find = proposal.detailed_version if evaluation.detailed else proposal.initial_version
    submission = find(evaluation.proposal_hash)
    return Case(
        submission=submission,
        confirmed=proposal.confirmed(submission),
        registry=organisations,
        parameters=policies.version(evaluation.programme, evaluation.policy_version).parameters,
        on=today if evaluation.detailed else submission.submitted_on,
        selecting=evaluation.detailed,
    )


def day_of(text: str | None, otherwise: date) -> date:
    """A civil day as it is written. Raises NoSuchDay."""
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchDay from None


def computed_conditions(evaluation: Evaluation, case: Case) -> list[dict[str, Any]]:
    """Each condition with what it computes to now, and the verdict given, if any."""
    return [
        {
            "condition": condition,
            "computed": shown(compute(condition, case)),
            "given": shown(evaluation.verdicts.get(condition)),
        }
        for condition in CONDITIONS
    ]


def assess_condition(
    ask: AssessCondition,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EligibilityConditionAssessed]:
    """Give a condition its verdict; where it differs from the computed one, it is an override.

    Raises ConditionUnknown, and EligibilityConcluded (E-0) between the conclusion and the accepted
    detailed version.
    """
    if evaluation.stage in ("awaiting_detail", "ineligible"):
        raise EligibilityConcluded
    require(evaluation, "eligibility_review", *SELECTION)
    condition = condition_named(ask.condition)
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    computed = compute(condition, case)
    assessed = EligibilityConditionAssessed(
        project_id=ask.project_id,
        condition=condition,
        verdict=ask.verdict,
        reason=ask.reason,
        computed_verdict=computed.verdict if computed else None,
        computed_because=computed.because if computed else None,
        overridden=computed is not None and computed.verdict != ask.verdict,
        attestations=case.attestations if condition == "sme" else (),
        inputs_hash=inputs_hash(condition, case),
        policy_version=evaluation.policy_version,
        proposal_hash=evaluation.proposal_hash,
        assessed_by=ask.by.person,
    )
    if evaluation.verdicts.get(condition) == on_file(assessed):
        return []
    return [assessed]


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

    Raises EligibilityConcluded, and EligibilityUnsettled while one is not assessed, is computed
    otherwise by now, or is unknown and could still decide.
    """
    if evaluation.eligible is not None:
        raise EligibilityConcluded
    require(evaluation, "eligibility_review")
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    given = evaluation.verdicts
    unsettled = [
        condition
        for condition in CONDITIONS
        if condition not in given or not still_stands(given[condition], condition, case)
    ]
    verdicts = {verdict.verdict for verdict in given.values()}
    if not unsettled and "not_met" not in verdicts:
        unsettled = [name for name in CONDITIONS if given[name].verdict == "unknown"]
    if unsettled:
        raise EligibilityUnsettled(conditions=unsettled)
    return [
        EligibilityAssessed(
            project_id=ask.project_id,
            eligible=verdicts == {"met"},
            verdicts=tuple(
                VerdictGiven(condition=name, verdict=given[name].verdict, reason=given[name].reason)
                for name in CONDITIONS
            ),
            policy_version=evaluation.policy_version,
            proposal_hash=evaluation.proposal_hash,
            assessed_by=ask.by.person,
        )
    ]


def return_detailed_proposal(
    ask: ReturnDetailedProposal, evaluation: Evaluation, proposal: Proposal
) -> Sequence[DetailedProposalReturned]:
    """Send the detailed version submitted last back (E-3). Raises DetailedProposalWasReturned."""
    submission = _to_check(evaluation, proposal)
    return [
        DetailedProposalReturned(
            project_id=ask.project_id,
            proposal_version=submission.version,
            content_hash=submission.content_hash,
            gaps=ask.gaps,
            returned_by=ask.by.person,
        )
    ]


def _to_check(evaluation: Evaluation, proposal: Proposal) -> Submission:
    require(evaluation, "awaiting_detail")
    submission = proposal.detailed_version()
    if submission.version <= evaluation.returned_version:
        raise DetailedProposalWasReturned
    return submission


def accept_detailed_proposal(
    ask: AcceptDetailedProposal,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EvaluationEvent]:
    """Accept a comprehensive detailed version (E-3); verdicts with unchanged inputs carry (E-8).

    Raises VersionNotSubmitted, DetailedProposalWasReturned and DetailedProposalIncomplete.
    """
    submission = _to_check(evaluation, proposal)
    if submission.missing:
        raise DetailedProposalIncomplete(missing=list(submission.missing))
    case = Case(
        submission=submission,
        confirmed=proposal.confirmed(submission),
        registry=organisations,
        parameters=policies.version(evaluation.programme, evaluation.policy_version).parameters,
        on=ask.effective_on,
        selecting=True,
    )
    accepted = DetailedProposalAccepted(
        project_id=ask.project_id,
        proposal_version=submission.version,
        content_hash=submission.content_hash,
        title=submission.title,
        lead_organisation_id=submission.lead_organisation_id,
        participants=submission.participants,
        submitted_on=submission.submitted_on,
        accepted_by=ask.by.person,
        accepted_on=ask.effective_on,
    )
    return [accepted, *_carried(evaluation, case)]


def _carried(evaluation: Evaluation, case: Case) -> Sequence[EligibilityConditionAssessed]:
    return [
        EligibilityConditionAssessed(
            project_id=evaluation.project_id,
            condition=condition,
            verdict=given.verdict,
            reason=given.reason,
            computed_verdict=given.computed_verdict,
            computed_because=given.computed_because,
            overridden=given.overridden,
            attestations=given.attestations,
            inputs_hash=given.inputs_hash,
            policy_version=evaluation.policy_version,
            proposal_hash=case.submission.content_hash,
            carried_from=evaluation.proposal_hash,
            assessed_by=given.assessed_by,
        )
        for condition, given in sorted(evaluation.verdicts.items())
        if given.inputs_hash == inputs_hash(condition, case)
    ]
