"""What becomes of a decision: it is communicated, and its conditions are satisfied or expire."""

from collections.abc import Sequence

from services.evaluation.commands import CommunicateDecision, ExpireConditions, SatisfyCondition
from services.evaluation.domain.state import AwardCondition, Evaluation, must_allow
from services.evaluation.events.decision import (
    AwardConditionExpired,
    AwardConditionSatisfied,
    DecisionCommunicated,
)
from shared.kernel.refusals import NotFound, Refusal


class AwardConditionUnknown(NotFound):
    """The award has no condition of that number; they count from 1."""

    french = "L'octroi n'a pas de condition de ce numéro; on les compte à partir de 1."


class AwardConditionOverdue(Refusal):
    """The last day for the conditions of this award is over; it lapses."""

    rule = "X11"
    french = "Le dernier jour prévu pour les conditions de cet octroi est passé; il devient échu."


def communicate_decision(
    ask: CommunicateDecision, evaluation: Evaluation
) -> Sequence[DecisionCommunicated]:
    """Record, once for each decision, that the applicant was told. Raises NotDecided (E-9)."""
    must_allow(ask, evaluation)
    if evaluation.communicated_on is not None:
        return []
    return [
        DecisionCommunicated(
            project_id=ask.project_id,
            decision=evaluation.stage,
            means=ask.means,
            communicated_on=ask.effective_on,
            communicated_by=ask.by.person,
        )
    ]


def condition_number(text: str) -> int:
    """A condition's number as a path names it. Raises AwardConditionUnknown."""
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise AwardConditionUnknown
    return int(text)


def _condition(evaluation: Evaluation, number: int) -> AwardCondition:
    conditions = evaluation.decision.conditions if evaluation.decision else ()
    for each in conditions:
        if each.number == number:
            return each
    raise AwardConditionUnknown


def satisfy_condition(
    ask: SatisfyCondition, evaluation: Evaluation
) -> Sequence[AwardConditionSatisfied]:
    """One condition is satisfied, on its last civil day at the latest (X11).

    Raises AwardConditionUnknown and AwardConditionOverdue.
    """
    must_allow(ask, evaluation)
    condition = _condition(evaluation, ask.number)
    if condition.satisfied_on is not None:
        return []
    if _overdue(ask, evaluation):
        raise AwardConditionOverdue
    return [
        AwardConditionSatisfied(
            project_id=ask.project_id,
            number=condition.number,
            condition=condition.condition,
            reason=ask.reason,
            evidence_sha256=ask.evidence_sha256,
            satisfied_on=ask.effective_on,
            satisfied_by=ask.by.person,
        )
    ]


def _overdue(ask: SatisfyCondition | ExpireConditions, evaluation: Evaluation) -> bool:
    due_on = evaluation.decision.conditions_due_on if evaluation.decision else None
    return due_on is not None and ask.effective_on > due_on


def expire_conditions(
    ask: ExpireConditions, evaluation: Evaluation
) -> Sequence[AwardConditionExpired]:
    """Once the last day is over, what is not satisfied expires, and the award with it (X11)."""
    must_allow(ask, evaluation)
    decision = evaluation.decision
    if decision is None or decision.conditions_due_on is None or not _overdue(ask, evaluation):
        return []
    return [
        AwardConditionExpired(
            project_id=ask.project_id,
            number=condition.number,
            condition=condition.condition,
            due_on=decision.conditions_due_on,
        )
        for condition in decision.unsatisfied
    ]
