"""Who sees what of an evaluation: reviewers are independent, applicants see verdicts (E-6)."""

from typing import Any

from services.evaluation.domain.scoring import two_decimals
from services.evaluation.domain.stages import UNLOCKED, EvaluationNotFound
from services.evaluation.domain.state import Evaluation
from shared.kernel.commands import READERS, Actor
from shared.kernel.shown import shown

INSIDE = READERS | {"privacy_officer", "service"}
_FOR_APPLICANTS = (
    "project_id",
    "stage",
    "programme",
    "title",
    "lead_organisation_id",
    "participants",
    "proposal_version",
    "proposal_hash",
    "submitted_on",
    "policy_version",
    "eligible",
    "requests",
    "gaps",
    "clock",
    "communicated_on",
)
_TO_DECLARE_UPON = (
    "project_id",
    "stage",
    "programme",
    "title",
    "lead_organisation_id",
    "participants",
)
"""What a person needs to know to say whether it has a conflict of interest."""
_RESULTS = ("criteria", "weighted_score", "weighted_score_exact")
_OF_A_DECISION = (
    "outcome",
    "rate",
    "ceiling",
    "envelope_id",
    "conditions",
    "conditions_due_on",
    "reasons",
    "decided_on",
)


def visible(evaluation: Evaluation, actor: Actor) -> dict[str, Any]:
    """The evaluation as this person may see it.

    A reviewer sees who takes part, and no more before it has declared that there is no conflict,
    nor once recused, whatever other roles it has (E-5); then its own review only, until that is
    submitted or the scores are locked (E-6). An applicant sees the verdicts, what it was asked,
    and once decided the criteria's results (E-2). Raises EvaluationNotFound for everybody else.
    """
    whole = _whole(evaluation)
    own = evaluation.reviews.get(actor.person)
    if own is not None:
        if evaluation.stage in UNLOCKED and not own.submitted:
            whole["reviews"] = {own.person: whole["reviews"][own.person]}
        if own.recused or own.declaration != "none":
            seen = {name: whole[name] for name in _TO_DECLARE_UPON}
            return {**seen, "reviews": {own.person: whole["reviews"][own.person]}}
        return whole
    if actor.roles & INSIDE:
        return whole
    if actor.organisation_id in evaluation.participant_ids:
        return _for_applicants(evaluation, whole)
    raise EvaluationNotFound


def _for_applicants(evaluation: Evaluation, whole: dict[str, Any]) -> dict[str, Any]:
    seen = {name: whole[name] for name in _FOR_APPLICANTS}
    seen["verdicts"] = {
        condition: {"verdict": given["verdict"], "reason": given["reason"]}
        for condition, given in whole["verdicts"].items()
    }
    if evaluation.decision is not None:
        seen |= {name: whole[name] for name in _RESULTS}
        seen["decision"] = {name: whole["decision"][name] for name in _OF_A_DECISION}
    return seen


def _whole(evaluation: Evaluation) -> dict[str, Any]:
    whole: dict[str, Any] = shown(evaluation)
    score = evaluation.weighted_score
    whole["weighted_score_exact"] = whole["weighted_score"]
    whole["weighted_score"] = None if score is None else two_decimals(score)
    whole["computations"] = [
        {**each, "result_exact": each["result"], "result": two_decimals(made.result)}
        for each, made in zip(whole["computations"], evaluation.computations, strict=True)
    ]
    whole["committee"] = _with_quorum(evaluation, whole["committee"])
    return whole


def _with_quorum(evaluation: Evaluation, committee: dict[str, Any] | None) -> dict[str, Any] | None:
    if committee is None or evaluation.committee is None:
        return None
    present = len(evaluation.deciding)
    return {**committee, "quorate": present >= evaluation.committee.quorum}
