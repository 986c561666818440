"""The same interface before a real service: database, writer and all."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from shared.runtime.projections import Projection, Recorded, Rows
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.support.client import Client
from tests.web.boxes import API, BOXES, DOMAIN, BoxFilled, BoxOpened

pytestmark = pytest.mark.anyio


def show_boxes(rows: Rows, recorded: Recorded) -> None:
    match recorded.event:
        case BoxOpened() as event:
            rows.put(
                "boxes",
                project_id=event.project_id,
                colour="red",
                amount_cents=0,
                position=recorded.position,
            )
        case BoxFilled() as event:
            rows.change("boxes", event.project_id, amount_cents=event.amount_cents)
        case _:
            pass


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    projection = Projection("boxes", revision=1, tables=(BOXES,), apply=show_boxes)
    running = Service(Settings(data=tmp_path), DOMAIN, (projection,), API, LocalTransport())
    running.open()
    running.start()
    yield running
    running.stop_listening()
    running.close()


@pytest.fixture
def officer(service: Service, tmp_path: Path) -> Client:
    issuer = LocalIssuer.open(tmp_path, service.clock.now, service.ids.uuid7)
    app = mount(API, service, verifier=issuer.verifier(), cursor_secret=issuer.secret("cursors"))
    roles = ("programme_officer", "auditor")
    return Client(app, issuer.issue(roles, "officer-1"))


async def test_a_box_from_its_opening_to_the_feed(officer: Client) -> None:
    made = await officer.post("/v1/boxes", {"label": "Résolu"}, idempotency_key="k")
    assert made.status_code == 201
    again = await officer.post("/v1/boxes", {"label": "Résolu"}, idempotency_key="k")
    assert (again.content, again.headers["idempotency-hit"]) == (made.content, "true")
    path = f"/v1/boxes/{made.json()['project_id']}"
    body = {"amount": {"amount": "12.50", "currency": "CAD"}}
    filled = await officer.post(f"{path}/fill", body, if_match=made.headers["etag"])
    assert filled.json()["amount"] == {"amount": "12.50", "currency": "CAD"}
    stale = await officer.post(f"{path}/fill", body, if_match=made.headers["etag"])
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    reused = await officer.post("/v1/boxes", {"label": "Other"}, idempotency_key="k")
    assert (reused.status_code, reused.json()["code"]) == (422, "key-reused")
    position = filled.headers["event-position"]
    listed = await officer.get("/v1/boxes?total=yes", min_event_position=position)
    assert listed.json()["total"] == 1
    shown = await officer.get(path)
    assert shown.headers["etag"] == filled.headers["etag"]
    assert shown.json() == filled.json()
    feed = await officer.get("/v1/events")
    assert [event["streamversion"] for event in feed.json()] == [1, 2]


async def test_a_stream_of_a_running_service_ends_with_it(
    officer: Client, service: Service
) -> None:
    with anyio.fail_after(20):
        async with officer.live("/v1/events/stream") as live:
            await live.messages.receive()
            for number in range(10):
                await officer.post("/v1/boxes", {"label": f"Box {number}"})
            events = await live.events(10)
            await anyio.to_thread.run_sync(service.stop_listening)
            goodbye = await live.event()
    assert [int(event["id"]) for event in events] == list(range(1, 11))
    assert goodbye["event"] == "bye"


async def test_the_figures_and_checks_of_a_running_service(officer: Client) -> None:
    await officer.post("/v1/boxes", {"label": "A"})
    assert (await officer.get("/readyz")).status_code == 200
    assert (
        'grantline_journal_position{service="intake"} 1.0' in (await officer.get("/metrics")).text
    )
