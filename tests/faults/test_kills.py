"""Killed at any step and started again, a system has lost, doubled and bent nothing."""

import faulthandler
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from shared.runtime.failpoints import POINTS
from tests.faults.planted import PLANTED

KILLS = 150
"""By seed; `make faults` runs 20,000: a campaign forks, and lives in a process without threads."""


def campaign(*words: str) -> tuple[int, Any]:
    """The exit code and the figures of a campaign in a process of its own."""
    asked = [sys.executable, "-m", "tests.faults", *words]
    ran = subprocess.run(asked, capture_output=True, text=True, timeout=900, check=False)
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


@pytest.mark.parametrize("seed", [7, 8])
def test_hundreds_of_kills_at_every_step_lose_double_and_bend_nothing(seed: int) -> None:
    code, figures = campaign("--kills", str(KILLS), "--seed", str(seed))
    assert figures["anomalies"] == []
    assert (code, figures["not_reached"]) == (0, [])
    assert figures["kills"] >= KILLS
    assert figures["acknowledged"] > KILLS
    assert figures["reached"].keys() == set(POINTS)


@pytest.fixture(scope="module")
def taken() -> Mapping[str, int | None]:
    """By bug, how many kills it took to find it."""
    faulthandler.cancel_dump_traceback_later()  # It takes minutes.
    found: Mapping[str, int | None]
    _, found = campaign("--kills", "400", "--seed", "3", "--planted", "every")
    return found


@pytest.mark.parametrize("bug", PLANTED)
def test_a_bug_put_in_on_purpose_is_found(taken: Mapping[str, int | None], bug: str) -> None:
    assert taken[bug] is not None


def test_what_was_not_put_in_is_not_found() -> None:
    code, figures = campaign("--kills", "20", "--seed", "3", "--planted", "nothing")
    assert (code, figures["anomalies"]) == (1, [])
