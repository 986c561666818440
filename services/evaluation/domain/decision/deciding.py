"""The decision of two persons, and everything that it needs besides itself (E-8, E-9)."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from services.evaluation.commands import ConfirmDecision, ProposeDecision
from services.evaluation.domain.conditions import Case, inputs_hash
from services.evaluation.domain.decision.committee import require_quorum
from services.evaluation.domain.decision.diligence import DueDiligenceOpen
from services.evaluation.domain.eligibility.case import case_of
from services.evaluation.domain.eligibility.requests import InformationAwaited
from services.evaluation.domain.folding.whole import EvaluationEvent
from services.evaluation.domain.policy import Policies, pinned
from services.evaluation.domain.proposals import Proposal
from services.evaluation.domain.review.scores import require_reviews
from services.evaluation.domain.state import Decision, Evaluation, Proposed, must_allow
from services.evaluation.events.decision import (
    DecisionDeferred,
    DecisionProposed,
    ProjectApproved,
    ProjectDeclined,
)
from services.evaluation.events.policy import Parameters
from services.evaluation.events.reopening import DecisionConfirmed, DecisionRevised
from services.evaluation.events.vocabulary import Decided
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


class RecusedFromDecision(Forbidden):
    """Who is recused from this project decides nothing about it."""

    rule = "E-8"
    french = "Qui est récusé de ce projet n'en décide rien."


class DecisionIncomplete(Invalid):
    """An approval states rate, ceiling and envelope; anything else, or anew, states reasons."""

    rule = "E-9"
    french = "Une approbation énonce taux, plafond et enveloppe; le reste énonce ses motifs."


class RateOutOfRange(Invalid):
    """A reimbursement rate is above 0 and at most 1."""

    rule = "E-9"
    french = "Un taux de remboursement est supérieur à 0 et d'au plus 1."


class NoDecisionProposed(Refusal):
    """No decision is proposed yet that a second person could confirm."""

    rule = "E-9"
    french = "Aucune décision n'est encore proposée qu'une autre personne pourrait confirmer."


class TermsChangeByAmendment(Refusal):
    """A standing award is confirmed as it is or declined; its terms change by amendment only."""

    rule = "R-25"
    french = (
        "Un octroi en vigueur est confirmé tel quel ou refusé; un avenant en change les termes."
    )


def propose_decision(
    ask: ProposeDecision,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[DecisionProposed]:
    """Propose the decision; a later proposal replaces it until one is confirmed (E-9).

    Raises DecisionIncomplete, RateOutOfRange, TermsChangeByAmendment (R-25), NoQuorum,
    RecusedFromDecision, DueDiligenceOpen, ConditionsNotMet, SizesChanged (E-8), ReviewsMissing
    (E-10), InformationAwaited and StartsTooLate (E-0).
    """
    must_allow(ask, evaluation)
    approved = ask.outcome == "approved"
    proposed = DecisionProposed(
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
    _require_complete(ask, evaluation)
    _require_same_terms(proposed, evaluation.decision)
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    _may_decide(ask, evaluation, ask.outcome, case, pinned(evaluation, policies))
    return [proposed]


def _require_complete(ask: ProposeDecision, evaluation: Evaluation) -> None:
    award = {"rate": ask.rate, "ceiling": ask.ceiling_cents, "envelope_id": ask.envelope_id}
    approved, anew = ask.outcome == "approved", evaluation.decision is not None
    missing = [name for name, value in award.items() if approved and value is None]
    if not ask.reasons and (anew or not approved):
        missing.append("reasons")
    if missing:
        raise DecisionIncomplete(*[Fault(f"/{name}", "missing") for name in missing])
    if ask.rate is not None and not Fraction(0) < ask.rate <= 1:
        raise RateOutOfRange(Fault("/rate", "out_of_range"))


def _require_same_terms(proposed: DecisionProposed, standing: Decision | None) -> None:
    if standing is None or not proposed.outcome == standing.outcome == "approved":
        return
    conditions = tuple(each.condition for each in standing.conditions)
    terms = (standing.rate, standing.ceiling_cents, standing.envelope_id, conditions)
    if terms != (
        proposed.rate, proposed.ceiling_cents, proposed.envelope_id, proposed.conditions,
    ):  # fmt: skip
        raise TermsChangeByAmendment


def _may_decide(
    ask: ProposeDecision | ConfirmDecision,
    evaluation: Evaluation,
    outcome: Decided,
    case: Case,
    rules: Parameters,
) -> None:
    """Everything that a decision needs besides itself (E-8), on the day it is asked for."""
    require_quorum(evaluation)
    if ask.by.person in evaluation.recused:
        raise RecusedFromDecision
    if outcome != "approved":
        return
    if evaluation.blocking:
        raise InformationAwaited(requests=list(evaluation.blocking))
    if evaluation.due_diligence is None:
        raise DueDiligenceOpen
    require_reviews(evaluation, rules)
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


def confirm_decision(
    ask: ConfirmDecision,
    evaluation: Evaluation,
    proposal: Proposal,
    organisations: Registry,
    policies: Policies,
) -> Sequence[EvaluationEvent]:
    """Confirm the proposed decision, as another person than who proposed it (E-9, X6).

    All that the decision needs is tested again, on the day of the confirmation. Where an earlier
    decision stands, it is confirmed or revised (E-7). Raises NoDecisionProposed, SamePerson, and
    what `propose_decision` does.
    """
    must_allow(ask, evaluation)
    proposed = evaluation.proposed
    if proposed is None:
        raise NoDecisionProposed
    if proposed.proposed_by == ask.by.person:
        raise SamePerson
    rules = pinned(evaluation, policies)
    case = case_of(evaluation, proposal, organisations, policies, ask.effective_on)
    _may_decide(ask, evaluation, proposed.outcome, case, rules)
    if proposed.outcome == "deferred":
        return [_deferred(ask, evaluation, proposed)]
    standing = evaluation.decision
    if standing is not None and standing.outcome == proposed.outcome:
        return [_confirmed(ask, evaluation, proposed, standing)]
    decided = _approved if proposed.outcome == "approved" else _declined
    revised = [] if standing is None else [_revised(ask, evaluation, proposed, standing)]
    return [*revised, decided(ask, evaluation, proposed, rules)]


def _approved(
    ask: ConfirmDecision, evaluation: Evaluation, proposed: Proposed, rules: Parameters
) -> ProjectApproved:
    assert proposed.rate is not None, "a proposed approval is complete"
    assert proposed.ceiling_cents is not None, "a proposed approval is complete"
    assert proposed.envelope_id is not None, "a proposed approval is complete"
    assert evaluation.weighted_score is not None, "the scores are locked"
    due_on = ask.effective_on + timedelta(days=rules.condition_days)
    return ProjectApproved(
        project_id=evaluation.project_id,
        programme=evaluation.programme,
        title=evaluation.title,
        lead_organisation_id=evaluation.lead_organisation_id,
        participants=evaluation.participants,
        rate=proposed.rate,
        ceiling_cents=proposed.ceiling_cents,
        envelope_id=proposed.envelope_id,
        conditions=proposed.conditions,
        conditions_due_on=due_on if proposed.conditions else None,
        reasons=proposed.reasons,
        policy_version=evaluation.policy_version,
        proposal_hash=evaluation.proposal_hash,
        weighted_score=evaluation.weighted_score,
        decided_on=ask.effective_on,
        proposed_by=proposed.proposed_by,
        confirmed_by=ask.by.person,
    )


def _declined(
    ask: ConfirmDecision, evaluation: Evaluation, proposed: Proposed, _: Parameters
) -> ProjectDeclined:
    assert evaluation.weighted_score is not None, "the scores are locked"
    return ProjectDeclined(
        project_id=evaluation.project_id,
        programme=evaluation.programme,
        title=evaluation.title,
        lead_organisation_id=evaluation.lead_organisation_id,
        participants=evaluation.participants,
        reasons=proposed.reasons,
        policy_version=evaluation.policy_version,
        proposal_hash=evaluation.proposal_hash,
        weighted_score=evaluation.weighted_score,
        decided_on=ask.effective_on,
        proposed_by=proposed.proposed_by,
        confirmed_by=ask.by.person,
    )


def _deferred(ask: ConfirmDecision, evaluation: Evaluation, proposed: Proposed) -> DecisionDeferred:
    return DecisionDeferred(
        project_id=evaluation.project_id,
        reasons=proposed.reasons,
        deferred_on=ask.effective_on,
        proposed_by=proposed.proposed_by,
        confirmed_by=ask.by.person,
    )


def _confirmed(
    ask: ConfirmDecision, evaluation: Evaluation, proposed: Proposed, standing: Decision
) -> DecisionConfirmed:
    return DecisionConfirmed(
        project_id=evaluation.project_id,
        outcome=standing.outcome,
        reasons=proposed.reasons,
        confirmed_on=ask.effective_on,
        proposed_by=proposed.proposed_by,
        confirmed_by=ask.by.person,
    )


def _revised(
    ask: ConfirmDecision, evaluation: Evaluation, proposed: Proposed, standing: Decision
) -> DecisionRevised:
    return DecisionRevised(
        project_id=evaluation.project_id,
        earlier_outcome=standing.outcome,
        outcome="declined" if standing.outcome == "approved" else "approved",
        reasons=proposed.reasons,
        revised_on=ask.effective_on,
        proposed_by=proposed.proposed_by,
        confirmed_by=ask.by.person,
    )
