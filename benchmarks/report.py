"""The results of a run: kept as `results/latest.json`, shown on a terminal and in the documents.

`python -m benchmarks.report` writes the table of the last run into `docs/performance.md`.
"""

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from os import cpu_count, getloadavg
from pathlib import Path
from typing import Any

from benchmarks.rounds import Result

LATEST = Path(__file__).parent / "results" / "latest.json"
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
HEADER = (
    "| what | ours | beside it | unit | ratio | spread | goal | met |\n"
    "|---|---:|---:|---|---:|---:|---:|---|\n"
)


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


def measured(found: dict[str, Any]) -> str:
    """A run as Markdown: where and when, each figure, and what each was held against."""
    results = [Result(**each) for each in found["results"]]
    load = ", ".join(map(str, found["load"]))
    others = {result.other_is: f"- {_goal(result.name)}: {result.other_is}" for result in results}
    return (
        f"The {found['size']} run of {found['date']} on {found['machine']},"
        f" in {found['seconds']} s; load averages at its end {load}.\n\n"
        + HEADER
        + "".join(map(_row, results))
        + "\nBeside it stood:\n\n"
        + "\n".join(others.values())
        + "\n"
    )


def _goal(name: str) -> str:
    return name.partition(" ")[0]


def _row(result: Result) -> str:
    low, high = result.spread
    return (
        f"| {result.name} | {result.ours:,.1f} | {result.other:,.1f} | {result.unit} |"
        f" {result.ratio:.2f} | {low:.2f}–{high:.2f} | {result.wanted} | {result.met} |\n"
    )


def written(document: str, found: dict[str, Any]) -> str:
    """The document with this run in the place of the last. Raises ValueError without a place."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the document has no place for what was measured")
    return f"{before}{BEGIN}\n{measured(found)}\n{END}{after}"


def main() -> None:
    """Write the last run into the document."""
    found = json.loads(LATEST.read_text("utf-8"))
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), found), "utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")


if __name__ == "__main__":
    main()
