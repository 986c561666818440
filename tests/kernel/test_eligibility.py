"""Which participants are one party, and what a person may hold distinct (I-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations

import pytest

from shared.kernel.eligibility import (
    COMPUTED,
    Case,
    Condition,
    Organisation,
    Pairs,
    compute,
    distinct,
    stream_of,
)

DAY = date(2020, 7, 20)
PORT, FIRM, YARD = (f"org_{letter * 32}" for letter in "abc")


@dataclass(frozen=True)
class Named:
    """A party of these tests."""

    organisation_id: str
    name: str


@dataclass(frozen=True)
class Said:
    """What a proposal of these tests says."""

    planned_start: date | None = None
    endorsed: bool = False
    work_places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The programme's usual figures."""

    min_participants: int = 2
    min_smes: int = 1
    sme_fte_lt: int = 500
    ready_within_days: int = 90


NAMED = (Named(PORT, "Port"), Named(FIRM, "Firm"), Named(YARD, "Yard"))
CHAIN: Mapping[str, Organisation] = {
    stream_of(PORT): Organisation().affiliated(PORT, FIRM, DAY),
    stream_of(YARD): Organisation().affiliated(YARD, FIRM, DAY),
}
"""The firm is under common control with both others."""


@pytest.mark.parametrize(
    ("held_distinct", "parties"),
    [
        ((), [(PORT, FIRM, YARD)]),
        ([(PORT, FIRM)], [(PORT, FIRM, YARD)]),
        ([(PORT, FIRM), (PORT, YARD)], [(PORT,), (FIRM, YARD)]),
        ([(PORT, FIRM), (PORT, YARD), (FIRM, YARD)], [(PORT,), (FIRM,), (YARD,)]),
    ],
    ids=["nothing held", "still one by the third", "one held apart", "all apart"],
)
def test_i11_who_is_held_distinct_counts_as_two(
    held_distinct: Pairs, parties: list[tuple[str, ...]]
) -> None:
    for order in permutations(NAMED):
        assert distinct(order, CHAIN, DAY, held_distinct) == parties


def test_i11_a_case_counts_who_is_held_distinct() -> None:
    case = Case(Said(), NAMED[:2], CHAIN, Rules(), DAY)
    held = Case(Said(), NAMED[:2], CHAIN, Rules(), DAY, held_distinct=[(PORT, FIRM)])
    verdicts = [compute("participants", each) for each in (case, held)]
    assert [found.verdict for found in verdicts if found] == ["not_met", "met"]


@pytest.mark.parametrize("condition", COMPUTED)
def test_e0_a_computed_condition_says_why_in_both_languages(condition: Condition) -> None:
    rule = COMPUTED[condition]
    for said in (Said(), Said(DAY, True, ("QC", "NO"))):
        found = rule(Case(said, NAMED, {}, Rules(), DAY))
        assert found.because.endswith(".")
        assert found.french.endswith(".")
        assert found.because != found.french
