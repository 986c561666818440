"""A state is shown in plain JSON values; cents always become amounts with a currency."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.canonical import canonical
from shared.kernel.events import Fact
from shared.kernel.money import Cents, Ratio, money
from shared.kernel.periods import Quarter
from shared.kernel.policy_book import PolicyBook
from shared.kernel.shown import shown


class Part(Fact):
    """A part of a state."""

    kind: str
    amount_cents: Cents
    share: Ratio


@dataclass(frozen=True, slots=True)
class Held:
    """A state."""

    name: str = "é"
    total_cents: int = -1205
    none_cents: int | None = None
    paid_cents: Mapping[tuple[str, str], int] = field(
        default_factory=lambda: {("org_a", "salaries"): 5}
    )
    steps_cents: tuple[int, ...] = (1, 2)
    parts: tuple[Part, ...] = (Part(kind="k", amount_cents=7, share=Fraction(27, 83)),)
    members: frozenset[str] = frozenset({"b", "a", "c"})
    by_quarter: Mapping[Quarter, bool] = field(default_factory=lambda: {Quarter(2020, 1): True})
    _cache: int = 3


def test_a_state_is_shown_whole() -> None:
    assert shown(Held()) == {
        "name": "é",
        "total": {"amount": "-12.05", "currency": "CAD"},
        "none": None,
        "paid": {"org_a.salaries": money(5)},
        "steps": [money(1), money(2)],
        "parts": [{"kind": "k", "amount": money(7), "share": "27/83"}],
        "members": ["a", "b", "c"],
        "by_quarter": {"2020-21Q1": True},
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None), (True, True), (5, 5), ("x", "x"), (date(2020, 4, 1), "2020-04-01"),
        (datetime(2020, 4, 1, 0, 30, tzinfo=UTC), "2020-04-01T00:30:00.000000Z"),
        (datetime(2020, 4, 1, tzinfo=timezone(timedelta(hours=-4))), "2020-04-01T04:00:00.000000Z"),
        (Fraction(1, 3), "1/3"), (Fraction(2), "2"), (Decimal("499.990"), "499.990"),
        (Quarter(2020, 4), "2020-21Q4"), ([1, (2, 3)], [1, [2, 3]]), ({2, 1}, [1, 2]), ({}, {}),
        (MappingProxyType({"a_cents": 100}), {"a": money(100)}),
        (frozenset({Quarter(2021, 1), Quarter(2020, 1)}), ["2020-21Q1", "2021-22Q1"]),
        (frozenset({Part(kind="b", amount_cents=1, share=Fraction(1))}),
         [{"kind": "b", "amount": money(1), "share": "1"}]),
        (PolicyBook[int](), {"versions": {}}),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_one_form(value: Any, expected: Any) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize("value", [1.5, b"x", object(), Held, lambda: 1, 1j, [0.1], {"a": {0.5}}])
def test_what_has_no_exact_form_is_a_fault_of_ours(value: Any) -> None:
    with pytest.raises(TypeError):
        shown(value)


def test_a_naive_instant_is_never_shown() -> None:
    with pytest.raises(ValueError, match="offset"):
        shown(datetime(2020, 4, 1))  # noqa: DTZ001 - a naive instant is the point


@given(st.frozensets(st.tuples(st.text(max_size=3), st.integers(0, 3)), max_size=6))
def test_a_set_is_shown_in_one_order(value: frozenset[tuple[str, int]]) -> None:
    again = shown(frozenset(sorted(value, reverse=True)))
    assert shown(value) == again
    assert len(again) == len(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.fractions() | st.dates(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
        max_leaves=8,
    )
)
def test_whatever_is_shown_is_canonical_json(value: Any) -> None:
    assert json.loads(canonical(shown(value))) == shown(value)
