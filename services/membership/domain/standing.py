"""Where a party stands on which day: one status, so one tier at most, at any instant (M-9)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias, get_args

Status: TypeAlias = Literal[
    "absent",
    "registered",
    "associate",
    "candidate",
    "application_submitted",
    "fee_due",
    "active",
    "grace",
    "lapsed",
    "suspended",
    "terminated",
]
STATES: tuple[Status, ...] = get_args(Status)
Tier: TypeAlias = Literal["associate", "candidate", "member"]
Benefit: TypeAlias = Literal["network", "news", "events", "resources", "guidance"]

ON_THE_WAY: tuple[Status, ...] = (
    "registered",
    "associate",
    "candidate",
    "application_submitted",
    "fee_due",
)
"""The way from a name in the register to a membership; nobody goes back by going on."""
COVERED: frozenset[Status] = frozenset({"active", "grace"})
"""A member that has its benefits and may vote."""

COMMUNITY: frozenset[Benefit] = frozenset({"network", "news", "events"})
EVERYTHING: frozenset[Benefit] = COMMUNITY | {"resources", "guidance"}
NOTHING: frozenset[Benefit] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """A status that a party entered, in force from a civil day in America/Toronto."""

    since: date
    status: Status
    falls_back: bool = False
    """Whether it counts also where the party had come further: a candidacy is over, say."""


Timeline: TypeAlias = tuple[Standing, ...]
"""By effective day, equal ones by version: the last one begun is in force (M-12)."""


def entered(timeline: Timeline, standing: Standing) -> Timeline:
    """The timeline with one status more, at its place, whenever it was recorded."""
    return tuple(sorted((*timeline, standing), key=lambda entry: entry.since))


def status_at(timeline: Timeline, day: date) -> Status:
    """The one status in force on a day, as far as this timeline knows."""
    return latest(tuple(standing for standing in timeline if standing.since <= day))


def latest(timeline: Timeline) -> Status:
    """The status that is in force after everything known."""
    status: Status = "registered"
    for standing in timeline:
        if standing.falls_back or further(standing.status, status):
            status = standing.status
    return status


def further(status: Status, than: Status) -> bool:
    """Whether a status takes over: a step on the way only from a step before it."""
    if status not in ON_THE_WAY:
        return True
    return than in ON_THE_WAY and ON_THE_WAY.index(status) > ON_THE_WAY.index(than)


def since_when(timeline: Timeline, day: date) -> date | None:
    """Since which day the status of a day has been in force; nothing where it always was."""
    found, status = None, status_at((), day)
    for standing in timeline:
        if standing.since <= day and status_at(timeline, standing.since) != status:
            found, status = standing.since, status_at(timeline, standing.since)
    return found


def tier_of(status: Status) -> Tier | None:
    """The tier that a status belongs to; none for who is only registered, or not any more."""
    match status:
        case "associate":
            return "associate"
        case "candidate" | "application_submitted" | "fee_due":
            return "candidate"
        case "active" | "grace" | "suspended":
            return "member"
        case _:
            return None


def benefits_of(status: Status, *, associate: bool) -> frozenset[Benefit]:
    """What a party has (M-3): in grace everything goes on, a suspension takes everything.

    An associate that became a candidate loses nothing by it.
    """
    if status in COVERED:
        return EVERYTHING
    community = status == "associate" or (associate and tier_of(status) == "candidate")
    return COMMUNITY if community else NOTHING
