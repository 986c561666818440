"""Both databases for the tests that ask for them: `usefixtures("database")`."""

from collections.abc import Iterator

import pytest

from tests.support.databases import on_postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The test runs on each of the two."""
    if request.param == "sqlite":
        yield request.param
        return
    with on_postgresql():
        yield request.param
