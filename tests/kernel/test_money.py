"""Money is exact, rounded once, and never lost in a split."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from shared.kernel.canonical import read_json
from shared.kernel.events import Fact
from shared.kernel.money import (
    CENTS_MAX,
    Cents,
    MoneyIn,
    NonNegativeMoneyIn,
    PositiveCents,
    PositiveMoneyIn,
    Ratio,
    allocate,
    dollars,
    half_up,
    money,
    portion,
    to_cents,
    to_ratio,
)

CENTS = st.integers(-CENTS_MAX, CENTS_MAX)
SHARES = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.one_of(st.integers(0, 1000), st.fractions(0, 1, max_denominator=997)),
    min_size=1,
    max_size=8,
)
RATIOS = st.builds(Fraction, st.integers(0, 10**18 - 1), st.integers(1, 10**18 - 1))


class Form(Fact):
    """A body with money of each kind."""

    amount: MoneyIn = 0
    owed: NonNegativeMoneyIn = 0
    paid: PositiveMoneyIn = 1


class Rated(Fact):
    """A body with a rate."""

    rate: Ratio


# Rounding (X9)


@given(CENTS, st.integers(1, 10**6))
@example(1, 2)
@example(-1, 2)
@example(-3, 2)
def test_x9_half_up_rounds_as_decimal_does(numerator: int, denominator: int) -> None:
    with localcontext(prec=60):
        exact = Decimal(numerator) / Decimal(denominator)
        expected = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert half_up(Fraction(numerator, denominator)) == expected


@given(CENTS)
def test_x9_a_tie_goes_away_from_zero(cents: int) -> None:
    tie = Fraction(2 * abs(cents) + 1, 2)
    assert half_up(tie) == abs(cents) + 1
    assert half_up(-tie) == -abs(cents) - 1


def test_case_001_seven_lines_are_rounded_once_and_the_holdback_from_the_rounded() -> None:
    lines = [10_001, 20_006, 33_331, 47_116, 58_221, 64_446, 99_991]
    entitled = portion(Fraction("0.4"), sum(lines))
    held = portion(Fraction("0.1"), entitled)
    assert (entitled, held, entitled - held) == (133_245, 13_325, 119_920)


def test_case_002_three_equal_thirds() -> None:
    entitled = [portion(Fraction("0.4"), 33_333 * count) for count in (1, 2, 3)]
    held = [portion(Fraction("0.1"), amount) for amount in entitled]
    net = [amount - kept for amount, kept in zip(entitled, held, strict=True)]
    assert entitled == [13_333, 26_666, 40_000]
    assert held == [1_333, 2_667, 4_000]
    assert net == [12_000, 23_999, 36_000]


def test_case_003_a_tie_at_three_eighths() -> None:
    rate = Fraction("3/8")
    assert portion(rate, 8_765_436) == 3_287_039
    assert portion(Fraction("0.1"), 3_287_039) == 328_704
    assert portion(rate, 8_765_432) == 3_287_037
    assert portion(rate, -4) == -2


# Reading amounts

EXACT = {
    "33730648.78": 3_373_064_878,
    "1511033.6": 151_103_360,
    "35126336.82": 3_512_633_682,
    "4.35": 435,
    "1.15": 115,
    "1184010.69": 118_401_069,
}


@pytest.mark.parametrize(("text", "cents"), EXACT.items())
def test_case_004_decimals_are_read_exactly_as_text_and_as_number(text: str, cents: int) -> None:
    assert to_cents(text) == cents
    assert to_cents(read_json(text.encode())) == cents
    assert to_cents(f"-{text}") == -cents


def test_case_004_the_sum_and_what_is_payable() -> None:
    total = sum(map(to_cents, EXACT))
    entitled = portion(to_ratio("0.4"), total)
    held = portion(to_ratio("0.1"), entitled)
    assert (total, entitled, held) == (7_155_203_539, 2_862_081_416, 286_208_142)
    assert entitled - held == 2_575_873_274


@pytest.mark.parametrize(
    "text",
    [
        "35126336.823", "1.000", "1e400", "1E2", "1e-2", str(10**25), "true", "NaN", "Infinity",
        "-Infinity", "12,345.67", "12 345.67", "1_000", "1_0.00", "٣", "1.٣", "\uff11\uff12",
        "+1", " 1", "1 ", "1\n", "1.00\n", "\n1", "01", "00", "-01", "--1", "-", "", ".",
        ".5", "1.", "1.2.3",
        "0x10", "1/2", "$1", "1 CAD", "1\x00", "−1", "9" * 14, "9" * 5000, "1000000000000.00",
    ],
)  # fmt: skip
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|ceiling"):
        to_cents(text)


@pytest.mark.parametrize(
    "number",
    [
        b"35126336.823", b"1.000", b"1e400", b"-1e400", b"1e-400", b"0.001", b"1e25", b"4e-3",
        b"10000000000000000000000000", b"9" * 5000, b"1e99999999999999999999", b"1000000000000",
    ],
)  # fmt: skip
def test_a_json_number_that_is_no_amount_is_refused(number: bytes) -> None:
    value = read_json(number)
    with pytest.raises(ValueError, match=r"number|decimals|ceiling|digits"):
        to_cents(value)
    with pytest.raises(ValidationError):
        Form.model_validate({"amount": {"amount": value, "currency": "CAD"}})


@pytest.mark.parametrize("value", [True, False, Decimal("NaN"), Decimal("sNaN"), Decimal("-Inf")])
def test_what_is_no_number_at_all_is_refused(value: Decimal | bool) -> None:
    with pytest.raises(ValueError, match="not a number"):
        to_cents(value)


@pytest.mark.parametrize("zero", [b"0", b"-0", b"-0.0", b"0.00", b'"-0"', b'"-0.0"', b'"0"'])
def test_minus_zero_is_stored_as_zero(zero: bytes) -> None:
    assert dollars(to_cents(read_json(zero))) == "0.00"


def test_a_json_number_counts_by_its_value() -> None:
    assert to_cents(read_json(b"4e2")) == to_cents(read_json(b"400")) == 40_000


def test_the_largest_amount_is_the_last_one_taken() -> None:
    assert to_cents("999999999999.99") == CENTS_MAX
    assert to_cents("-999999999999.99") == -CENTS_MAX


@given(CENTS)
def test_what_is_shown_is_read_back(cents: int) -> None:
    assert to_cents(dollars(cents)) == cents
    assert to_cents(Decimal(dollars(cents))) == cents
    assert Form.model_validate({"amount": money(cents)}).amount == cents


@given(st.text("0123456789.,-+eE_ \n٣", max_size=8))
def test_every_text_is_read_as_decimal_reads_it_or_refused(text: str) -> None:
    try:
        cents = to_cents(text)
    except ValueError:
        return
    assert Decimal(cents) == Decimal(text) * 100


# Amounts in forms


@pytest.mark.parametrize(
    "value",
    [
        None, "1.00", 1, 1.0, [], ["amount", "currency"], {}, {"amount": "1"}, {"currency": "CAD"},
        {"amount": "1", "currency": "USD"}, {"amount": "1", "currency": "cad"},
        {"amount": "1", "currency": "CAD", "more": 1}, {"amount": 1.5, "currency": "CAD"},
        {"amount": True, "currency": "CAD"}, {"amount": None, "currency": "CAD"},
        {"amount": [1], "currency": "CAD"}, {"amount": "1", "currency": None},
        {"amount": "1", "currency": "CAD\n"}, {"amount": "1\n", "currency": "CAD"},
    ],
)  # fmt: skip
def test_what_is_no_money_is_refused_without_echo(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"amount": value})
    assert "input_value" not in str(caught.value)


def test_an_amount_below_zero_is_refused_where_none_is_meant() -> None:
    for name, amount in (("owed", "-0.01"), ("paid", "-0.01"), ("paid", "0.00")):
        with pytest.raises(ValidationError):
            Form.model_validate({name: {"amount": amount, "currency": "CAD"}})
    assert Form.model_validate({"owed": money(0)}).owed == 0
    assert Form.model_validate({"paid": money(1)}).paid == 1


def test_x9_cents_in_events_are_integers_inside_the_ceiling() -> None:
    cents, positive = TypeAdapter(Cents), TypeAdapter(PositiveCents)
    assert cents.validate_json("-5") == -5
    for text in ("1.0", '"1"', "true", str(CENTS_MAX + 1), str(-CENTS_MAX - 1)):
        with pytest.raises(ValidationError):
            cents.validate_json(text)
    with pytest.raises(ValidationError):
        positive.validate_json("0")


# Rates


@given(RATIOS)
def test_x9_a_rate_is_exact_on_the_wire_and_back(rate: Fraction) -> None:
    wire = Rated(rate=rate).model_dump_json()
    assert wire == f'{{"rate":"{rate}"}}'
    assert Rated.model_validate_json(wire).rate == rate


@given(st.text("0123456789./", max_size=40))
def test_every_rate_that_is_read_can_be_written_and_read_again(text: str) -> None:
    try:
        rate = to_ratio(text)
    except ValueError:
        return
    assert to_ratio(str(rate)) == rate


@given(st.integers(0, 10**6), st.integers(0, 12))
def test_a_rate_is_the_same_as_number_and_as_text(digits: int, places: int) -> None:
    text = f"{Decimal(digits).scaleb(-places):f}"
    assert to_ratio(text) == to_ratio(read_json(text.encode())) == Fraction(text)


@pytest.mark.parametrize(
    "value",
    [
        "-1/2", "-0", "1/0", "0/0", "1/-2", "1/2\n", "40%", "40 %", "1e2", ".4", "4.", "1/2/3",
        "1_0", "٣/٤", "", " 1", "+1", "01", "0.1234567890123", "9" * 19, f"1/{'9' * 19}", "nan",
        "123456789012345678.123456789012", True, None, 0.4, [], Decimal("NaN"), Decimal("1e400"),
        -1, Decimal("-0.4"), Fraction(-1, 2), Fraction(1, 10**18), Fraction(10**18), 10**40,
    ],
)  # fmt: skip
def test_what_is_no_rate_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"fraction|number|digits"):
        to_ratio(value)


def test_the_published_schemas_take_what_the_forms_take_and_nothing_longer() -> None:
    rated = Draft202012Validator(Rated.model_json_schema())
    schema = Draft202012Validator(Form.model_json_schema())
    for good in ("27/83", "0.4", "1"):
        assert rated.is_valid({"rate": good})
    for bad in ("x27/83", "27/83 ", "27/83\n0", "-1"):
        assert not rated.is_valid({"rate": bad})
    assert schema.is_valid({"amount": money(-1205)})
    assert not schema.is_valid({"amount": {"amount": "1.234", "currency": "CAD"}})


# Shares (X12)


@pytest.mark.parametrize("order", list(permutations("ABC")))
def test_case_005_the_stray_cent_does_not_depend_on_the_order(order: tuple[str, ...]) -> None:
    weights = {"A": 7, "B": 5, "C": 1}
    parts = allocate(700_273, {name: weights[name] for name in order})
    assert parts == {"A": 377_070, "B": 269_336, "C": 53_867}
    assert list(parts) == list(order)
    assert allocate(700_273, {**weights, "D": 0}) == {**parts, "D": 0}
    entitled = {name: portion(Fraction("0.4"), part) for name, part in parts.items()}
    assert entitled == {"A": 150_828, "B": 107_734, "C": 21_547}


@given(CENTS, SHARES)
def test_x12_parts_add_up_lie_within_a_cent_and_never_go_to_a_zero_share(
    total: int, shares: dict[str, Fraction | int]
) -> None:
    weight = sum(shares.values(), Fraction(0))
    if not weight:
        with pytest.raises(ValueError, match="above"):
            allocate(total, shares)
        return
    parts = allocate(total, shares)
    assert sum(parts.values()) == total
    assert parts.keys() == shares.keys()
    for name, share in shares.items():
        assert abs(parts[name] - total * Fraction(share) / weight) < 1
        assert share or not parts[name]


@given(CENTS, SHARES.filter(lambda shares: any(shares.values())), st.randoms())
def test_x12_parts_depend_neither_on_order_nor_on_scale_and_mirror_with_the_sign(
    total: int, shares: dict[str, Fraction | int], random: Any
) -> None:
    parts = allocate(total, shares)
    items = list(shares.items())
    random.shuffle(items)
    assert allocate(total, dict(items)) == parts
    assert allocate(total, {name: share * 7 for name, share in items}) == parts
    assert allocate(-total, shares) == {name: -part for name, part in parts.items()}


def test_x12_equal_shares_give_the_spare_cents_by_id() -> None:
    assert allocate(5, {"c": 1, "a": 1, "b": 1}) == {"c": 1, "a": 2, "b": 2}


@pytest.mark.parametrize("shares", [{}, {"a": 0}, {"a": 1, "b": -1}, {"a": -1}])
def test_x12_shares_that_divide_nothing_are_refused(shares: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="shares"):
        allocate(1, shares)
