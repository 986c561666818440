"""What a draft policy would change about open cases; what is pinned stays pinned (E-1)."""

from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open evaluation and all that its conditions rest on, on the day of asking."""

    evaluation: Evaluation
    proposal: Proposal
    organisations: Registry
    today: date

    def by(self, rules: Parameters) -> Case | None:
        """The version under review by these parameters; none while nothing is judged."""
        evaluation, proposal = self.evaluation, self.proposal
        if proposal.expired or proposal.withdrawn or evaluation.submitted_on is None:
            return None
        detailed = evaluation.detailed
        find = proposal.detailed_version if detailed else proposal.initial_version
        on = self.today if detailed else evaluation.submitted_on
        version = find(evaluation.proposal_hash)
        return case_by(version, proposal, self.organisations, rules, on, detailed)


def outlook(of: OpenCase, rules: Parameters) -> dict[str, Any]:
    """Everything that parameters determine about a case as it stands, by name."""
    return {
        **_conditions(of.by(rules)),
        **_scores(of.evaluation, rules),
        **_deadline(of.evaluation, rules),
    }


def differences(now: dict[str, Any], then: dict[str, Any]) -> list[dict[str, Any]]:
    """What two outlooks differ in, in a fixed order."""
    return [
        {"what": what, "now": shown(now.get(what)), "then": shown(then.get(what))}
        for what in sorted(now.keys() | then.keys())
        if now.get(what) != then.get(what)
    ]


def _conditions(case: Case | None) -> dict[str, Any]:
    if case is None:
        return {}
    return {
        f"eligibility.{condition}": computed.verdict
        for condition in COMPUTED
        if (computed := compute(condition, case)) is not None
    }


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
