"""Groups of the writer: later items see earlier ones, refused ones leave nothing to anybody."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Domain, Fold, Said
from shared.kernel.events import Event
from shared.kernel.refusals import EffectiveBeforeBeginning, NulInText, Refusal
from shared.runtime.items import Answer
from tests.runtime.running import (
    asked,
    later,
    open_till,
    put_in,
    reserve,
    running,
    who,
)
from tests.support.ledger import (
    LEDGER,
    PURSE_CENTS,
    PurseEmpty,
    Till,
    TillMissing,
    TillOpened,
)

pytestmark = pytest.mark.usefixtures("database")


def kinds(outcomes: Sequence[Any]) -> list[type]:
    return [type(outcome) for outcome in outcomes]


def test_a_later_item_of_a_group_sees_the_earlier_ones(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        outcomes = ledger.together(put_in(1), open_till(), put_in(2), put_in(3))
        assert kinds(outcomes) == [TillMissing, Answer, Answer, Answer]
        assert [outcome.version for outcome in outcomes[1:]] == [1, 2, 3]
        assert json.loads(outcomes[3].body)["held"] == {"amount": "0.05", "currency": "CAD"}
        assert ledger.commits == [3]


def test_x3_a_refused_item_leaves_no_event_no_row_and_no_answer(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        outcomes = ledger.together(
            put_in(1),
            asked(reserve(PURSE_CENTS + 1), key="refused"),
            asked(put_in(1, "nowhere"), key="refused too"),
            put_in(2),
        )
        assert kinds(outcomes) == [Answer, PurseEmpty, TillMissing, Answer]
        assert ledger.names() == ["TillOpened", "MoneyPutIn", "MoneyPutIn"]
        assert ledger.sql("SELECT till, held_cents FROM till_list") == [("a", 3)]
        assert ledger.sql("SELECT count(*) FROM answer WHERE key LIKE 'refused%'") == [(0,)]
        assert ledger.sql("SELECT count(*) FROM answer") == [(3,)]


def test_a_group_of_refusals_alone_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        outcomes = ledger.together(put_in(1), put_in(2))
        assert kinds(outcomes) == [TillMissing, TillMissing]
        assert ledger.commits == []
        assert ledger.lines() == []


def test_a_command_that_changes_nothing_is_answered_and_remembered(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        answer = ledger.ask(open_till(), key="again")
        assert (answer.version, answer.sequence, answer.repeated) == (1, 1, False)
        assert ledger.ask(open_till(), key="again").repeated is True
        assert ledger.names() == ["TillOpened"]


def test_x3_a_command_over_several_streams_appends_to_all_or_to_none(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(reserve(5))
        with pytest.raises(TillMissing):
            ledger.ask(reserve(5, "nowhere"))
        lines = ledger.lines()[1:]
        assert [(line.stream, line.version) for line in lines] == [
            ("purse-main", 1),
            ("till-a", 2),
        ]
        assert ledger.commits == [1, 3]


def test_c_040_of_two_reservations_in_one_group_only_one_fits(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(reserve(PURSE_CENTS - 50_000))
        outcomes = ledger.together(reserve(30_000), reserve(25_000))
        assert kinds(outcomes) == [Answer, PurseEmpty]
        ledger.ask(reserve(20_000))
        with pytest.raises(PurseEmpty):
            ledger.ask(reserve(1))
        assert ledger.state("purse-main").reserved_cents == PURSE_CENTS


def test_c_040_if_the_smaller_one_comes_first_the_rest_still_fits(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(reserve(PURSE_CENTS - 50_000))
        outcomes = ledger.together(reserve(25_000), reserve(30_000), reserve(20_000), reserve(1))
        assert kinds(outcomes) == [Answer, PurseEmpty, Answer, Answer]
        assert ledger.state("purse-main").reserved_cents == PURSE_CENTS - 4_999


def test_c_040_concurrent_reservations_never_exceed_the_purse(tmp_path: Path) -> None:
    with running(tmp_path, group_items_max=3) as ledger:
        ledger.ask(open_till())

        async def all_at_once() -> list[Any]:
            submits = [ledger.service.writer.submit(asked(reserve(70_000))) for _ in range(40)]
            return await asyncio.gather(*submits, return_exceptions=True)

        outcomes = asyncio.run(all_at_once())
        assert kinds(outcomes).count(Answer) == PURSE_CENTS // 70_000
        assert kinds(outcomes).count(PurseEmpty) == 40 - PURSE_CENTS // 70_000
        total = 0
        for line in ledger.lines():
            if line.stream == "purse-main":
                total += json.loads(line.body)["cents"]
                assert total <= PURSE_CENTS
        assert total == ledger.state("till-a").held_cents


def test_x5_nothing_is_effective_before_its_stream_begins(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till(at=later(60)))
        with pytest.raises(EffectiveBeforeBeginning) as refused:
            ledger.ask(put_in(1, at=later(59)))
        assert refused.value.rule == "X5"
        ledger.ask(put_in(1, at=later(60)))
    with running(tmp_path) as ledger:
        outcomes = ledger.together(put_in(1, at=later(59)), put_in(1, at=later(61)))
        assert kinds(outcomes) == [EffectiveBeforeBeginning, Answer]
        outcomes = ledger.together(open_till("b", at=later(9)), put_in(1, "b", at=later(8)))
        assert kinds(outcomes) == [Answer, EffectiveBeforeBeginning]


class Break(Command):
    """Run into a fault of ours."""


class Fill(Command):
    """Say something that no database can hold."""


def broken(_: Break, till: Till) -> Said:
    """A bug."""
    raise ZeroDivisionError("the bug")


def unstorable(_: Fill, till: Till) -> Said:
    """A lone surrogate has no bytes in UTF-8."""
    return [TillOpened(till="\ud800")]


FAULTY = Domain(
    service="ledger",
    events=LEDGER.events[:3],
    folds={"till": LEDGER.folds["till"], "purse": LEDGER.folds["purse"]},
    deciders={
        **LEDGER.deciders,
        Break: Decider(broken, till=lambda ask, _: "till-a"),
        Fill: Decider(unstorable, till=lambda ask, _: "till-odd"),
    },
)


def test_a_fault_is_one_for_its_own_item_only_and_is_not_remembered(tmp_path: Path) -> None:
    with running(tmp_path, FAULTY) as ledger:
        outcomes = ledger.together(open_till(), asked(Break(**who()), key="k"), put_in(2))
        assert kinds(outcomes) == [Answer, ZeroDivisionError, Answer]
        assert ledger.commits == [2]
        assert ledger.ask(put_in(3), key="k").repeated is False


def test_x3_an_answer_that_cannot_be_shown_records_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        odd = asked(put_in(1))
        odd = type(odd)(
            command=odd.command, key="odd", fingerprint="odd", status=200, correlation_id="odd",
            show=lambda state: {"at": object()},
        )  # fmt: skip
        outcomes = ledger.together(odd, put_in(2))
        assert kinds(outcomes) == [TypeError, Answer]
        assert ledger.state("till-a").held_cents == 2


def test_what_the_database_cannot_hold_costs_its_group_nothing(tmp_path: Path) -> None:
    with running(tmp_path, FAULTY) as ledger:
        outcomes = ledger.together(open_till(), put_in(10**30), put_in(1), Fill(**who()), put_in(2))
        assert kinds([outcomes[0], outcomes[2], outcomes[4]]) == [Answer, Answer, Answer]
        assert not isinstance(outcomes[3], Answer | Refusal)
        assert ledger.service.writer.failure is None
        assert [line.position for line in ledger.lines()] == [*range(1, len(ledger.lines()) + 1)]


def test_a_text_with_u_0000_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        outcomes = ledger.together(open_till(), put_in(1, note="a\x00b"), put_in(2, note="\\u0000"))
        assert kinds(outcomes) == [Answer, NulInText, Answer]
        assert outcomes[1].status == 422
        assert ledger.sql("SELECT note FROM note_list") == [("\\u0000",)]


class Counted(Event, name="Counted"):
    """Something was counted."""

    number: int


class Count(Command):
    """Count over many streams at once."""


def count_all(ask: Count, here: int, all_streams: dict[str, int]) -> Said:
    """Each stream gets one more than the sum of all."""
    number = here + sum(all_streams.values()) + 1
    return {name: [Counted(number=number)] for name in ("here", *all_streams)}


def test_a_memory_smaller_than_a_decision_needs_changes_no_outcome(tmp_path: Path) -> None:
    names = [f"count-{number}" for number in range(5)]
    counting = Domain(
        service="counting",
        events=(Counted,),
        folds={"count": Fold(0, lambda _, event: event.number)},
        deciders={
            Count: Decider(
                count_all, here=lambda ask, _: "count-main", all_streams=lambda ask, _: names
            )
        },
    )
    ends = []
    for size in (1, 2, 1000):
        folder = tmp_path / str(size)
        with running(folder, counting, streams_cached_max=size, rows_cached_max=1) as here:
            for _ in range(3):
                here.together(*(Count(**who()) for _ in range(3)))
            ends.append([(line.stream, line.version, line.body) for line in here.lines()])
    assert ends[0] == ends[1] == ends[2]
