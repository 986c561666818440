"""Signatures under an agreement and its amendments."""

from dataclasses import dataclass
from datetime import date

FUNDER = "funder"
"""The key of the funder's signature; participants' are their organisation ids."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed for a party, and on which civil day."""

    signed_by: str
    signed_on: date
