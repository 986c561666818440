"""Every state and every command: legal, or refused by the refusal that the table names."""

import pytest

from services.intake.app import DOMAIN
from services.intake.domain import refusals
from services.intake.domain.status import STATES, Status
from services.intake.domain.transitions import TABLE
from shared.kernel.commands import Command
from shared.kernel.policy_book import PublishPolicy
from shared.kernel.refusals import NotFound
from tests.intake.examples import status
from tests.intake.states import HISTORIES, QUESTIONS
from tests.support.tables import drawn_for, every_pair, leading_to, refusals_of


def test_the_table_has_a_row_for_every_command_about_a_proposal() -> None:
    about_proposals = {
        command for command in DOMAIN.deciders if command.__module__ == "services.intake.commands"
    }
    assert set(TABLE.rows) == about_proposals == set(QUESTIONS)
    assert PublishPolicy not in TABLE.rows


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_by_a_history(state: Status) -> None:
    assert status(HISTORIES[state]) == state


@every_pair(TABLE)
def test_i9_every_command_is_legal_or_refused_as_the_table_says(
    state: Status, command: type[Command]
) -> None:
    here = HISTORIES[state]
    asked, outcome = here.when(QUESTIONS[command](here)), TABLE.outcome(command, state)
    if isinstance(outcome, tuple):
        assert asked.decision().says, "what is legal is recorded"
        assert status(asked.recorded()) in outcome
        return
    refused = asked.then_refused(outcome)
    told = {} if issubclass(outcome, NotFound) else {"status", "possible_at"}
    assert set(refused.facts) == set(told)


def test_what_ended_stays_ended() -> None:
    for state in ("withdrawn", "selected", "not_selected"):
        assert leading_to(TABLE, state) <= {state}


def test_the_tables_refusals_are_each_met_somewhere() -> None:
    assert refusals_of(TABLE) == {
        refusals.ProposalNotFound,
        refusals.ProposalEnded,
        refusals.ProposalIsExpired,
        refusals.ProposalNotExpired,
        refusals.ProposalAlreadyDrafted,
        refusals.ProposalAlreadySubmitted,
        refusals.ContentNotOpen,
        refusals.NotYetEligible,
        refusals.DetailedStageAlreadyOpen,
        refusals.DetailedStageNotOpen,
        refusals.InformationNotRequested,
        refusals.NothingToReassess,
        refusals.NothingToResubmit,
        refusals.NotIdle,
    }


def test_the_readme_draws_this_table() -> None:
    assert drawn_for("intake") == [TABLE.diagram("absent")]
