"""An agreement on its way: pauses, an early end, late facts (R-10, R-14, cases 11 and 18)."""

from datetime import date
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.agreement import ExecuteAgreement
from services.reimbursement.commands.course import (
    CheckStacking,
    ReportMilestone,
    ResumeProject,
    SuspendProject,
    TerminateAgreement,
)
from services.reimbursement.commands.envelope import ReserveCommitment
from services.reimbursement.domain.agreement import ProjectIsSuspended
from services.reimbursement.domain.agreement_refusals import AgreementNotReady
from services.reimbursement.domain.course import EndsOutsideAgreement, ResumedBeforeSuspended
from services.reimbursement.events.course import StackingLimitChecked
from services.reimbursement.inbound import AwardConditionSatisfied, OtherFundingDeclared
from shared.kernel.refusals import NotOnBehalf
from tests.reimbursement import amendment_examples as am
from tests.reimbursement import claim_examples as ce
from tests.reimbursement import examples as eg
from tests.support.spec import given


def asked(on: date) -> dict[str, Any]:
    return eg.asked(eg.officer, eg.at(on.year, on.month, on.day))


def suspend(on: date) -> SuspendProject:
    return SuspendProject(project_id=eg.project, reason="The terminal burnt.", **asked(on))


def resume(on: date) -> ResumeProject:
    return ResumeProject(project_id=eg.project, **asked(on))


def terminate(last: date, on: date) -> TerminateAgreement:
    return TerminateAgreement(
        project_id=eg.project, reason="The lead is bankrupt.", last_eligible_date=last, **asked(on)
    )


def funding(cents: int, kind: str = "government", source: str = "Québec") -> OtherFundingDeclared:
    return OtherFundingDeclared.model_validate(
        {"project_id": eg.project, "source": source, "kind": kind, "amount_cents": cents}
    )


check = CheckStacking(project_id=eg.project, **eg.asked(eg.this_service))


def test_r10_nothing_is_claimed_or_paid_while_suspended_and_goes_on_afterwards() -> None:
    """Q1 is approved, then the project is suspended: its payment waits, and is made afterwards."""
    here = ce.approved(am.in_force(), ce.Q1, [10_000_000]).after(suspend(date(2026, 1, 10)))
    here.when(ce.cost(ce.Q2)).then_refused(ProjectIsSuspended)
    here.when(ce.authorise(ce.Q1)).then_refused(ProjectIsSuspended)
    going_on = here.after(resume(date(2026, 1, 15)))
    going_on.when(ce.cost(ce.Q2)).then_names("CostLineRecorded", "DocumentShareTaken")
    paid = going_on.after(ce.authorise(ce.Q1))
    assert ce.account_of(paid).paid_cents == 2_700_000


def test_r10_a_project_resumes_no_earlier_than_it_was_suspended() -> None:
    here = am.in_force().after(suspend(date(2026, 1, 10)))
    here.when(resume(date(2026, 1, 9))).then_refused(ResumedBeforeSuspended)
    here.when(resume(date(2026, 1, 10))).then_names("ProjectResumed")


def test_case_18_terminated_in_mid_quarter_what_was_spent_until_then_is_claimed_and_paid() -> None:
    """The agreement ends on 15 August: Q2 counts until that day, and its claim still goes on."""
    here = am.in_force().after(terminate(date(2025, 8, 15), date(2025, 8, 20)))
    agreement = here.state(eg.agreement_stream)
    assert (agreement.status, agreement.terminated_on) == ("terminated", date(2025, 8, 20))
    assert agreement.last_eligible_day(eg.terminal) == date(2025, 8, 15)
    claimed = ce.paid(here, ce.Q2, [10_000_000])
    assert ce.account_of(claimed).paid_cents == 2_700_000


@pytest.mark.parametrize(
    ("last", "on"),
    [
        (date(2025, 3, 31), date(2025, 8, 20)),
        (date(2025, 8, 21), date(2025, 8, 20)),
        (date(2026, 4, 1), date(2026, 5, 1)),
    ],
)
def test_r25_an_agreement_ends_within_its_days(last: date, on: date) -> None:
    am.in_force().when(terminate(last, on)).then_refused(EndsOutsideAgreement)


