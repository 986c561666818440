"""Reads say how far they have seen, and wait for what a caller has already seen."""

import anyio
import pytest

from tests.web.boxes import BOX
from tests.web.world import World

pytestmark = pytest.mark.anyio


async def test_a_resource_has_its_version_and_position(world: World) -> None:
    made = (await world.officer.post("/v1/boxes", {"label": "A"})).json()["project_id"]
    world.marks["membership"] = 3
    answer = await world.auditor.get(f"/v1/boxes/{made}")
    assert answer.json()["label"] == "A"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["event-position"] == "intake=1, membership=3"
    assert answer.headers["cache-control"] == "no-store"


async def test_what_never_began_is_not_found(world: World) -> None:
    answer = await world.auditor.get(f"/v1/boxes/{BOX}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_read_may_refuse(world: World) -> None:
    answer = await world.auditor.get(f"/v1/boxes/{BOX}/row/x")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-box")


async def test_a_list_says_its_position(world: World) -> None:
    await world.officer.post("/v1/boxes", {"label": "A"})
    assert (await world.auditor.get("/v1/boxes")).headers["event-position"] == "intake=1"


async def test_a_position_that_was_seen_is_no_obstacle(world: World) -> None:
    await world.officer.post("/v1/boxes", {"label": "A"})
    answer = await world.auditor.get("/v1/boxes", min_event_position="intake=1")
    assert answer.status_code == 200


async def test_a_view_that_is_behind_says_so_and_where_it_is(world: World) -> None:
    await world.officer.post("/v1/boxes", {"label": "A"})
    answer = await world.auditor.get("/v1/boxes", min_event_position="intake=1, membership=5")
    assert (answer.status_code, answer.json()["code"]) == (503, "projection-behind")
    assert answer.json()["position"] == {"intake": 1}
    assert answer.json()["retryable"]
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["event-position"] == "intake=1"


async def test_it_waits_as_long_as_the_caller_would(world: World) -> None:
    statuses: list[int] = []

    async def read() -> None:
        answer = await world.auditor.get(
            "/v1/boxes", min_event_position="membership=2", prefer="respond-async, wait=5"
        )
        statuses.append(answer.status_code)

    with anyio.fail_after(4):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            world.hear("membership", 1)
            await anyio.wait_all_tasks_blocked()
            world.hear("membership", 2)
    assert statuses == [200]


async def test_a_wait_has_its_cap(world: World) -> None:
    world.settings.wait_seconds_max = 0.05
    with anyio.fail_after(5):
        answer = await world.auditor.get(
            f"/v1/boxes/{BOX}", min_event_position="membership=2", prefer="wait=900"
        )
    assert answer.status_code == 503


async def test_nobody_waits_for_a_service_that_stops(world: World) -> None:
    world.stopping = True
    with anyio.fail_after(2):
        answer = await world.auditor.get(
            "/v1/boxes", min_event_position="membership=2", prefer="wait=5"
        )
    assert answer.status_code == 503


async def test_several_headers_name_several_positions(world: World) -> None:
    world.marks |= {"membership": 2, "evaluation": 4}
    headers = [("min-event-position", "membership=2"), ("min-event-position", "evaluation=4")]
    assert (await world.auditor.send("GET", "/v1/boxes", headers=headers)).status_code == 200
    headers.append(("min-event-position", "evaluation=5"))
    assert (await world.auditor.send("GET", "/v1/boxes", headers=headers)).status_code == 503


@pytest.mark.parametrize(
    "mark", ["", "intake", "intake=", "intake=-1", "Intake=1", "intake=1;", "=1"]
)
async def test_a_position_that_is_none_is_400(world: World, mark: str) -> None:
    answer = await world.auditor.get("/v1/boxes", min_event_position=mark)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: Min-Event-Position"


async def test_a_resource_takes_no_query(world: World) -> None:
    assert (await world.auditor.get(f"/v1/boxes/{BOX}?x=1")).status_code == 400


FITS = b'{"amount": {"amount": "10.00", "currency": "CAD"}}'
JSON = [("content-type", "application/json")]


async def test_a_question_is_a_post_that_records_nothing(world: World) -> None:
    await world.officer.post("/v1/boxes", {"label": "A"})
    before = dict(world.marks)
    fits = await world.auditor.send("POST", f"/v1/boxes/{BOX}/would-fit", FITS, JSON)
    assert (fits.status_code, fits.json()) == (200, {"fits": True, "language": None})
    weighed = await world.auditor.send("POST", f"/v1/boxes/{BOX}/weigh")
    assert weighed.json() == {"weighed": BOX}
    assert world.marks == before
    assert fits.headers["event-position"] == "intake=1"


async def test_a_questions_body_is_read_as_strictly_as_a_commands(world: World) -> None:
    path = f"/v1/boxes/{BOX}/would-fit"
    wrong = await world.auditor.send("POST", path, b'{"amount": "10.00"}', JSON)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/amount")
    extra = await world.auditor.send("POST", f"/v1/boxes/{BOX}/weigh", b'{"x": 1}', JSON)
    assert extra.status_code == 422
    assert (await world.auditor.send("GET", path)).status_code == 405
    stranger = await world.as_("privacy_officer").send("POST", path, FITS, JSON)
    assert stranger.status_code == 403


async def test_a_read_knows_the_callers_language(world: World) -> None:
    path = f"/v1/boxes/{BOX}/would-fit"
    answer = await world.auditor.send(
        "POST", path, FITS, [*JSON, ("accept-language", "fr-CA, en;q=0.5")]
    )
    assert answer.json()["language"] == "fr"
