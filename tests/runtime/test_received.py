"""Events of others: once each, in their order, as sealed or not at all; and what they set off."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from shared.kernel.canonical import canonical
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Domain, Fold, Reaction, Said
from shared.kernel.envelope import Sealed, seal
from shared.kernel.events import Event
from shared.runtime.clock import SetClock
from shared.runtime.new_ids import derived
from tests.runtime.running import NOW, Running, later, open_till, put_in, running, who
from tests.support.ledger import MIRROR

pytestmark = pytest.mark.usefixtures("database")


def ledger_events(folder: Path, *asks: Command) -> Sequence[Sealed]:
    """What the ledger says when asked this."""
    with running(folder) as ledger:
        for ask in asks:
            ledger.ask(ask)
        return ledger.sealed()


def altered(sealed: Sealed, **attributes: object) -> Sealed:
    """The same event with other attributes, sealed anew: its hash fits, its place may not."""
    return seal({**json.loads(sealed.envelope), **attributes}, sealed.body)


def everything(here: Running) -> object:
    """All that is on disk and could change."""
    tables = ("journal", "event_subject", "journal_head", "mark", "waiting", "answer", "parked")
    return [here.sql(f"SELECT * FROM {name} ORDER BY 1, 2") for name in tables]


@pytest.fixture
def events(tmp_path: Path) -> Sequence[Sealed]:
    """Two tills: six events in two streams."""
    return ledger_events(
        tmp_path / "ledger",
        open_till("a"),
        put_in(750_000, "a"),
        open_till("b"),
        put_in(1, "a"),
        put_in(2, "b"),
        put_in(4, "a"),
    )


def test_c_029_everything_delivered_again_changes_nothing_at_any_age(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    clock = SetClock(NOW)
    with running(tmp_path, MIRROR, clock=clock) as mirror:
        mirror.receive(events)
        before = everything(mirror)
        mirror.receive(events)
        mirror.receive([*reversed(events), *events])
        assert everything(mirror) == before
    clock.advance(later(45 * 86_400) - NOW)
    with running(tmp_path, MIRROR, clock=clock) as mirror:
        mirror.receive(events)
        assert everything(mirror) == before
        assert mirror.state("mirror-a").times == 2


def test_c_029_the_same_event_twice_in_one_batch_counts_once(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([event for event in events for _ in range(3)])
        assert mirror.service.writer.marks.reached == {"ledger": 6}
        assert mirror.state("mirror-b").times == 1


def test_c_030_events_that_come_too_early_wait_for_their_predecessor(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    first, second, _, fourth, _, sixth = events
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([sixth])
        mirror.receive([first])
        mirror.receive([fourth])
        assert mirror.names() == ["TillOpened"]
        assert mirror.service.writer.waiting == 2
        mirror.receive([second])
        assert mirror.service.writer.waiting == 0
        till = [line.version for line in mirror.lines() if line.stream == "till-a"]
        assert till == [1, 2, 3, 4]


def test_any_order_of_arrival_ends_in_the_same_streams(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    chance = random.Random(2021)
    for number in range(6):
        shuffled = chance.sample(events, len(events))
        cut = chance.randrange(1, 5)
        folder = tmp_path / str(number)
        with running(folder, MIRROR) as mirror:
            mirror.receive(shuffled[:cut])
        with running(folder, MIRROR) as mirror:
            mirror.receive(shuffled[cut:])
            mirror.receive(chance.sample(events, 3))
            assert mirror.service.writer.waiting == 0
            assert mirror.sql("SELECT * FROM waiting") == []
            assert mirror.sql("SELECT * FROM mark") == [("ledger", 6)]
            foreign = [line for line in mirror.lines() if line.origin == "ledger"]
            assert {line.hash for line in foreign} == {event.hash for event in events}
            assert (mirror.state("mirror-a").times, mirror.state("mirror-b").times) == (2, 1)
            assert mirror.state("operations-mirror").refused == 1


def test_the_mark_stops_at_a_hole_and_passes_when_it_is_filled(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([events[0], events[2], events[4]])
        assert mirror.service.writer.marks.reached == {"ledger": 1}
        assert mirror.service.writer.marks.beyond == {"ledger": {3, 5}}
    with running(tmp_path, MIRROR) as mirror:
        assert mirror.service.writer.marks.beyond == {"ledger": {3, 5}}
        mirror.receive([events[1]])
        assert mirror.service.writer.marks.reached == {"ledger": 3}
        mirror.receive([events[5]])
        mirror.receive([events[3]])
        assert mirror.sql("SELECT * FROM mark") == [("ledger", 6)]


def test_a_mark_that_begins_with_a_hole_is_known_after_a_restart(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([events[2]])
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([events[0], events[1]])
        assert mirror.service.writer.marks.reached == {"ledger": 3}


BROKEN = [
    lambda event: replace(event, body=event.body.replace("1", "9")),
    lambda event: replace(event, envelope=event.envelope.replace("clerk", "crook")),
    lambda event: replace(event, envelope=event.envelope.replace(":", ": ", 1)),
    lambda event: replace(event, hash="0" * 64),
    lambda event: altered(event, source="/grantline/intake"),
    lambda event: altered(event, surprise="an attribute that nobody knows"),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_event_is_parked_and_a_good_copy_lets_everything_behind_it_follow(
    tmp_path: Path, events: Sequence[Sealed], broken: Callable[[Sealed], Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([*events[:3], broken(events[3]), *events[4:]])
        assert [line.hash for line in mirror.lines() if line.origin == "ledger"] == [
            event.hash for event in (*events[:3], events[4])
        ]
        assert mirror.parked() == [("parked", "broken-event"), ("behind", "")]
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive(events[3:])
        assert mirror.parked() == []
        assert mirror.service.writer.marks.reached == {"ledger": 6}
        assert [line.hash for line in mirror.lines() if line.stream == "till-a"] == [
            event.hash for event in events if "till-a" in event.envelope
        ]


def test_an_event_that_does_not_follow_the_one_before_it_is_parked(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([events[0], altered(events[1], prevhash="1" * 64)])
        assert mirror.parked() == [("parked", "diverged")]
        assert [line.hash for line in mirror.lines()] == [events[0].hash]


def test_another_event_at_a_place_that_is_taken_is_parked_behind_what_is_parked_already(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([*events[:3], replace(events[3], hash="0" * 64)])
        mirror.receive([events[1], altered(events[1], actor="crook")])
        assert mirror.parked() == [("parked", "broken-event"), ("parked", "diverged")]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("place", [0, 1])
def test_another_event_at_a_place_that_is_taken_is_parked(
    tmp_path: Path, events: Sequence[Sealed], place: int, at_once: bool
) -> None:
    other = altered(events[place], actor="crook")
    with running(tmp_path, MIRROR) as mirror:
        if not at_once:
            mirror.receive(events[:3])
        mirror.receive([*events[:3], other, *events[3:]])
        mirror.receive(events)
        assert mirror.parked()[0] == ("parked", "diverged")
        assert mirror.service.writer.marks.reached == {"ledger": 6}
        assert other.hash not in {line.hash for line in mirror.lines()}


@pytest.mark.parametrize("at_once", [True, False])
def test_another_event_under_a_sequence_that_is_taken_is_parked(
    tmp_path: Path, events: Sequence[Sealed], at_once: bool
) -> None:
    new_id = "017a5da6-0800-7000-8000-000000000000"
    stray = {"stream": "till-z", "subject": "till-z", "partitionkey": "till-z", "id": new_id}
    other = altered(events[0], **stray)
    waiting = altered(events[1], **stray)
    with running(tmp_path, MIRROR) as mirror:
        if not at_once:
            mirror.receive(events[:2])
        for forged in (other, waiting):
            mirror.receive([*events[:2], forged])
        mirror.receive(events)
        assert mirror.parked()[0] == ("parked", "diverged")
        assert "till-z" not in {line.stream for line in mirror.lines()}
        assert mirror.service.writer.waiting == 0


def test_a_waiting_event_delivered_again_is_still_the_same_and_another_is_not(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([events[5]])
        mirror.receive([events[5]])
        forged = altered(events[5], actor="crook")
        mirror.receive([forged])
        assert mirror.service.writer.waiting == 1
        mirror.receive(events)
        assert forged.hash not in {line.hash for line in mirror.lines()}
        assert mirror.parked() == [("parked", "diverged"), *[("behind", "")] * 4]


@pytest.mark.parametrize("service", ["intake", "mirror"])
def test_events_of_a_service_that_is_not_heard_are_parked(
    tmp_path: Path, events: Sequence[Sealed], service: str
) -> None:
    origin = {"source": f"/grantline/{service}", "type": f"grantline.{service}.TillOpened.v1"}
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([altered(events[0], **origin)])
        assert mirror.lines() == []
        assert mirror.parked() == [("parked", "broken-event")]
        assert mirror.service.writer.marks.reached == {}


def test_an_unreadable_event_that_is_heard_is_parked_and_the_others_of_its_group_are_not(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    body = canonical({"till": "b", "cents": "two", "note": ""})
    unreadable = seal(json.loads(events[4].envelope), body)
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([*events[:4], unreadable, events[5]])
        assert mirror.parked() == [("parked", "unreadable-body")]
        assert mirror.service.writer.marks.reached == {"ledger": 6}
        with mirror.service.snapshot() as state:
            assert state.marks["ledger"] == 4


def test_a_text_with_u_0000_is_no_event_for_either_database(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    body = canonical({"till": "b", "cents": 2, "note": "a\x00b"})
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([*events[:4], seal(json.loads(events[4].envelope), body), events[5]])
        assert mirror.parked() == [("parked", "broken-event")]
        assert len(mirror.lines()) == 5 + 3


def test_a_policys_command_is_part_of_its_events_transaction(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive([events[0], events[2], events[4]])
        assert len(mirror.commits) == 1
        cause, effect = mirror.lines()[2:]
        told, sealed = json.loads(effect.envelope), json.loads(cause.envelope)
        assert effect.stream == "mirror-b"
        assert told["causationid"] == cause.event_id
        assert told["correlationid"] == sealed["correlationid"]
        assert told["commandid"] == derived(cause.event_id, "mirror_every_deposit", 0)
        assert told["actor"] == "service:mirror"
        assert told["time"] == sealed["time"]


def test_a_refused_policy_is_recorded_and_blocks_nothing(
    tmp_path: Path, events: Sequence[Sealed]
) -> None:
    with running(tmp_path, MIRROR) as mirror:
        mirror.receive(events)
        assert mirror.names().count("PolicyRefused") == 1
        [refused] = [line for line in mirror.lines() if line.stream == "operations-mirror"]
        about = {
            "policy": "mirror_every_deposit",
            "event_id": json.loads(events[1].envelope)["id"],
            "stream": "till-a",
            "code": "too-big-to-mirror",
            "rule": None,
        }
        assert about.items() <= json.loads(refused.body).items()
        assert json.loads(refused.envelope)["causationid"] == json.loads(events[1].envelope)["id"]
        assert mirror.service.writer.marks.reached == {"ledger": 6}


def test_a_refused_policy_is_recorded_even_when_the_clock_was_set_back(tmp_path: Path) -> None:
    huge = ledger_events(tmp_path / "huge", open_till(), put_in(600_000), put_in(700_000))
    with running(tmp_path, MIRROR, clock=SetClock(NOW)) as mirror:
        mirror.receive(huge[:2])
    with running(tmp_path, MIRROR, clock=SetClock(later(-3_600))) as mirror:
        mirror.receive(huge[2:])
        assert mirror.state("operations-mirror").refused == 2


class Noted(Event, name="Noted"):
    """A round of a chain of policies was done."""

    left: int


class Note(Command):
    """Note a round."""

    def __init__(self, left: int, **who: object) -> None:
        object.__setattr__(self, "left", left)
        for name, value in who.items():
            object.__setattr__(self, name, value)

    left: int


def note(ask: Note, rounds: int) -> Said:
    """Noted as asked."""
    return [Noted(left=ask.left)]


def again(event: Noted, reaction: Reaction) -> Sequence[Command]:
    """Each round sets off the next, until none is left."""
    return [Note(event.left - 1, **reaction.command)] if event.left else []


ROUNDS = Domain(
    service="rounds",
    events=(Noted,),
    folds={"round": Fold(0, lambda count, _: count + 1)},
    deciders={Note: Decider(note, rounds=lambda ask, _: f"round-{ask.left}")},
    policies={Noted: [again]},
)


def test_policies_follow_own_events_in_the_same_transaction(tmp_path: Path) -> None:
    with running(tmp_path, ROUNDS) as rounds:
        rounds.ask(Note(3, **who()), key="k")
        assert rounds.commits == [4]
        lines = rounds.lines()
        assert [json.loads(line.body)["left"] for line in lines] == [3, 2, 1, 0]
        told = [json.loads(line.envelope) for line in lines]
        assert [each.get("causationid") for each in told] == [
            None,
            *(line.event_id for line in lines[:3]),
        ]
        assert {each["correlationid"] for each in told} == {"of-k"}


def test_policies_without_an_end_are_a_fault_of_that_item(tmp_path: Path) -> None:
    with running(tmp_path, ROUNDS) as rounds:
        with pytest.raises(AssertionError, match="without end"):
            rounds.ask(Note(5_000, **who()))
        assert rounds.lines() == []
        assert rounds.ask(Note(0, **who())).version == 1
