"""What the lead says to the assessors, and what rests when nobody says anything."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake import inbound
from services.intake.domain import refusals
from services.intake.events.course import (
    InformationProvided,
    ProposalExpired,
    ProposalReinstated,
    ReassessmentRequested,
)
from services.intake.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.periods import start_of_day
from shared.kernel.refusals import Refusal
from tests.intake.examples import (
    POLICIES_STREAM,
    PROJECT,
    by_the_firm,
    eligible,
    ineligible,
    officer,
    policy_published,
    proposal_of,
    status,
    with_evaluation,
)
from tests.intake.states import HISTORIES, answer, asked, expire, object_to_it, reinstate
from tests.support.spec import Given

asked_again = asked.model_copy(update={"request_id": "request-2"})
closed = inbound.InformationRequestClosed(project_id=PROJECT, request_id="request-1")
corrected = inbound.EligibilityVerdictCorrected(
    project_id=PROJECT, condition="sme", verdict="met", reason="it has 40 FTE", eligible=True
)
asking = HISTORIES["information_requested"]
objecting = HISTORIES["reassessment_requested"]


def test_a_request_is_answered_once() -> None:
    asking.when(answer).then(
        InformationProvided(
            project_id=PROJECT,
            request_id="request-1",
            answer="Berths 3 and 4.",
            provided_by="applicant-1",
        )
    )
    assert status(asking.after(answer)) == "submitted"


def test_several_requests_are_answered_one_by_one() -> None:
    both = with_evaluation(HISTORIES["submitted"], asked, asked_again)
    once = both.after(answer)
    assert status(once) == "information_requested"
    refused = once.when(answer).then_refused(refusals.InformationNotRequested)
    assert refused.facts == {"open": ["request-2"]}
    assert status(once.after(replace(answer, request_id="request-2"))) == "submitted"


@pytest.mark.parametrize(
    ("heard", "where"),
    [
        ((asked, closed), "submitted"),
        ((asked, inbound.EligibilityReviewOpened(project_id=PROJECT)), "submitted"),
        ((asked, eligible), "eligible"),
        ((asked, ineligible), "ineligible"),
        ((ineligible, corrected), "eligible"),
        ((eligible, corrected.model_copy(update={"eligible": False})), "ineligible"),
    ],
)
def test_a_request_is_over_when_the_assessors_say_so(
    heard: tuple[inbound.EvaluationHeard, ...], where: str
) -> None:
    assert status(with_evaluation(HISTORIES["submitted"], *heard)) == where


def test_a_reassessment_is_asked_for_of_the_version_that_was_judged() -> None:
    here = HISTORIES["ineligible"]
    hash_judged = proposal_of(here).course.submitted_hash
    assert hash_judged is not None
    here.when(object_to_it).then(
        ReassessmentRequested(
            project_id=PROJECT,
            content_hash=hash_judged,
            conclusion=1,
            reason="the partner has confirmed",
            requested_by="applicant-1",
        )
    )


@pytest.mark.parametrize(
    ("heard", "where"),
    [
        ((ineligible, ineligible), "ineligible"),
        ((ineligible, eligible), "eligible"),
        ((ineligible, corrected), "eligible"),
        ((ineligible, asked), "information_requested"),
        ((ineligible, asked, closed), "reassessment_requested"),
    ],
)
def test_the_next_conclusion_answers_a_reassessment(
    heard: tuple[inbound.EvaluationHeard, ...], where: str
) -> None:
    assert status(with_evaluation(objecting, *heard)) == where


def test_a_second_refusal_may_be_objected_to_again() -> None:
    again = with_evaluation(objecting, ineligible, ineligible)
    (event,) = again.when(object_to_it).then_names("ReassessmentRequested")
    assert isinstance(event, ReassessmentRequested)
    assert event.conclusion == 2


def test_a_verdict_corrected_while_detailing_leads_back_and_forth() -> None:
    wrong = corrected.model_copy(update={"eligible": False})
    here = HISTORIES["detailing"]
    assert status(with_evaluation(here, eligible, wrong)) == "ineligible"
    assert status(with_evaluation(here, eligible, wrong, corrected)) == "detailing"


@pytest.mark.parametrize(
    ("heard", "where"),
    [
        (inbound.AwardConditionExpired(project_id=PROJECT, condition="a permit"), "not_selected"),
        (
            inbound.DecisionRescinded(
                project_id=PROJECT, earlier_outcome="approved", reasons=("a conflict",)
            ),
            "not_selected",
        ),
        (
            inbound.DecisionRescinded(
                project_id=PROJECT, earlier_outcome="declined", reasons=("a conflict",)
            ),
            "in_selection",
        ),
        (inbound.EvaluationReopened(project_id=PROJECT, reason="a late fact"), "selected"),
        (inbound.DecisionDeferred(project_id=PROJECT, reasons=("no quorum",)), "selected"),
    ],
)
def test_what_follows_a_decision_is_mirrored(heard: inbound.EvaluationHeard, where: str) -> None:
    here = HISTORIES["selected"]
    said = here.history[f"evaluation-{PROJECT}"]
    assert status(with_evaluation(here, *said, heard)) == where  # type: ignore[arg-type]


def days(so_many: int) -> Given:
    """A draft under a policy with another inactivity."""
    published = policy_published.model_copy(
        update={"parameters": Parameters(proposal_inactive_days=so_many)}
    )
    here = HISTORIES["draft"]
    return Given(here.domain, {**here.history, POLICIES_STREAM: [published]})


IDLE_SINCE = date(2020, 1, 31)


@pytest.mark.parametrize(
    ("idle_days", "expires"), [(180, date(2020, 7, 30)), (1, date(2020, 2, 2))]
)
def test_x11_a_proposal_expires_once_the_whole_days_have_passed(
    idle_days: int, expires: date
) -> None:
    on_time = replace(expire, idle_since=IDLE_SINCE, effective_at=start_of_day(expires))
    days(idle_days).when(on_time).then(
        ProposalExpired(
            project_id=PROJECT,
            idle_since=IDLE_SINCE,
            idle_days=idle_days,
            policy_version="2019",
            expired_on=expires,
        )
    )
    a_day_early = replace(on_time, effective_at=start_of_day(expires) - timedelta(microseconds=1))
    days(idle_days).when(a_day_early).then_refused(refusals.NotIdle)


@pytest.mark.parametrize(
    "state", ["draft", "information_requested", "eligible", "detailing", "returned"]
)
def test_a_reinstated_proposal_goes_on_from_where_it_stood(state: str) -> None:
    here = HISTORIES[state]  # type: ignore[index]
    expired = here.after(replace(expire, effective_at=datetime(2021, 7, 20, 16, tzinfo=UTC)))
    assert status(expired) == "expired"
    expired.when(reinstate).then(
        ProposalReinstated(
            project_id=PROJECT, reason="the quay is free again", reinstated_by="applicant-1"
        )
    )
    assert status(expired.after(reinstate)) == state


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (asking, replace(answer, **by_the_firm), refusals.NotTheLead),
        (asking, replace(answer, by=officer), refusals.NotOnBehalfOfTheApplicant),
        (asking, replace(answer, request_id="request-9"), refusals.InformationNotRequested),
        (
            HISTORIES["in_selection"].after(answer),
            answer,
            refusals.InformationNotRequested,
        ),
        (HISTORIES["ineligible"], replace(object_to_it, **by_the_firm), refusals.NotTheLead),
        (
            HISTORIES["ineligible"],
            replace(object_to_it, by=officer),
            refusals.NotOnBehalfOfTheApplicant,
        ),
        (objecting, object_to_it, refusals.NothingToReassess),
        (HISTORIES["expired"], replace(reinstate, **by_the_firm), refusals.NotTheLead),
        (
            HISTORIES["expired"],
            replace(reinstate, by=officer),
            refusals.NotOnBehalfOfTheApplicant,
        ),
        (HISTORIES["expired"], expire, refusals.ProposalIsExpired),
    ],
)
def test_every_refusal_about_answers(here: Given, ask: Command, refusal: type[Refusal]) -> None:
    here.when(ask).then_refused(refusal)
