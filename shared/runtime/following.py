"""The thread that notices what other processes of this service have written to its journal."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from shared.kernel.refusals import Unavailable
from shared.runtime.database import Database
from shared.runtime.items import Stopping
from shared.runtime.journal import HEAD, Head
from shared.runtime.writer import Writer

log = structlog.get_logger()

LOOK_SECONDS = 0.05
"""How late a process may learn of what another one has committed."""
TURN = select(HEAD.c.turn)


class Follower:
    """Looks at the head; when it has moved, the writer catches up and whoever waits is told."""

    def __init__(self, database: Database, writer: Writer, tell: Callable[[Head], None]) -> None:
        self._database = database
        self._writer = writer
        self._tell = tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def step(self) -> bool:
        """Look once; returns whether somebody else had written. Raises Unavailable."""
        if self._database.look(TURN) == self._writer.head.turn:
            return False
        self._writer.run(lambda connection: None)  # To lock the head is to catch up with it.
        self._tell(self._writer.head)
        return True

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.step()
                self.failure = None
            except Stopping:
                return
            except (Unavailable, SQLAlchemyError) as failure:
                self._note(failure)

    def _note(self, failure: Exception) -> None:
        code = failure.code() if isinstance(failure, Unavailable) else type(failure).__name__
        if code != self.failure:
            log.error("journal-not-followed", error=type(failure).__name__)
        self.failure = code
