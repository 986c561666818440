"""What every story starts from."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of production."""
    return "asyncio"