def test_a_milestone_is_reported_by_a_party() -> None:
    milestone: dict[str, Any] = {
        "project_id": eg.project,
        "milestone": "Three trucks drive by themselves.",
        "reached_on": date(2025, 9, 1),
        "sha256": None,
    }
    here = am.in_force()
    by_nobody = ReportMilestone(**milestone, **eg.asked(eg.officer))
    here.when(by_nobody).then_refused(NotOnBehalf)
    done = here.after(ReportMilestone(**milestone, **eg.asked(eg.robots_lead)))
    [reached] = done.state(eg.agreement_stream).milestones
    assert reached.reached_on == date(2025, 9, 1)


@pytest.mark.parametrize(
    ("others", "exceeded"),
    [([funding(60_000_000)], False), ([funding(60_000_001)], True)],
)
def test_r14_all_government_money_stays_within_the_eligible_costs(
    others: list[OtherFundingDeclared], exceeded: bool
) -> None:
    """Eligible costs 900,000.00, ceiling 300,000.00: other governments may give 600,000.00."""
    here = given(DOMAIN, {**eg.in_force(), eg.proposal_stream: [eg.detailed, *others]})
    [checked] = here.when(check).then_names("StackingLimitChecked")
    assert isinstance(checked, StackingLimitChecked)
    assert checked.exceeded is exceeded
    assert here.after(check).state(eg.agreement_stream).stacking_exceeded is exceeded


def test_case_11_a_later_word_of_the_same_source_runs_the_check_again() -> None:
    told = [funding(60_000_001), funding(90_000_000, "tax_credit"), funding(1, "private")]
    here = given(DOMAIN, {**eg.in_force(), eg.proposal_stream: [eg.detailed, *told]}).after(check)
    before = list(here.history[eg.agreement_stream])
    less = given(
        DOMAIN, {**here.history, eg.proposal_stream: [eg.detailed, *told, funding(60_000_000)]}
    ).after(check)
    assert not less.state(eg.agreement_stream).stacking_exceeded
    assert less.history[eg.agreement_stream][: len(before)] == before, "never the history (9.4)"


def test_r14_without_a_budget_there_is_nothing_to_hold_it_against() -> None:
    bare: eg.History = {**eg.in_force(), eg.proposal_stream: [funding(1)]}
    bare[eg.agreement_stream] = [eg.drafted.model_copy(update={"budget": ()})]
    given(DOMAIN, bare).when(check).then_nothing()
    given(DOMAIN, {}).when(check).then_nothing()


def test_r14_no_agreement_above_the_stacking_limit_is_executed() -> None:
    history: eg.History = {
        **eg.ready_to_execute(),
        eg.proposal_stream: [eg.detailed, funding(60_000_001)],
    }
    execute = ExecuteAgreement(
        project_id=eg.project, eligible_from=None, end_date=None, **eg.asked()
    )
    refusal = given(DOMAIN, history).after(check).when(execute).then_refused(AgreementNotReady)
    assert refusal.facts["missing"] == ["stacking_limit"]


def test_a_condition_satisfied_before_the_draft_is_taken_over_by_it() -> None:
    satisfied = AwardConditionSatisfied(
        project_id=eg.project,
        number=1,
        condition="The rink is for rent.",
        satisfied_on=date(2020, 6, 5),
    )
    conditional = eg.approved.model_copy(update={"conditions": ("The rink is for rent.", "Two.")})
    second = satisfied.model_copy(update={"number": 2, "condition": "Two."})
    history: eg.History = {**eg.award_heard(), eg.award_stream: [conditional, satisfied]}
    reserve = ReserveCommitment(project_id=eg.project, **eg.asked())
    agreement = given(DOMAIN, history).after(reserve).state(eg.agreement_stream)
    assert (agreement.status, agreement.satisfied) == ("conditions_pending", {1})
    asked = given(DOMAIN, {**history, eg.award_stream: [conditional, satisfied, second]})
    done = asked.after(reserve).state(eg.agreement_stream)
    assert (done.status, done.conditions_open) == ("signature_pending", False)
