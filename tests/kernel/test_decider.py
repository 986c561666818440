"""A decision reads the streams it names, and writes to those and no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.kernel.commands import PARTIES, READERS, STAFF, Actor, Command
from shared.kernel.decider import (
    Decider,
    Domain,
    Fold,
    Said,
    UnknownCommand,
    UnreadStream,
    decide,
)
from shared.kernel.events import Event, Heard
from shared.kernel.refusals import NotFound, Refusal
from tests.support.spec import History, given

NOW = datetime(2025, 7, 1, 1, 30, tzinfo=UTC)


class BoxOpened(Event, name="BoxOpened"):
    """A box was opened."""

    box: str
    room: str


class CoinPut(Event, name="CoinPut"):
    """Coins were put into a box."""

    coins: int


class DoorClosed(Heard, origin="house", name="DoorClosed"):
    """The room of some boxes was closed."""

    room: str


class BoxMissing(NotFound):
    """There is no such box; open it first."""

    french = "Il n'y a pas une telle boîte; ouvrez-la d'abord."


class RoomClosed(Refusal):
    """The room is closed; come back tomorrow."""

    french = "La pièce est fermée; revenez demain."
    rule = "R-0"


@dataclass(frozen=True, slots=True)
class Box:
    """One box."""

    box: str = ""
    room: str = ""
    coins: int = 0


def evolve_box(state: Box, event: BoxOpened | CoinPut) -> Box:
    if isinstance(event, BoxOpened):
        return Box(event.box, event.room)
    return replace(state, coins=state.coins + event.coins)


def evolve_room(state: frozenset[str], event: DoorClosed) -> frozenset[str]:
    return state | {event.room}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Command):
    """A question about boxes."""

    by: Actor = field(default_factory=lambda: Actor(person="officer-1"))
    now: datetime = NOW
    effective_at: datetime = NOW
    box: str = "b-1"
    coins: int = 1


class OpenBox(Ask):
    """Open a box."""


class PutCoins(Ask):
    """Put coins into an open box of an open room."""


class Share(Ask):
    """Put coins into this box and all others of its room."""


class Stray(Ask):
    """Write where nothing was read."""


class Nothing(Ask):
    """Change nothing."""


class Unheard(Ask):
    """A command that nobody decides."""


def open_box(ask: OpenBox, box: Box) -> Sequence[Event]:
    return [] if box.box else [BoxOpened(box=ask.box, room="r-1")]


def put_coins(ask: PutCoins, box: Box, room: frozenset[str]) -> Said:
    if not box.box:
        raise BoxMissing
    if box.room in room:
        raise RoomClosed(room=box.room)
    return {"box": [CoinPut(coins=ask.coins)]}


def share(ask: Share, box: Box, others: Mapping[str, Box]) -> Said:
    spread = {stream: [CoinPut(coins=other.coins)] for stream, other in others.items()}
    return {**spread, "box": [CoinPut(coins=ask.coins)]}


def stray(ask: Stray, box: Box) -> Said:
    return {"box": [CoinPut(coins=1)], "box-b-9": [CoinPut(coins=1)]}


def _room(ask: PutCoins, states: Mapping[str, Any]) -> str:
    return f"room-{states['box'].room}"


DOMAIN = Domain(
    service="attic",
    events=(BoxOpened, CoinPut),
    heard=(DoorClosed,),
    folds={"box": Fold(Box(), evolve_box), "room": Fold(frozenset[str](), evolve_room)},
    deciders={
        OpenBox: Decider(open_box, box="box-{box}"),
        PutCoins: Decider(put_coins, box="box-{box}", room=_room),
        Share: Decider(share, box="box-{box}", others=lambda ask, states: ["box-b-2", "box-b-3"]),
        Stray: Decider(stray, box="box-{box}"),
        Nothing: Decider(lambda ask, box: (), box="box-{box}"),
    },
)
OPENED = BoxOpened(box="b-1", room="r-1")


def test_a_state_is_the_fold_of_its_events() -> None:
    events = [OPENED, CoinPut(coins=2), CoinPut(coins=3)]
    assert DOMAIN.folds["box"].of(events) == Box("b-1", "r-1", 5)
    assert DOMAIN.folds["box"].of([]) == Box()


def test_a_list_of_events_goes_to_the_first_stream() -> None:
    given(DOMAIN).when(OpenBox()).then_on("box-b-1", OPENED)
    assert given(DOMAIN).when(OpenBox()).decision().first == "box-b-1"


def test_a_role_is_found_by_a_function_of_the_states_already_read() -> None:
    decision = given(DOMAIN, {"box-b-1": [OPENED]}).when(PutCoins(coins=4)).decision()
    assert list(decision.read) == ["box-b-1", "room-r-1"]
    assert list(decision.says) == [("box-b-1", CoinPut(coins=4))]


def test_a_foreign_stream_is_read_like_an_own_one() -> None:
    history: History = {"box-b-1": [OPENED], "room-r-1": [DoorClosed(room="r-1")]}
    refusal = given(DOMAIN, history).when(PutCoins()).then_refused(RoomClosed)
    assert refusal.facts == {"room": "r-1"}
    given(DOMAIN).when(PutCoins()).then_refused(BoxMissing)


def test_a_role_of_several_streams_is_a_mapping_and_each_can_be_written() -> None:
    history = {"box-b-2": [CoinPut(coins=7)], "box-b-3": []}
    decision = given(DOMAIN, history).when(Share(coins=4)).decision()
    assert list(decision.read) == ["box-b-1", "box-b-2", "box-b-3"]
    assert list(decision.says) == [
        ("box-b-2", CoinPut(coins=7)),
        ("box-b-3", CoinPut(coins=0)),
        ("box-b-1", CoinPut(coins=4)),
    ]


def test_a_decision_writes_only_what_it_has_read() -> None:
    with pytest.raises(UnreadStream, match="box-b-9"):
        decide(DOMAIN, Stray(), lambda stream: Box())


def test_a_decision_may_be_to_change_nothing() -> None:
    given(DOMAIN).when(Nothing()).then_nothing()
    given(DOMAIN).after(OpenBox()).when(OpenBox()).then_nothing()


def test_a_command_that_nobody_decides_is_a_fault_of_ours() -> None:
    with pytest.raises(UnknownCommand, match="Unheard"):
        decide(DOMAIN, Unheard(), lambda stream: Box())


def test_a_template_takes_values_as_they_are_and_unknown_fields_are_noticed() -> None:
    decider = Decider(open_box, box="box-{box}", typo="box-{bix}")
    assert decider.streams("box", OpenBox(box="{coins}.{by}"), {}) == "box-{coins}.{by}"
    assert Decider(open_box, box="box-{by.person}").streams("box", OpenBox(), {}) == "box-officer-1"
    with pytest.raises(AttributeError):
        decider.streams("typo", OpenBox(), {})


def test_a_domain_knows_its_types_its_folds_and_whom_it_hears() -> None:
    assert DOMAIN.hears == {"house"}
    assert DOMAIN.known["grantline.attic.BoxOpened.v1"] is BoxOpened
    assert DOMAIN.known["grantline.house.DoorClosed.v1"] is DoorClosed
    assert DOMAIN.fold_of("box-b-1") is DOMAIN.folds["box"]
    assert DOMAIN.fold_of("attic") is None


# Who asks


def test_staff_may_act_for_any_organisation_and_others_for_their_own_only() -> None:
    for role in (*STAFF, "service"):
        assert Actor(person="p", roles=frozenset({role})).may_act_for({"org_a"})
    for role in ("applicant", "reviewer", "auditor"):
        actor = Actor(person="p", roles=frozenset({role}), organisation_id="org_a")
        assert actor.may_act_for({"org_a", "org_b"})
        assert not actor.may_act_for({"org_b"})
        assert not Actor(person="p", roles=frozenset({role})).may_act_for({"org_a"})


@pytest.mark.parametrize(
    ("role", "own", "named", "acts"),
    [
        # who asks            from     in the name of   for org_a
        ("applicant", "org_a", None, True),
        ("applicant", "org_b", None, False),
        ("applicant", None, None, False),
        ("applicant", "org_a", "org_a", False),
        ("applicant", "org_b", "org_a", False),
        ("auditor", None, "org_a", False),
        ("programme_officer", None, None, False),
        ("programme_officer", None, "org_b", False),
        ("programme_officer", None, "org_a", True),
        ("programme_officer", "org_a", None, True),
        ("programme_officer", "org_a", "org_b", False),
        ("service", None, None, False),
        ("service", None, "org_a", True),
    ],
)
def test_staff_acts_for_an_organisation_only_in_its_name(
    role: str, own: str | None, named: str | None, acts: bool
) -> None:
    asking = Actor(person="p", roles=frozenset({role}), organisation_id=own, on_behalf_of=named)
    assert asking.acts_for({"org_a"}) is acts


def test_whoever_reads_no_other_organisation_lists_its_own_rows() -> None:
    for role in READERS:
        reader = Actor(person="p", roles=frozenset({role}), organisation_id="org_a")
        assert reader.may_read({"org_b"})
        assert reader.lists_only() is None
    party = Actor(person="p", roles=PARTIES, organisation_id="org_a")
    assert (party.may_read({"org_a"}), party.may_read({"org_b"})) == (True, False)
    assert party.lists_only() == "org_a"
    reviewer = Actor(person="p", roles=frozenset({"reviewer"}))
    assert (reviewer.may_read(()), reviewer.lists_only()) == (False, "none")
    assert reviewer.may_read((), READERS | {"reviewer"})
    assert reviewer.lists_only(READERS | {"reviewer"}) is None
