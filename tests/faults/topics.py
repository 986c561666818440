"""A transport that carries: topics and cursors are files, which outlive a killed process.

The local transport needs no cursors; this one shows what a relay and a subscriber make of theirs.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shared.kernel.envelope import Sealed
from shared.runtime.delivery import Delivery
from shared.runtime.transport import LocalTransport, Unsent


class TopicTransport(LocalTransport):
    """Appends events to files; delivers after what a subscription has settled, at least once."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def topic(self, origin: str) -> Path:
        """Where the events of a service are."""
        return self.folder / f"{origin}.topic"

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        """Append; what was torn off by a kill before it is closed with an empty end."""
        events = unsent()
        rows = (json.dumps([n, each.envelope, each.body, each.hash]) for n, each in events)
        with self.topic(origin).open("ab") as topic:
            topic.write(("\n" + "\n".join(rows) + "\n").encode())
        self.wake()
        return events[-1][0]

    def subscribe(  # type: ignore[override]
        self, service: str, origins: frozenset[str], arrived: Callable[[], Mapping[str, int]]
    ) -> "TopicSubscription":
        """Read these topics, after what this service has settled."""
        return TopicSubscription(self, service, sorted(origins))


class TopicSubscription:
    """Reads topics from its settled places on."""

    def __init__(self, transport: TopicTransport, service: str, origins: Sequence[str]) -> None:
        self._transport = transport
        self._cursor = transport.folder / f"{service}.cursor"
        self._origins = origins
        self._turn = -1
        stored = json.loads(self._cursor.read_bytes()) if self._cursor.exists() else {}
        self._settled: dict[str, int] = {origin: stored.get(origin, 0) for origin in origins}
        self._given = dict(self._settled)

    def _next(self, origin: str, limit: int) -> tuple[list[Delivery], int]:
        place, found = self._settled[origin], list[Delivery]()
        topic = self._transport.topic(origin)
        if not topic.exists():
            return [], place
        with topic.open("rb") as rows:
            rows.seek(place)
            for row in rows:
                if len(found) == limit or not row.endswith(b"\n"):
                    break
                place += len(row)
                if row.endswith(b"]\n"):  # Otherwise torn by a kill, and sent again since.
                    number, *parts = json.loads(row)
                    found.append(Delivery(origin, "", f"{origin}@{number}", Sealed(*parts)))
        return found, place

    def poll(self, limit: int, seconds: float) -> Sequence[Delivery]:
        """The next events of all topics, one topic after the other."""
        turn, found = self._turn, list[Delivery]()
        for origin in self._origins:
            events, self._given[origin] = self._next(origin, limit)
            found += events
        if not found:
            self._turn = self._transport.wait(turn, seconds)
        return found

    def settle(self) -> None:
        """Note durably that what was given need not come again."""
        if self._given == self._settled:
            return
        self._settled = dict(self._given)
        new = self._cursor.with_suffix(".new")
        new.write_text(json.dumps(self._settled), encoding="utf-8")
        os.replace(new, self._cursor)

    def hold(self, seconds: float) -> None:
        """Wait, or be woken."""
        self._turn = self._transport.wait(self._turn, seconds)

    def lag(self) -> Mapping[str, int]:
        """By origin, how many events are not settled."""
        return {origin: len(self._next(origin, 1_000_000)[0]) for origin in self._origins}

    def wake(self) -> None:
        """The poll that waits, or the next one, returns at once."""
        self._transport.wake()

    def close(self) -> None:
        """Nothing is held open."""
