"""What operators, timers and policies did, in the stream `operations-<service>` of each service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal, TypeAlias, assert_never

from shared.kernel.commands import Command
from shared.kernel.events import Event
from shared.kernel.identifiers import Line, PersonId, Sha256
from shared.kernel.periods import civil_date
from shared.kernel.refusals import Refusal, SamePerson


class PolicyRefused(Event, name="PolicyRefused"):
    """A reaction of this service was refused; the event it reacted to stands all the same."""

    policy: str
    event_id: str
    stream: str
    """The stream of the event reacted to."""
    subject: str
    """Its project or organisation, in whose history this stands as well."""
    code: str
    rule: str | None = None


class ProjectionsRebuilt(Event, name="ProjectionsRebuilt"):
    """Somebody rebuilt all projections of this service from its journal and switched to them."""

    events: int
    position: int
    digest_before: Sha256
    digest_after: Sha256
    rebuilt_by: PersonId
    reason: Line


class ConsumerPaused(Event, name="ConsumerPaused"):
    """Somebody told this service to take in no events of others until it is resumed."""

    consumer: str
    reason: Line
    paused_by: PersonId


class ConsumerResumed(Event, name="ConsumerResumed"):
    """Somebody told this service to take in events of others again."""

    consumer: str
    reason: Line
    resumed_by: PersonId


class ParkedRetried(Event, name="ParkedRetried"):
    """Somebody had a parked message, or all of its subject in their order, tried again."""

    parked_id: str
    subject: str
    scope: Literal["one", "subject"]
    reason: Line
    retried_by: PersonId


class SkipProposed(Event, name="SkipProposed"):
    """Somebody wants a parked message to be given up; a second person has to agree."""

    parked_id: str
    subject: str
    reason: Line
    proposed_by: PersonId


class ParkedSkipped(Event, name="ParkedSkipped"):
    """A second person agreed: the message is given up and what waited behind it goes on."""

    parked_id: str
    subject: str
    reason: Line
    proposed_by: PersonId
    confirmed_by: PersonId


class EventsRepublished(Event, name="EventsRepublished"):
    """Somebody had this service's own events published again, for receivers that miss some."""

    after: int
    """The own sequence after which publishing began, exclusive."""
    through: int
    """The last own sequence published, inclusive."""
    reason: Line
    republished_by: PersonId


class BackupMade(Event, name="BackupMade"):
    """Somebody has this service's journal copied into a file, which holds this event as well.

    Neighbours that are copied later have heard of it; so nobody knows more than the owner's copy.
    """

    backup: str
    """The id of the backup."""
    position: int
    """The journal's last position before this event."""
    digest: Sha256
    """Over every stream's name, last version and hash up to there: the copy is checked by it."""
    made_by: PersonId
    reason: Line


class TimersRun(Event, name="TimersRun"):
    """What falls due on a business date is done: once for each date, and the dates in order (X11).

    What it sets off is effective at the start of that day in America/Toronto, whenever it is done.
    """

    business_date: date
    run_by: PersonId


class TimersContinued(Event, name="TimersContinued"):
    """So much fell due on one date that it is done in several parts; this one is done."""

    business_date: date
    run_id: str
    """The event TimersRun of that date, which is the cause of all its parts."""
    run_by: PersonId
    after: dict[str, tuple[str, ...]]
    """By policy and table, the last row that was looked at; empty when nothing is left."""


OperationsEvent: TypeAlias = (
    PolicyRefused
    | ProjectionsRebuilt
    | ConsumerPaused
    | ConsumerResumed
    | ParkedRetried
    | SkipProposed
    | ParkedSkipped
    | EventsRepublished
    | TimersRun
    | TimersContinued
    | BackupMade
)
OPERATIONS: tuple[type[Event], ...] = (
    PolicyRefused, ProjectionsRebuilt, ConsumerPaused, ConsumerResumed, ParkedRetried,
    SkipProposed, ParkedSkipped, EventsRepublished, TimersRun, TimersContinued, BackupMade,
)  # fmt: skip
UNASKED = (PolicyRefused, TimersRun, TimersContinued)
"""Nobody chose their effective date: where it lies before the stream's beginning, that counts."""


@dataclass(frozen=True, slots=True)
class Operations:
    """How often some things happened, what is paused or proposed, and how far timers have run."""

    refused: int = 0
    rebuilt: int = 0
    paused: frozenset[str] = frozenset()
    proposed: Mapping[str, str] = field(default_factory=dict)
    """By parked message, the first of the two persons."""
    run_on: date | None = None
    """The last business date that timers were run for."""
    unfinished: TimersContinued | None = None
    """How far that date has come, where something of it is left."""

    def next_run(self, until: date) -> date | None:
        """The first business date up to this one that is missing; the very first may be any."""
        following = until if self.run_on is None else self.run_on + timedelta(days=1)
        return following if following <= until else None


