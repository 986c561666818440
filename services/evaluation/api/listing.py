"""Evaluations as they are read: one, many, ranked, and the clock of each."""

from fractions import Fraction
from typing import Any

from sqlalchemy import select

from services.evaluation.api.roles import READING
from services.evaluation.domain import policy
from services.evaluation.domain.clock import elapsed
from services.evaluation.domain.eligibility.case import day_of
from services.evaluation.domain.policy import pinned
from services.evaluation.domain.scoring import ranks, two_decimals
from services.evaluation.domain.stages import EvaluationNotFound, NotAtThisStage
from services.evaluation.projections.evaluations import EVALUATIONS
from services.evaluation.projections.reviewers import ASSIGNMENTS, REVIEWERS
from shared.kernel.commands import PARTIES
from shared.kernel.periods import civil_date
from shared.kernel.shown import shown
from shared.runtime.web.routes import Api, Page, Read

ACCESS = {
    "read_evaluation": READING | PARTIES | {"reviewer"},
    "read_evaluations": READING,
    "read_assignments": {"reviewer"},
}
api = Api("evaluation", access=ACCESS)


@api.resource(
    "/evaluations/{project_id}", stream="evaluation-{project_id}", action="read_evaluation"
)
def read_evaluation() -> None:
    """One project's evaluation, as far as the caller may see it."""


@api.read("/evaluations", action="read_evaluations", query=("programme", "stage", "eligibility"))
def list_evaluations(read: Read) -> Page:
    """Evaluations in the order in which they were opened."""
    page = read.page(
        EVALUATIONS,
        order="position",
        with_total=True,
        programme=read.query.get("programme"),
        stage=read.query.get("stage"),
        eligibility=read.query.get("eligibility"),
    )
    return page.map(_with_score)


def _with_score(row: Any) -> dict[str, Any]:
    exact = row["weighted_score"]
    score = None if exact is None else two_decimals(Fraction(exact))
    return {**row, "weighted_score": score, "weighted_score_exact": exact}


@api.read("/rankings/{programme}", action="read_evaluations")
def rank_evaluations(read: Read) -> dict[str, Any]:
    """A programme's scored projects by exact score; a rank orders a list and decides nothing."""
    scored = select(EVALUATIONS).where(
        EVALUATIONS.c.programme == read.path["programme"],
        EVALUATIONS.c.weighted_score.is_not(None),
    )
    rows = read.select(scored)
    scores = {row["project_id"]: Fraction(row["weighted_score"]) for row in rows}
    by_rank = ranks(scores)
    rows.sort(key=lambda row: (-scores[row["project_id"]], row["position"]))
    return {"items": [{"rank": by_rank[row["project_id"]], **_with_score(row)} for row in rows]}


@api.read("/evaluations/{project_id}/clock", action="read_evaluations", query=("on",))
def read_clock(read: Read) -> dict[str, Any]:
    """The selection clock: working days elapsed on a civil day, less the applicant's pauses."""
    evaluation = read.state(f"evaluation-{read.path['project_id']}")
    if not evaluation.project_id:
        raise EvaluationNotFound
    if evaluation.clock is None:
        raise NotAtThisStage(status=evaluation.stage)
    rules = pinned(evaluation, read.state(policy.STREAM))
    on = day_of(read.query.get("on"), civil_date(read.now))
    return {
        "project_id": evaluation.project_id,
        "on": on.isoformat(),
        "working_days": elapsed(evaluation.clock, on, rules),
        "target_working_days": rules.selection_target_working_days,
        "policy_version": evaluation.policy_version,
        **shown(evaluation.clock),
    }


@api.read("/assignments", action="read_assignments")
def list_assignments(read: Read) -> Page:
    """What the asking reviewer was asked to review."""
    return read.page(ASSIGNMENTS, order="position", person=read.actor.person)


@api.read("/reviewers", action="read_evaluations")
def list_reviewers(read: Read) -> Page:
    """The pool of reviewers, in the order in which they came to it."""
    return read.page(REVIEWERS, order="position")
