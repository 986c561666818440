"""Reviews over HTTP: the clock, the pool, conflicts, scores and their lock."""

from services.evaluation.api.forms import (
    DeclarationForm,
    PauseForm,
    PersonForm,
    ReviewerForm,
    RevisionForm,
    ScoreForm,
)
from services.evaluation.api.roles import OFFICER
from services.evaluation.commands import (
    AssignReviewer,
    DeclareAffiliations,
    DeclareConflict,
    DiscloseConflict,
    EnlistReviewer,
    ExcludeReview,
    LockScores,
    PauseClock,
    ResumeClock,
    ReviseReview,
    ScoreCriterion,
    SubmitReview,
)
from shared.runtime.web.routes import Api, Ask

ACCESS = {
    "manage_clock": OFFICER,
    "enlist_reviewer": OFFICER,
    "declare_affiliations": OFFICER | {"reviewer"},
    "assign_reviewer": OFFICER,
    "review": {"reviewer"},
    "exclude_review": OFFICER,
    "disclose_conflict": OFFICER | {"reviewer"},
    "lock_scores": OFFICER,
}
api = Api("evaluation", access=ACCESS)


@api.command("POST", "/evaluations/{project_id}/clock/pause", action="manage_clock")
def pause_clock(form: PauseForm, ask: Ask) -> PauseClock:
    """Wait for somebody; only what the applicant causes stops the clock."""
    return PauseClock(
        project_id=ask.path["project_id"],
        waiting_on=form.waiting_on,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/clock/resume", action="manage_clock")
def resume_clock(ask: Ask) -> ResumeClock:
    """Let the clock go on; the target moves by the working days that it stood still."""
    return ResumeClock(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/reviewers", action="enlist_reviewer", status=201)
def enlist_reviewer(form: ReviewerForm, ask: Ask) -> EnlistReviewer:
    """Take a person into the pool of reviewers, with all organisations that it belongs to."""
    return EnlistReviewer(person=form.person, affiliations=form.affiliations, **ask.who)


@api.command("PUT", "/reviewers/affiliations", action="declare_affiliations")
def declare_affiliations(form: ReviewerForm, ask: Ask) -> DeclareAffiliations:
    """State all organisations that a reviewer belongs to; where one is a conflict, it is recused.

    A reviewer states its own, a programme officer anybody's.
    """
    return DeclareAffiliations(person=form.person, affiliations=form.affiliations, **ask.who)


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


@api.command("POST", "/evaluations/{project_id}/conflict/late", action="disclose_conflict")
def disclose_conflict(form: PersonForm, ask: Ask) -> DiscloseConflict:
    """Disclose a conflict after the lock: one's own, or as a programme officer anybody's."""
    return DiscloseConflict(
        project_id=ask.path["project_id"], person=form.person, reason=form.reason, **ask.who
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


@api.command("POST", "/evaluations/{project_id}/scores/{criterion}/revise", action="review")
def revise_review(form: RevisionForm, ask: Ask) -> ReviseReview:
    """Change one score of one's own submitted review, with the reason for it."""
    return ReviseReview(
        project_id=ask.path["project_id"],
        criterion=ask.path["criterion"],
        score=form.score,
        rationale=form.rationale,
        reason=form.reason,
        **ask.who,
    )


@api.command("POST", "/evaluations/{project_id}/review/submit", action="review")
def submit_review(ask: Ask) -> SubmitReview:
    """Finish one's own review; from then on the others can be read."""
    return SubmitReview(project_id=ask.path["project_id"], **ask.who)


@api.command("POST", "/evaluations/{project_id}/review/exclude", action="exclude_review")
def exclude_review(form: PersonForm, ask: Ask) -> ExcludeReview:
    """Leave a review out of every result; what it says stays on record."""
    return ExcludeReview(
        project_id=ask.path["project_id"], person=form.person, reason=form.reason, **ask.who
    )


@api.command("POST", "/evaluations/{project_id}/lock", action="lock_scores")
def lock_scores(ask: Ask) -> LockScores:
    """Make the scores final and compute the weighted score."""
    return LockScores(project_id=ask.path["project_id"], **ask.who)
