"""Raw strings of real registers as reasons and rationales: read back exactly, or refused clearly.

Source and licence of the strings: `tests/data/README.md`.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.evaluation.examples import C_035, REVIEWERS, STARTUP
from tests.evaluation.rest import (
    HERE,
    ask_then,
    done,
    eligible,
    in_selection,
    review,
    ruled,
    submitted,
    tell,
)
from tests.support.catalogue import ROOT
from tests.support.running import Running

with (ROOT / "tests" / "data" / "hostile_real_values.csv").open(encoding="utf-8", newline="") as f:
    VALUES = sorted({row["raw_value"] for row in csv.DictReader(f)})
UNREADABLE = {" "}
"""What is no text at all: nothing in it can be seen."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service, in which the first reviewer has submitted and the second one is at work."""
    folder = tmp_path_factory.mktemp("evaluation")
    with ruled(folder) as here:
        in_selection(eligible(submitted(here)))
        review(here, "reviewer-1", C_035[0])
        tell(here, "reviewers", {"person": "reviewer-2", "affiliations": []})
        tell(here, "conflict", {"declaration": "none"}, REVIEWERS[1])
        yield here


def kept(answer: httpx.Response, value: str, pointer: str) -> Any:
    """The state, or nothing where the value was refused as unreadable, and never repeated."""
    if value not in UNREADABLE:
        return done(answer)
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    return None


@pytest.mark.parametrize("value", VALUES)
def test_e2_reasons_rationales_and_questions_are_kept_exactly(hostile: Running, value: str) -> None:
    """E-0, E-2: what an officer or a reviewer writes is what the others read."""
    scored = {"score": "3.5", "rationale": value}
    answer = ask_then(hostile, "PUT", f"{HERE}/scores/team", scored, REVIEWERS[1])
    if state := kept(answer, value, "/rationale"):
        assert state["reviews"]["reviewer-2"]["scores"]["team"]["rationale"] == value
    given = {"verdict": "met", "reason": value}
    answer = ask_then(hostile, "PUT", f"{HERE}/eligibility/scope", given)
    if state := kept(answer, value, "/reason"):
        assert state["verdicts"]["scope"]["reason"] == value
    question = {"question": value, "blocking": False}
    answer = ask_then(hostile, "POST", f"{HERE}/requests", question)
    if state := kept(answer, value, "/question"):
        asked = state["requests"]
        assert asked[f"request-{len(asked)}"]["question"] == value


def test_e8_findings_clearances_and_recommendations_are_kept_exactly(locked: Running) -> None:
    """All strings at once, as the reasons of one recommendation; one, in findings and clearance."""
    texts = [value for value in VALUES if value not in UNREADABLE][:50]
    finding = {"finding": texts[0], "source": texts[1], "organisation_id": STARTUP}
    state = tell(locked, "due-diligence/findings", finding)
    assert [state["findings"][0][name] for name in ("finding", "source")] == texts[:2]
    assert (
        tell(locked, "due-diligence/clear", {"reason": texts[2]})["due_diligence"]["reason"]
        == texts[2]
    )
    state = tell(locked, "recommendation", {"outcome": "declined", "reasons": texts})
    assert state["recommendation"]["reasons"] == texts


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Running]:
    """A service in which due diligence goes on."""
    with ruled(tmp_path) as here:
        in_selection(eligible(submitted(here)))
        for number, points in enumerate(C_035, 1):
            review(here, f"reviewer-{number}", points)
        tell(here, "lock")
        yield here


@pytest.mark.parametrize(
    "value", ["a\x00b", "right\u202eleft", "line\u2028break", "half \ud800 pair", "x" * 401]
)
def test_what_would_mislead_a_reader_is_refused(hostile: Running, value: str) -> None:
    answer = ask_then(
        hostile, "PUT", f"{HERE}/eligibility/scope", {"verdict": "met", "reason": value}
    )
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
