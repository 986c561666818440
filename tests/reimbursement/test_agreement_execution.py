"""An agreement comes into force when nothing is missing, and opens its claim periods (R-1, R-3)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.agreement import ExecuteAgreement, ExecuteWhenReady
from services.reimbursement.domain.agreement import Agreement, AgreementNotFound
from services.reimbursement.domain.agreement_refusals import AgreementNotReady, AlreadyExecuted
from services.reimbursement.domain.execution import TermsIncomplete
from services.reimbursement.domain.signing import EndsBeforeEligible, TermsSigned
from services.reimbursement.events.agreement import (
    AgreementExecuted,
    ClaimPeriodOpened,
    ParticipantCap,
)
from services.reimbursement.events.envelope import CommitmentReleased
from services.reimbursement.events.policy import Parameters
from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from tests.reimbursement import examples as eg
from tests.support.spec import Given, given

execute = ExecuteAgreement(project_id=eg.project, eligible_from=None, end_date=None, **eg.asked())
execute_with_terms = ExecuteAgreement(
    project_id=eg.project,
    eligible_from=date(2020, 7, 20),
    end_date=date(2020, 12, 31),
    **eg.asked(),
)
when_ready = ExecuteWhenReady(project_id=eg.project, **eg.asked(eg.this_service))


def period(organisation_id: str, quarter: str, opens_on: date, due_on: date) -> ClaimPeriodOpened:
    return ClaimPeriodOpened(
        claim_id=f"{eg.project}.{organisation_id}.{quarter}",
        project_id=eg.project,
        organisation_id=organisation_id,
        quarter=quarter,
        opens_on=opens_on,
        due_on=due_on,
    )


def without(*missing: Any) -> eg.History:
    """Ready to execute, but for these events."""
    return {
        stream: [event for event in events if event not in missing]
        for stream, events in eg.ready_to_execute().items()
    }


def agreement(here: Given) -> Agreement:
    found: Agreement = here.state(eg.agreement_stream)
    return found


def test_the_agreement_is_executed_and_every_period_opens_in_one_decision() -> None:
    given(DOMAIN, eg.ready_to_execute()).when(execute).then(
        eg.executed,
        period(eg.terminal, "2020-21Q2", date(2020, 7, 20), date(2020, 11, 14)),
        period(eg.terminal, "2020-21Q3", date(2020, 10, 1), date(2021, 2, 14)),
        period(eg.robots, "2020-21Q2", date(2020, 7, 20), date(2020, 11, 14)),
        period(eg.robots, "2020-21Q3", date(2020, 10, 1), date(2021, 2, 14)),
    )


def test_each_period_is_opened_on_the_stream_of_its_claim() -> None:
    claim_id = f"{eg.project}.{eg.robots}.2020-21Q3"
    given(DOMAIN, eg.ready_to_execute()).when(execute).then_on(
        f"claim-{claim_id}",
        period(eg.robots, "2020-21Q3", date(2020, 10, 1), date(2021, 2, 14)),
    )


def test_periods_are_cut_at_the_end_of_march() -> None:
    terms = eg.terms_stated.model_copy(
        update={"eligible_from": date(2021, 3, 31), "end_date": date(2021, 4, 1)}
    )
    history = eg.ready_to_execute()
    history[eg.agreement_stream] = [eg.drafted, terms, *eg.all_signed]
    asked = given(DOMAIN, history).when(execute)
    events = asked.then_names("AgreementExecuted", *["ClaimPeriodOpened"] * 4)
    quarters = [event.quarter for event in events if isinstance(event, ClaimPeriodOpened)]
    assert quarters == ["2020-21Q4", "2021-22Q1"] * 2


def test_the_terms_may_come_with_the_execution() -> None:
    given(DOMAIN, without(eg.terms_stated)).when(execute_with_terms).then_on(
        eg.agreement_stream, eg.executed
    )


def test_the_terms_that_were_stated_may_be_repeated() -> None:
    asked = given(DOMAIN, eg.ready_to_execute()).when(execute_with_terms)
    asked.then_on(eg.agreement_stream, eg.executed)


def test_it_is_executed_on_the_day_its_last_condition_was_met() -> None:
    history = eg.ready_to_execute()
    history[f"organisation-{eg.robots}"] = [eg.admitted(eg.robots, date(2020, 6, 20))]
    later = eg.executed.model_copy(update={"executed_on": date(2020, 6, 20)})
    given(DOMAIN, history).when(execute).then_on(eg.agreement_stream, later)


def test_a_cap_is_kept_and_the_largest_share_caps_everybody_else() -> None:
    own = ParticipantCap(organisation_id=eg.terminal, cap_cents=12_345_678)
    terms = eg.terms_stated.model_copy(update={"participant_caps": (own,)})
    share = Parameters(max_share_single_participant=Fraction(7, 10))
    history = eg.ready_to_execute()
    history[eg.policy_stream] = [eg.policy.model_copy(update={"parameters": share})]
    history[eg.agreement_stream] = [eg.drafted, terms, *eg.all_signed]
    here = given(DOMAIN, history).after(execute)
    assert agreement(here).cap_of(eg.terminal) == 12_345_678
    assert agreement(here).cap_of(eg.robots) == 21_000_000


def test_without_a_cap_the_ceiling_binds() -> None:
    here = given(DOMAIN, eg.ready_to_execute()).after(execute)
    assert agreement(here).cap_of(eg.robots) is None


def test_the_rate_is_exact_and_begins_with_the_first_eligible_day() -> None:
    here = agreement(given(DOMAIN, eg.ready_to_execute()).after(execute))
    assert here.rate_on(eg.robots, "capital", date(2020, 7, 20)) == Fraction(1, 3)
    assert here.rate_on(eg.robots, "capital", date(2020, 7, 19)) == 0
    assert here.rate_on(eg.institute, "capital", date(2020, 7, 20)) == 0


def test_a_later_policy_does_not_move_a_drafted_agreement() -> None:
    stricter = eg.policy.model_copy(
        update={
            "version": "2020-2",
            "effective_from": date(2020, 6, 1),
            "parameters": Parameters(holdback_pct=Fraction(1, 2)),
        }
    )
    history = eg.ready_to_execute()
    history[eg.policy_stream] = [eg.policy, stricter]
    given(DOMAIN, history).when(execute).then_on(eg.agreement_stream, eg.executed)


def test_it_executes_by_itself_once_it_is_ready() -> None:
    by_itself = eg.executed.model_copy(update={"executed_by": "service:reimbursement"})
    given(DOMAIN, eg.ready_to_execute()).when(when_ready).then_on(eg.agreement_stream, by_itself)


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ([eg.reserved], ["commitment"]),
        ([eg.terms_stated], ["terms"]),
        ([eg.funder_signed], ["signature:funder"]),
        ([eg.institute_signed], [f"signature:{eg.institute}"]),
        ([eg.admitted(eg.robots)], [f"membership:{eg.robots}"]),
        (
            [eg.terms_stated, eg.robots_signed, eg.admitted(eg.terminal)],
            ["terms", f"signature:{eg.robots}", f"membership:{eg.terminal}"],
        ),
    ],
)
def test_what_is_missing_is_listed_and_nothing_happens_by_itself(
    missing: list[Any], named: list[str]
) -> None:
    history = without(*missing)
    refusal = given(DOMAIN, history).when(execute).then_refused(AgreementNotReady)
    assert refusal.facts["missing"] == named
    given(DOMAIN, history).when(when_ready).then_nothing()


def test_a_released_commitment_is_missing() -> None:
    released = CommitmentReleased(
        envelope_id="federal-2018",
        project_id=eg.project,
        amount_cents=30_000_000,
        left_cents=5_340_000_000,
        reason="The decision lapsed.",
        released_by="finance-1",
    )
    history = eg.ready_to_execute()
    history[eg.envelope_stream] = [eg.envelope, eg.reserved, released]
    given(DOMAIN, history).when(execute).then_refused(AgreementNotReady)


def test_an_unfunded_participant_needs_no_membership() -> None:
    asked = given(DOMAIN, eg.ready_to_execute()).when(execute)
    executed = asked.then_names("AgreementExecuted", *["ClaimPeriodOpened"] * 4)[0]
    assert isinstance(executed, AgreementExecuted)


@pytest.mark.parametrize("history", [{}, eg.in_force()])
def test_nothing_happens_by_itself_before_a_draft_or_after_the_execution(
    history: eg.History,
) -> None:
    given(DOMAIN, history).when(when_ready).then_nothing()


def with_terms(**changes: Any) -> ExecuteAgreement:
    fields: dict[str, Any] = {
        "project_id": eg.project,
        "eligible_from": date(2020, 7, 20),
        "end_date": date(2020, 12, 31),
        **changes,
    }
    return ExecuteAgreement(**fields, **eg.asked())


@pytest.mark.parametrize(
    ("history", "ask", "refusal"),
    [
        # what is recorded              asked                                     why not
        ({}, execute, AgreementNotFound),
        (eg.in_force(), execute, AlreadyExecuted),
        (eg.ready_to_execute(), with_terms(end_date=None), TermsIncomplete),
        (eg.ready_to_execute(), with_terms(eligible_from=None), TermsIncomplete),
        (
            without(eg.terms_stated),
            with_terms(end_date=date(2020, 7, 19)),
            EndsBeforeEligible,
        ),
        (eg.ready_to_execute(), with_terms(end_date=date(2021, 1, 1)), TermsSigned),
        (without(eg.reserved), execute, AgreementNotReady),
    ],
)
def test_every_refusal_to_execute(
    history: eg.History, ask: Command, refusal: type[Refusal]
) -> None:
    given(DOMAIN, history).when(ask).then_refused(refusal)
