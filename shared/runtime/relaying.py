"""Whose turn it is to relay: of several processes of one service, one publishes its events."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from shared.runtime.database import Turn

TAKE = "SELECT pg_try_advisory_lock(%s)"
STILL_THERE = "SELECT 1"
"""Also the sign of life that the others look for: their server notes when it was asked."""
END_IF_STUCK = """
SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND (classid, objid, objsubid) = (0, %s, 1)
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND state_change < clock_timestamp() - make_interval(secs => %s)
"""


class RelayTurn(Protocol):
    """The turn of one process, asked for again before each batch."""

    def hold(self) -> bool:
        """Whether it is this process's turn; what nobody has is taken. Raises DBAPIError."""
        ...

    def release(self) -> None:
        """Give it to whoever asks next."""
        ...


class Always:
    """The turn of a process that has its journal to itself."""

    def hold(self) -> bool:
        """Nobody else could have it."""
        return True

    def release(self) -> None:
        """Nobody waits for it."""


class SessionTurn:
    """A lock of a session of its own: it ends with the process that has it.

    A holder that gives no sign of life for the lease (it was stopped, or cannot get on) loses its
    session to whoever asks, and finds that out before its next batch. Until then it may publish
    what the other publishes too: every event comes at least once anyway.
    """

    def __init__(self, connect: Callable[[], Connection], lease_seconds: float) -> None:
        self._connect = connect
        self._lease_seconds = lease_seconds
        self._session: Connection | None = None
        self._held = False

    def hold(self) -> bool:
        """Whether it is this process's turn; what nobody has is taken. Raises DBAPIError."""
        try:
            session = self._session = self._session or self._connect()
            if self._held:
                session.exec_driver_sql(STILL_THERE)
            else:
                self._held = self._taken(session)
        except DBAPIError:
            self.release()
            raise
        return self._held

    def _taken(self, session: Connection) -> bool:
        if session.exec_driver_sql(TAKE, (int(Turn.RELAY),)).scalar_one():
            return True
        stuck = (int(Turn.RELAY), self._lease_seconds)
        ended = session.exec_driver_sql(END_IF_STUCK, stuck).scalar_one()
        return bool(ended) and bool(session.exec_driver_sql(TAKE, stuck[:1]).scalar_one())

    def release(self) -> None:
        """End the session, and with it the turn."""
        session, self._session, self._held = self._session, None, False
        if session is not None:
            session.close()
