"""The results of a run: kept as `results/latest.json`, shown as a table for a terminal."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from os import cpu_count, getloadavg
from pathlib import Path
from typing import Any

from benchmarks.rounds import Result

LATEST = Path(__file__).parent / "results" / "latest.json"


def table(results: Sequence[Result]) -> str:
    """The results as lines for a terminal."""
    lines = [f"{'':52} {'ours':>10} {'other':>10} {'ratio':>7} {'spread':>13} {'goal':>7}  met"]
    for result in results:
        low, high = result.spread
        lines.append(
            f"{result.name:52} {result.ours:10,.1f} {result.other:10,.1f} {result.ratio:7.2f}"
            f" {low:6.2f}-{high:<6.2f} {result.wanted:>7}  {result.met}"
        )
        lines.append(f"  {result.unit}; other: {result.other_is}")
    return "\n".join(lines)


def write(results: Sequence[Result], *, full: bool, seconds: float) -> Path:
    """Keep the results of a whole run."""
    found = {
        "machine": f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": "full" if full else "short",
        "seconds": round(seconds),
        "load": [round(load, 1) for load in getloadavg()],
        "results": [asdict(result) for result in results],
    }
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return LATEST


def read() -> tuple[dict[str, Any], list[Result]]:
    """The last whole run: what is known of it, and its results."""
    found: dict[str, Any] = json.loads(LATEST.read_text("utf-8"))
    return found, [Result(**each) for each in found.pop("results")]
