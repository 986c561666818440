"""The table of stages and commands: what it allows happens, what it refuses is refused."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from services.evaluation.commands import (
    ClearDueDiligence,
    CorrectVerdict,
    ExcludeReview,
    PauseClock,
    RecomputeSize,
    RecordFinding,
    RecuseAffiliated,
    ReopenCheck,
    ResumeClock,
)
from services.evaluation.domain.deciders import DECIDERS
from services.evaluation.domain.stages import DECIDED, DETAIL, ROWS, SELECTION, STAGES, TABLE, Stage
from services.evaluation.events.review import ReviewerAffiliationsDeclared
from shared.kernel.commands import Command
from shared.kernel.policy_book import PublishPolicy
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    EVALUATION,
    LEAD,
    OF_STARTUP,
    PROPOSAL,
    REVIEWERS,
    REVISED,
    STARTUP,
    assess,
    assess_all,
    assign,
    at_committee,
    at_eligibility,
    at_selection,
    attested,
    conclude,
    confirm,
    declare,
    heard,
    lock,
    open_review,
    propose,
    propose_decline,
    review,
    score,
    submit,
    submitted,
    world,
)
from tests.evaluation.stages import (
    AGAIN,
    EACH,
    NEWCOMER,
    again_at,
    answer,
    at,
    conditional,
    confirm_reconsideration,
    conflicted,
    correct,
    expire,
    propose_deferral,
    question,
    reopen,
    rescind,
    satisfy,
    uphold,
    with_detail,
)
from tests.support.catalogue import ROOT
from tests.support.spec import Given

README = ROOT / "services" / "evaluation" / "README.md"
each_stage = pytest.mark.parametrize("stage", STAGES)
each_command = pytest.mark.parametrize("command", ROWS, ids=lambda command: command.__name__)


def stage_of(here: Given) -> Stage:
    """Where the evaluation stands."""
    stage: Stage = here.state(EVALUATION).stage
    return stage


def test_every_stage_and_every_command_has_an_example() -> None:
    assert [stage_of(at(stage)) for stage in STAGES] == list(STAGES)
    assert EACH.keys() == ROWS.keys()


def test_every_command_upon_an_evaluation_is_in_the_table() -> None:
    upon = {command for command, decider in DECIDERS.items() if decider.first == "evaluation"}
    assert upon == ROWS.keys()
    assert PublishPolicy in DECIDERS.keys() - upon


FROM_THE_TABLE = {
    *TABLE.refused.values(),
    *(kind for row in ROWS.values() for kind in (row.otherwise, *row.refused.values())),
}


def said(here: Given, command: Command) -> Given | None:
    """What a legal command records; None where a rule besides the table refuses it."""
    try:
        return here.when(command).recorded()
    except Refusal as refusal:
        why = type(refusal)
    assert why not in FROM_THE_TABLE
    return None


@each_stage
@each_command
def test_legality(stage: Stage, command: type[Command]) -> None:
    """Each pair: refused as the table says, or moving only to where the table says."""
    outcome, here = TABLE.outcome(command, stage), at(stage)
    if not isinstance(outcome, tuple):
        here.when(EACH[command]).then_refused(outcome)
        return
    after = said(here, EACH[command])
    assert after is None or after.history == here.history or stage_of(after) in outcome


second_answer = replace(answer, request_id="request-2")
not_blocking = replace(question, blocking=False)
pause, resume = EACH[PauseClock], EACH[ResumeClock]
newer = submitted.model_copy(update={"version": 2, "content_hash": REVISED})
unmet, ready_again = correct("canada", "not_met"), correct("readiness", "met")
settled = satisfy, replace(satisfy, number=2)


def unattested() -> Given:
    """The start-up's size is unknown, and asked for."""
    return world(startup=[]).after(open_review, *assess_all, assess("sme", "unknown"))


def witnesses() -> Iterator[tuple[Given, Command]]:
    """Histories and commands beyond the plain examples, so that every arrow is walked."""
    asked_twice = at_eligibility().after(*assess_all, question, not_blocking)
    for here in (asked_twice, at_eligibility()):
        yield heard(here, PROPOSAL, newer), replace(open_review, content_hash=REVISED)
    yield at_eligibility(), assess("sme", "unknown")
    yield unattested(), assess("sme")
    for more in ([], [question], [answer]):
        late = heard(unattested().after(*more), OF_STARTUP, attested(STARTUP, "85"))
        yield late, EACH[RecomputeSize]
    yield at("ineligible").after(unmet), EACH[CorrectVerdict]
    yield at("ineligible"), unmet
    yield at("awaiting_detail"), unmet
    yield at("completeness_check"), unmet
    for stage in DETAIL:
        yield at(stage).after(EACH[ReopenCheck]), ready_again
    yield at_eligibility(), not_blocking
    yield asked_twice, second_answer
    yield at_eligibility().after(not_blocking), answer
    yield at_eligibility().after(*assess_all, assess("scope", "not_met")), conclude
    yield unattested().after(assess("scope", "not_met")), conclude
    for stage in SELECTION:
        yield at(stage).after(question), answer
        yield at(stage).after(pause), resume
    yield from reviewing()
    yield from deciding()


