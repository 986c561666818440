"""The route by which timers run: who may have them run, for which date, and what is answered."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.catalogue import service_names
from tests.support.running import NOW, Running, running
from tests.web.world import World

PATH = "/v1/timers/run"
TODAY = {"business_date": "2021-06-30"}
assert NOW.date() == date.fromisoformat(TODAY["business_date"])


@pytest.fixture(params=service_names())
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """Each of the five services."""
    with running(tmp_path, request.param) as here:
        yield here


def runs(served: Running) -> list[dict[str, Any]]:
    found = served.by("auditor").get("/v1/events?type=TimersRun").json()
    return [event["data"] for event in found if event["source"].endswith(served.service.name)]


def test_x11_every_service_runs_timers_once_a_date(served: Running) -> None:
    operator = served.by("operator")
    answer = operator.post(PATH, TODAY)
    name = served.service.name
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"run_on": "2021-06-30", "left": False}
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["event-position"] == f"{name}=1"
    again = served.by("service").post(PATH, TODAY)
    assert (again.status_code, again.headers["event-position"]) == (200, f"{name}=1")
    assert runs(served) == [{"business_date": "2021-06-30", "run_by": "operator-1"}]


def test_x11_a_date_that_has_not_begun_is_refused(served: Running) -> None:
    answer = served.by("operator").post(PATH, {"business_date": "2021-07-01"})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["rule"]) == ("date-not-begun", "X11")
    assert runs(served) == []


def test_x4_one_key_stands_for_one_date(tmp_path: Path) -> None:
    with running(tmp_path, "membership") as served:
        operator = served.by("operator")
        first = operator.post(PATH, TODAY, idempotency_key="k")
        again = operator.post(PATH, TODAY, idempotency_key="k")
        assert again.headers["idempotency-hit"] == "true"
        assert (again.status_code, again.json()) == (200, first.json())
        other = operator.post(PATH, {"business_date": "2021-06-29"}, idempotency_key="k")
        assert (other.status_code, other.json()["code"]) == (422, "key-reused")


@pytest.mark.anyio
@pytest.mark.parametrize("role", ["programme_officer", "auditor", "finance", "applicant"])
async def test_only_operators_and_services_have_timers_run(world: World, role: str) -> None:
    answer = await world.as_(role).post(PATH, TODAY)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
    assert (await world.nobody.send("POST", PATH, b"{")).status_code == 401
    assert world.timers == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/business_date"),
        ({"business_date": "1999-12-31"}, "/business_date"),
        ({"business_date": "2021-02-30"}, "/business_date"),
        ({"business_date": "2021-06-30T00:00:00Z"}, "/business_date"),
        ({"business_date": 7}, "/business_date"),
        ({**TODAY, "force": True}, "/force"),
    ],
)
async def test_a_run_takes_a_civil_date_and_nothing_else(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    answer = await world.as_("operator").post(PATH, body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert world.timers == []


@pytest.mark.anyio
async def test_who_has_which_date_run_under_which_key_is_passed_on(world: World) -> None:
    asking = world.as_("operator", person="operator-1")
    assert (await asking.post(PATH, TODAY, idempotency_key="k-1")).status_code == 200
    assert world.timers == [("operator-1", date(2021, 6, 30), "k-1")]
