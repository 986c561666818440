"""Voting rolls: who may vote, frozen as it was on a record date."""

from datetime import date
from typing import TypeAlias

from shared.kernel.events import Event
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256


class VotingRollCalled(Event, name="VotingRollCalled", schema=1):
    """Somebody wants the roll of a record date; it is frozen in the same transaction."""

    record_date: date
    reason: Line
    called_by: PersonId


class VotingRollFrozen(Event, name="VotingRollFrozen", schema=1):
    """Who could vote on the record date, as known now; later facts change this roll no more.

    Members that were active or in grace; associates never are (M-2).
    """

    record_date: date
    voters: tuple[OrganisationId, ...]
    """In the order of their ids."""
    digest: Sha256
    """Of the canonical JSON of the record date and the voters."""


RollEvent: TypeAlias = VotingRollCalled | VotingRollFrozen

EVENTS: tuple[type[Event], ...] = (VotingRollCalled, VotingRollFrozen)