def reviewing() -> Iterator[tuple[Given, Command]]:
    """As above, for reviewers."""
    *scored, submitted_ = review(NEWCOMER, ("3.0", "3.0", "3.0", "3.0"))
    named = at_selection().after(assign(NEWCOMER))
    yield named, declare(NEWCOMER)
    yield at_selection().after(assign(REVIEWERS[0])), EACH[ExcludeReview]
    yield named.after(declare(NEWCOMER)), score(NEWCOMER, "team", "3.0")
    yield (
        named.after(declare(NEWCOMER), score(NEWCOMER, "team", "3.0")),
        score(NEWCOMER, "team", "3.5"),
    )
    yield at("scoring").after(*scored), submitted_
    unfinished = at("scoring").after(*scored, lock, reopen)
    yield unfinished, submit(NEWCOMER)
    yield unfinished, score(NEWCOMER, "team", "4.0")
    affiliated = ReviewerAffiliationsDeclared(
        person=REVIEWERS[0].person, affiliations=(LEAD,), declared_by=REVIEWERS[0].person
    )
    assigned = [at(stage) for stage in (*SELECTION, *DECIDED) if stage != "assigning"]
    for here in (at_selection().after(assign(REVIEWERS[0])), *assigned):
        joined = heard(here, f"reviewer-{REVIEWERS[0].person}", affiliated)
        yield joined, EACH[RecuseAffiliated]


def deciding() -> Iterator[tuple[Given, Command]]:
    """As above, for decisions and awards."""
    for proposed in (propose, conditional, propose_decline, propose_deferral):
        yield at_committee().after(proposed), confirm
    yield at("approved_with_conditions").after(settled[0]), settled[1]
    for stage in ("due_diligence", "recommended", "committee", "deferred"):
        yield at(stage).after(EACH[RecordFinding]), EACH[ClearDueDiligence]
    for stage in AGAIN:
        yield again_at(stage), satisfy
        yield again_at(stage), expire
    for stage in DECIDED:
        yield conflicted(at(stage)), uphold
        for ending in (uphold, rescind):
            yield conflicted(at(stage)).after(ending), confirm_reconsideration


@cache
def walked() -> frozenset[tuple[str, Stage, Stage]]:
    """Every arrow that an example or a witness walks."""
    plain = ((at(stage), EACH[command]) for stage in STAGES for command in ROWS)
    legal = (
        (here, command)
        for here, command in chain(plain, witnesses())
        if isinstance(TABLE.outcome(type(command), stage_of(here)), tuple)
    )
    return frozenset(
        (type(command).__name__, stage_of(here), stage_of(after))
        for here, command in legal
        if (after := said(here, command)) is not None and after.history != here.history
    )


def test_every_arrow_of_the_table_is_walked_and_none_beside_it() -> None:
    drawn = {
        (command.__name__, stage, to)
        for command in ROWS
        for stage in STAGES
        if isinstance(outcome := TABLE.outcome(command, stage), tuple)
        for to in outcome
    }
    assert sorted(drawn - walked()) == []
    assert sorted(walked() - drawn) == []


def test_the_diagram_of_the_readme_is_the_one_of_the_table() -> None:
    text = Path(README).read_text(encoding="utf-8")
    drawn = text.partition("```mermaid\n")[2].partition("\n```")[0]
    assert drawn == TABLE.diagram("absent"), "\n" + TABLE.diagram("absent")


@settings(max_examples=60, deadline=None)
@examples(
    st.lists(st.sampled_from(sorted(ROWS, key=lambda command: command.__name__)), max_size=25)
)
def test_any_sequence_of_commands_folds_to_a_stage_of_the_table(
    sequence: list[type[Command]],
) -> None:
    """Legal ones move along the table, the others are refused and change nothing."""
    here = with_detail()
    for command in sequence:
        before = stage_of(here)
        outcome = TABLE.outcome(command, before)
        if isinstance(outcome, tuple):
            after = said(here, EACH[command])
            assert after is None or after.history == here.history or stage_of(after) in outcome
            here = after or here
        else:
            here.when(EACH[command]).then_refused(outcome)
    assert stage_of(here) in STAGES
