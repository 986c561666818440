"""Who may ask evaluation what, and which command each form becomes."""

from fractions import Fraction
from typing import Any

from sqlalchemy import select

from services.evaluation.api.forms import (
    CommitteeForm,
    DecisionForm,
    DeclarationForm,
    GapsForm,
    OpenForm,
    PolicyForm,
    ReasonForm,
    RecommendationForm,
    ReviewerForm,
    ScoreForm,
    VerdictForm,
    VoteForm,
)
from services.evaluation.commands import (
    AcceptDetailedProposal,
    AssessCondition,
    AssignReviewer,
    ClearDueDiligence,
    ConcludeEligibility,
    ConfirmDecision,
    ConveneCommittee,
    DeclareConflict,
    LockScores,
    MakeRecommendation,
    OpenEligibilityReview,
    ProposeDecision,
    RecordVote,
    ReturnDetailedProposal,
    ScoreCriterion,
    SubmitReview,
)
from services.evaluation.domain import policy
from services.evaluation.domain.eligibility import case_of, computed_conditions, day_of
from services.evaluation.domain.scoring import ranks, two_decimals
from services.evaluation.domain.state import require_opened
from services.evaluation.domain.visibility import INSIDE, visible
from services.evaluation.events.policy import Parameters
from services.evaluation.projections import ASSIGNMENTS, EVALUATIONS
from shared.kernel.commands import PARTIES
from shared.kernel.eligibility import streams_of
from shared.kernel.policy_book import PublishPolicy
from shared.runtime.web.routes import Api, Ask, Page, Read

OFFICER = frozenset({"programme_officer"})
DECIDING = OFFICER | {"committee"}
READING = INSIDE - {"service"}

ACCESS = {
    "publish_policy": OFFICER,
    "read_policies": READING | PARTIES | {"reviewer"},
    "open_review": OFFICER,
    "assess_eligibility": OFFICER,
    "check_completeness": OFFICER,
    "assign_reviewer": OFFICER,
    "review": {"reviewer"},
    "lock_scores": OFFICER,
    "clear_due_diligence": OFFICER,
    "recommend": OFFICER,
    "convene_committee": OFFICER,
    "vote": {"committee"},
    "decide": DECIDING,
    "read_evaluation": READING | PARTIES | {"reviewer"},
    "read_eligibility": READING,
    "read_evaluations": READING,
    "read_assignments": {"reviewer"},
}

api = Api("evaluation", access=ACCESS, show={"evaluation": visible})


@api.command("POST", "/policies", action="publish_policy", status=201)
def publish_policy(form: PolicyForm, ask: Ask) -> PublishPolicy[Parameters]:
    """Publish a version of a programme's rules for eligibility, scoring and selection."""
    return form.publish(form.parameters, ask)


@api.resource("/policies", stream=policy.STREAM, action="read_policies")
def read_policies() -> None:
    """All published versions, by programme."""


@api.command("POST", "/evaluations/{project_id}/open", action="open_review", status=201)
def open_review(form: OpenForm, ask: Ask) -> OpenEligibilityReview:
    """Open the review of a submitted version where that was refused when it was heard."""
    return OpenEligibilityReview(
        project_id=ask.path["project_id"], content_hash=form.content_hash, **ask.who
    )


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


@api.read("/evaluations/{project_id}/eligibility", action="read_eligibility", query=("on",))
def read_eligibility(read: Read) -> dict[str, Any]:
    """The six conditions: what is computed from what is known now, beside the verdict given.

    Once a detailed version is accepted, sizes are those in force on the day `on`.
    """
    project_id = read.path["project_id"]
    evaluation = read.state(f"evaluation-{project_id}")
    submitted_on = require_opened(evaluation)
    case = case_of(
        evaluation,
        read.state(f"proposal-{project_id}"),
        {stream: read.state(stream) for stream in streams_of(evaluation.participant_ids)},
        read.state("policy-evaluation"),
        day_of(read.query.get("on"), submitted_on),
    )
    return {"project_id": project_id, "conditions": computed_conditions(evaluation, case)}


