"""The checker finds nothing in a good history, and every single corruption of one."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.envelope import BrokenEvent, Sealed
from tests.faults.checker import CLASSES, Anomaly, check
from tests.faults.history import Answer, History, Operation, Poll, Reader, seen
from tests.faults.made_up import CORRUPTIONS, Journal, valid
from tests.runtime.running import NOW
from tests.support.neighbours import Neighbours

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
@settings(max_examples=200)
def test_a_good_history_is_clean(seed: int) -> None:
    assert check(valid(random.Random(seed))) == []


@pytest.mark.parametrize("name", CORRUPTIONS)
@given(seed=SEEDS)
@settings(max_examples=25)
def test_a_single_corruption_is_found_as_what_it_is(name: str, seed: int) -> None:
    kind, corrupt = CORRUPTIONS[name]
    chance = random.Random(seed)
    history = valid(chance)
    assert kind in {anomaly.kind for anomaly in check(corrupt(history, chance))}


def test_every_class_has_a_corruption() -> None:
    assert {kind for kind, _ in CORRUPTIONS.values()} == set(CLASSES)


def one(outcome: str, *, done: bool) -> History:
    """A ledger of one command with this outcome, recorded or not."""
    ledger = Journal("ledger")
    if done:
        ledger.say("till-a", "key")
    operation = Operation(
        process="c",
        service="ledger",
        key="key",
        mark="m",
        stream="till-a",
        events=1,
        invoked=1,
        completed=2,
    )
    operation.outcome = outcome  # type: ignore[assignment]
    if outcome == "ok":
        operation.answers.add(Answer(1, 1))
    return History(operations=[operation], readers=[Reader(name="ledger", events=ledger.events)])


@pytest.mark.parametrize(
    ("outcome", "done", "found"),
    [
        ("ok", True, []),
        ("ok", False, ["lost"]),
        ("fail", True, ["aborted read"]),
        ("fail", False, []),
        ("info", True, []),
        ("info", False, []),
    ],
)
def test_what_was_told_decides_what_may_be_there(
    outcome: str, done: bool, found: list[str]
) -> None:
    assert [anomaly.kind for anomaly in check(one(outcome, done=done))] == found


def test_a_command_in_two_parts_is_torn() -> None:
    ledger = Journal("ledger")
    for key in ("key", "other", "key"):
        ledger.say("till-a", key)
    history = History(operations=[], readers=[Reader(name="ledger", events=ledger.events)])
    assert check(history) == [Anomaly("torn", "key: apart")]


def test_events_that_follow_each_other_in_a_ring_are_a_cycle() -> None:
    one, other = Journal("one"), Journal("other")
    one.say("x", "k1", cause="other-1")
    other.say("y", "k2", cause="one-1")
    readers = [Reader(name=each.name, events=each.events) for each in (one, other)]
    [anomaly] = check(History(operations=[], readers=readers))
    assert anomaly.kind == "cycle"


def test_an_empty_poll_and_a_feed_that_is_behind_are_no_anomaly() -> None:
    history = valid(random.Random(1))
    polls = [Poll("slow", "witness", 0, ()), Poll("slow", "ledger", 0, ())]
    assert check(replace(history, polls=polls)) == []


def test_a_stored_event_is_read_with_its_seal() -> None:
    sealed = Neighbours().say("ledger", "TillOpened", "till-a", {"till": "a"}, recorded_at=NOW)
    event = seen(7, sealed)
    assert (event.position, event.origin, event.version) == (7, "ledger", 1)
    with pytest.raises(BrokenEvent):
        seen(7, Sealed(sealed.envelope, sealed.body.replace("a", "b"), sealed.hash))
