"""Timers: what falls due on a business date is done once, missed dates in their order (X11).

Each date, and each part of a date on which much is due, is one item of the writer: commands have
their turn in between, and whoever dies in the middle goes on where the journal says.
"""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, select

from shared.kernel.commands import Actor
from shared.kernel.events import wire_type
from shared.kernel.operations import Operations, RunTimers, TimersRun
from shared.kernel.periods import civil_date
from shared.runtime.items import Answer, Key, Stopping
from shared.runtime.journal import JOURNAL
from shared.runtime.messaging import named
from shared.runtime.new_ids import Ids
from shared.runtime.once import Once

log = structlog.get_logger()

LOOK_SECONDS = 30.0
"""How late a new day may be noticed."""


def last_run(connection: Connection, service: str) -> date | None:
    """The last business date that timers were run for, as the journal has it."""
    query = (
        select(JOURNAL.c.body)
        .where(JOURNAL.c.stream == f"operations-{service}", JOURNAL.c.type == _type_of_run(service))
        .order_by(JOURNAL.c.version.desc())
        .limit(1)
    )
    body = connection.execute(query).scalar()
    return None if body is None else TimersRun.model_validate_json(body).business_date


def _type_of_run(service: str) -> str:
    return wire_type(service, TimersRun.event_name, TimersRun.schema_version)


class Timers:
    """Runs the timers of one service, in a thread that waits."""

    def __init__(self, service: str, once: Once, now: Callable[[], datetime], ids: Ids) -> None:
        self.service = service
        self._once = once
        self._now = now
        self._ids = ids

    def run(self, by: Actor, until: date, key: Key) -> Answer:
        """Run every date up to this one that is missing, and answer with the last date run.

        Raises DateNotBegun, or KeyReused before anything is done.
        """
        earlier = self._once.answered(by, key)
        if earlier is not None:
            return earlier
        while self.step(by, until):
            pass
        return self._ask(by, until, key)

    def step(self, by: Actor, until: date) -> bool:
        """Run one date, or one part of it; returns whether more is missing. Raises DateNotBegun."""
        came = json.loads(self._ask(by, until, Key.internal(self._ids.uuid7())).body)
        return came["left"] or date.fromisoformat(came["run_on"]) < until

    def _ask(self, by: Actor, until: date, key: Key) -> Answer:
        now = self._now()
        command = RunTimers(
            service=self.service, business_date=until, by=by, now=now, effective_at=now
        )
        return self._once.ask(command, key, _shown)


def _shown(operations: Operations) -> Mapping[str, Any]:
    assert operations.run_on is not None, "it has run just now, or before"
    return {"run_on": operations.run_on.isoformat(), "left": operations.unfinished is not None}


class Daily:
    """The thread that runs timers for each new day in Toronto, and for those that were missed."""

    def __init__(self, timers: Timers, now: Callable[[], datetime]) -> None:
        self._timers = timers
        self._now = now
        self._by = Actor(person=f"service:{timers.service}", roles=frozenset({"service"}))
        self._done: date | None = None
        self._look = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        """Begin to look at the day."""
        self._look.set()
        self._thread.start()

    def wake(self) -> None:
        """Look at once: the day may have changed."""
        self._look.set()

    def stop(self) -> None:
        """Finish the date in hand and end."""
        self._stopped = True
        self._look.set()
        self._thread.join()

    def step(self) -> bool:
        """Look once; returns whether timers were run. Raises Unavailable."""
        today = civil_date(self._now())
        if today == self._done:
            return False
        while self._timers.step(self._by, today):
            if self._stopped:
                return True
        self._done = today
        return True

    def _run(self) -> None:
        while not self._stopped:
            self._look.wait(LOOK_SECONDS)
            self._look.clear()
            try:
                self.step()
                self.failure = None
            except Stopping:
                return
            except Exception as failure:  # Whatever it was: the date is missing, and tried again.
                self._note(failure)

    def _note(self, failure: Exception) -> None:
        code = named(failure)
        if code != self.failure:
            log.error("timers-failed", service=self._timers.service, error=type(failure).__name__)
        self.failure = code
