"""Due diligence, awards with conditions and their days, and telling the applicant (E-8, X11)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.evaluation.app import DOMAIN
from services.evaluation.commands import CommunicateDecision, RecordFinding
from services.evaluation.domain.decision.award import (
    AwardConditionOverdue,
    AwardConditionUnknown,
    condition_number,
)
from services.evaluation.domain.decision.diligence import DueDiligenceOpen, NotAParticipant
from services.evaluation.domain.stages import AwardHasLapsed, NotAtThisStage, NotDecided
from services.evaluation.events.decision import (
    AwardConditionExpired,
    AwardConditionSatisfied,
    DecisionCommunicated,
    DueDiligenceFindingRecorded,
    ProjectApproved,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Reaction
from shared.kernel.operations import TimersRun
from shared.kernel.periods import end_of_day
from shared.kernel.refusals import Refusal
from tests.evaluation.examples import (
    DECIDED_ON,
    EVALUATION,
    OUTSIDER,
    PROJECT,
    STARTUP,
    at_committee,
    clear,
    confirm,
    decided,
    lock,
    propose,
    recommend,
    reviewed,
    who,
)
from tests.evaluation.stages import (
    AGAIN,
    again_at,
    at,
    conditional,
    expire,
    satisfy,
    with_conditions,
)
from tests.support.spec import Given

LAST_DAY = date(2020, 12, 13)
"""90 calendar days after the decision of 14 September."""
found = RecordFinding(
    project_id=PROJECT,
    finding="Two of three founders left",
    source="Register of companies",
    organisation_id=STARTUP,
    **who(),
)
tell = CommunicateDecision(project_id=PROJECT, means="Letter to the lead", **who())
second = replace(satisfy, number=2)


def test_e8_a_finding_is_recorded_and_numbered() -> None:
    locked = reviewed().after(lock)
    locked.when(found).then(
        DueDiligenceFindingRecorded(
            project_id=PROJECT,
            number=1,
            organisation_id=STARTUP,
            finding="Two of three founders left",
            source="Register of companies",
            recorded_by="officer-1",
        )
    )
    two = locked.after(found, replace(found, organisation_id=None))
    assert [each.number for each in two.state(EVALUATION).findings] == [1, 2]
    assert two.state(EVALUATION).stage == "due_diligence"


def test_e8_an_award_is_recommended_only_once_due_diligence_is_cleared() -> None:
    open_ = reviewed().after(lock, found)
    open_.when(recommend).then_refused(DueDiligenceOpen)
    open_.when(replace(recommend, outcome="declined")).then_names("RecommendationMade")
    open_.after(clear).when(recommend).then_names("RecommendationMade")
    reviewed().after(lock).when(recommend).then_refused(NotAtThisStage)


def test_e8_what_is_found_later_takes_the_clearance_back() -> None:
    here = at_committee().after(found)
    assert here.state(EVALUATION).due_diligence is None
    here.when(propose).then_refused(DueDiligenceOpen)
    here.after(clear).when(propose).then_names("DecisionProposed")


def test_an_award_with_conditions_says_until_when() -> None:
    (approved,) = at_committee().after(conditional).when(confirm).then_names("ProjectApproved")
    assert isinstance(approved, ProjectApproved)
    assert approved.conditions == ("Signed data agreement", "Insurance")
    assert approved.conditions_due_on == LAST_DAY == DECIDED_ON + timedelta(days=90)
    assert with_conditions().state(EVALUATION).stage == "approved_with_conditions"
    (plain,) = at_committee().after(propose).when(confirm).then_names("ProjectApproved")
    assert isinstance(plain, ProjectApproved)
    assert plain.conditions_due_on is None


def test_with_its_last_condition_satisfied_an_award_stands_by_itself() -> None:
    with_conditions().when(satisfy).then(
        AwardConditionSatisfied(
            project_id=PROJECT,
            number=1,
            condition="Signed data agreement",
            reason="Signed on paper",
            evidence_sha256="d" * 64,
            satisfied_on=DECIDED_ON,
            satisfied_by="officer-1",
        )
    )
    one = with_conditions().after(satisfy)
    assert one.state(EVALUATION).stage == "approved_with_conditions"
    one.when(satisfy).then_nothing()
    assert one.after(second).state(EVALUATION).stage == "approved"


def test_x11_what_is_not_satisfied_expires_the_day_after_the_last_one() -> None:
    (expired,) = with_conditions().after(satisfy).when(expire).then_names("AwardConditionExpired")
    assert expired == AwardConditionExpired(
        project_id=PROJECT, number=2, condition="Insurance", due_on=LAST_DAY
    )
    with_conditions().when(expire).then_names("AwardConditionExpired", "AwardConditionExpired")
    assert with_conditions().after(expire).state(EVALUATION).stage == "lapsed"
    with_conditions().when(replace(expire, **who(on=LAST_DAY))).then_nothing()


def test_c014_the_last_instant_for_a_condition_is_just_before_midnight_in_toronto() -> None:
    """By winter time that is 05:00 in UTC of the next day; a second later it is too late."""
    late = datetime(2020, 12, 14, 5, 0, tzinfo=UTC)
    assert end_of_day(LAST_DAY) == late
    in_time = replace(satisfy, effective_at=late - timedelta(seconds=1))
    with_conditions().when(in_time).then_names("AwardConditionSatisfied")
    with_conditions().when(replace(satisfy, effective_at=late)).then_refused(AwardConditionOverdue)


def test_a_satisfied_or_unconditional_award_never_lapses() -> None:
    kept = with_conditions().after(satisfy, second)
    assert kept.state(EVALUATION).decision.unsatisfied == ()
    again_at("reopened").after(satisfy, second).when(expire).then_nothing()


@pytest.mark.parametrize("stage", AGAIN)
def test_the_conditions_of_a_standing_award_run_on_while_it_is_looked_at_again(stage: str) -> None:
    here = again_at(stage)
    assert here.after(satisfy).state(EVALUATION).stage == stage
    assert here.after(expire).state(EVALUATION).stage == "lapsed"


def test_the_timer_asks_for_each_award_at_the_start_of_the_day_after() -> None:
    rows = [{"project_id": PROJECT, "due_on": "2020-12-14"}]
    reaction = Reaction(
        command=who(),
        find=lambda table, *key: None,
        due=lambda table, until: rows if table == "award_conditions" else [],
    )
    run = TimersRun(business_date=date(2020, 12, 20), run_by="operator-1")
    asked = [command for each in DOMAIN.policies[TimersRun] for command in each(run, reaction)]
    assert asked == [expire]


def test_a_decision_is_communicated_once_and_a_new_one_again() -> None:
    decided().when(tell).then(
        DecisionCommunicated(
            project_id=PROJECT,
            decision="approved",
            means="Letter to the lead",
            communicated_on=DECIDED_ON,
            communicated_by="officer-1",
        )
    )
    decided().after(tell).when(tell).then_nothing()
    for stage in ("declined", "deferred", "rescinded", "lapsed"):
        (told,) = at(stage).when(tell).then_names("DecisionCommunicated")
        assert isinstance(told, DecisionCommunicated)
        assert told.decision == stage


@pytest.mark.parametrize("text", ["0x1", "-1", "1.0", "", "99999", "one", "²"])
def test_a_condition_is_named_by_a_plain_number(text: str) -> None:
    with pytest.raises(AwardConditionUnknown):
        condition_number(text)


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        (at_committee, tell, NotDecided),
        (at_committee, satisfy, AwardConditionUnknown),
        (with_conditions, replace(satisfy, number=3), AwardConditionUnknown),
        (lambda: with_conditions().after(expire), satisfy, AwardHasLapsed),
        (lambda: with_conditions().after(expire), propose, AwardHasLapsed),
        (lambda: reviewed().after(lock), replace(found, organisation_id=OUTSIDER), NotAParticipant),
    ],
)
def test_every_refusal(history: Callable[[], Given], ask: Command, refusal: type[Refusal]) -> None:
    history().when(ask).then_refused(refusal)
