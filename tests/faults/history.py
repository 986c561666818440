"""What a campaign records: operations of clients, polls of feeds, and the last read of journals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from shared.kernel.envelope import Sealed, open_sealed

Outcome = Literal["ok", "fail", "info"]
"""Acknowledged; refused, so certainly not done; or unknown: done wholly or not at all."""


class Answer(NamedTuple):
    """What a client was told: the version of the first stream, and the last own sequence."""

    version: int
    sequence: int


@dataclass(slots=True, kw_only=True)
class Operation:
    """One command of one client, all attempts under its key together."""

    process: str
    service: str
    key: str
    mark: str
    """What was asked: another mark under the same key is another operation."""
    stream: str | None = None
    """The first stream, where the client knows it."""
    expected: int | None = None
    """The version that the client wrote against."""
    events: int | None = None
    """How many events it makes, where the client knows it."""
    invoked: int
    completed: int | None = None
    outcome: Outcome = "info"
    answers: set[Answer] = field(default_factory=set)


class Poll(NamedTuple):
    """What one reader of a feed got for one question."""

    process: str
    service: str
    after: int
    saw: tuple[tuple[int, str], ...]
    """Positions and event ids, in the order in which they came."""


class Seen(NamedTuple):
    """One event as it stands in a journal."""

    position: int
    event_id: str
    origin: str
    sequence: int
    stream: str
    version: int
    type: str
    key: str
    """The id of the command that made it."""
    cause: str | None
    prevhash: str
    hash: str


def seen(position: int, sealed: Sealed) -> Seen:
    """Read a stored event and check its seal. Raises BrokenEvent."""
    found = open_sealed(sealed)
    return Seen(
        position, found.event_id, found.origin, found.sequence, found.stream, found.version,
        found.type, found.command_id, found.causation_id, found.prevhash, sealed.hash,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A journal at the end, when all is quiet; its owner is a reader of its own events."""

    name: str
    events: Sequence[Seen]
    hears: frozenset[str] = frozenset()
    causal: bool = False
    """It keeps causes before their effects."""
    reacts: frozenset[str] = frozenset()
    """Types of received events that have exactly one effect each."""
    shows: Mapping[str, object] = field(default_factory=dict)
    """What its projections show, by any name."""
    folds: Mapping[str, object] = field(default_factory=dict)
    """What the journal says they ought to show."""


class Account(NamedTuple):
    """Money, counted twice by different ways, in cents, and what it must never exceed."""

    name: str
    counted: int
    recounted: int
    maximum: int


@dataclass(frozen=True, kw_only=True)
class History:
    """Everything that the checker looks at."""

    operations: Sequence[Operation]
    readers: Sequence[Reader]
    polls: Sequence[Poll] = ()
    accounts: Sequence[Account] = ()

    def owner(self, service: str) -> Sequence[Seen]:
        """The own events of a service, as its own journal has them."""
        return [
            event
            for reader in self.readers
            if reader.name == service
            for event in reader.events
            if event.origin == service
        ]

    @property
    def everything(self) -> Iterable[tuple[str, Seen]]:
        """Every event of every journal, with the reader's name."""
        return ((reader.name, event) for reader in self.readers for event in reader.events)
