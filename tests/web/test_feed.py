"""The feed and the live stream: every event once, in order, as it was sealed."""

import json
from itertools import pairwise

import anyio
import pytest

from shared.runtime.web import feed
from tests.web.boxes import BOX
from tests.web.world import World, later

pytestmark = pytest.mark.anyio

OPENED = "grantline.intake.BoxOpened.v1"
FILLED = "grantline.intake.BoxFilled.v1"


async def opened(world: World, number: int) -> list[str]:
    made = []
    for index in range(number):
        answer = await world.officer.post("/v1/boxes", {"label": f"Box {index}"})
        made.append(answer.json()["project_id"])
    return made


async def fill(world: World, project_id: str) -> None:
    body = {"amount": {"amount": "1.00", "currency": "CAD"}}
    assert (await world.officer.post(f"/v1/boxes/{project_id}/fill", body)).status_code == 200


async def test_the_feed_is_a_cloudevents_batch_of_the_sealed_texts(world: World) -> None:
    await opened(world, 2)
    answer = await world.auditor.get("/v1/events")
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    assert answer.headers["event-position"] == "intake=2"
    texts = ",".join(sealed.cloud_event() for sealed in world.writer.journal)
    assert answer.text == f"[{texts}]"
    assert [event["originsequence"] for event in answer.json()] == [1, 2]


async def test_the_link_leads_through_everything_and_then_waits(world: World) -> None:
    await opened(world, 5)
    found: list[int] = []
    address = "/v1/events?limit=2"
    for _ in range(5):
        answer = await world.auditor.get(address)
        found += [event["originsequence"] for event in answer.json()]
        address = answer.links["next"]["url"]
    assert found == [1, 2, 3, 4, 5]
    await opened(world, 1)
    assert len((await world.auditor.get(address)).json()) == 1


async def test_the_feed_filters_by_type_and_subject(world: World) -> None:
    first, second = await opened(world, 2)
    await fill(world, second)
    by_type = await world.auditor.get(f"/v1/events?type={FILLED}")
    assert [event["type"] for event in by_type.json()] == [FILLED]
    both = await world.auditor.get(f"/v1/events?type={FILLED},{OPENED}&subject={second}")
    assert [event["type"] for event in both.json()] == [OPENED, FILLED]
    none = await world.auditor.get(f"/v1/events?type={FILLED}&subject={first}")
    assert none.json() == []
    assert none.links["next"]["url"].endswith("after=3")


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "type=%25", "type=a_b", "what=1", "limit=0"]
)
async def test_a_query_that_is_none_is_400(world: World, query: str) -> None:
    assert (await world.auditor.get(f"/v1/events?{query}")).status_code == 400


async def test_who_may_read_all_events(world: World) -> None:
    for role, status in (("auditor", 200), ("operator", 200), ("service", 200), ("payer", 403)):
        assert (await world.as_(role).get("/v1/events")).status_code == status
        if status == 403:
            assert (await world.as_(role).get("/v1/events/stream")).status_code == 403


async def test_a_stream_begins_now_and_misses_nothing(world: World) -> None:
    await opened(world, 2)
    with anyio.fail_after(10):
        async with world.auditor.live("/v1/events/stream") as live:
            assert live.status == 200
            await live.messages.receive()
            await opened(world, 3)
            events = await live.events(3)
    assert [event["id"] for event in events] == ["3", "4", "5"]
    assert {event["event"] for event in events} == {OPENED}
    sealed = [text.cloud_event() for text in world.writer.journal[2:]]
    assert [event["data"] for event in events] == sealed


async def test_a_stream_goes_on_where_it_was_left(world: World) -> None:
    await opened(world, 5)
    with anyio.fail_after(10):
        async with world.auditor.live("/v1/events/stream", last_event_id="2") as live:
            first = await live.events(2)
        async with world.auditor.live("/v1/events/stream", last_event_id=first[-1]["id"]) as live:
            await opened(world, 1)
            second = await live.events(2)
    assert [event["id"] for event in first + second] == ["3", "4", "5", "6"]


async def test_a_stream_under_load_has_every_event_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "STREAM_BATCH", 7)
    with anyio.fail_after(20):
        async with (
            world.auditor.live("/v1/events/stream?after=0") as live,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(5):
                tasks.start_soon(opened, world, 12)
            events = await live.events(60)
    positions = [int(event["id"]) for event in events]
    assert positions[0] == 1
    assert all(later == earlier + 1 for earlier, later in pairwise(positions))


async def test_a_stream_filters(world: World) -> None:
    first, second = await opened(world, 2)
    with anyio.fail_after(10):
        path = f"/v1/events/stream?after=0&subject={second}&type={FILLED}"
        async with world.auditor.live(path) as live:
            await fill(world, first)
            await fill(world, second)
            event = await live.event()
    assert json.loads(event["data"])["subject"] == second


async def test_an_idle_stream_shows_that_it_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "WAIT_SECONDS", 0.001)
    with anyio.fail_after(10):
        async with world.auditor.live("/v1/events/stream") as live:
            for comment in (b": open\n\n", b": alive\n\n", b": alive\n\n"):
                assert (await live.messages.receive())["body"] == comment


async def test_a_stream_says_goodbye_when_the_service_stops(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "WAIT_SECONDS", 0.001)
    with anyio.fail_after(10):
        async with world.auditor.live("/v1/events/stream") as live:
            await live.messages.receive()
            world.stopping = True
            world.wake()
            assert (await live.event())["event"] == "bye"


async def test_there_are_only_so_many_streams(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "STREAMS_MAX", 1)
    with anyio.fail_after(10):
        async with world.auditor.live("/v1/events/stream") as live:
            await live.messages.receive()
            refused = await world.auditor.get("/v1/events/stream")
            assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
        async with world.auditor.live("/v1/events/stream") as live:
            assert live.status == 200


@pytest.mark.parametrize("last", ["", "x", "-1"])
async def test_a_place_that_is_none_is_400(world: World, last: str) -> None:
    answer = await world.auditor.get("/v1/events/stream", last_event_id=last)
    assert answer.status_code == 400


async def test_a_place_far_ahead_waits_there(world: World) -> None:
    later(world, seconds=1)
    answer = await world.auditor.get(f"/v1/events?after=1000&subject={BOX}")
    assert answer.json() == []
    assert "after=1000&" in answer.links["next"]["url"]
