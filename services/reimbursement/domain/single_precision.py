"""Whether two published amounts are one amount, of which one went through 32 binary digits.

Some publications keep amounts as IEEE 754 binary32 and print the shortest decimal that reads back
as the same number: 229,765,127 becomes 229,765,120. All arithmetic here is exact.
"""

from fractions import Fraction

DIGITS = 24
"""Binary digits of such a number."""
SHORTEST_MAX = 9
"""No such number needs more decimal digits to be told from its neighbours."""


def single(value: Fraction) -> Fraction:
    """The nearest number of 24 binary digits; of two equally near ones the even one."""
    if value == 0:
        return value
    sign, size = (-1, -value) if value < 0 else (1, value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length() - DIGITS
    while size / Fraction(2) ** exponent >= 2**DIGITS:
        exponent += 1
    while size / Fraction(2) ** exponent < 2 ** (DIGITS - 1):
        exponent -= 1
    unit = Fraction(2) ** exponent
    return sign * round(size / unit) * unit


def shortest(value: Fraction) -> Fraction:
    """The decimal of fewest digits that reads back as the same 24 binary digits."""
    kept = single(value)
    if kept == 0:
        return kept
    size = abs(kept)
    power = len(str(int(size))) if size >= 1 else 0
    for digits in range(1, SHORTEST_MAX + 1):
        unit = Fraction(10) ** (power - digits)
        candidate = round(size / unit) * unit * (1 if kept > 0 else -1)
        if single(candidate) == kept:
            return candidate
    return kept


def rounded(cents: int) -> bool:
    """Whether an amount may have gone through 32 binary digits: it is such a shortest decimal."""
    return shortest(Fraction(cents, 100)) == Fraction(cents, 100)


def same_amount(one_cents: int, other_cents: int) -> bool:
    """Whether two amounts are equal, or one of them is the other one rounded like that."""
    if one_cents == other_cents:
        return True
    one, other = Fraction(one_cents, 100), Fraction(other_cents, 100)
    return shortest(one) == other or shortest(other) == one
