"""Voting rolls: members of the record date, never associates, frozen for good (M-2)."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from services.membership.commands import CallVotingRoll, FreezeVotingRoll
from services.membership.domain.refusals import (
    DayStillToCome,
    RollAlreadyFrozen,
    RollNotCalled,
)
from services.membership.events.roll import VotingRollCalled, VotingRollFrozen
from services.membership.policies import POLICIES
from shared.kernel.decider import Reaction
from tests.membership.examples import FLEUVE, PORT, TODAY, noon, officer, reactor
from tests.membership.history import associate, registered
from tests.membership.members import (
    FAR,
    admitted,
    assessing,
    paying,
    reversing,
    suspending,
    terminating,
    timers,
)
from tests.support.spec import Given

RECORD_DATE = date(2021, 8, 31)
JOINED = date(2020, 7, 15)
ROLL = f"roll-{RECORD_DATE}"
call = CallVotingRoll(
    record_date=RECORD_DATE,
    reason="annual meeting, fictitious",
    by=officer,
    now=TODAY,
    effective_at=noon(date(2021, 9, 5)),
)
freeze = FreezeVotingRoll(
    record_date=RECORD_DATE,
    organisation_ids=(PORT, FLEUVE),
    by=reactor,
    now=FAR,
    effective_at=noon(date(2021, 9, 5)),
)
called = VotingRollCalled(
    record_date=RECORD_DATE, reason="annual meeting, fictitious", called_by="officer-1"
)


def voters(here: Given) -> tuple[str, ...]:
    """Who is on the roll of the record date."""
    [event] = here.after(call).when(freeze).then_names("VotingRollFrozen")
    assert isinstance(event, VotingRollFrozen)
    return event.voters


paid = admitted(JOINED).after(assessing(2, date(2021, 5, 1)), paying(2, date(2021, 5, 2)))


@pytest.mark.parametrize(
    ("here", "on_the_roll"),
    [
        (registered, False),
        (associate, False),
        (paid, True),
        (timers(admitted(JOINED), RECORD_DATE), True),  # In grace everything goes on.
        (timers(admitted(date(2020, 6, 1)), RECORD_DATE), False),  # Lapsed.
        (admitted(date(2021, 9, 1)), False),
        (admitted(RECORD_DATE), True),
        (paid.after(suspending(RECORD_DATE)), False),
        (paid.after(suspending(date(2021, 9, 1))), True),
        (paid.after(terminating(RECORD_DATE)), False),
    ],
)
def test_m2_members_of_the_record_date_vote_and_nobody_else(here: Given, on_the_roll: bool) -> None:
    assert voters(here) == ((FLEUVE,) if on_the_roll else ())


def test_m2_a_roll_is_frozen_as_it_was_known() -> None:
    here = paid.after(call, freeze)
    later = here.after(reversing(2, date(2021, 9, 10), "bank-2-2021-05-02"))
    assert later.state(ROLL).voters == (FLEUVE,)
    later.when(freeze).then_refused(RollAlreadyFrozen)
    later.when(call).then_refused(RollAlreadyFrozen)


def test_m2_anybody_can_check_the_roll_by_its_digest() -> None:
    text = f'{{"record_date":"2021-08-31","voters":["{FLEUVE}"]}}'
    digest = sha256(text.encode()).hexdigest()
    paid.after(call).when(freeze).then(
        VotingRollFrozen(record_date=RECORD_DATE, voters=(FLEUVE,), digest=digest)
    )


def test_m2_a_roll_is_called_once_its_day_has_come() -> None:
    registered.when(call).then(called)
    registered.when(replace(call, record_date=date(2026, 5, 5))).then_refused(DayStillToCome)
    registered.when(freeze).then_refused(RollNotCalled)


def test_m2_whoever_was_admitted_by_the_record_date_is_asked_about() -> None:
    asked: list[tuple[str, date]] = []

    def due(table: str, until: date) -> list[dict[str, Any]]:
        asked.append((table, until))
        return [{"organisation_id": PORT}, {"organisation_id": FLEUVE}]

    who = {"by": reactor, "now": FAR, "effective_at": freeze.effective_at}
    reaction = Reaction(command=who, find=lambda table, *key: None, due=due)
    [policy] = POLICIES[VotingRollCalled]
    assert policy(called, reaction) == [freeze]
    assert asked == [("admitted_member", RECORD_DATE)]
