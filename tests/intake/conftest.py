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
