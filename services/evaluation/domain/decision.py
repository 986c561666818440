"""The decision: due diligence, recommendation, committee, and two persons (E-8, E-9)."""

from collections.abc import Sequence
from fractions import Fraction

from services.evaluation.commands import (
    ClearDueDiligence,
    ConfirmDecision,
    ConveneCommittee,
    MakeRecommendation,
    ProposeDecision,
    RecordVote,
)
from services.evaluation.domain.conditions import Case, inputs_hash
from services.evaluation.domain.eligibility import case_of
from services.evaluation.domain.folding import EvaluationEvent
from services.evaluation.domain.policy import Policies
from services.evaluation.domain.proposals import Proposal
from services.evaluation.domain.state import Committee, Decision, Evaluation, require
from services.evaluation.events.decision import (
    CommitteeConvened,
    DecisionProposed,
    DueDiligenceCleared,
    ProjectApproved,
    ProjectDeclined,
    RecommendationMade,
    VoteRecorded,
)
from services.evaluation.events.vocabulary import Outcome
from shared.kernel.eligibility import CONDITIONS, Registry, compute, starts_too_late
from shared.kernel.refusals import Fault, Forbidden, Invalid, Refusal, SamePerson


class ConditionsNotMet(Refusal):
    """An approval needs all six conditions met for the accepted version; see the listed ones."""

    rule = "E-8"
    french = "Approuver exige les six conditions remplies pour la version acceptée."


class SizesChanged(Refusal):
    """By the attestations in force now there is no SME: assess the condition `sme` again."""

    rule = "E-8"
    french = "Selon les attestations en vigueur, aucune PME : évaluez `sme` de nouveau."


class StartsTooLate(Refusal):
    """The planned start is too long after the decision; override `readiness` with a reason."""

    rule = "E-0"
    french = "Le début prévu suit la décision de trop loin; dérogez à `readiness` avec motif."


class DueDiligenceOpen(Refusal):
    """An approval needs due diligence cleared."""

    rule = "E-8"
    french = "Approuver exige une vérification diligente terminée."


class NoQuorum(Refusal):
    """Too few committee members were there who did not stand back; convene it again."""

    rule = "E-8"
    french = "Trop peu de membres non récusés étaient présents; convoquez de nouveau le comité."


class NotAtCommittee(Forbidden):
    """Only who attended the committee and did not stand back votes."""

    rule = "E-8"
    french = "Seul qui a siégé au comité sans se récuser vote."


class AlreadyVoted(Refusal):
    """This member has voted; a vote doesn't change."""

    rule = "E-9"
    french = "Ce membre a voté; un vote ne change pas."


class RecusedFromDecision(Forbidden):
    """Who is recused from this project decides nothing about it."""

    rule = "E-8"
    french = "Qui est récusé de ce projet n'en décide rien."


class DecisionIncomplete(Invalid):
    """An approval states rate, ceiling and envelope; a decline states its reasons."""

    rule = "E-9"
    french = "Une approbation énonce taux, plafond et enveloppe; un refus, ses motifs."


class RateOutOfRange(Invalid):
    """A reimbursement rate is above 0 and at most 1."""

    rule = "E-9"
    french = "Un taux de remboursement est supérieur à 0 et d'au plus 1."


class NoDecisionProposed(Refusal):
    """No decision is proposed yet that a second person could confirm."""

    rule = "E-9"
    french = "Aucune décision n'est encore proposée qu'une autre personne pourrait confirmer."


def clear_due_diligence(
    ask: ClearDueDiligence, evaluation: Evaluation
) -> Sequence[DueDiligenceCleared]:
    """Clear due diligence, once, between the lock and the decision (E-8)."""
    require(evaluation, "scores_locked", "recommended", "committee")
    if evaluation.due_diligence is not None:
        return []
    return [
        DueDiligenceCleared(project_id=ask.project_id, reason=ask.reason, cleared_by=ask.by.person)
    ]


def make_recommendation(
    ask: MakeRecommendation, evaluation: Evaluation
) -> Sequence[RecommendationMade]:
    """Recommend an outcome, upon locked scores (E-7), anew until the committee meets."""
    require(evaluation, "scores_locked", "recommended")
    return [
        RecommendationMade(
            project_id=ask.project_id,
            outcome=ask.outcome,
            reasons=ask.reasons,
            recommended_by=ask.by.person,
        )
    ]


def convene_committee(
    ask: ConveneCommittee, evaluation: Evaluation, policies: Policies
) -> Sequence[CommitteeConvened]:
    """Record a meeting, with a quorum or without; a reviewer recused earlier stands back (E-8)."""
    require(evaluation, "recommended", "committee")
    pinned = policies.version(evaluation.programme, evaluation.policy_version)
    attendees = set(ask.attendees)
    reviewers = {review.person for review in evaluation.reviews.values() if review.recused}
    recusals = set(ask.recusals) | (attendees & reviewers)
    return [
        CommitteeConvened(
            project_id=ask.project_id,
            attendees=tuple(sorted(attendees)),
            recusals=tuple(sorted(recusals)),
            quorum=pinned.parameters.committee_quorum,
            convened_on=ask.effective_on,
            convened_by=ask.by.person,
        )
    ]


def _meeting(evaluation: Evaluation) -> Committee:
    require(evaluation, "committee")
    assert evaluation.committee is not None, "the stage says that it met"
    return evaluation.committee


