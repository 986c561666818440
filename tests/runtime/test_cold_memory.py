"""C-023: what is remembered is only ever a shortcut; a cold start gives the same as a warm one."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Domain, Fold, Said
from shared.kernel.events import Event
from shared.kernel.money import portion
from tests.runtime.running import Running, running, who

pytestmark = pytest.mark.usefixtures("database")

PAID_BEFORE = 35_555_556


class CostsApproved(Event, name="CostsApproved"):
    """Costs were approved."""

    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCosts(Command):
    """Approve costs."""

    cents: int


def approve(ask: ApproveCosts, account: Any) -> Said:
    """As asked."""
    return [CostsApproved(cents=ask.cents)]


@dataclass(frozen=True, slots=True)
class BeforeHoldback:
    """What the first release kept of an account."""

    approved_cents: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """What the next one keeps: the same, what follows from it, and what is held back of that."""

    approved_cents: int = 0
    entitled_cents: int = 0
    held_back_cents: int = 0
    payable_cents: int = 0


def evolve_before(state: BeforeHoldback, event: CostsApproved) -> BeforeHoldback:
    """Add up."""
    return BeforeHoldback(state.approved_cents + event.cents)


def evolve(state: Account, event: CostsApproved) -> Account:
    """Add up, then 40 %, then hold a tenth of that back."""
    approved = state.approved_cents + event.cents
    entitled = portion(Fraction(2, 5), approved)
    held_back = portion(Fraction(1, 10), entitled)
    return Account(approved, entitled, held_back, entitled - held_back - PAID_BEFORE)


def release(fold: Fold[Any]) -> Domain:
    """The service as one release has it."""
    return Domain(
        service="accounts",
        events=(CostsApproved,),
        folds={"account": fold},
        deciders={ApproveCosts: Decider(approve, account=lambda ask, _: "account-1")},
    )


FIRST = release(Fold(BeforeHoldback(), evolve_before))
NEXT = release(Fold(Account(), evolve))


def forty_events(here: Running) -> None:
    """Together 987,654.32."""
    parts = [2_469_135] * 39
    here.together(*(ApproveCosts(cents=c, **who()) for c in [*parts, 98_765_432 - sum(parts)]))


@pytest.mark.parametrize("streams_cached_max", [1, 20_000])
def test_c_023_a_state_from_before_a_field_existed_is_folded_again(
    tmp_path: Path, streams_cached_max: int
) -> None:
    limits: dict[str, Any] = {"projections": (), "streams_cached_max": streams_cached_max}
    with running(tmp_path, FIRST, **limits) as accounts:
        forty_events(accounts)
        assert accounts.state("account-1") == BeforeHoldback(98_765_432)
    with running(tmp_path, NEXT, **limits) as accounts:
        assert accounts.state("account-1") == Account(98_765_432, 39_506_173, 3_950_617, 0)
        answer = accounts.ask(ApproveCosts(cents=1_234, **who()))
        shown = json.loads(answer.body)
        assert answer.version == 41
        assert accounts.state("account-1") == Account(98_766_666, 39_506_666, 3_950_667, 443)
        assert shown["payable"] == {"amount": "4.43", "currency": "CAD"}
        assert shown["held_back"] == {"amount": "39506.67", "currency": "CAD"}


def test_c_023_a_warm_memory_answers_as_a_cold_one(tmp_path: Path) -> None:
    answers = []
    for restarts in (0, 1, 40):
        folder = tmp_path / str(restarts)
        said: list[bytes] = []
        for part in range(restarts + 1):
            with running(folder, NEXT, projections=()) as accounts:
                for number in range(40):
                    if number * (restarts + 1) // 40 == part:
                        said.append(accounts.ask(ApproveCosts(cents=7_777 + number, **who())).body)
        answers.append(said)
    assert len(answers[0]) == 40
    assert answers[0] == answers[1] == answers[2]
