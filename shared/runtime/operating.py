"""What an operator's command does to the service itself, in the transaction that records it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.kernel.commands import Command
from shared.kernel.decider import Decision
from shared.kernel.operations import (
    ParkedSkipped,
    PauseConsumer,
    RepublishEvents,
    ResumeConsumer,
    RetryParked,
    SkipParked,
)
from shared.kernel.periods import to_micros
from shared.kernel.refusals import NotFound
from shared.runtime.drafts import Draft
from shared.runtime.parked import ParkedMissing
from shared.runtime.receiving import Receiving


class ConsumerMissing(NotFound):
    """This service has no such consumer; list those that it has."""

    french = "Ce service n'a pas un tel consommateur; consultez la liste."


class Operating:
    """Pauses, retries, skips and publishes again, for one service with one consumer."""

    def __init__(
        self, receiving: Receiving, consumer: str | None, now: Callable[[], datetime]
    ) -> None:
        self._receiving = receiving
        self._consumer = consumer
        self._now = now

    def completed(self, draft: Draft, command: Command) -> Command:
        """The command with what only this service knows.

        Raises ParkedMissing or ConsumerMissing.
        """
        match command:
            case RetryParked() | SkipParked():
                row = draft.parked_as(command.parked_id)
                if row is None or (isinstance(command, SkipParked) and row.state == "skipped"):
                    raise ParkedMissing
                return replace(command, subject=row.subject)
            case PauseConsumer() | ResumeConsumer() if command.consumer != self._consumer:
                raise ConsumerMissing
            case RepublishEvents():
                return replace(command, through=draft.head.sequence)
            case _:
                return command

    def done(self, draft: Draft, command: Command, decision: Decision) -> Mapping[str, Any]:
        """Do what was decided; returns what the operator is shown. Raises MessageNotKept."""
        match command:
            case PauseConsumer():
                draft.batch.paused[command.consumer] = True
                return {"consumer": command.consumer, "state": "paused"}
            case ResumeConsumer():
                draft.batch.paused[command.consumer] = False
                return {"consumer": command.consumer, "state": "running"}
            case RetryParked():
                self._retry(draft, command)
            case SkipParked():
                if not isinstance(decision.says[0][1], ParkedSkipped):
                    return {"id": command.parked_id, "state": "parked", "proposed": True}
                self._skip(draft, command)
            case RepublishEvents():
                draft.batch.again = command.after, command.through
                return {"after": command.after, "through": command.through}
            case _:
                raise TypeError(type(command).__name__)
        return self._came_of(draft, command)

    def _retry(self, draft: Draft, command: RetryParked) -> None:
        row = draft.parked_as(command.parked_id)
        assert row is not None, "looked up in this transaction"
        whole = command.scope == "subject"
        self._receiving.retry(draft, row, whole=whole, received_at=to_micros(self._now()))

    def _skip(self, draft: Draft, command: SkipParked) -> None:
        row = draft.parked_as(command.parked_id)
        assert row is not None, "looked up in this transaction"
        self._receiving.skip(draft, row, to_micros(self._now()))

    def _came_of(self, draft: Draft, command: RetryParked | SkipParked) -> Mapping[str, Any]:
        row = draft.parked_as(command.parked_id)
        left = [each for each in draft.parked(command.subject) if each.state != "skipped"]
        return {
            "id": command.parked_id,
            "state": row.state if row else "taken",
            "reason": row.reason if row else None,
            "left_of_subject": len(left),
        }
