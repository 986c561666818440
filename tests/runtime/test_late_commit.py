"""C-021: whoever commits late holds the head, and no reader passes what is not there yet."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from shared.kernel.money import portion
from shared.runtime.items import Answer
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    fail_once_at_commit,
    open_till,
    put_in,
    running,
)
from tests.support.databases import idle_in_transaction

pytestmark = pytest.mark.usefixtures("database")


@contextmanager
def late(here: Running) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The next commit of this process comes to the first event, and waits for the second."""
    engine = here.service.writer.run(lambda connection: connection.engine)
    reached, go = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        reached.set()
        assert go.wait(PATIENCE_SECONDS)

    event.listen(engine, "commit", wait, once=True)
    try:
        yield reached, go
    finally:
        go.set()


def seen_by(reader: Running, after: int) -> tuple[list[int], int]:
    """The positions beyond this one, and the sum that the projection shows with them."""
    with reader.service.snapshot() as state:
        positions = [stored.position for stored in state.events(after, 1_000)]
        shown = state.connection.exec_driver_sql("SELECT sum(held_cents) FROM till_list")
        return positions, int(shown.scalar_one())


@contextmanager
def another_process(folder: Path, here: Running) -> Iterator[Running]:
    """Another writer of the same journal: on PostgreSQL a process, on SQLite there is but one."""
    if here.service.settings.postgres is None:
        yield here
    else:
        with running(folder) as other:
            yield other


def test_c_021_a_late_commit_is_waited_for_and_a_rolled_back_one_leaves_no_hole(
    tmp_path: Path,
) -> None:
    with (
        running(tmp_path) as one,
        another_process(tmp_path, one) as other,
        idle_in_transaction(one.service.settings.postgres, "ledger"),
        ThreadPoolExecutor(2) as pool,
    ):
        one.together(open_till(), *(put_in(0) for _ in range(99)))
        with late(one) as (reached, go):
            first: Future[Answer] = pool.submit(one.ask, put_in(1_000_000))
            assert reached.wait(PATIENCE_SECONDS)
            second: Future[Answer] = pool.submit(other.ask, put_in(2_500_000))
            for _ in range(20):
                assert seen_by(other, 100) == ([], 0)
            assert not first.done()
            assert not second.done()
            go.set()
            assert first.result(PATIENCE_SECONDS).version == 101
            assert second.result(PATIENCE_SECONDS).version == 102
        full = OperationalError("COMMIT", None, Exception("database or disk is full"))
        with fail_once_at_commit(one, full), pytest.raises(OperationalError):
            one.ask(put_in(999_999_999))
        other.ask(put_in(433_333))
        one.together(*(put_in(0) for _ in range(101)))
        other.ask(put_in(66_667))
        positions, total = seen_by(one, 100)
        assert positions == [*range(101, 206)]
        assert (total, portion(Fraction(2, 5), total)) == (4_000_000, 1_600_000)
    with running(tmp_path) as again:
        assert seen_by(again, 100) == (positions, 4_000_000)
        rebuilt = again.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after
