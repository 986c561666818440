"""A small service for testing the runtime: tills that take money, and a shared purse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from shared.kernel.commands import Actor, Command
from shared.kernel.decider import Decider, Domain, Fold, Reaction, Said
from shared.kernel.events import Event, Heard
from shared.kernel.refusals import Refusal
from shared.runtime.projections import Projection, Recorded, Rows, integer, key, table, text


class TillOpened(Event, name="TillOpened"):
    """A till was opened."""

    till: str


class MoneyPutIn(Event, name="MoneyPutIn"):
    """Money was put into a till."""

    till: str
    cents: int
    note: str = ""


class MoneyReserved(Event, name="MoneyReserved"):
    """Money of the purse was set aside for a till."""

    till: str
    cents: int


LedgerEvent = TillOpened | MoneyPutIn | MoneyReserved


class TillMissing(Refusal):
    """There is no such till; open it first."""

    french = "Cette caisse n'existe pas; ouvrez-la d'abord."


class PurseEmpty(Refusal):
    """The purse does not hold that much."""

    rule = "R-15"
    french = "La bourse ne contient pas autant."


@dataclass(frozen=True, slots=True)
class Till:
    """A till and what is in it."""

    till: str = ""
    held_cents: int = 0


@dataclass(frozen=True, slots=True)
class Purse:
    """What of the purse's 10,000.00 is set aside."""

    reserved_cents: int = 0


PURSE_CENTS = 1_000_000


def evolve_till(state: Till, event: TillOpened | MoneyPutIn) -> Till:
    """Follow one till."""
    match event:
        case TillOpened():
            return replace(state, till=event.till)
        case MoneyPutIn():
            return replace(state, held_cents=state.held_cents + event.cents)
        case _:
            assert_never(event)


def evolve_purse(state: Purse, event: MoneyReserved) -> Purse:
    """Follow the purse."""
    return replace(state, reserved_cents=state.reserved_cents + event.cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTill(Command):
    """Open a till."""

    till: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutIn(Command):
    """Put money into a till."""

    till: str
    cents: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve(Command):
    """Set money of the purse aside and put it into a till, both or neither."""

    till: str
    cents: int


def open_till(ask: OpenTill, till: Till) -> Said:
    """A till is opened once; asking again changes nothing."""
    return [] if till.till else [TillOpened(till=ask.till)]


def put_in(ask: PutIn, till: Till) -> Said:
    """Only an open till takes money."""
    if not till.till:
        raise TillMissing
    return [MoneyPutIn(till=ask.till, cents=ask.cents, note=ask.note)]


def reserve(ask: Reserve, purse: Purse, till: Till) -> Said:
    """The purse and the till are decided upon together."""
    if purse.reserved_cents + ask.cents > PURSE_CENTS:
        raise PurseEmpty
    if not till.till:
        raise TillMissing
    return {
        "purse": [MoneyReserved(till=ask.till, cents=ask.cents)],
        "till": [MoneyPutIn(till=ask.till, cents=ask.cents)],
    }


TILLS = table("till_list", key("till"), integer("held_cents"), integer("position", index=True))
NOTES = table("note_list", key("till"), text("note"))


def show_tills(rows: Rows, recorded: Recorded) -> None:
    """One row a till."""
    match recorded.event:
        case TillOpened() as event:
            rows.put("till_list", till=event.till, held_cents=0, position=recorded.position)
        case MoneyPutIn() as event:
            held = (rows.get("till_list", event.till) or {})["held_cents"]
            rows.change("till_list", event.till, held_cents=held + event.cents)
            if event.note:
                rows.put("note_list", till=event.till, note=event.note)
        case _:
            pass


TILL_LIST = Projection("till_list", revision=1, tables=(TILLS, NOTES), apply=show_tills)

LEDGER = Domain(
    service="ledger",
    events=(TillOpened, MoneyPutIn, MoneyReserved),
    folds={"till": Fold(Till(), evolve_till), "purse": Fold(Purse(), evolve_purse)},
    deciders={
        OpenTill: Decider(open_till, till="till-{till}"),
        PutIn: Decider(put_in, till="till-{till}"),
        Reserve: Decider(reserve, purse=lambda ask, _: "purse-main", till="till-{till}"),
    },
)


class MoneyPutInHeard(Heard, origin="ledger", name="MoneyPutIn"):
    """What the mirror hears of a deposit."""

    till: str
    cents: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a mirror counted."""

    cents: int = 0
    times: int = 0


class DepositMirrored(Event, name="DepositMirrored"):
    """The mirror saw a deposit."""

    till: str
    cents: int


def evolve_mirror(state: Mirrored, event: DepositMirrored) -> Mirrored:
    """Count."""
    return Mirrored(state.cents + event.cents, state.times + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror(Command):
    """Count a deposit."""

    till: str
    cents: int


class TooBigToMirror(Refusal):
    """The mirror is too small for that."""

    french = "Le miroir est trop petit pour cela."


def mirror(ask: Mirror, mirrored: Mirrored) -> Said:
    """Deposits up to 5,000.00 are mirrored."""
    if ask.cents > 500_000:
        raise TooBigToMirror
    return [DepositMirrored(till=ask.till, cents=ask.cents)]


def mirror_every_deposit(heard: MoneyPutInHeard, reaction: Reaction) -> Sequence[Command]:
    """Whatever is put in is mirrored."""
    return [Mirror(till=heard.till, cents=heard.cents, **reaction.command)]


def heard_nothing(state: Mirrored, event: MoneyPutInHeard) -> Mirrored:
    """The heard stream itself has no state here."""
    return state


MIRROR = Domain(
    service="mirror",
    events=(DepositMirrored,),
    heard=(MoneyPutInHeard,),
    folds={"mirror": Fold(Mirrored(), evolve_mirror), "till": Fold(Mirrored(), heard_nothing)},
    deciders={Mirror: Decider(mirror, mirrored="mirror-{till}")},
    policies={MoneyPutInHeard: [mirror_every_deposit]},
)

WITNESS = Domain(
    service="witness",
    events=(),
    folds={},
    deciders={},
    witnesses=frozenset({"ledger", "mirror"}),
)

CLERK = Actor(person="clerk", roles=frozenset({"operator"}))
