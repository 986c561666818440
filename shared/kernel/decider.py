"""The shape of every decision: fold the streams that a command names, then decide.

    evolve: (state, event) -> state            decide: (command, **states) -> events

Both are pure. A service is a `Domain`: one `Fold` for each category of stream (the word before the
first `-` of a stream's name; foreign streams too, folded from what the service heard) and one
`Decider` for each command.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from shared.kernel.commands import Command
from shared.kernel.events import Event, Heard, by_wire_type
from shared.kernel.operations import DECIDE, OPERATIONS, Operations, evolve_operations
from shared.kernel.periods import start_of_day
from shared.kernel.streams import category
from shared.kernel.upcasting import Upcasters

S = TypeVar("S")
Said: TypeAlias = "Sequence[Event] | Mapping[str, Sequence[Event]]"
"""Events for the first stream, or events by role (or by full stream name)."""

States: TypeAlias = Mapping[str, Any]
StreamNames: TypeAlias = "str | Callable[[Any, States], str | Sequence[str]]"


@dataclass(frozen=True, slots=True)
class Fold(Generic[S]):
    """How the state of one category of stream follows from its events."""

    initial: S
    evolve: Callable[[S, Any], S]

    def of(self, events: Iterable[Event | Heard]) -> S:
        """The state after these events."""
        state = self.initial
        for event in events:
            state = self.evolve(state, event)
        return state


class Decider:
    """One command's decision over one stream, or over several named ones.

    Each keyword names a role and the stream that plays it: a template over the command's fields
    (`agreement="agreement-{project_id}"`), or a function of the command and of the states already
    read (roles are read in the order given), which may return several streams: the decision then
    gets a mapping from stream name to state.
    """

    __slots__ = ("decide", "first", "roles")

    def __init__(self, decide: Callable[..., Said], **roles: StreamNames) -> None:
        self.decide = decide
        self.roles: Mapping[str, StreamNames] = roles
        self.first = next(iter(roles))

    def streams(self, role: str, command: Command, states: States) -> str | Sequence[str]:
        """The stream, or streams, that play this role for this command."""
        names = self.roles[role]
        if callable(names):
            return names(command, states)
        return names.format_map(_Fields(command))

    def named(self, command: Command) -> list[str]:
        """The streams that follow from the command's fields alone, to be fetched together."""
        return [
            names.format_map(_Fields(command))
            for names in self.roles.values()
            if isinstance(names, str)
        ]

    def first_stream(self, command: Command) -> str:
        """The stream decided upon: the one whose version `If-Match` and `ETag` speak of."""
        first = self.streams(self.first, command, {})
        assert isinstance(first, str), "the first role is one stream"
        return first


class _Fields(dict[str, Any]):
    """A command seen as a mapping, for the templates of stream names."""

    def __init__(self, command: Command) -> None:
        super().__init__()
        self.command = command

    def __missing__(self, name: str) -> Any:
        return getattr(self.command, name)


def _nothing_due(table: str, until: date) -> Sequence[Mapping[str, Any]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What a policy knows besides the event: who it acts as, and when."""

    command: Mapping[str, Any]
    """`by`, `now` and `effective_at` for the commands that it issues."""
    find: Callable[..., Mapping[str, Any] | None]
    """`find(table, *key)`: one row of this service's own projections."""
    due: Callable[[str, date], Sequence[Mapping[str, Any]]] = _nothing_due
    """`due(table, until)`: rows whose column `due_on` names a civil day up to this one, inclusive.

    In the order of that day, then of their keys. A policy of TimersRun is given so many of them as
    one transaction bears, and is called again for the next ones: it looks at each row by itself.
    """


def due_command(reaction: Reaction, day: date) -> dict[str, Any]:
    """`by`, `now` and `effective_at` of a command that fell due at the start of a civil day (X11).

    The day is one of America/Toronto, whether it begins by summer or by winter time.
    """
    return {**reaction.command, "effective_at": start_of_day(day)}


def no_earlier(who: Mapping[str, Any], instant: datetime) -> dict[str, Any]:
    """`by`, `now` and `effective_at` of a command that is dated this instant at the earliest (X5).

    A fact that arrives late takes effect no earlier than the history that it completes.
    """
    return {**who, "effective_at": max(who["effective_at"], instant)}


Policy: TypeAlias = Callable[[Any, Reaction], Sequence[Command]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Everything pure about one service."""

    service: str
    events: Sequence[type[Event]]
    folds: Mapping[str, Fold[Any]]
    deciders: Mapping[type[Command], Decider]
    heard: Sequence[type[Heard]] = ()
    policies: Mapping[type[Event] | type[Heard], Sequence[Policy]] = field(default_factory=dict)
    upcasters: Upcasters = field(default_factory=dict)
    witnesses: frozenset[str] = frozenset()
    """Services whose every event is kept, in causal order; only audit witnesses."""
    known: Mapping[str, type[Event] | type[Heard]] = field(init=False)

    def __post_init__(self) -> None:
        """Every service also records what was done to it (`operations-<service>`)."""
        complete = {
            "events": (*self.events, *OPERATIONS),
            "folds": {**self.folds, "operations": Fold(Operations(), evolve_operations)},
            "deciders": {
                **self.deciders,
                **{
                    command: Decider(decide, operations="operations-{service}")
                    for command, decide in DECIDE.items()
                },
            },
        }
        for name, value in complete.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "known", by_wire_type(self.service, self.events, self.heard))

    @property
    def hears(self) -> frozenset[str]:
        """The services whose topics this one subscribes to."""
        return self.witnesses | {event.origin for event in self.heard}

    def fold_of(self, stream: str) -> Fold[Any] | None:
        """The fold of this stream's category, absent for a foreign stream that nobody reads."""
        return self.folds.get(category(stream))


class UnreadStream(LookupError):
    """A decision writes to a stream that it did not read: a fault of ours, never of the caller."""


class UnknownCommand(LookupError):
    """No decider is registered for this command: a fault of ours, never of the caller."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command read and what it wants recorded, stream by stream, in order."""

    first: str
    read: Sequence[str]
    says: Sequence[tuple[str, Event]]


def decide(domain: Domain, command: Command, state_of: Callable[[str], Any]) -> Decision:
    """Read the command's streams and decide. Raises the Refusal that the decider raises."""
    decider = domain.deciders.get(type(command))
    if decider is None:
        raise UnknownCommand(type(command).__name__)
    states: dict[str, Any] = {}
    named: dict[str, str] = {}
    read: list[str] = []
    for role in decider.roles:
        streams = decider.streams(role, command, states)
        if isinstance(streams, str):
            named[role] = streams
            read.append(streams)
            states[role] = state_of(streams)
        else:
            read.extend(streams)
            states[role] = {stream: state_of(stream) for stream in streams}
    said = decider.decide(command, **states)
    if not isinstance(said, Mapping):
        said = {decider.first: said}
    says = [(named.get(to, to), event) for to, events in said.items() for event in events]
    first = named[decider.first]
    for stream, _ in says:
        if stream not in read:
            raise UnreadStream(stream)
    return Decision(first, read, says)
