"""Every state of an agreement and every command: legal, or refused as the table names it."""

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands import agreement, amendment, consortium, course
from services.reimbursement.domain import agreement_refusals
from services.reimbursement.domain.agreement import (
    AgreementNotActive,
    AgreementNotFound,
    ProjectIsSuspended,
)
from services.reimbursement.domain.agreement_status import STATES, Status
from services.reimbursement.domain.agreement_table import TABLE
from shared.kernel.commands import Command
from shared.kernel.refusals import NotFound
from tests.reimbursement import examples as eg
from tests.reimbursement.agreement_states import history, note, questions
from tests.support.tables import drawn_for, every_pair, leading_to, refusals_of

QUIET = {
    agreement.ExecuteWhenReady,
    amendment.LetAmendmentTakeEffect,
    consortium.WatchConsortium,
    consortium.ExpireCurePeriod,
    course.NoteCondition,
    course.CheckStacking,
}
"""What the service asks by itself: nothing is recorded where it does not apply."""
LISTS_WHAT_IS_MISSING = {
    agreement_refusals.AgreementNotReady,
    agreement_refusals.AgreementNotClosable,
}


def test_the_table_has_a_row_for_every_command_about_an_agreement() -> None:
    modules = {module.__name__ for module in (agreement, amendment, consortium, course)}
    about_agreements = {command for command in DOMAIN.deciders if command.__module__ in modules}
    assert set(TABLE.rows) | QUIET == about_agreements
    assert set(TABLE.rows) == set(questions())


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_by_a_history(state: Status) -> None:
    for command in TABLE.rows:
        assert history(state, command).state(eg.agreement_stream).status == state


@every_pair(TABLE)
def test_r16_every_command_is_legal_or_refused_as_the_table_says(
    state: Status, command: type[Command]
) -> None:
    here = history(state, command)
    asked, outcome = here.when(questions()[command]), TABLE.outcome(command, state)
    if isinstance(outcome, tuple):
        assert asked.decision().says, "what is legal is recorded"
        assert asked.recorded().state(eg.agreement_stream).status in outcome
        return
    refused = asked.then_refused(outcome)
    if outcome not in LISTS_WHAT_IS_MISSING:
        told = {} if issubclass(outcome, NotFound) else {"status", "possible_at"}
        assert set(refused.facts) == set(told)


def test_the_tables_refusals_are_each_met_somewhere() -> None:
    assert refusals_of(TABLE) == {
        AgreementNotFound,
        AgreementNotActive,
        ProjectIsSuspended,
        agreement_refusals.AlreadyExecuted,
        agreement_refusals.AgreementNotReady,
        agreement_refusals.ConditionsPending,
        agreement_refusals.NotSuspended,
        agreement_refusals.FinalReportAlreadyAccepted,
        agreement_refusals.ProjectAlreadyCompleted,
        agreement_refusals.AgreementNotClosable,
    }


def test_what_ended_stays_ended() -> None:
    assert not leading_to(TABLE, "closed")


def test_r1_the_last_condition_that_is_satisfied_brings_the_signatures() -> None:
    here = history("conditions_pending", agreement.SignAgreement)
    done = here.after(note)
    assert done.state(eg.agreement_stream).status == "signature_pending"
    done.when(note).then_nothing()
    done.when(questions()[agreement.SignAgreement]).then_names("AgreementSigned")


@pytest.mark.parametrize("state", [state for state in STATES if state != "conditions_pending"])
def test_a_condition_is_noted_quietly_wherever_there_is_none(state: Status) -> None:
    history(state, agreement.SignAgreement).when(note).then_nothing()


def test_the_readme_draws_this_table() -> None:
    assert TABLE.diagram("absent") in drawn_for("reimbursement")
