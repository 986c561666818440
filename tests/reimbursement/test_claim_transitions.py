"""Every status of a claim and every command: legal, or refused as the table says."""

import pytest

from services.reimbursement.app import DOMAIN
from services.reimbursement.commands.claim import FreeBudget
from services.reimbursement.domain import claim_refusals as refusals
from services.reimbursement.domain.claim import Claim, Status
from services.reimbursement.domain.transitions import STATES, TABLE
from shared.kernel.commands import Command
from tests.reimbursement import claim_examples as ce
from tests.reimbursement.claim_examples import Q2
from tests.reimbursement.claim_states import HISTORIES, PREPARED, QUESTIONS
from tests.support.spec import Given
from tests.support.tables import drawn_for, every_pair, leading_to, refusals_of


def status(here: Given) -> Status:
    claim: Claim = here.state(ce.claim_stream(Q2))
    return claim.status


def test_the_table_has_a_row_for_every_command_about_a_claim() -> None:
    about_claims = {
        command
        for command in DOMAIN.deciders
        if command.__module__ == "services.reimbursement.commands.claim"
    }
    assert set(TABLE.rows) == about_claims - {FreeBudget} == set(QUESTIONS)


@pytest.mark.parametrize("state", STATES)
def test_every_status_is_reached_by_a_history(state: Status) -> None:
    assert status(HISTORIES[state]) == state


@every_pair(TABLE)
def test_r3_r11_every_command_is_legal_or_refused_as_the_table_says(
    state: Status, command: type[Command]
) -> None:
    here, outcome = HISTORIES[state], TABLE.outcome(command, state)
    if not isinstance(outcome, tuple):
        here.when(QUESTIONS[command](here)).then_refused(outcome)
        return
    here = PREPARED[command](here) if command in PREPARED else here
    asked = here.when(QUESTIONS[command](here))
    assert asked.decision().says, "what is legal is recorded"
    assert status(asked.recorded()) in outcome


def test_what_is_rejected_or_settled_stays_so() -> None:
    for state in ("rejected", "settled"):
        assert leading_to(TABLE, state) <= {state}


def test_the_tables_refusals_are_each_met_somewhere() -> None:
    assert refusals_of(TABLE) == {
        refusals.ClaimNotFound,
        refusals.CostLineNotFound,
        refusals.ClaimAlreadyFiled,
        refusals.ClaimNotFiled,
        refusals.ClaimAlreadyDecided,
        refusals.NothingToClaim,
        refusals.LinesNotAssessed,
        refusals.QueryOpen,
        refusals.NoQueryOpen,
    }


def test_the_readme_draws_this_table() -> None:
    assert TABLE.diagram("absent") in drawn_for("reimbursement")
