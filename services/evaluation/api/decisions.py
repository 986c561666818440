"""The decision over HTTP: due diligence, committee, two persons, and what comes after it."""

from services.evaluation.api.forms import (
    CommitteeForm,
    CommunicationForm,
    DecisionForm,
    FindingForm,
    RecommendationForm,
    ReconsiderationForm,
    ReopeningForm,
    SatisfactionForm,
    VoteForm,
)
from services.evaluation.api.roles import DECIDING, OFFICER
from services.evaluation.commands import (
    ClearDueDiligence,
    CommunicateDecision,
    ConfirmDecision,
    ConfirmReconsideration,
    ConveneCommittee,
    MakeRecommendation,
    ProposeDecision,
    ProposeReconsideration,
    RecordFinding,
    RecordVote,
    ReopenEvaluation,
    SatisfyCondition,
)
from services.evaluation.domain.decision.award import condition_number
from shared.runtime.web.forms import ReasonForm
from shared.runtime.web.routes import Api, Ask

ACCESS = {
    "investigate": OFFICER,
    "clear_due_diligence": OFFICER,
    "recommend": OFFICER,
    "convene_committee": OFFICER,
    "vote": {"committee"},
    "decide": DECIDING,
    "communicate_decision": OFFICER,
    "satisfy_condition": OFFICER,
    "reopen_evaluation": DECIDING,
}
api = Api("evaluation", access=ACCESS)


@api.command(
    "POST", "/evaluations/{project_id}/due-diligence/findings", action="investigate", status=201
)
def record_finding(form: FindingForm, ask: Ask) -> RecordFinding:
    """Record what due diligence found out; an earlier clearance holds no longer."""
    return RecordFinding(
        project_id=ask.path["project_id"],
        finding=form.finding,
        source=form.source,
        organisation_id=form.organisation_id,
        **ask.who,
    )


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


@api.command(
    "POST", "/evaluations/{project_id}/decision/communicate", action="communicate_decision"
)
def communicate_decision(form: CommunicationForm, ask: Ask) -> CommunicateDecision:
    """Record that the applicant was told what was decided, and how."""
    return CommunicateDecision(project_id=ask.path["project_id"], means=form.means, **ask.who)


@api.command(
    "POST",
    "/evaluations/{project_id}/award-conditions/{number}/satisfy",
    action="satisfy_condition",
)
def satisfy_condition(form: SatisfactionForm, ask: Ask) -> SatisfyCondition:
    """Record that one of the award's conditions is satisfied; they count from 1."""
    return SatisfyCondition(
        project_id=ask.path["project_id"],
        number=condition_number(ask.path["number"]),
        reason=form.reason,
        evidence_sha256=form.evidence_sha256,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/reopen", action="reopen_evaluation")
def reopen_evaluation(form: ReopeningForm, ask: Ask) -> ReopenEvaluation:
    """Open a locked or decided evaluation again; a decision stands until it is revised."""
    return ReopenEvaluation(
        project_id=ask.path["project_id"],
        reason=form.reason,
        authority=form.authority,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/decision/reconsider", action="decide")
def propose_reconsideration(form: ReconsiderationForm, ask: Ask) -> ProposeReconsideration:
    """Propose how an integrity review ends, as the first of two persons."""
    return ProposeReconsideration(
        project_id=ask.path["project_id"],
        outcome=form.outcome,
        reasons=form.reasons,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/decision/reconsider/confirm", action="decide")
def confirm_reconsideration(ask: Ask) -> ConfirmReconsideration:
    """End an integrity review, as the second of two persons."""
    return ConfirmReconsideration(project_id=ask.path["project_id"], **ask.who)
