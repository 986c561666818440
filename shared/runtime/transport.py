"""How sealed events travel between services: one interface, and the local way.

The local transport carries nothing: a subscription reads its neighbours' journals inside the same
process, after what its own journal says has arrived. Publishing only wakes it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias, runtime_checkable

from shared.kernel.envelope import Sealed
from shared.runtime.delivery import Delivery
from shared.runtime.reading import Snapshot

Unsent: TypeAlias = Callable[[], Sequence[tuple[int, Sealed]]]


class Subscription(Protocol):
    """One service's reading of its neighbours' events."""

    def poll(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """The next messages, waiting for some at most this long."""
        ...

    def hold(self, seconds: float) -> None:
        """Stay connected this long and take nothing."""
        ...

    def settle(self) -> None:
        """What the last poll gave is in the journal: it need not be delivered again."""
        ...

    def lag(self) -> Mapping[str, int]:
        """By origin, how many events were published that have not arrived."""
        ...

    def wake(self) -> None:
        """From another thread: the poll that waits, or the next one, returns at once."""
        ...

    def close(self) -> None:
        """Stop reading."""
        ...


@runtime_checkable
class Partitioned(Protocol):
    """A subscription that reads partitions, as watchers of brokers know them."""

    def partitions(self) -> Mapping[tuple[str, int], int]:
        """By topic and partition, how many messages this member has not been given yet."""
        ...


class Transport(Protocol):
    """Carries events, each at least once, in order for each subject."""

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        """Hand over own events; returns the sequence up to which they are acknowledged.

        `last` is the last there is to send; `unsent` reads the next of them, with their
        sequences, for a transport that carries them. Raises Unavailable.
        """
        ...

    def origins(self) -> frozenset[str]:
        """The services whose events can be had here."""
        ...

    def subscribe(
        self, service: str, origins: frozenset[str], arrived: Callable[[], Mapping[str, int]]
    ) -> Subscription:
        """Read the events of these services; `arrived` tells by origin what need not come."""
        ...

    def close(self) -> None:
        """Let go of whatever carries."""
        ...


class LocalTransport:
    """The neighbours' journals inside one process."""

    def __init__(self) -> None:
        self._journals: dict[str, Callable[[], AbstractContextManager[Snapshot]]] = {}
        self._published: dict[str, int] = {}
        self._changed = threading.Condition()
        self._turn = 0

    def join(self, service: str, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        """Let the neighbours read this service's journal."""
        with self._changed:
            self._journals[service] = snapshot
            with snapshot() as state:
                self._published[service] = state.marks[service]
        self.wake()

    def leave(self, service: str) -> None:
        """This service's journal closes."""
        with self._changed:
            self._journals.pop(service, None)

    def origins(self) -> frozenset[str]:
        """The services that have joined."""
        return frozenset(self._journals)

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        """Wake the subscriptions: the events are already in a journal that they read."""
        self._published[origin] = last
        self.wake()
        return last

    def subscribe(
        self, service: str, origins: frozenset[str], arrived: Callable[[], Mapping[str, int]]
    ) -> "LocalSubscription":
        """Read the journals of these services."""
        return LocalSubscription(self, origins, arrived)

    def close(self) -> None:
        """Nothing is held open."""

    def read(self, origin: str, sequence: int, limit: int) -> list[tuple[int, Sealed]]:
        """The next own events of a neighbour, none while it is not here."""
        snapshot = self._journals.get(origin)
        if snapshot is None:
            return []
        with snapshot() as state:
            return state.own_after(sequence, limit)

    def published(self, origin: str) -> int:
        """A neighbour's last published sequence, 0 while it is not here."""
        return self._published.get(origin, 0)

    def wake(self) -> None:
        """Let every poll look again."""
        with self._changed:
            self._turn += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Wait until something was published since that turn; returns the turn now."""
        with self._changed:
            self._changed.wait_for(lambda: self._turn != seen, timeout=seconds)
            return self._turn


class LocalSubscription:
    """Reads neighbours' journals after what has arrived, or was settled in another way."""

    def __init__(
        self,
        transport: LocalTransport,
        origins: frozenset[str],
        arrived: Callable[[], Mapping[str, int]],
    ) -> None:
        self._transport = transport
        self._origins = sorted(origins)
        self._arrived = arrived
        self._turn = -1
        self._given: dict[str, int] = {}
        self._settled: dict[str, int] = {}

    def poll(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """The next events of all neighbours, one neighbour after the other."""
        turn = self._turn
        found = self._read(limit)
        if not found:
            self._turn = self._transport.wait(turn, seconds)
        return found

    def _read(self, limit: int) -> list[Delivery]:
        reached, found = self._reached(), []
        self._given = {}
        for origin in self._origins:
            if self._transport.published(origin) > reached[origin]:
                for sequence, sealed in self._transport.read(origin, reached[origin], limit):
                    self._given[origin] = sequence
                    found.append(Delivery(origin, "", f"{origin}@{sequence}", sealed))
        return found

    def _reached(self) -> Mapping[str, int]:
        """By origin, how far to read is not needed: a hole behind it is parked here."""
        arrived = self._arrived()
        return {
            origin: max(arrived.get(origin, 0), self._settled.get(origin, 0))
            for origin in self._origins
        }

    def settle(self) -> None:
        """What was given is in the journal, or parked: go on behind it."""
        self._settled.update(self._given)

    def hold(self, seconds: float) -> None:
        """Wait, or be woken."""
        self._turn = self._transport.wait(self._turn, seconds)

    def lag(self) -> Mapping[str, int]:
        """By origin, how many events have not arrived."""
        reached = self._reached()
        return {
            origin: max(0, self._transport.published(origin) - reached[origin])
            for origin in self._origins
        }

    def wake(self) -> None:
        """The poll that waits, or the next one, returns at once."""
        self._transport.wake()

    def close(self) -> None:
        """Nothing is held open."""
