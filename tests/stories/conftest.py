"""What every story starts from."""

from collections.abc import Iterator

import pytest

from tests.stories.world import on_real_servers


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of production."""
    return "asyncio"


@pytest.fixture(autouse=True, params=["embedded", "on real servers"])
def wiring(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every story is told twice: services' code is the same, what differs is how it is wired."""
    if request.param == "embedded":
        yield
        return
    with on_real_servers():
        yield
