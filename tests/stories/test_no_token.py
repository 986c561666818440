"""Nothing below `/v1` of any service says anything to somebody without a token."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stories.plans import playing
from tests.stories.world import World, whole_system

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def wiring() -> None:
    """Told once: tokens are looked at before anything that differs by wiring."""


SERVICES = ("intake", "evaluation", "membership", "reimbursement", "audit")
METHODS = {"get", "put", "post", "delete", "patch"}
OPEN = ["/", "/livez", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json", "/docs"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with whole_system(tmp_path, playing()) as here:
        yield here


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_of_a_service_wants_a_token(world: World, service: str) -> None:
    described = (await world.http.get(f"/{service}/openapi.json")).json()["paths"]
    routes = [
        (method, path)
        for path, operations in described.items()
        for method in operations
        if method in METHODS and path.startswith("/v1/")
    ]
    assert ("post", "/v1/rebuilds") in routes
    assert ("get", "/v1/events/stream") in routes
    for method, path in routes:
        filled = re.sub(r"\{\w+\}", "x", path)
        answer = await world.http.request(method, f"/{service}{filled}", content=b"{broken")
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_open_says_nothing_of_anybody(world: World, service: str) -> None:
    for path in OPEN[1:]:
        assert (await world.http.get(f"/{service}{path}")).status_code == 200, path
    for path in ("/v1", "/v1/", "/v1/nothing"):
        assert (await world.http.get(f"/{service}{path}")).status_code == 401, path
    assert (await world.http.get("/")).status_code == 200


@pytest.mark.parametrize("service", SERVICES)
async def test_a_token_of_another_system_opens_nothing(
    world: World, service: str, tmp_path: Path
) -> None:
    async with whole_system(tmp_path / "other", playing()) as other:
        foreign = other.fleet.issuer.issue("auditor", "auditor-1")
    headers = {"authorization": f"Bearer {foreign}"}
    answer = await world.http.get(f"/{service}/v1/events", headers=headers)
    assert answer.status_code == 401
