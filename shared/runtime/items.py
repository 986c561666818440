"""What the writer is asked to record, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from shared.kernel.commands import Command
from shared.kernel.refusals import Invalid, Unavailable
from shared.runtime.delivery import Delivery


class Overloaded(Unavailable):
    """Too much is waiting to be recorded; try again in a second."""

    french = "Trop de demandes attendent d'être consignées; réessayez dans une seconde."


class Stopping(Unavailable):
    """This service is stopping; try again at the next one."""

    french = "Ce service s'arrête; réessayez plus tard."


class WriterFailed(Unavailable):
    """The journal cannot be written; whether this was recorded, asking with the same key tells."""

    french = "Le journal ne peut être écrit; redemandez avec la même clé pour savoir où on en est."


class KeyReused(Invalid):
    """This idempotency key already stands for another request; use a new key."""

    rule = "X4"
    french = "Cette clé d'idempotence désigne déjà une autre demande; utilisez une nouvelle clé."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command as it came in, with what is needed to answer it and to know it again."""

    command: Command
    key: str
    fingerprint: str
    status: int
    show: Callable[[Any], Any]
    if_match: int | None = None
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Under which key something is asked, what that stands for, and what it belongs to."""

    name: str
    fingerprint: str
    correlation_id: str

    @classmethod
    def internal(cls, name: str) -> "Key":
        """A key of our own, never used for anything else."""
        return cls(name=name, fingerprint=name, correlation_id=name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets: the new state, its version, and the last own sequence."""

    status: int
    body: bytes
    version: int
    sequence: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    """Messages of other services, in the order in which they arrived."""

    messages: Sequence[Delivery]


def nothing_more() -> None:
    """Nothing else is to be done."""


@dataclass(frozen=True, slots=True)
class Task:
    """Work that needs the writer's connection, in a transaction of its own."""

    work: Callable[[Connection], Any]
    then: Callable[[], None]
    """Done once that is committed."""


Item: TypeAlias = "Asked | Arrived"
Outcome: TypeAlias = "Answer | BaseException | None"
Settle: TypeAlias = Callable[[Outcome], None]
