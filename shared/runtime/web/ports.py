"""What the web layer needs of a running service: its neighbours' shapes, without their code."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Protocol

from prometheus_client.core import Metric
from sqlalchemy import Connection

from shared.kernel.commands import Actor
from shared.kernel.decider import Domain
from shared.kernel.envelope import Sealed
from shared.runtime.items import Answer, Key
from shared.runtime.reading import NOW, Point
from shared.runtime.vault import Kept, Vault


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for durations."""
        ...


class Ids(Protocol):
    """Makes identifiers."""

    def new(self, prefix: str) -> str:
        """An identifier of the interface, such as `prj_…`."""
        ...

    def uuid7(self) -> str:
        """A UUIDv7."""
        ...


class Limits(Protocol):
    """The settings that concern requests."""

    @property
    def body_bytes_max(self) -> int:
        """Bytes of a body; longer ones are 413."""
        ...

    @property
    def page_size_default(self) -> int:
        """Rows of a page when nothing is asked."""
        ...

    @property
    def page_size_max(self) -> int:
        """Rows of the largest page."""
        ...

    @property
    def wait_seconds_max(self) -> float:
        """Longest wait for a projection."""
        ...


class Snapshot(Protocol):
    """One consistent view of a service's database; used by one thread."""

    @property
    def connection(self) -> Connection:
        """For reading only."""
        ...

    @property
    def position(self) -> int:
        """The journal's last position in this view."""
        ...

    @property
    def marks(self) -> Mapping[str, int]:
        """By origin, the sequence up to which this view has folded; the own service included."""
        ...

    def state(self, stream: str, point: Point = NOW) -> tuple[Any, int]:
        """The folded state of a stream at a point in time, and its version; 0 without an event."""
        ...

    def events(
        self, after: int, limit: int, types: Sequence[str], subject: str | None
    ) -> Sequence[tuple[int, Sealed]]:
        """Events after a position, oldest first, of these types (all if none) and this subject."""
        ...


class Verifier(Protocol):
    """Tells who a bearer token stands for."""

    def verify(self, token: str) -> Actor:
        """The person behind this token. Raises Unauthenticated."""
        ...


class Writer(Protocol):
    """The one way to have something recorded."""

    async def submit(self, asked: Any) -> Any:
        """Decide and commit; the answer is durable when this returns. Raises Refusal."""
        ...


class Service(Protocol):
    """A running service, as its web layer sees it."""

    @property
    def domain(self) -> Domain:
        """What it records and decides."""
        ...

    @property
    def settings(self) -> Limits:
        """Its limits."""
        ...

    @property
    def clock(self) -> Clock:
        """Its time."""
        ...

    @property
    def ids(self) -> Ids:
        """Its identifiers."""
        ...

    @property
    def writer(self) -> Writer:
        """Where commands go."""
        ...

    @property
    def vault(self) -> Vault:
        """Where its confidential content is."""
        ...

    async def keep(self, subject: str, content: str) -> Kept:
        """Seal content in the vault, before an event tells of it."""
        ...

    async def discard(self, kept: Kept) -> None:
        """Take content out again that no event tells of."""
        ...

    async def forget(self, subject: str) -> None:
        """Destroy a subject's key, after an event told of it."""
        ...

    @property
    def stopping(self) -> bool:
        """Whether it has begun to stop."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A view of everything committed so far."""
        ...

    async def committed(self, beyond: int, timeout: float) -> None:
        """Return once the journal's position is above `beyond`, or after so many seconds."""
        ...

    async def rebuild(self, by: Actor, reason: str, key: Key) -> Any:
        """Rebuild all projections and record it; returns what came out."""
        ...

    async def run_timers(self, by: Actor, until: date, key: Key) -> Answer:
        """Do what falls due on each date up to this one that is missing."""
        ...

    async def back_up(self, by: Actor, reason: str, key: Key) -> Answer:
        """Copy the journal into a file and record it; answers with what the file holds."""
        ...

    def consumers(self) -> Sequence[Mapping[str, Any]]:
        """What it takes in of other services: how far, how far behind, running or paused."""
        ...

    def health(self) -> Mapping[str, str]:
        """By check, `ok` or the reason why not."""
        ...

    def figures(self) -> Iterable[Metric]:
        """Everything that it measures of itself, for Prometheus."""
        ...
