"""Every state and every command: legal, or refused by the refusal that the table names."""

import pytest

from services.membership.app import DOMAIN
from services.membership.domain.refusals import (
    ContactNotFound,
    FeeYearAlreadyAssessed,
    NoAssociateApplication,
    NoProfile,
    NotAssociate,
    OrganisationNotFound,
    PartnerNotFound,
)
from services.membership.domain.standing import STATES, Status
from services.membership.domain.transitions import CANDIDATES, TABLE
from shared.kernel.commands import Command
from shared.kernel.refusals import NotFound, Refusal
from tests.membership.members import status
from tests.membership.states import HISTORIES, QUESTIONS, TODAY, question
from tests.support.tables import drawn_for, every_pair, leading_to, refusals_of

ELSEWHERE = {
    "AdoptFeeSchedule", "PublishPolicy", "CallVotingRoll", "FreezeVotingRoll",
    "AcceptIntroduction", "DeclineIntroduction",
}  # fmt: skip
"""Commands that are about no organisation's course."""
NARROWER: dict[tuple[Status, str], type[Refusal]] = {
    ("registered", "AdmitAssociate"): NoAssociateApplication,
    **{(state, "ResignAsAssociate"): NotAssociate for state in CANDIDATES},
    ("fee_due", "AssessFee"): FeeYearAlreadyAssessed,
    **{
        (state, "WithdrawPartnerProfile"): NoProfile
        for state in ("registered", *CANDIDATES, "lapsed")
    },
    **{(state, "ErasePartnerContact"): ContactNotFound for state in STATES if state != "absent"},
    **{
        (state, "RequestIntroduction"): PartnerNotFound
        for state in ("associate", *CANDIDATES, "active", "grace")
    },
}
"""Where a state allows a command that something else, never asked for, forbids all the same."""


def test_the_table_has_a_row_for_every_command_about_an_organisation() -> None:
    about = {
        command
        for command in DOMAIN.deciders
        if command.__module__ == "services.membership.commands"
        and command.__name__ not in ELSEWHERE
    }
    assert set(TABLE.rows) == about == set(QUESTIONS)
    assert set(HISTORIES) == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_m12_every_state_is_reached_by_a_history(state: Status) -> None:
    assert status(HISTORIES[state], TODAY) == state


@every_pair(TABLE)
def test_m9_every_command_is_legal_or_refused_as_the_table_says(
    state: Status, command: type[Command]
) -> None:
    here, outcome = HISTORIES[state], TABLE.outcome(command, state)
    asked = here.when(question(command, state))
    if isinstance(outcome, tuple):
        if narrower := NARROWER.get((state, command.__name__)):
            asked.then_refused(narrower)
            return
        assert status(asked.recorded(), TODAY) in outcome
        return
    refused = asked.then_refused(outcome)
    told = set() if issubclass(outcome, NotFound) else {"status", "possible_at"}
    assert set(refused.facts) == told


def test_m12_what_ended_stays_ended() -> None:
    assert leading_to(TABLE, "terminated") == {"terminated"}


def test_m12_nobody_that_is_not_registered_has_a_course() -> None:
    assert refusals_of(TABLE, "absent") == {OrganisationNotFound}


def test_the_readme_draws_this_table() -> None:
    assert drawn_for("membership") == [TABLE.diagram("absent")]
