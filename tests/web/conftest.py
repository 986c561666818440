"""What every test of the web layer starts from."""

import pytest

from tests.web.world import World


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of production."""
    return "asyncio"


@pytest.fixture
def world() -> World:
    """A service with nothing in it."""
    return World()
