"""Parties, and their signatures under an agreement and its amendments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

FUNDER = "funder"
"""The funder among those who sign and who are paid; participants are their organisation ids."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed for a party, and on which civil day."""

    signed_by: str
    signed_on: date


def signs_for_both_sides(signatures: Mapping[str, Signature], party: str, person: str) -> bool:
    """Whether this person has signed for the other side already: funder or participants (X6)."""
    return any(
        signature.signed_by == person and (key == FUNDER) != (party == FUNDER)
        for key, signature in signatures.items()
    )
