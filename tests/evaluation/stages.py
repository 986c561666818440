"""A history for every stage of the table, and for every command one that is well formed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from services.evaluation import commands as asked
from services.evaluation.app import DOMAIN
from services.evaluation.domain.stages import Stage
from services.evaluation.inbound import ProposalWithdrawn
from shared.kernel.commands import Command
from shared.kernel.decider import Reaction
from shared.kernel.events import Heard
from tests.evaluation.examples import (
    DETAILED,
    INITIAL,
    MEMBERS,
    PROJECT,
    PROPOSAL,
    REVIEWERS,
    STARTUP,
    SUBMITTED_ON,
    accept,
    actor,
    assess,
    assess_all,
    assign,
    at_committee,
    at_eligibility,
    at_selection,
    clear,
    conclude,
    confirm,
    confirmed,
    convene,
    decided,
    declare,
    detailed,
    eligible,
    heard,
    lock,
    open_review,
    propose,
    propose_decline,
    recommend,
    reviewed,
    score,
    send_back,
    submit,
    who,
    world,
)
from tests.support.spec import Given

NEWCOMER = actor("reviewer-9", "reviewer")
check = asked.OpenCompletenessCheck(project_id=PROJECT, **who())
answer = asked.CloseInformationRequest(
    project_id=PROJECT, request_id="request-1", because="answered", **who()
)
question = asked.RequestInformation(
    project_id=PROJECT, question="Who owns the data?", blocking=True, **who()
)
conditional = replace(propose, conditions=("Signed data agreement", "Insurance"))
propose_deferral = replace(propose_decline, outcome="deferred", reasons=("Wait for the audit",))
reopen = asked.ReopenEvaluation(
    project_id=PROJECT,
    reason="A score was entered in the wrong row",
    authority="Resolution 2020-17 of the board",
    **who(),
)
disclose = asked.DiscloseConflict(
    project_id=PROJECT,
    person=REVIEWERS[2].person,
    reason="Holds shares of the lead",
    **who(),
)
rescind = asked.ProposeReconsideration(
    project_id=PROJECT,
    outcome="rescinded",
    reasons=("Below the line without that review",),
    **who(MEMBERS[0]),
)
uphold = replace(rescind, outcome="confirmed", reasons=("Above it all the same",))
confirm_reconsideration = asked.ConfirmReconsideration(project_id=PROJECT, **who(MEMBERS[1]))
satisfy = asked.SatisfyCondition(
    project_id=PROJECT, number=1, reason="Signed on paper", evidence_sha256="d" * 64, **who()
)
expire = asked.ExpireConditions(project_id=PROJECT, **who(on=date(2020, 12, 14)))
stop = asked.StopEvaluation(project_id=PROJECT, because="Funded elsewhere", **who())
revise = asked.ReviseReview(
    project_id=PROJECT,
    criterion="team",
    score=None,
    rationale="Read again",
    reason="Two rows were swapped",
    **who(REVIEWERS[0]),
)


@cache
def ineligible() -> Given:
    """Concluded, and not eligible."""
    return at_eligibility().after(*assess_all, assess("scope", "not_met"), conclude)


@cache
def declined() -> Given:
    """Two persons declined it."""
    return at_committee().after(propose_decline, confirm)


@cache
def with_conditions() -> Given:
    """An award that depends on two conditions, until 13 December 2020."""
    return at_committee().after(conditional, confirm)


@cache
def reopened() -> Given:
    """A standing award is looked at again."""
    return decided().after(reopen)


@cache
def under_integrity_review() -> Given:
    """A reviewer's conflict came to light after the award."""
    return decided().after(disclose)


@cache
def with_detail() -> Given:
    """Eligible, and the detailed version is there, confirmed by all."""
    return heard(eligible(), PROPOSAL, detailed, confirmed(STARTUP, DETAILED))


