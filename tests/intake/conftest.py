"""Intake as a running service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.examples import officer
from tests.intake.rest import POLICY
from tests.support.running import Running, running


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, "intake") as here:
        assert here.as_(officer).post("/v1/policies", POLICY).status_code == 201
        yield here


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all requests that change nothing."""
    with running(tmp_path_factory.mktemp("intake"), "intake") as here:
        here.as_(officer).post("/v1/policies", POLICY)
        yield here
