"""The route of a rebuild: who may ask for it, under which key, and what is answered and noted."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from shared.runtime.web.app import mount
from shared.runtime.web.tokens import LocalIssuer
from tests.support.client import Client
from tests.web.boxes import API, DOMAIN
from tests.web.world import World

pytestmark = pytest.mark.anyio

PATH = "/v1/rebuilds"
BECAUSE = {"reason": "The monthly comparison."}
PATIENCE_SECONDS = 20


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(Settings(data=tmp_path), DOMAIN, (), API, LocalTransport())
    running.open()
    running.start()
    yield running
    running.stop_listening()
    running.close()


@pytest.fixture
def operator(service: Service, tmp_path: Path) -> Client:
    issuer = LocalIssuer.open(tmp_path, service.clock.now, service.ids.uuid7)
    app = mount(API, service, verifier=issuer.verifier(), cursor_secret=issuer.secret("cursors"))
    return Client(app, issuer.issue("operator", "operator-1"))


async def noted(operator: Client) -> list[dict[str, Any]]:
    """The rebuilds that the service recorded about itself."""
    feed = (await operator.get("/v1/events")).json()
    return [event["data"] for event in feed if ".ProjectionsRebuilt." in event["type"]]


async def test_nobody_without_a_token_has_anything_rebuilt(world: World) -> None:
    answer = await world.nobody.send("POST", PATH, b"{broken")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert world.rebuilds == []


@pytest.mark.parametrize("role", ["programme_officer", "auditor", "finance", "applicant"])
async def test_only_operators_have_something_rebuilt(world: World, role: str) -> None:
    answer = await world.as_(role).post(PATH, BECAUSE)
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
    assert world.rebuilds == []


async def test_a_rebuild_needs_an_idempotency_key(world: World) -> None:
    json_only = {"content-type": "application/json"}
    answer = await world.as_("operator").send("POST", PATH, b'{"reason":"A"}', json_only)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "header: Idempotency-Key"
    assert world.rebuilds == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({**BECAUSE, "force": True}, "/force"), ({}, "/reason"), ({"reason": 7}, "/reason")],
)
async def test_a_rebuild_takes_a_reason_and_nothing_else(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    answer = await world.as_("operator").post(PATH, body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert world.rebuilds == []


async def test_who_rebuilds_why_and_under_which_key_is_passed_on(world: World) -> None:
    asking = world.as_("operator", person="operator-1")
    assert (await asking.post(PATH, BECAUSE, idempotency_key="k-1")).status_code == 200
    assert world.rebuilds == [("operator-1", BECAUSE["reason"], "k-1")]


async def test_the_answer_compares_the_read_models_before_and_after(operator: Client) -> None:
    await operator.post(PATH, {"reason": "The first."})
    answer = await operator.post(PATH, BECAUSE)
    assert answer.status_code == 200
    rebuilt = answer.json()
    assert list(rebuilt) == [
        "service", "events", "digest_before", "digest_after", "equal", "seconds",
    ]  # fmt: skip
    assert (rebuilt["service"], rebuilt["events"], rebuilt["equal"]) == ("intake", 1, True)
    assert rebuilt["digest_before"] == rebuilt["digest_after"]
    assert rebuilt["seconds"] >= 0
    first, second = await noted(operator)
    assert (second["rebuilt_by"], second["reason"]) == ("operator-1", BECAUSE["reason"])
    assert first["reason"] == "The first."


async def test_a_rebuild_asked_for_twice_under_one_key_is_noted_once(operator: Client) -> None:
    answers = [await operator.post(PATH, BECAUSE, idempotency_key="k-1") for _ in range(2)]
    first, second = (answer.json() | {"seconds": 0} for answer in answers)
    assert first == second
    assert first["equal"] is True
    assert len(await noted(operator)) == 1
    other = await operator.post(PATH, {"reason": "Another."}, idempotency_key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert len(await noted(operator)) == 1


async def test_one_rebuild_at_a_time(operator: Client, service: Service) -> None:
    """While the writer is busy the first one waits; the second is refused at once."""
    busy, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        busy.set()
        assert go.wait(PATIENCE_SECONDS)

    holding = threading.Thread(target=service.writer.run, args=(hold,))
    holding.start()
    codes: list[tuple[int, str]] = []

    async def ask() -> None:
        answer = await operator.post(PATH, BECAUSE)
        codes.append((answer.status_code, answer.json().get("code", "")))
        go.set()

    assert await anyio.to_thread.run_sync(busy.wait, PATIENCE_SECONDS)
    with anyio.fail_after(PATIENCE_SECONDS):
        async with anyio.create_task_group() as both:
            both.start_soon(ask)
            both.start_soon(ask)
    holding.join(PATIENCE_SECONDS)
    assert codes == [(409, "rebuild-running"), (200, "")]
    assert len(await noted(operator)) == 1
