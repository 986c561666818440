"""Work of operators that is more than one decision, done once for each idempotency key (X4)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from shared.kernel.commands import Actor, Command
from shared.runtime.items import Answer, Asked, Key, KeyReused
from shared.runtime.reading import Snapshot
from shared.runtime.writer import Writer


class Once:
    """Asks the writer from a thread that may wait, and knows what was answered before."""

    def __init__(
        self, writer: Writer, snapshot: Callable[[], AbstractContextManager[Snapshot]]
    ) -> None:
        self._writer = writer
        self._snapshot = snapshot

    def answered(self, by: Actor, key: Key) -> Answer | None:
        """What this key was answered with before, if it was. Raises KeyReused."""
        with self._snapshot() as state:
            earlier = state.answer(by.person, key.name)
        if earlier is None:
            return None
        if earlier.fingerprint != key.fingerprint:
            raise KeyReused
        return Answer(
            earlier.status, earlier.body.encode(), earlier.version, earlier.sequence, repeated=True
        )

    def ask(self, command: Command, key: Key, show: Callable[[Any], Any]) -> Answer:
        """Have a command decided and recorded under this key. Raises its refusal."""
        return self._writer.ask(
            Asked(
                command=command,
                key=key.name,
                fingerprint=key.fingerprint,
                status=200,
                show=show,
                correlation_id=key.correlation_id,
            )
        )
