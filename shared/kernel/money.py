"""Integer cents, exact rates, one rounding (X9) and shares that always add up (X12)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

CENTS_MAX = 99_999_999_999_999
"""The largest amount, in cents: about a trillion dollars, far inside 64 bits."""

Cents: TypeAlias = Annotated[int, Field(strict=True, ge=-CENTS_MAX, le=CENTS_MAX)]
PositiveCents: TypeAlias = Annotated[int, Field(strict=True, gt=0, le=CENTS_MAX)]

_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?")
_RATIO = re.compile(r"(0|[1-9][0-9]{0,17})(/[1-9][0-9]{0,17}|\.[0-9]{1,12})?")
_RATIO_MAX = 10**18
"""What is recorded can be read again: no numerator or denominator is longer than the pattern."""


def half_up(amount: Fraction) -> int:
    """Round to the nearest integer, ties away from zero (HALF_UP, X9)."""
    whole, rest = divmod(abs(amount.numerator), amount.denominator)
    rounded = whole + (2 * rest >= amount.denominator)
    return rounded if amount >= 0 else -rounded


def portion(rate: Fraction, cents: int) -> int:
    """A rate of an amount, in cents, rounded HALF_UP once."""
    return half_up(rate * cents)


def _plain(number: Decimal | int | str) -> str:
    """A number without exponent; text stays as it is. Raises ValueError for no or vast numbers."""
    if isinstance(number, bool):
        raise ValueError("not a number")
    if not isinstance(number, Decimal):
        return str(number)
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise ValueError("not a number of ours")
    return f"{number:f}"


def to_cents(amount: Decimal | int | str) -> int:
    """Read dollars exactly; refuse more than two decimals and what is no number.

    Raises ValueError. A text has no exponent, sign `+`, space or grouping. Trailing zeros beyond
    the cent are more than two decimals too. `-0.0` is 0.
    """
    found = _AMOUNT.fullmatch(_plain(amount))
    if not found:
        raise ValueError("an amount has at most two decimals")
    sign, whole, decimals = found.groups("")
    cents = int(whole + decimals.ljust(2, "0"))
    if cents > CENTS_MAX:
        raise ValueError("an amount beyond every ceiling")
    return -cents if sign else cents


def dollars(cents: int) -> str:
    """Cents as plain decimal dollars: `-12.05`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def money(cents: int) -> dict[str, str]:
    """An amount as the interface shows it."""
    return {"amount": dollars(cents), "currency": "CAD"}


def _money_to_cents(value: Any) -> int:
    if not isinstance(value, Mapping) or value.keys() != {"amount", "currency"}:
        raise ValueError("an amount and a currency")
    if value["currency"] != "CAD":
        raise ValueError("only CAD is accounted here")
    amount = value["amount"]
    if not isinstance(amount, str | int | Decimal):
        raise ValueError("not an amount")
    return to_cents(amount)


_MONEY_SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$"},
        "currency": {"const": "CAD"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "examples": [{"amount": "10000.50", "currency": "CAD"}],
}

MoneyIn: TypeAlias = Annotated[int, BeforeValidator(_money_to_cents), WithJsonSchema(_MONEY_SCHEMA)]
"""In a form: `{"amount": "10000.50", "currency": "CAD"}`, read into integer cents."""


def _not_negative(cents: int) -> int:
    if cents < 0:
        raise ValueError("not below zero")
    return cents


def _above_zero(cents: int) -> int:
    if cents <= 0:
        raise ValueError("above zero")
    return cents


NonNegativeMoneyIn: TypeAlias = Annotated[MoneyIn, AfterValidator(_not_negative)]
PositiveMoneyIn: TypeAlias = Annotated[MoneyIn, AfterValidator(_above_zero)]


def to_ratio(value: Any) -> Fraction:
    """Read an exact, non-negative rate or share: `27/83`, `0.4` or a whole number.

    Raises ValueError for signs, percent signs, and fractions too long to be written and read again.
    """
    if isinstance(value, Fraction):
        ratio = value
    elif isinstance(value, str | int | Decimal) and _RATIO.fullmatch(text := _plain(value)):
        ratio = Fraction(text)
    else:
        raise ValueError("a fraction such as 27/83 or a decimal such as 0.4")
    if ratio < 0 or max(ratio.numerator, ratio.denominator) >= _RATIO_MAX:
        raise ValueError("a fraction of at most 18 digits above and below, not below zero")
    return ratio


Ratio: TypeAlias = Annotated[
    Fraction,
    BeforeValidator(to_ratio),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_RATIO.pattern}$", "examples": ["27/83"]}),
]
"""An exact rate or share, written `27/83` on the wire."""


def allocate(total: int, shares: Mapping[str, Fraction | int]) -> dict[str, int]:
    """Split a total by largest remainder, ties by id ascending (X12).

    The parts always add up to the total, whatever the order of the shares; a share of zero gets
    zero. Raises ValueError when no share is above zero or one is below.
    """
    weight = sum(shares.values(), Fraction(0))
    if weight <= 0 or any(share < 0 for share in shares.values()):
        raise ValueError("shares are not below zero, and at least one is above")
    sign = -1 if total < 0 else 1
    exact = {name: Fraction(share) * abs(total) / weight for name, share in shares.items()}
    parts = {name: int(amount) for name, amount in exact.items()}
    missing = abs(total) - sum(parts.values())
    by_remainder = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in by_remainder[:missing]:
        parts[name] += 1
    return {name: sign * part for name, part in parts.items()}
