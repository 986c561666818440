"""Whether a detailed version is comprehensive, and what is carried over to it (E-3, E-8)."""

from collections.abc import Sequence

from services.evaluation.commands import (
    AcceptDetailedProposal,
    OpenCompletenessCheck,
    ReturnDetailedProposal,
)
from services.evaluation.domain.clock import started
from services.evaluation.domain.conditions import Case, inputs_hash
from services.evaluation.domain.eligibility.case import case_by
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.proposals import Proposal, Submission
from services.evaluation.domain.state import Evaluation, must_allow
from services.evaluation.events.eligibility import (
    CompletenessCheckOpened,
    DetailedProposalAccepted,
    DetailedProposalReturned,
    EligibilityConditionAssessed,
)
from shared.kernel.commands import Command
from shared.kernel.eligibility import Registry
from shared.kernel.refusals import Refusal


class DetailedProposalIncomplete(Refusal):
    """The detailed version is not comprehensive: return it, naming what is missing."""

    rule = "E-3"
    french = "La version détaillée n'est pas complète : retournez-la en nommant les lacunes."


class DetailedProposalWasReturned(Refusal):
    """This detailed version was returned; the applicant submits a new one first."""

    rule = "E-3"
    french = "Cette version détaillée a été retournée; le demandeur en soumet d'abord une autre."


def _to_check(ask: Command, evaluation: Evaluation, proposal: Proposal) -> Submission:
    must_allow(ask, evaluation)
    submission = proposal.detailed_version()
    if submission.version <= evaluation.returned_version:
        raise DetailedProposalWasReturned
    return submission


def open_completeness_check(
    ask: OpenCompletenessCheck, evaluation: Evaluation, proposal: Proposal
) -> Sequence[CompletenessCheckOpened]:
    """Check the detailed version submitted last (E-3). Raises DetailedProposalWasReturned."""
    submission = _to_check(ask, evaluation, proposal)
    return [
        CompletenessCheckOpened(
            project_id=ask.project_id,
            proposal_version=submission.version,
            content_hash=submission.content_hash,
        )
    ]


def return_detailed_proposal(
    ask: ReturnDetailedProposal, evaluation: Evaluation, proposal: Proposal
) -> Sequence[DetailedProposalReturned]:
    """Send the detailed version submitted last back (E-3). Raises DetailedProposalWasReturned."""
    submission = _to_check(ask, evaluation, proposal)
    return [
        DetailedProposalReturned(
            project_id=ask.project_id,
            proposal_version=submission.version,
            content_hash=submission.content_hash,
            gaps=ask.gaps,
            returned_by=ask.by.person,
        )
    ]


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
    submission = _to_check(ask, evaluation, proposal)
    if submission.missing:
        raise DetailedProposalIncomplete(missing=list(submission.missing))
    rules = pinned(evaluation, policies)
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
        target_on=started(ask.effective_on, rules).target_on,
    )
    case = case_by(submission, proposal, organisations, rules, ask.effective_on, selecting=True)
    return [accepted, *_carried(evaluation, case)]


def _carried(evaluation: Evaluation, case: Case) -> Sequence[EligibilityConditionAssessed]:
    """The settled verdicts whose inputs are the same; an opened check is not carried over."""
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
        if given.verdict != "unknown" and given.inputs_hash == inputs_hash(condition, case)
    ]
