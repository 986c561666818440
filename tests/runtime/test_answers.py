"""Idempotency keys and versions: what a repeated, a stale or a simultaneous request gets."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.commands import Actor
from shared.kernel.refusals import Stale
from shared.runtime.items import Answer, Asked, KeyReused
from tests.runtime.running import Running, asked, open_till, put_in, running
from tests.support.ledger import PutIn, TillMissing

pytestmark = pytest.mark.usefixtures("database")


def attempt(here: Running, item: Asked) -> Answer:
    return asyncio.run(here.service.writer.submit(item))


def test_c_034_a_key_answers_for_its_own_request_only(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till("a"), open_till("b"))
        first = attempt(ledger, asked(put_in(936_000, "a"), "k-77", "approve a"))
        with pytest.raises(KeyReused) as refused:
            attempt(ledger, asked(put_in(1_248_000, "b"), "k-77", "approve b"))
        assert (refused.value.rule, refused.value.status) == ("X4", 422)
        again = attempt(ledger, asked(put_in(936_000, "a"), "k-77", "approve a"))
        assert (again.body, again.version, again.sequence) == (
            first.body,
            first.version,
            first.sequence,
        )
        assert (first.repeated, again.repeated) == (False, True)
        with pytest.raises(KeyReused):
            attempt(ledger, asked(put_in(900_000, "a"), "k-77", "approve a for less"))
        assert ledger.sql("SELECT till, held_cents FROM till_list ORDER BY till") == [
            ("a", 936_000),
            ("b", 0),
        ]


def test_c_034_two_first_uses_of_a_key_at_once_have_one_effect(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        first, again, other = ledger.together(
            asked(put_in(5), "k", "m"), asked(put_in(5), "k", "m"), asked(put_in(5), "k", "n")
        )
        assert (first.repeated, again.repeated) == (False, True)
        assert first.body == again.body
        assert isinstance(other, KeyReused)
        assert ledger.state("till-a").held_cents == 5


def test_c_034_keys_of_different_people_do_not_meet(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till(), key="k")
        other = Actor(person="another clerk")
        command = put_in(5)
        theirs = PutIn(
            till="a", cents=5, by=other, now=command.now, effective_at=command.effective_at
        )
        assert attempt(ledger, asked(theirs, "k", "other")).repeated is False
        assert ledger.state("till-a").held_cents == 5


def test_c_034_a_refusal_is_decided_again(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        with pytest.raises(TillMissing):
            ledger.ask(put_in(5), key="k")
        ledger.ask(open_till())
        assert ledger.ask(put_in(5), key="k").repeated is False


def test_an_answer_is_the_first_one_even_after_more_happened_and_a_restart(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as ledger:
        first = ledger.ask(open_till(), key="k")
        ledger.ask(put_in(5))
    with running(tmp_path) as ledger:
        again = ledger.ask(open_till(), key="k")
        assert (again.body, again.version, again.sequence) == (first.body, 1, 1)
        assert again.repeated is True
        assert len(ledger.lines()) == 2


def test_a_repeated_request_is_answered_whatever_version_it_names(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(put_in(5), key="k", if_match=1)
        assert ledger.ask(put_in(5), key="k", if_match=1).version == 2


def test_a_stale_version_is_told_the_current_one_and_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(put_in(5), if_match=1)
        for version in (0, 1, 3):
            with pytest.raises(Stale) as stale:
                ledger.ask(put_in(5), if_match=version)
            assert (stale.value.status, stale.value.facts) == (412, {"current_version": 2})
        assert len(ledger.lines()) == 2


def test_a_stream_that_does_not_exist_has_version_zero(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        assert ledger.ask(open_till(), if_match=0).version == 1


def at_once(here: Running, items: list[Asked]) -> list[Any]:
    async def all_of_them() -> list[Any]:
        submit = here.service.writer.submit
        return await asyncio.gather(*map(submit, items), return_exceptions=True)

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("group", [1, 2, 128])
def test_c_033_five_commands_on_five_streams_all_succeed(tmp_path: Path, group: int) -> None:
    with running(tmp_path, group_items_max=group) as ledger:
        tills = ["a", "b", "c", "d", "e"]
        ledger.together(*map(open_till, tills))
        outcomes = at_once(ledger, [asked(put_in(111_111, till)) for till in tills])
        assert [outcome.version for outcome in outcomes] == [2] * 5
        assert ledger.sql("SELECT sum(held_cents) FROM till_list") == [(555_555,)]


@pytest.mark.parametrize("group", [1, 2, 128])
def test_c_033_of_five_commands_upon_one_version_one_succeeds(tmp_path: Path, group: int) -> None:
    with running(tmp_path, group_items_max=group) as ledger:
        ledger.together(open_till(), *(put_in(1) for _ in range(8)))
        items = [asked(put_in(111_111), if_match=9) for _ in range(5)]
        outcomes = at_once(ledger, items)
        assert [outcome.version for outcome in outcomes if isinstance(outcome, Answer)] == [10]
        stale = [outcome for outcome in outcomes if isinstance(outcome, Stale)]
        assert [refusal.facts["current_version"] for refusal in stale] == [10] * 4
        for version in range(10, 14):
            assert ledger.ask(put_in(111_111), if_match=version).version == version + 1
        assert ledger.state("till-a").held_cents == 8 + 555_555
        assert [line.version for line in ledger.lines()] == [*range(1, 15)]
