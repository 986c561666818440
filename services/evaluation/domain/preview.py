"""What a draft policy would change about open cases; what is pinned stays pinned (E-1)."""

from typing import Any

from services.evaluation.domain.clock import target
from services.evaluation.domain.conditions import Case
from services.evaluation.domain.eligibility.case import case_by
from services.evaluation.domain.proposals import Proposal
from services.evaluation.domain.review.scores import valid_scores
from services.evaluation.domain.scoring import two_decimals, unscored, weigh
from services.evaluation.domain.stages import DETAIL, ELIGIBILITY, SELECTION, Stage
from services.evaluation.domain.state import Evaluation
from services.evaluation.events.policy import Parameters
from shared.kernel.eligibility import COMPUTED, Registry, compute
from shared.kernel.shown import shown

OPEN: tuple[Stage, ...] = (*ELIGIBILITY, *DETAIL, *SELECTION)
"""What is not decided yet, nor over."""


def outlook(
    evaluation: Evaluation, proposal: Proposal, organisations: Registry, rules: Parameters
) -> dict[str, Any]:
    """Everything that parameters determine about a case as it stands, by name."""
    return {
        **_conditions(evaluation, proposal, organisations, rules),
        **_scores(evaluation, rules),
        **_deadline(evaluation, rules),
    }


def differences(now: dict[str, Any], then: dict[str, Any]) -> list[dict[str, Any]]:
    """What two outlooks differ in, in a fixed order."""
    return [
        {"what": what, "now": shown(now.get(what)), "then": shown(then.get(what))}
        for what in sorted(now.keys() | then.keys())
        if now.get(what) != then.get(what)
    ]


def _conditions(
    evaluation: Evaluation, proposal: Proposal, organisations: Registry, rules: Parameters
) -> dict[str, Any]:
    case = _case(evaluation, proposal, organisations, rules)
    if case is None:
        return {}
    return {
        f"eligibility.{condition}": computed.verdict
        for condition in COMPUTED
        if (computed := compute(condition, case)) is not None
    }


def _case(
    evaluation: Evaluation, proposal: Proposal, organisations: Registry, rules: Parameters
) -> Case | None:
    """The version under review, as on the day of its submission; none while nothing is judged."""
    if proposal.expired or proposal.withdrawn or evaluation.submitted_on is None:
        return None
    find = proposal.detailed_version if evaluation.detailed else proposal.initial_version
    submission = find(evaluation.proposal_hash)
    on = evaluation.submitted_on
    return case_by(submission, proposal, organisations, rules, on, evaluation.detailed)


def _scores(evaluation: Evaluation, rules: Parameters) -> dict[str, Any]:
    reviews = valid_scores(evaluation)
    if not reviews:
        return {}
    enough = {"reviews.enough": len(reviews) >= rules.reviews_required}
    if missing := unscored(rules, reviews):
        return {**enough, "score.unscored": missing}
    _, result = weigh(rules, reviews)
    above = None if rules.pass_mark is None else result >= rules.pass_mark
    return {
        **enough,
        "score.exact": result,
        "score.shown": two_decimals(result),
        "score.reaches_mark": above,
    }


def _deadline(evaluation: Evaluation, rules: Parameters) -> dict[str, Any]:
    clock, committee = evaluation.clock, evaluation.committee
    quorate = len(evaluation.deciding) >= rules.committee_quorum if committee else None
    waiting = clock is None or (clock.pause is not None and clock.pause.waiting_on == "applicant")
    return {
        "committee.quorate": quorate,
        "clock.target_on": None if clock is None or waiting else target(clock, rules),
    }