@api.command(
    "PUT", "/evaluations/{project_id}/eligibility/{condition}", action="assess_eligibility"
)
def assess_condition(form: VerdictForm, ask: Ask) -> AssessCondition:
    """Confirm a condition's computed verdict, override it, or give a human one."""
    return AssessCondition(
        project_id=ask.path["project_id"],
        condition=ask.path["condition"],
        verdict=form.verdict,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/eligibility/conclude", action="assess_eligibility")
def conclude_eligibility(ask: Ask) -> ConcludeEligibility:
    """Conclude from the six verdicts whether the proposal is eligible."""
    return ConcludeEligibility(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/detailed/accept", action="check_completeness")
def accept_detailed_proposal(ask: Ask) -> AcceptDetailedProposal:
    """Accept the detailed version as comprehensive; unchanged verdicts are carried."""
    return AcceptDetailedProposal(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/detailed/return", action="check_completeness")
def return_detailed_proposal(form: GapsForm, ask: Ask) -> ReturnDetailedProposal:
    """Return the detailed version, naming what is missing."""
    return ReturnDetailedProposal(project_id=ask.path["project_id"], gaps=form.gaps, **ask.who)


@api.command("POST", "/evaluations/{project_id}/reviewers", action="assign_reviewer")
def assign_reviewer(form: ReviewerForm, ask: Ask) -> AssignReviewer:
    """Ask a person to review, who belongs to no participant and to no affiliate of one."""
    return AssignReviewer(
        project_id=ask.path["project_id"],
        person=form.person,
        affiliations=form.affiliations,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/conflict", action="review")
def declare_conflict(form: DeclarationForm, ask: Ask) -> DeclareConflict:
    """Declare a conflict of interest, or that there is none."""
    return DeclareConflict(
        project_id=ask.path["project_id"], declaration=form.declaration, **ask.who
    )


@api.command("PUT", "/evaluations/{project_id}/scores/{criterion}", action="review")
def score_criterion(form: ScoreForm, ask: Ask) -> ScoreCriterion:
    """Score one criterion in half points, or say that it does not apply."""
    return ScoreCriterion(
        project_id=ask.path["project_id"],
        criterion=ask.path["criterion"],
        score=form.score,
        rationale=form.rationale,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/review/submit", action="review")
def submit_review(ask: Ask) -> SubmitReview:
    """Finish one's own review; from then on the others can be read."""
    return SubmitReview(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/lock", action="lock_scores")
def lock_scores(ask: Ask) -> LockScores:
    """Make the scores final and compute the weighted score."""
    return LockScores(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/due-diligence/clear", action="clear_due_diligence")
def clear_due_diligence(form: ReasonForm, ask: Ask) -> ClearDueDiligence:
    """State that nothing found stands against an award."""
    return ClearDueDiligence(project_id=ask.path["project_id"], reason=form.reason, **ask.who)


@api.command("POST", "/evaluations/{project_id}/recommendation", action="recommend")
def make_recommendation(form: RecommendationForm, ask: Ask) -> MakeRecommendation:
    """Recommend an outcome to the committee."""
    return MakeRecommendation(
        project_id=ask.path["project_id"],
        outcome=form.outcome,
        reasons=form.reasons,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/committee", action="convene_committee")
def convene_committee(form: CommitteeForm, ask: Ask) -> ConveneCommittee:
    """Record a meeting of the committee."""
    return ConveneCommittee(
        project_id=ask.path["project_id"],
        attendees=form.attendees,
        recusals=form.recusals,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/votes", action="vote")
def record_vote(form: VoteForm, ask: Ask) -> RecordVote:
    """Vote, as a committee member who was there; votes inform the decision only."""
    return RecordVote(project_id=ask.path["project_id"], vote=form.vote, **ask.who)


@api.command("POST", "/evaluations/{project_id}/decision", action="decide")
def propose_decision(form: DecisionForm, ask: Ask) -> ProposeDecision:
    """Propose the decision, as the first of two persons."""
    return ProposeDecision(
        project_id=ask.path["project_id"],
        outcome=form.outcome,
        rate=form.rate,
        ceiling_cents=form.ceiling,
        envelope_id=form.envelope_id,
        conditions=form.conditions,
        reasons=form.reasons,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/decision/confirm", action="decide")
def confirm_decision(ask: Ask) -> ConfirmDecision:
    """Confirm the proposed decision, as the second of two persons."""
    return ConfirmDecision(project_id=ask.path["project_id"], **ask.who)


@api.read("/assignments", action="read_assignments")
def list_assignments(read: Read) -> Page:
    """What the asking reviewer was asked to review."""
    return read.page(ASSIGNMENTS, order="position", person=read.actor.person)