def evolve_operations(state: Operations, event: OperationsEvent) -> Operations:
    """Follow what is paused and proposed and how far timers have run; count the rest."""
    match event:
        case PolicyRefused():
            return replace(state, refused=state.refused + 1)
        case ProjectionsRebuilt():
            return replace(state, rebuilt=state.rebuilt + 1)
        case ConsumerPaused():
            return replace(state, paused=state.paused | {event.consumer})
        case ConsumerResumed():
            return replace(state, paused=state.paused - {event.consumer})
        case SkipProposed():
            return replace(state, proposed={**state.proposed, event.parked_id: event.proposed_by})
        case ParkedSkipped():
            kept = {key: by for key, by in state.proposed.items() if key != event.parked_id}
            return replace(state, proposed=kept)
        case TimersRun():
            return replace(state, run_on=event.business_date)
        case TimersContinued():
            return replace(state, unfinished=event if event.after else None)
        case ParkedRetried() | EventsRepublished() | BackupMade():
            return state
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOperation(Command):
    """Record what was done to this service."""

    service: str
    event: OperationsEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseConsumer(Command):
    """Take in no events of others for a while."""

    service: str
    consumer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeConsumer(Command):
    """Take in events of others again."""

    service: str
    consumer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryParked(Command):
    """Try a parked message again, or all of its subject."""

    service: str
    parked_id: str
    subject: str = ""
    """Of the parked message; the service that keeps it fills it in."""
    scope: Literal["one", "subject"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipParked(Command):
    """Give a parked message up; the first person proposes, a second one confirms."""

    service: str
    parked_id: str
    subject: str = ""
    """Of the parked message; the service that keeps it fills it in."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepublishEvents(Command):
    """Publish own events again, for receivers that miss some."""

    service: str
    after: int
    """The own sequence after which to begin, exclusive."""
    through: int = 0
    """The last own sequence, inclusive; the service fills it in."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTimers(Command):
    """Do what falls due, for the first date up to this one that is missing, or what is left."""

    service: str
    business_date: date


OPERATING = (PauseConsumer, ResumeConsumer, RetryParked, SkipParked, RepublishEvents)
"""What an operator asks for, and the service then does to itself in the same transaction."""


def record_operation(ask: RecordOperation, operations: Operations) -> list[Event]:
    """Whatever was done is recorded as it is."""
    return [ask.event]


def pause_consumer(ask: PauseConsumer, operations: Operations) -> list[Event]:
    """Paused twice is paused."""
    if ask.consumer in operations.paused:
        return []
    return [ConsumerPaused(consumer=ask.consumer, reason=ask.reason, paused_by=ask.by.person)]


def resume_consumer(ask: ResumeConsumer, operations: Operations) -> list[Event]:
    """Only what is paused can be resumed; otherwise nothing happens."""
    if ask.consumer not in operations.paused:
        return []
    return [ConsumerResumed(consumer=ask.consumer, reason=ask.reason, resumed_by=ask.by.person)]


def retry_parked(ask: RetryParked, operations: Operations) -> list[Event]:
    """Each attempt is recorded, whatever comes of it."""
    return [
        ParkedRetried(
            parked_id=ask.parked_id,
            subject=ask.subject,
            scope=ask.scope,
            reason=ask.reason,
            retried_by=ask.by.person,
        )
    ]


def skip_parked(ask: SkipParked, operations: Operations) -> list[Event]:
    """Two persons give a message up. Raises SamePerson when the first one confirms (X6)."""
    first = operations.proposed.get(ask.parked_id)
    about = {"parked_id": ask.parked_id, "subject": ask.subject, "reason": ask.reason}
    if first is None:
        return [SkipProposed(**about, proposed_by=ask.by.person)]
    if first == ask.by.person:
        raise SamePerson
    return [ParkedSkipped(**about, proposed_by=first, confirmed_by=ask.by.person)]


def republish_events(ask: RepublishEvents, operations: Operations) -> list[Event]:
    """Publishing again harms nobody: receivers know what they have."""
    return [
        EventsRepublished(
            after=ask.after,
            through=ask.through,
            reason=ask.reason,
            republished_by=ask.by.person,
        )
    ]


class DateNotBegun(Refusal):
    """That business date has not begun yet in America/Toronto; timers run for it once it has."""

    rule = "X11"
    french = "Cette date n'a pas encore commencé à Toronto; les échéances attendent ce jour-là."


def run_timers(ask: RunTimers, operations: Operations) -> list[Event]:
    """One date at a time, each once, in order (X11). Raises DateNotBegun."""
    if civil_date(ask.now) < ask.business_date:
        raise DateNotBegun
    missing = operations.next_run(ask.business_date)
    if operations.unfinished is not None or missing is None:
        return []
    return [TimersRun(business_date=missing, run_by=ask.by.person)]


DECIDE: Mapping[type[Command], Callable[..., list[Event]]] = {
    RecordOperation: record_operation,
    PauseConsumer: pause_consumer,
    ResumeConsumer: resume_consumer,
    RetryParked: retry_parked,
    SkipParked: skip_parked,
    RepublishEvents: republish_events,
    RunTimers: run_timers,
}
"""By command, its decision over the stream `operations-<service>`."""