def record_vote(ask: RecordVote, evaluation: Evaluation) -> Sequence[VoteRecorded]:
    """Vote, once. Raises NotAtCommittee (E-8) and AlreadyVoted (E-9)."""
    committee = _meeting(evaluation)
    if ask.by.person not in committee.deciding:
        raise NotAtCommittee
    earlier = committee.votes.get(ask.by.person)
    if earlier == ask.vote:
        return []
    if earlier is not None:
        raise AlreadyVoted
    return [VoteRecorded(project_id=ask.project_id, person=ask.by.person, vote=ask.vote)]


def _require_quorum(committee: Committee) -> None:
    present = len(committee.deciding)
    if present < committee.quorum:
        raise NoQuorum(present=present, needed=committee.quorum)


def _may_decide(
    ask: ProposeDecision | ConfirmDecision, evaluation: Evaluation, outcome: Outcome, case: Case
) -> None:
    """Everything that a decision needs besides itself (E-8), on the day it is asked for."""
    _require_quorum(_meeting(evaluation))
    if ask.by.person in evaluation.recused:
        raise RecusedFromDecision
    if outcome == "declined":
        return
    if evaluation.due_diligence is None:
        raise DueDiligenceOpen
    _require_conditions(evaluation, case)


def _require_conditions(evaluation: Evaluation, case: Case) -> None:
    given = evaluation.verdicts
    if unmet := [c for c in CONDITIONS if c not in given or given[c].verdict != "met"]:
        raise ConditionsNotMet(conditions=unmet)
    sizes = compute("sme", case)
    same_inputs = inputs_hash("sme", case) == given["sme"].inputs_hash
    if sizes and sizes.verdict != "met" and not (given["sme"].overridden and same_inputs):
        raise SizesChanged(computed=sizes.because)
    if starts_too_late(case) and not given["readiness"].overridden:
        raise StartsTooLate(within_days=case.parameters.ready_within_days)


def propose_decision(
    ask: ProposeDecision,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[DecisionProposed]:
    """Propose the decision; a later proposal replaces it until one is confirmed (E-9).

    Raises DecisionIncomplete, RateOutOfRange, NoQuorum, RecusedFromDecision, DueDiligenceOpen,
    ConditionsNotMet, SizesChanged (E-8) and StartsTooLate (E-0).
    """
    require(evaluation, "committee")
    _require_complete(ask)
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    _may_decide(ask, evaluation, ask.outcome, case)
    approved = ask.outcome == "approved"
    return [
        DecisionProposed(
            project_id=ask.project_id,
            outcome=ask.outcome,
            rate=ask.rate if approved else None,
            ceiling_cents=ask.ceiling_cents if approved else None,
            envelope_id=ask.envelope_id if approved else None,
            conditions=ask.conditions if approved else (),
            reasons=ask.reasons,
            proposed_by=ask.by.person,
            proposed_on=ask.effective_on,
        )
    ]


def _require_complete(ask: ProposeDecision) -> None:
    award = {"rate": ask.rate, "ceiling": ask.ceiling_cents, "envelope_id": ask.envelope_id}
    needed = award if ask.outcome == "approved" else {"reasons": ask.reasons or None}
    if missing := [Fault(f"/{name}", "missing") for name, value in needed.items() if value is None]:
        raise DecisionIncomplete(*missing)
    if ask.rate is not None and not Fraction(0) < ask.rate <= 1:
        raise RateOutOfRange(Fault("/rate", "out_of_range"))


def confirm_decision(
    ask: ConfirmDecision,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EvaluationEvent]:
    """Confirm the proposed decision, as another person than who proposed it (E-9, X6).

    All that the decision needs is tested again, on the day of the confirmation. Raises
    NoDecisionProposed, SamePerson, and what `propose_decision` does.
    """
    require(evaluation, "committee")
    decision = evaluation.decision
    if decision is None:
        raise NoDecisionProposed
    if decision.proposed_by == ask.by.person:
        raise SamePerson
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    _may_decide(ask, evaluation, decision.outcome, case)
    if decision.outcome == "approved":
        return [_approved(ask, evaluation, decision)]
    return [_declined(ask, evaluation, decision)]


def _approved(ask: ConfirmDecision, evaluation: Evaluation, decision: Decision) -> ProjectApproved:
    assert decision.rate is not None, "a proposed approval is complete"
    assert decision.ceiling_cents is not None, "a proposed approval is complete"
    assert decision.envelope_id is not None, "a proposed approval is complete"
    assert evaluation.weighted_score is not None, "the scores are locked"
    return ProjectApproved(
        project_id=evaluation.project_id,
        programme=evaluation.programme,
        title=evaluation.title,
        lead_organisation_id=evaluation.lead_organisation_id,
        participants=evaluation.participants,
        rate=decision.rate,
        ceiling_cents=decision.ceiling_cents,
        envelope_id=decision.envelope_id,
        conditions=decision.conditions,
        reasons=decision.reasons,
        policy_version=evaluation.policy_version,
        proposal_hash=evaluation.proposal_hash,
        weighted_score=evaluation.weighted_score,
        decided_on=ask.effective_on,
        proposed_by=decision.proposed_by,
        confirmed_by=ask.by.person,
    )


def _declined(ask: ConfirmDecision, evaluation: Evaluation, decision: Decision) -> ProjectDeclined:
    assert evaluation.weighted_score is not None, "the scores are locked"
    return ProjectDeclined(
        project_id=evaluation.project_id,
        programme=evaluation.programme,
        title=evaluation.title,
        lead_organisation_id=evaluation.lead_organisation_id,
        participants=evaluation.participants,
        reasons=decision.reasons,
        policy_version=evaluation.policy_version,
        proposal_hash=evaluation.proposal_hash,
        weighted_score=evaluation.weighted_score,
        decided_on=ask.effective_on,
        proposed_by=decision.proposed_by,
        confirmed_by=ask.by.person,
    )
