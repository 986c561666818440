"""Ratios are of the same rounds, goals have a direction, a document keeps all but the figures."""

from typing import Any

import pytest

from benchmarks.report import BEGIN, DOCUMENT, END, measured, table, written
from benchmarks.rounds import Against, Result, compared, in_turns

UP = Against(other_is="the limit", goal=0.5)
DOWN = Against(other_is="the limit", goal=3.0, better="lower", unit="milliseconds")


def run_of(*results: Result) -> dict[str, Any]:
    """A run with these results, as it is kept."""
    return {
        "machine": "x86_64, 2 cores, Python 3.11.7",
        "date": "2026-11-25T03:27:20+00:00",
        "size": "short",
        "seconds": 400,
        "load": [1.5, 1.0, 0.5],
        "results": [
            {name: getattr(result, name) for name in Result.__dataclass_fields__}
            for result in results
        ],
    }


def test_a_ratio_compares_figures_of_the_same_round() -> None:
    found = compared("P1", [10.0, 100.0, 30.0], [20.0, 100.0, 120.0], UP)
    assert (found.ratio, found.spread) == (0.5, (0.25, 1.0))
    assert (found.ours, found.other) == (30.0, 100.0)


@pytest.mark.parametrize(
    ("against", "ours", "met"),
    [
        (UP, 50.0, "yes"),
        (UP, 49.0, "no"),
        (DOWN, 300.0, "yes"),
        (DOWN, 301.0, "no"),
        (Against(other_is="a peer", goal=None), 1.0, "-"),
    ],
)
def test_a_goal_has_a_direction(against: Against, ours: float, met: str) -> None:
    assert compared("P", [ours], [100.0], against).met == met


def test_contenders_take_turns_and_the_first_round_is_not_counted() -> None:
    turns: list[str] = []

    def measure(name: str) -> float:
        turns.append(name)
        return float(len(turns))

    found = in_turns("P", 2, {"a": lambda: measure("a"), "b": lambda: measure("b")})
    assert turns == ["a", "b"] * 3
    assert found == {"a": [3.0, 5.0], "b": [4.0, 6.0]}


def test_a_new_run_takes_the_place_of_the_last_and_of_nothing_else() -> None:
    run = run_of(compared("P1 append", [50.0], [100.0], UP))
    document = f"Before.\n\n{BEGIN}\nold figures\n\n{END}\nAfter.\n"
    once = written(document, run)
    assert once == f"Before.\n\n{BEGIN}\n{measured(run)}\n{END}\nAfter.\n"
    assert written(once, run) == once
    assert "| P1 append | 50.0 | 100.0 | per second | 0.50 | 0.50–0.50 | ≥ 0.5 | yes |" in once
    assert "P1 append" in table([Result(**each) for each in run["results"]])


def test_a_document_without_a_place_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no place"):
        written(f"No place. {END}", run_of())


def test_the_document_has_a_place() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text.index(BEGIN) < text.index(END)
