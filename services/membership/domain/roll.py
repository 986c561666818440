"""Voting rolls: members of a record date, and no associates (M-2), frozen for good."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import assert_never

from services.membership.commands import CallVotingRoll, FreezeVotingRoll
from services.membership.domain.acting import require_past
from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import RollAlreadyFrozen, RollNotCalled
from services.membership.domain.standing import COVERED
from services.membership.events.roll import RollEvent, VotingRollCalled, VotingRollFrozen
from shared.kernel.canonical import canonical
from shared.kernel.decider import Said, States


@dataclass(frozen=True, slots=True)
class Roll:
    """One record date's roll; absent while nobody called it, empty-handed until it is frozen."""

    record_date: date | None = None
    reason: str = ""
    called_by: str = ""
    voters: tuple[str, ...] = ()
    digest: str | None = None
    """Of the record date and the voters; absent until it is frozen."""


def evolve_roll(roll: Roll, event: RollEvent) -> Roll:
    """The roll after one event."""
    match event:
        case VotingRollCalled():
            return Roll(event.record_date, event.reason, event.called_by)
        case VotingRollFrozen():
            return replace(roll, voters=event.voters, digest=event.digest)
        case _:
            assert_never(event)


def candidates_for_the_roll(ask: FreezeVotingRoll, _: States) -> list[str]:
    """The streams of those that may have been members on the record date."""
    return [f"organisation-{organisation_id}" for organisation_id in ask.organisation_ids]


def call_roll(ask: CallVotingRoll, roll: Roll) -> Said:
    """Have the roll of a day frozen, once that day has come (M-2).

    Refused: RollAlreadyFrozen, DayStillToCome.
    """
    require_past(ask, ask.record_date)
    if roll.record_date is not None:
        raise RollAlreadyFrozen
    return [
        VotingRollCalled(record_date=ask.record_date, reason=ask.reason, called_by=ask.by.person)
    ]


def freeze_roll(
    ask: FreezeVotingRoll, roll: Roll, organisations: Mapping[str, Organisation]
) -> Said:
    """Who was active or in grace on the record date, as known now (M-2, M-12).

    Refused: RollNotCalled, RollAlreadyFrozen.
    """
    if roll.record_date is None:
        raise RollNotCalled
    if roll.digest is not None:
        raise RollAlreadyFrozen
    voters = sorted(
        organisation.organisation_id
        for organisation in organisations.values()
        if organisation.status_on(ask.record_date) in COVERED
    )
    return [
        VotingRollFrozen(
            record_date=ask.record_date,
            voters=tuple(voters),
            digest=digest_of(ask.record_date, voters),
        )
    ]


def digest_of(record_date: date, voters: list[str]) -> str:
    """By this anybody can check that a roll is the one that was frozen."""
    document = {"record_date": record_date.isoformat(), "voters": voters}
    return sha256(canonical(document).encode()).hexdigest()
