"""The words that evaluation's events are made of."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.kernel.events import Fact
from shared.kernel.identifiers import Line, OrganisationId

Settled: TypeAlias = Literal["met", "not_met"]
"""A verdict that decides."""
Declaration: TypeAlias = Literal["none", "potential", "actual"]
Outcome: TypeAlias = Literal["approved", "declined"]
"""What ends an evaluation."""
Decided: TypeAlias = Literal["approved", "declined", "deferred"]
"""What a committee's meeting can end with: a deferral only puts the decision off."""
Reconsidered: TypeAlias = Literal["confirmed", "rescinded"]
"""How an integrity review ends (E-11)."""
Ballot: TypeAlias = Literal["for", "against", "abstain"]
WaitingOn: TypeAlias = Literal["applicant", "third_party"]
"""Whom the selection waits for; only what the applicant causes stops the clock (E-3)."""
RequestClosed: TypeAlias = Literal["answered", "attestation_arrived", "not_needed"]
"""Why nobody waits for an answer any more."""

Reasons: TypeAlias = Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
AwardConditions: TypeAlias = Annotated[tuple[Line, ...], Field(max_length=50)]
Count: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=10_000)]
PositiveCount: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Points: TypeAlias = Annotated[Decimal, Field(ge=0, le=100, max_digits=4, decimal_places=1)]
"""Points of a score, in halves."""
Affiliations: TypeAlias = Annotated[tuple[OrganisationId, ...], Field(max_length=50)]
"""The organisations that a person belongs to."""


class Participant(Fact):
    """A party named in the assessed version of the proposal; the lead is one."""

    organisation_id: OrganisationId
    name: Line


Participants: TypeAlias = Annotated[tuple[Participant, ...], Field(min_length=1, max_length=200)]
