"""A small service with things that fall due: plants that wither unless they are watered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import assert_never

from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Domain, Fold, Reaction, Said, due_command
from shared.kernel.events import Event
from shared.kernel.operations import TimersRun
from shared.kernel.refusals import Refusal
from shared.runtime.projections import Projection, Recorded, Rows, key, table, text

THIRSTY_DAYS = 3


class PlantSet(Event, name="PlantSet"):
    """A plant was set; it is thirsty some days later."""

    plant: str
    stubborn: bool
    thirsty_on: date


class PlantWatered(Event, name="PlantWatered"):
    """A plant was watered; it is thirsty again some days later."""

    plant: str
    thirsty_on: date


class PlantWithered(Event, name="PlantWithered"):
    """A plant that was thirsty got no water."""

    plant: str
    withered_on: date
    others: int
    """How many had withered before it."""


class Stubborn(Refusal):
    """This plant refuses to wither; water it first."""

    rule = "X11"
    french = "Cette plante refuse de faner; arrosez-la d'abord."


@dataclass(frozen=True, slots=True)
class Plant:
    """One plant."""

    plant: str = ""
    stubborn: bool = False


@dataclass(frozen=True, slots=True)
class Garden:
    """How many plants have withered."""

    withered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPlant(Command):
    """Set a plant."""

    plant: str
    stubborn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterPlant(Command):
    """Water a plant."""

    plant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wither(Command):
    """Let a plant wither."""

    plant: str


def evolve_plant(state: Plant, event: PlantSet | PlantWatered) -> Plant:
    """Follow one plant."""
    match event:
        case PlantSet():
            return Plant(event.plant, event.stubborn)
        case PlantWatered():
            return replace(state, stubborn=False)
        case _:
            assert_never(event)


def evolve_garden(state: Garden, event: PlantWithered) -> Garden:
    """Count."""
    return Garden(state.withered + 1)


def set_plant(ask: SetPlant, plant: Plant) -> Said:
    """Set it."""
    thirsty_on = ask.effective_on + timedelta(days=THIRSTY_DAYS)
    return [PlantSet(plant=ask.plant, stubborn=ask.stubborn, thirsty_on=thirsty_on)]


def water_plant(ask: WaterPlant, plant: Plant) -> Said:
    """Water it."""
    thirsty_on = ask.effective_on + timedelta(days=THIRSTY_DAYS)
    return [PlantWatered(plant=ask.plant, thirsty_on=thirsty_on)]


def wither(ask: Wither, garden: Garden, plant: Plant) -> Said:
    """It withers, unless it refuses."""
    if plant.stubborn:
        raise Stubborn
    event = PlantWithered(plant=ask.plant, withered_on=ask.effective_on, others=garden.withered)
    return [event]


PLANTS, MOSSES, LAWNS = (
    table(name, key("plant"), text("due_on", index=True))
    for name in ("plant_list", "moss_list", "lawn_list")
)


def list_of(plant: str) -> str:
    """The table that a plant is in, by the first word of its name."""
    kind = plant.partition("-")[0]
    return f"{kind}_list" if kind in ("moss", "lawn") else "plant_list"


def show_plants(rows: Rows, recorded: Recorded) -> None:
    """One row a plant; one that has withered is due no more."""
    match recorded.event:
        case PlantSet() | PlantWatered() as event:
            thirsty_on = event.thirsty_on.isoformat()
            rows.put(list_of(event.plant), plant=event.plant, due_on=thirsty_on)
        case PlantWithered() as event:
            rows.change(list_of(event.plant), event.plant, due_on=None)
        case _:
            pass


PLANT_LIST = Projection("plant_list", revision=1, tables=(PLANTS, MOSSES, LAWNS), apply=show_plants)


def let_thirsty_wither(run: TimersRun, reaction: Reaction) -> Sequence[Command]:
    """Whatever is thirsty on that day withers at its beginning, but for lawns."""
    return [
        Wither(plant=row["plant"], **due_command(reaction, run.business_date))
        for name in ("plant_list", "moss_list")
        for row in reaction.due(name, run.business_date)
    ]


def let_lawns_wither(run: TimersRun, reaction: Reaction) -> Sequence[Command]:
    """Lawns are the business of another policy."""
    return [
        Wither(plant=row["plant"], **due_command(reaction, run.business_date))
        for row in reaction.due("lawn_list", run.business_date)
    ]


GARDEN = Domain(
    service="garden",
    events=(PlantSet, PlantWatered, PlantWithered),
    folds={"plant": Fold(Plant(), evolve_plant), "garden": Fold(Garden(), evolve_garden)},
    deciders={
        SetPlant: Decider(set_plant, plant="plant-{plant}"),
        WaterPlant: Decider(water_plant, plant="plant-{plant}"),
        Wither: Decider(wither, garden=lambda ask, _: "garden-main", plant="plant-{plant}"),
    },
    policies={TimersRun: [let_thirsty_wither, let_lawns_wither]},
)