History: TypeAlias = Callable[[], Given]
AT: Mapping[Stage, History] = {
    "absent": world,
    "eligibility_review": lambda: at_eligibility().after(*assess_all),
    "awaiting_information": lambda: at_eligibility().after(*assess_all, question),
    "ineligible": ineligible,
    "awaiting_detail": with_detail,
    "completeness_check": lambda: with_detail().after(check),
    "assigning": at_selection,
    "scoring": reviewed,
    "scores_locked": lambda: reviewed().after(lock),
    "due_diligence": lambda: reviewed().after(lock, clear),
    "recommended": lambda: reviewed().after(lock, clear, recommend),
    "committee": at_committee,
    "deferred": lambda: at_committee().after(propose_deferral, confirm),
    "approved": decided,
    "approved_with_conditions": with_conditions,
    "declined": declined,
    "reopened": reopened,
    "rescinded": lambda: under_integrity_review().after(rescind, confirm_reconsideration),
    "lapsed": lambda: with_conditions().after(expire),
    "stopped": lambda: heard(
        at_selection(), PROPOSAL, ProposalWithdrawn(project_id=PROJECT, reason="Funded elsewhere")
    ).after(stop),
}
"""By stage, how one history comes there."""


@cache
def at(stage: Stage) -> Given:
    """One history that has come to this stage."""
    return AT[stage]()


EACH: Mapping[type[Command], Command] = {
    type(command): command
    for command in (
        open_review,
        asked.ReassessEligibility(
            project_id=PROJECT, content_hash=INITIAL, reason="The scope was misread", **who()
        ),
        stop,
        assess("scope", reason="Read again"),
        asked.RecomputeSize(project_id=PROJECT, **who()),
        asked.CorrectVerdict(
            project_id=PROJECT, condition="scope", verdict="met", reason="A slip", **who()
        ),
        asked.ReopenCheck(
            project_id=PROJECT, condition="readiness", because="Endorsement withdrawn", **who()
        ),
        question,
        answer,
        conclude,
        check,
        send_back,
        accept,
        asked.PauseClock(
            project_id=PROJECT, waiting_on="applicant", reason="Asked to wait", **who()
        ),
        asked.ResumeClock(project_id=PROJECT, **who()),
        asked.MissTarget(project_id=PROJECT, **who()),
        assign(NEWCOMER),
        declare(REVIEWERS[0], "actual"),
        asked.RecuseAffiliated(project_id=PROJECT, person=REVIEWERS[0].person, **who()),
        disclose,
        score(REVIEWERS[0], "team", "1.0"),
        submit(REVIEWERS[0]),
        revise,
        asked.ExcludeReview(
            project_id=PROJECT, person=REVIEWERS[0].person, reason="Copied text", **who()
        ),
        lock,
        asked.RecordFinding(
            project_id=PROJECT, finding="Two founders left", source="Register", **who()
        ),
        clear,
        recommend,
        convene,
        asked.RecordVote(project_id=PROJECT, vote="for", **who(MEMBERS[0])),
        propose_decline,
        confirm,
        asked.CommunicateDecision(project_id=PROJECT, means="Letter to the lead", **who()),
        satisfy,
        expire,
        reopen,
        rescind,
        confirm_reconsideration,
    )
}
"""By its class, one well-formed command."""


def conflicted(decided_: Given) -> Given:
    """A conflict came to light after this decision."""
    return decided_.after(disclose)


@cache
def again_at(stage: Stage) -> Given:
    """A standing award with conditions that was reopened, and came to this stage once more."""
    steps: list[Command] = [reopen]
    for each, commands in AGAIN.items():
        steps += commands
        if each == stage:
            break
    return with_conditions().after(*steps)


AGAIN: Mapping[Stage, list[Command]] = {
    "reopened": [],
    "scoring": [assign(NEWCOMER), declare(NEWCOMER), score(NEWCOMER, "team", "3.0")],
    "scores_locked": [lock],
    "due_diligence": [clear],
    "recommended": [recommend],
    "committee": [convene],
    "deferred": [propose_deferral, confirm],
}


def correct(condition: str, verdict: str, reason: str = "The map was read wrongly") -> Command:
    """A correction of one verdict."""
    return asked.CorrectVerdict(
        project_id=PROJECT,
        condition=condition,
        verdict=verdict,  # type: ignore[arg-type]
        reason=reason,
        **who(on=SUBMITTED_ON),
    )


def at_stage(stage: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The row of an evaluation that stands there."""
    return {("evaluation_list", PROJECT): {"stage": stage}}


def reactions(
    heard_: Heard, rows: dict[tuple[str, ...], dict[str, Any]] | None = None
) -> Sequence[Command]:
    """What the policies ask for when this is heard and these rows are there."""
    known = rows or {}
    reaction = Reaction(command=who(), find=lambda table, *key: known.get((table, *key)))
    (policy,) = DOMAIN.policies[type(heard_)]
    return list(policy(heard_, reaction))
