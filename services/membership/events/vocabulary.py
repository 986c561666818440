"""The words that membership's events share, and what each of them looks like."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from shared.kernel.identifiers import Line
from shared.kernel.money import Cents

Country: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["CA", "NO"])]
"""An ISO 3166-1 code; every country is welcome (M-7)."""
Province: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$", examples=["QC"])]
"""The subdivision part of an ISO 3166-2 code."""
Kind: TypeAlias = Annotated[Line, Field(max_length=60, examples=["SME", "research centre"])]
"""What a party is, in the words of its register: an open list, it never gates (M-6)."""
BusinessNumber: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./-]{1,39}$", examples=["123456789RC0001"])
]
"""A registry's number of a body, spelled as given."""


def _plain(number: Decimal) -> Decimal:
    return Decimal(f"{number:f}")


Fte: TypeAlias = Annotated[
    Decimal, Field(ge=0, max_digits=9, decimal_places=2), AfterValidator(_plain)
]
"""Full-time equivalents, to the hundredth, written without an exponent."""
FteLimit: TypeAlias = Annotated[int, Field(gt=0, le=1_000_000)]
Days: TypeAlias = Annotated[int, Field(ge=0, le=3650)]
"""A number of calendar days."""
FeeCents: TypeAlias = Annotated[Cents, Field(ge=0)]
"""A yearly fee; zero where a class owes none."""
FeeClass: TypeAlias = Literal["individual", "sme", "large", "academic", "nonprofit", "government"]
FeeYearNumber: TypeAlias = Annotated[int, Field(ge=1)]
"""1 is the year that begins with the admission (M-11)."""
BeforeMembership: TypeAlias = Literal["registered", "associate", "candidate"]
"""What a party may be again where a candidacy or its being an associate is over."""
WhyClosed: TypeAlias = Literal["expired", "admitted", "award_lapsed", "dissolved"]
Mistake: TypeAlias = Literal["payment", "assessment"]
"""`payment`: the money went back, the same fee is owed again; `assessment`: the fee was wrong."""
IntroductionId: TypeAlias = Annotated[str, Field(pattern=r"^int_[0-9a-f]{32}$")]
ContactReference: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", examples=["contact-1"])
]
"""Where the vault keeps a contact's details; it says nothing about the person."""
