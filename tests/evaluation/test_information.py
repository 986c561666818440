"""Questions, answers, corrections and late facts: a check opens again, never the history (E-0)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.evaluation.commands import (
    ReassessEligibility,
    RecomputeSize,
    StopEvaluation,
)
from services.evaluation.domain.conditions import ConditionUnknown
from services.evaluation.domain.eligibility.requests import (
    InformationAwaited,
    RequestIsClosed,
    RequestNotFound,
)
from services.evaluation.domain.eligibility.verdicts import EligibilityUnsettled
from services.evaluation.domain.proposals import ProposalIsExpired
from services.evaluation.domain.stages import (
    AlreadyDecided,
    EligibilityNotConcluded,
    NotIneligible,
)
from services.evaluation.events.clock import SelectionClockPaused
from services.evaluation.events.eligibility import (
    EligibilityConditionAssessed,
    EligibilityReviewOpened,
    EligibilityVerdictCorrected,
    InformationRequestClosed,
    InformationRequested,
)
from services.evaluation.inbound import (
    InformationProvided,
    ProposalExpired,
    ReassessmentRequested,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    EVALUATION,
    INITIAL,
    LEAD,
    OF_STARTUP,
    PROJECT,
    PROPOSAL,
    STARTUP,
    SUBMITTED_ON,
    assess,
    assess_all,
    at_committee,
    at_eligibility,
    attested,
    conclude,
    decided,
    eligible,
    heard,
    open_review,
    propose,
    registered,
    submitted,
    who,
    world,
)
from tests.evaluation.stages import EACH, answer, at, correct, ineligible, question, reactions
from tests.support.spec import Given

reassess = EACH[ReassessEligibility]


def test_e0_an_unknown_condition_asks_the_applicant_and_blocks() -> None:
    here = at_eligibility()
    _, asked = here.when(assess("scope", "unknown", reason="Which port is it?")).then_names(
        "EligibilityConditionAssessed", "InformationRequested"
    )
    assert asked == InformationRequested(
        project_id=PROJECT,
        request_id="request-1",
        condition="scope",
        question="Which port is it?",
        blocking=True,
        requested_by="officer-1",
        requested_on=SUBMITTED_ON,
    )
    after = here.after(assess("scope", "unknown", reason="Which port is it?"))
    assert after.state(EVALUATION).stage == "awaiting_information"
    after.when(assess("scope", "unknown", reason="Which one?")).then_names(
        "EligibilityConditionAssessed"
    )


def test_e0_a_verdict_settles_the_question_about_it() -> None:
    here = at_eligibility().after(assess("scope", "unknown"))
    _, closed = here.when(assess("scope")).then_names(
        "EligibilityConditionAssessed", "InformationRequestClosed"
    )
    assert isinstance(closed, InformationRequestClosed)
    assert (closed.request_id, closed.because) == ("request-1", "not_needed")
    assert here.after(assess("scope")).state(EVALUATION).stage == "eligibility_review"


def test_e0_a_blocking_question_holds_up_the_conclusion_until_it_is_answered() -> None:
    asked = at_eligibility().after(*assess_all, question)
    refusal = asked.when(conclude).then_refused(InformationAwaited)
    assert refusal.facts == {"requests": ["request-1"]}
    asked.after(answer).when(conclude).then_names("EligibilityAssessed")


def test_e0_a_question_that_does_not_block_holds_up_nothing() -> None:
    here = at_eligibility().after(*assess_all, replace(question, blocking=False))
    assert here.state(EVALUATION).stage == "eligibility_review"
    here.when(conclude).then_names("EligibilityAssessed")


def test_e0_what_is_not_met_decides_although_an_answer_is_awaited() -> None:
    here = at_eligibility().after(*assess_all, assess("scope", "not_met"), question)
    after = here.after(conclude).state(EVALUATION)
    assert (after.stage, after.open_requests) == ("ineligible", {})


def test_questions_are_counted_and_an_id_is_never_used_again() -> None:
    newer = submitted.model_copy(update={"version": 2, "content_hash": "9" * 64})
    here = heard(at_eligibility().after(question), PROPOSAL, newer)
    again = here.after(replace(open_review, content_hash="9" * 64))
    assert again.state(EVALUATION).requests["request-1"].closed == "superseded"
    (asked,) = again.when(question).then_names("InformationRequested")
    assert isinstance(asked, InformationRequested)
    assert asked.request_id == "request-2"


def test_an_answer_that_is_heard_closes_its_question() -> None:
    (command,) = reactions(InformationProvided(project_id=PROJECT, request_id="request-1"))
    assert command == replace(answer, **who())


def test_e3_a_blocking_question_in_selection_stops_the_clock_until_the_last_answer() -> None:
    here = at_committee()
    _, paused = here.when(question).then_names("InformationRequested", "SelectionClockPaused")
    assert isinstance(paused, SelectionClockPaused)
    assert (paused.waiting_on, paused.request_id) == ("applicant", "request-1")
    two = here.after(question, question)
    two.when(answer).then_names("InformationRequestClosed")
    last = replace(answer, request_id="request-2")
    two.after(answer).when(last).then_names("InformationRequestClosed", "SelectionClockResumed")


def test_e0_nothing_is_approved_while_an_answer_is_awaited() -> None:
    here = at_committee().after(question)
    here.when(propose).then_refused(InformationAwaited)
    here.after(answer).when(propose).then_names("DecisionProposed")


def unattested() -> Given:
    """The start-up's size is not attested, so the condition is unknown."""
    return world(startup=[registered(STARTUP, "Marée IA inc.")]).after(
        open_review, *assess_all, assess("sme", "unknown")
    )


