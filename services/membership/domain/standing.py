"""Where a party stands on which day: one status, so one tier at most, at any instant (M-9)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Status: TypeAlias = Literal[
    "registered", "associate", "candidate", "application_submitted", "fee_due", "active"
]
Tier: TypeAlias = Literal["associate", "candidate", "member"]
Benefit: TypeAlias = Literal["network", "news", "events", "resources", "guidance"]

ORDER: tuple[Status, ...] = (
    "registered",
    "associate",
    "candidate",
    "application_submitted",
    "fee_due",
    "active",
)
"""The way from a name in the register to a member; nobody goes back by going on."""

COMMUNITY: frozenset[Benefit] = frozenset({"network", "news", "events"})
EVERYTHING: frozenset[Benefit] = COMMUNITY | {"resources", "guidance"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A status that a party entered, in force from a civil day in America/Toronto."""

    since: date
    status: Status


Timeline: TypeAlias = "tuple[Standing, ...]"
"""By effective day, equal ones by version: the last one begun is in force (M-12)."""


def further(status: Status, than: Status) -> bool:
    """Whether one status lies beyond another on the way to membership."""
    return ORDER.index(status) > ORDER.index(than)


def status_at(timeline: Timeline, day: date) -> Status:
    """The one status in force on a day, as far as this timeline knows."""
    begun = [standing.status for standing in timeline if standing.since <= day]
    return begun[-1] if begun else "registered"


def latest(timeline: Timeline) -> Status:
    """The status that is in force after everything known."""
    return timeline[-1].status if timeline else "registered"


def entered(timeline: Timeline, since: date, status: Status) -> Timeline:
    """The timeline with a status entered on a day, unless the party was as far already."""
    if not further(status, status_at(timeline, since)):
        return timeline
    return tuple(sorted((*timeline, Standing(since, status)), key=lambda entry: entry.since))


def tier_of(status: Status) -> Tier | None:
    """The tier that a status belongs to; none for who is only registered."""
    match status:
        case "registered":
            return None
        case "associate":
            return "associate"
        case "active":
            return "member"
        case _:
            return "candidate"


def benefits_of(tier: Tier | None, *, associate: bool) -> frozenset[Benefit]:
    """What a tier has (M-3); an associate that became a candidate loses nothing by it."""
    if tier == "member":
        return EVERYTHING
    return COMMUNITY if tier == "associate" or associate else frozenset()
