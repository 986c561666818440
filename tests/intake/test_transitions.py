"""Every state and every command: legal, or refused by the refusal that the table names."""

import re

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
from tests.support.catalogue import ROOT

EVERY_PAIR = [(state, command) for state in STATES for command in TABLE.rows]


def test_the_table_has_a_row_for_every_command_about_a_proposal() -> None:
    about_proposals = {
        command for command in DOMAIN.deciders if command.__module__ == "services.intake.commands"
    }
    assert set(TABLE.rows) == about_proposals == set(QUESTIONS)
    assert PublishPolicy not in TABLE.rows


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_reached_by_a_history(state: Status) -> None:
    assert status(HISTORIES[state]) == state


@pytest.mark.parametrize(
    ("state", "command"),
    EVERY_PAIR,
    ids=[f"{state}-{command.__name__}" for state, command in EVERY_PAIR],
)
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
        leaving = {
            following
            for command in TABLE.rows
            if isinstance(outcome := TABLE.outcome(command, state), tuple)
            for following in outcome
        }
        assert leaving <= {state}


def test_the_tables_refusals_are_each_met_somewhere() -> None:
    met = {
        outcome
        for state, command in EVERY_PAIR
        if not isinstance(outcome := TABLE.outcome(command, state), tuple)
    }
    assert met == {
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
    page = (ROOT / "services" / "intake" / "README.md").read_text(encoding="utf-8")
    drawn = re.findall(r"```mermaid\n(.*?)\n```", page, re.DOTALL)
    assert drawn == [TABLE.diagram("absent")]