recompute = RecomputeSize(project_id=PROJECT, **who())


def test_e0_an_unknown_sme_is_computed_again_when_the_attestation_arrives() -> None:
    here = heard(unattested(), OF_STARTUP, attested(STARTUP, "85"))
    assessed, closed = here.when(recompute).then_names(
        "EligibilityConditionAssessed", "InformationRequestClosed"
    )
    assert isinstance(assessed, EligibilityConditionAssessed)
    assert (assessed.verdict, assessed.overridden) == ("met", False)
    assert [used.organisation_id for used in assessed.attestations] == [LEAD, STARTUP]
    assert isinstance(closed, InformationRequestClosed)
    assert closed.because == "attestation_arrived"
    here.after(recompute).when(conclude).then_names("EligibilityAssessed")


def test_e0_an_attestation_that_does_not_help_changes_nothing() -> None:
    unattested().when(recompute).then_nothing()
    later = attested(STARTUP, "85", as_of=date(2020, 6, 16))
    heard(unattested(), OF_STARTUP, later).when(recompute).then_nothing()
    at_eligibility().after(*assess_all).when(recompute).then_nothing()


def test_e0_a_new_attestation_looks_at_the_projects_that_wait_for_it() -> None:
    rows: dict[tuple[str, ...], dict[str, Any]] = {
        ("awaited_size", STARTUP): {"project_ids": [PROJECT]},
        ("evaluation_list", PROJECT): {"stage": "awaiting_information"},
    }
    assert reactions(attested(STARTUP, "85"), rows) == [recompute]
    assert reactions(attested(LEAD, "85"), rows) == []


def test_e0_a_corrected_verdict_turns_the_conclusion_around_and_keeps_it() -> None:
    (corrected,) = (
        ineligible().when(correct("scope", "met")).then_names("EligibilityVerdictCorrected")
    )
    assert isinstance(corrected, EligibilityVerdictCorrected)
    assert (corrected.earlier_verdict, corrected.eligible) == ("not_met", True)
    assert (corrected.policy_version, corrected.proposal_hash) == ("2020-1", INITIAL)
    here = ineligible().after(correct("scope", "met"))
    assert here.state(EVALUATION).stage == "awaiting_detail"
    kept = [event for event in here.history[EVALUATION] if event.event_name.endswith("Assessed")]
    assert kept[-1] == ineligible().history[EVALUATION][-1]


def test_e0_an_eligible_proposal_can_be_found_ineligible_until_its_detail_is_accepted() -> None:
    for stage in ("awaiting_detail", "completeness_check"):
        here = at(stage).after(correct("canada", "not_met"))
        assert here.state(EVALUATION).stage == "ineligible"


def test_a_correction_to_the_same_verdict_changes_nothing() -> None:
    ineligible().when(correct("canada", "met")).then_nothing()


def test_e0_a_correction_waits_for_what_is_unknown_besides() -> None:
    unknown_too = unattested().after(assess("scope", "not_met"), conclude)
    refusal = unknown_too.when(correct("scope", "met")).then_refused(EligibilityUnsettled)
    assert refusal.facts == {"conditions": ["sme"]}
    unknown_too.after(correct("sme", "met")).when(correct("scope", "met")).then_names(
        "EligibilityVerdictCorrected"
    )


def test_e1_a_contested_proposal_is_assessed_once_more_by_the_pinned_policy() -> None:
    (opened,) = ineligible().when(reassess).then_names("EligibilityReviewOpened")
    assert isinstance(opened, EligibilityReviewOpened)
    assert (opened.policy_version, opened.reassessment) == ("2020-1", "The scope was misread")
    here = ineligible().after(reassess, *assess_all)
    here.when(conclude).then_names("EligibilityAssessed")
    assert here.after(conclude).state(EVALUATION).eligible is True


def test_a_reassessment_that_is_heard_opens_the_review() -> None:
    asked = ReassessmentRequested(
        project_id=PROJECT, content_hash=INITIAL, reason="The scope was misread"
    )
    assert reactions(asked) == [replace(reassess, **who())]


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        (at_eligibility, replace(question, condition="beauty"), ConditionUnknown),
        (at_eligibility, answer, RequestNotFound),
        (lambda: at_eligibility().after(question, answer), answer, RequestIsClosed),
        (at_eligibility, correct("scope", "met"), EligibilityNotConcluded),
        (eligible, correct("beauty", "met"), ConditionUnknown),
        (eligible, reassess, NotIneligible),
        (decided, correct("scope", "met"), AlreadyDecided),
        (decided, StopEvaluation(project_id=PROJECT, because="x", **who()), AlreadyDecided),
        (
            lambda: heard(ineligible(), PROPOSAL, ProposalExpired(project_id=PROJECT)),
            reassess,
            ProposalIsExpired,
        ),
    ],
)
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)
