"""Killed at any step on PostgreSQL and started again, services have lost and doubled nothing."""

import json
import subprocess
import sys

from shared.runtime.failpoints import POINTS

EACH = 2
"""`make faults` does more."""
SECONDS_MAX = 500


def test_kills_at_every_step_on_postgresql_lose_double_and_bend_nothing() -> None:
    words = [sys.executable, "-m", "tests.faults.on_postgres", "--each", str(EACH), "--seed", "1"]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert ran.stdout, ran.stderr
    figures = json.loads(ran.stdout)
    assert figures["anomalies"] == []
    assert {place for place in POINTS if figures["killed_at"].get(place, 0) >= EACH} == {*POINTS}
    assert figures["acknowledged"] > figures["kills"] >= EACH * len(POINTS)
