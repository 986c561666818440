"""Identifiers and short texts: what they look like, and nothing about how they are made."""

import re
import unicodedata
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

ProjectId: TypeAlias = Annotated[str, Field(pattern=r"^prj_[0-9a-f]{32}$")]
OrganisationId: TypeAlias = Annotated[str, Field(pattern=r"^org_[0-9a-f]{32}$")]
ClaimId: TypeAlias = Annotated[
    str, Field(pattern=r"^prj_[0-9a-f]{32}\.org_[0-9a-f]{32}\.20[0-9]{2}-[0-9]{2}Q[1-4]$")
]
"""`{project_id}.{organisation_id}.{quarter}`."""
PersonId: TypeAlias = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
"""The subject of a token: visible ASCII, so that two spellings of one person cannot look alike."""
Slug: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A name chosen by an operator: a programme, a policy version, an envelope."""
Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def _clean(text: str) -> str:
    """Refuse control characters and bidirectional overrides; keep the spelling as given."""
    if _FORBIDDEN.search(text) or not any(c.isprintable() and not c.isspace() for c in text):
        raise ValueError("printable text")
    return text


Line: TypeAlias = Annotated[str, Field(max_length=400), AfterValidator(_clean)]
"""A short text: a name, a title, a reason."""
Text: TypeAlias = Annotated[str, Field(max_length=10_000), AfterValidator(_clean)]
"""A longer text that is not confidential."""


def same_name(name: str) -> str:
    """The form in which two spellings of one name are equal (I-11, C-038).

    Compatibility forms, case, spaces, punctuation, symbols and the kind of dash or apostrophe don't
    matter (unless there is nothing else); accents do: `Résolu` and `Resolu` stay two names.
    """
    folded = _compatible(_compatible(name).casefold())
    letters = "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMN")
    return _compatible(letters) or folded  # Without what stood between, an accent may now combine.


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
