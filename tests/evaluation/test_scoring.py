"""The weighted score: case C-035 to the fraction, order irrelevant, bounds, ranks."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.evaluation.domain.scoring import (
    CriterionUnscored,
    ranks,
    scores_hash,
    two_decimals,
    weigh,
)
from services.evaluation.events.policy import Parameters
from tests.evaluation.examples import C_035, CRITERIA

USUAL = Parameters()

half_points = st.integers(0, 10).map(lambda halves: Decimal(halves) / 2)
reviews = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.fixed_dictionaries({name: half_points | st.none() for name in CRITERIA}),
    min_size=1,
    max_size=6,
)


def c_035() -> dict[str, dict[str, Decimal | None]]:
    """The three reviews of the case."""
    return {
        f"reviewer-{number}": {
            name: None if points is None else Decimal(points)
            for name, points in zip(CRITERIA, row, strict=True)
        }
        for number, row in enumerate(C_035, 1)
    }


def test_c_035_not_applicable_is_not_zero() -> None:
    criteria, result = weigh(USUAL, c_035())
    means = {part.criterion: part.mean for part in criteria}
    assert means == {
        "team": Fraction(23, 6),
        "business": Fraction(3),
        "strategic": Fraction(17, 4),
        "ecosystem": Fraction(15, 4),
    }
    assert result == Fraction(905, 12)
    assert two_decimals(result) == "75.42"


def test_c_035_zeros_would_give_another_result() -> None:
    zeros = {
        person: {name: score or Decimal(0) for name, score in scores.items()}
        for person, scores in c_035().items()
    }
    assert two_decimals(weigh(USUAL, zeros)[1]) == "56.67"


def test_c_035_a_criterion_that_nobody_scored_makes_the_total_incomplete() -> None:
    nobody: dict[str, dict[str, Decimal | None]] = {
        person: {**scores, "strategic": None} for person, scores in c_035().items()
    }
    with pytest.raises(CriterionUnscored) as caught:
        weigh(USUAL, nobody)
    assert caught.value.facts == {"criteria": ["strategic"]}


def test_a_spread_of_two_points_is_an_alert_and_nothing_else() -> None:
    criteria, _ = weigh(USUAL, c_035())
    alerts = {part.criterion: (str(part.spread), part.spread_alert) for part in criteria}
    assert alerts["team"] == ("1.5", False)
    strict = Parameters(score_spread_alert=Decimal("1.5"))
    assert [
        part.spread_alert for part in weigh(strict, c_035())[0] if part.criterion == "team"
    ] == [True]
    assert weigh(strict, c_035())[1] == weigh(USUAL, c_035())[1]


def test_another_scale_is_weighed_to_100_as_well() -> None:
    ten = Parameters(score_scale=10, criterion_weights={"impact": 100})
    assert weigh(ten, {"a": {"impact": Decimal("7.5")}})[1] == 75


@for_all(reviews, st.randoms(use_true_random=False))
def test_the_order_of_reviews_is_irrelevant(
    given: Mapping[str, dict[str, Decimal | None]], chance: object
) -> None:
    mixed = list(given.items())
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert _weighed(given) == _weighed(dict(mixed))
    assert scores_hash(USUAL, given) == scores_hash(USUAL, dict(mixed))


@for_all(reviews)
def test_the_score_is_exact_and_lies_between_0_and_100(
    given: Mapping[str, dict[str, Decimal | None]],
) -> None:
    weighed = _weighed(given)
    if weighed is None:
        assert any(all(r[name] is None for r in given.values()) for name in CRITERIA)
        return
    criteria, result = weighed
    assert 0 <= result <= 100
    lowest = sum(part.weight * min(_scores(given, part.criterion)) for part in criteria)
    highest = sum(part.weight * max(_scores(given, part.criterion)) for part in criteria)
    assert lowest <= result * 5 <= highest


def _scores(given: Mapping[str, dict[str, Decimal | None]], name: str) -> list[Fraction]:
    return [Fraction(score) for r in given.values() if (score := r[name]) is not None]


def _weighed(given: Mapping[str, dict[str, Decimal | None]]):  # type: ignore[no-untyped-def]
    try:
        return weigh(USUAL, given)
    except CriterionUnscored:
        return None


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        (Fraction(0), "0.00"),
        (Fraction(100), "100.00"),
        (Fraction(905, 12), "75.42"),
        (Fraction(75005, 1000), "75.01"),
        (Fraction(7500499, 100000), "75.00"),
    ],
)
def test_a_score_is_shown_to_two_decimals_half_up(score: Fraction, shown: str) -> None:
    assert two_decimals(score) == shown


def test_equal_scores_share_a_rank_and_are_compared_exactly() -> None:
    scores = {
        "a": Fraction(150, 2),
        "b": Fraction(75),
        "c": Fraction(905, 12),
        "d": Fraction(75) - Fraction(1, 10**9),
    }
    assert ranks(scores) == {"a": "2=", "b": "2=", "c": "1", "d": "4"}
