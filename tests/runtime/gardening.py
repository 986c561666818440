"""What is asked of the service of plants and read from it, in tests of what falls due."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.kernel.commands import Actor
from shared.kernel.periods import start_of_day
from shared.runtime.items import Key
from shared.runtime.journal import Line
from tests.runtime.running import Running
from tests.support.watering import PLANT_LIST, SetPlant

NOON = datetime(2021, 6, 30, 16, tzinfo=UTC)
SET_ON = date(2021, 6, 30)
THIRSTY_ON = date(2021, 7, 3)
GARDENER = Actor(person="operator-1", roles=frozenset({"operator"}))
HOW: dict[str, Any] = {"projections": (PLANT_LIST,)}


def who(at: datetime = NOON) -> dict[str, Any]:
    return {"by": GARDENER, "now": at, "effective_at": at}


def set_plants(garden: Running, *plants: str, stubborn: bool = False) -> None:
    for plant in plants:
        garden.ask(SetPlant(plant=plant, stubborn=stubborn, **who()))


def run(garden: Running, day: date, key: str = "") -> dict[str, Any]:
    """Have timers run up to this date, as the route does."""
    key = key or garden.service.ids.uuid7()
    asked = Key(name=key, fingerprint=day.isoformat(), correlation_id=f"of-{key}")
    found: dict[str, Any] = json.loads(garden.service._timers.run(GARDENER, day, asked).body)
    return found


def of(garden: Running, name: str) -> list[Line]:
    """The events of this name, in their order."""
    return [line for line in garden.lines() if line.type.split(".")[2] == name]


def bodies(garden: Running, name: str) -> list[dict[str, Any]]:
    return [json.loads(line.body) for line in of(garden, name)]


def days_run(garden: Running) -> list[str]:
    return [body["business_date"] for body in bodies(garden, "TimersRun")]


def on(day: date) -> datetime:
    """Some time after noon of a day in Toronto."""
    return start_of_day(day) + timedelta(hours=13)
