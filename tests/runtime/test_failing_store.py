"""When the store, the writer or the process fails: nothing half-done, nobody left waiting."""

import asyncio
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from shared.runtime.database import DataInUse
from shared.runtime.inbox import Inbox
from shared.runtime.items import Answer, Arrived, Overloaded, Stopping, WriterFailed
from shared.runtime.journal import Journal
from shared.runtime.writer import Writer
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    asked,
    fail_once_at_commit,
    open_till,
    put_in,
    reserve,
    running,
    service_of,
)
from tests.support import databases
from tests.support.catalogue import ROOT
from tests.support.ledger import MIRROR, PURSE_CENTS, PurseEmpty

pytestmark = pytest.mark.usefixtures("database")

LOSE_THE_CURSOR = "UPDATE journal_head SET relayed = 7"


def disk_full() -> OperationalError:
    return OperationalError("COMMIT", None, Exception("database or disk is full"))


@pytest.mark.parametrize("restart", [False, True])
def test_c_024_memory_never_keeps_what_the_store_refused(tmp_path: Path, restart: bool) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.together(*(reserve(0) for _ in range(17)))
        with fail_once_at_commit(ledger, disk_full()), pytest.raises(OperationalError):
            ledger.ask(reserve(800_000), key="one")
        assert ledger.state("purse-main").reserved_cents == 0
        assert ledger.sql("SELECT count(*) FROM answer WHERE key = 'one'") == [(0,)]
        if not restart:
            finish_c_024(ledger)
    if restart:
        with running(tmp_path) as ledger:
            finish_c_024(ledger)


def finish_c_024(ledger: Running) -> None:
    """600,000 fit, then 800,000 do not; the log says the same as the memory."""
    ledger.ask(reserve(600_000))
    with pytest.raises(PurseEmpty):
        ledger.ask(reserve(800_000), key="one")
    purse = [line.version for line in ledger.lines() if line.stream == "purse-main"]
    assert purse == [*range(1, 19)]
    assert PURSE_CENTS - ledger.state("purse-main").reserved_cents == 400_000
    positions = [line.position for line in ledger.lines()]
    assert positions == [*range(1, len(positions) + 1)]
    assert ledger.sql("SELECT held_cents FROM till_list") == [(600_000,)]


def test_a_group_whose_commit_fails_is_decided_again_one_by_one(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with fail_once_at_commit(ledger, disk_full(), after=1):
            outcomes = ledger.together(put_in(1), put_in(2), put_in(3))
        assert [outcome.version for outcome in outcomes] == [2, 3, 4]
        assert ledger.state("till-a").held_cents == 6
        assert ledger.commits == [1, 2, 3, 4]


def test_received_events_survive_a_failed_commit(tmp_path: Path) -> None:
    with running(tmp_path / "l") as ledger, running(tmp_path / "m", MIRROR) as mirror:
        ledger.ask(open_till())
        ledger.together(put_in(1), put_in(2))
        first, second, third = ledger.sealed()
        with fail_once_at_commit(mirror, disk_full()), pytest.raises(OperationalError):
            mirror.receive([second])
        assert (mirror.service.writer.waiting, mirror.service.writer.marks.reached) == (0, {})
        mirror.receive([second])
        assert mirror.service.writer.waiting == 1
        with fail_once_at_commit(mirror, disk_full()), pytest.raises(OperationalError):
            mirror.receive([first, third])
        assert mirror.service.writer.waiting == 1
        mirror.receive([first, third])
        assert mirror.service.writer.waiting == 0
        assert mirror.state("mirror-a").cents == 3


def test_maintenance_that_fails_leaves_nothing_and_the_writer_going(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:

        def half(connection: Any) -> None:
            connection.exec_driver_sql(LOSE_THE_CURSOR)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ledger.service.writer.run(half)
        with fail_once_at_commit(ledger, disk_full()), pytest.raises(OperationalError):
            ledger.service.writer.run(
                lambda connection: connection.exec_driver_sql(LOSE_THE_CURSOR),
                lambda: pytest.fail("nothing was committed"),
            )
        ledger.ask(open_till())
        assert ledger.sql("SELECT relayed FROM journal_head") == [(0,)]


def test_a_full_queue_says_so_and_what_waits_is_still_recorded(tmp_path: Path) -> None:
    with running(tmp_path, queue_items_max=2) as ledger:
        ledger.ask(open_till())

        async def three(release: Any) -> list[Any]:
            submit = ledger.service.writer.submit
            tasks = [asyncio.ensure_future(submit(asked(put_in(n)))) for n in (1, 2, 4)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            with pytest.raises(Overloaded):
                ledger.receive([])
            release()
            return await asyncio.gather(*tasks, return_exceptions=True)

        with ledger.held() as release:
            outcomes = asyncio.run(three(release))
        assert [type(outcome) for outcome in outcomes] == [Answer, Answer, Overloaded]
        assert ledger.state("till-a").held_cents == 3
        assert ledger.ask(put_in(4)).version == 4


def test_stopping_commits_what_waits_and_takes_nothing_more(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        writer = ledger.service.writer

        async def stop_with_work_waiting(release: Any) -> list[Any]:
            tasks = [asyncio.ensure_future(writer.submit(asked(put_in(n)))) for n in (1, 2)]
            while writer.queued < 2:
                await asyncio.sleep(0)
            stopping = asyncio.create_task(asyncio.to_thread(writer.stop))
            while not isinstance(await refused_by(writer), Stopping):
                await asyncio.sleep(0)
            release()
            await stopping
            return await asyncio.gather(*tasks)

        with ledger.held() as release:
            outcomes = asyncio.run(stop_with_work_waiting(release))
        assert [outcome.version for outcome in outcomes] == [2, 3]
        with pytest.raises(Stopping):
            ledger.receive([])
        with pytest.raises(Stopping):
            ledger.service.writer.run(lambda connection: None)
        assert ledger.state("till-a").held_cents == 3


async def refused_by(writer: Writer) -> BaseException | None:
    """What a new item is told right now, without waiting for it to be decided."""
    probe = asyncio.ensure_future(writer.submit(asked(open_till())))
    await asyncio.sleep(0)
    if probe.done():
        return probe.exception()
    probe.cancel()
    return None


def test_a_received_batch_is_told_of_its_commit_while_the_event_loop_waits_for_the_end(
    tmp_path: Path,
) -> None:
    with running(tmp_path / "l") as ledger, running(tmp_path / "m", MIRROR) as mirror:
        ledger.ask(open_till())
        receiving = threading.Thread(target=mirror.receive, args=(ledger.sealed(),))

        async def block_the_loop() -> None:
            receiving.start()
            receiving.join(PATIENCE_SECONDS)

        asyncio.run(block_the_loop())
        assert not receiving.is_alive()


class Killed(BaseException):
    """Something that no code of ours expects."""


def kill_at_next_write(monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    def write(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(Journal, "write", write)


def test_a_dead_writer_tells_everybody_and_hangs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, group_items_max=2) as ledger:
        ledger.ask(open_till())
        kill_at_next_write(monkeypatch, Killed())
        outcomes = ledger.together(put_in(1), put_in(2), put_in(3))
        assert [type(outcome) for outcome in outcomes] == [WriterFailed] * 3
        assert isinstance(ledger.service.writer.failure, Killed)
        assert ledger.service.health()["writer"] == "failed"
        for attempt in (lambda: ledger.ask(put_in(4)), lambda: ledger.receive([])):
            with pytest.raises(Stopping):
                attempt()
    monkeypatch.undo()
    with running(tmp_path) as ledger:
        assert ledger.state("till-a").held_cents == 0
        assert ledger.ask(put_in(5)).version == 2


def test_a_writer_that_dies_after_the_commit_has_recorded_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())

        def on_commit(_: Any) -> None:
            raise Killed

        ledger.service.writer.on_commit = on_commit
        with pytest.raises(WriterFailed):
            ledger.ask(put_in(5), key="k")
    with running(tmp_path) as ledger:
        assert ledger.ask(put_in(5), key="k").repeated is True
        assert ledger.state("till-a").held_cents == 5


def test_maintenance_behind_a_group_that_kills_the_writer_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        writer = ledger.service.writer
        kill_at_next_write(monkeypatch, Killed())
        told: list[BaseException] = []

        def maintain() -> None:
            try:
                writer.run(lambda connection: None)
            except WriterFailed as failed:
                told.append(failed)

        async def both(release: Any) -> None:
            task = asyncio.ensure_future(writer.submit(asked(put_in(1))))
            while writer.queued < 1:
                await asyncio.sleep(0)
            behind = threading.Thread(target=maintain)
            behind.start()
            while writer.queued < 2:
                await asyncio.sleep(0)
            release()
            with pytest.raises(WriterFailed):
                await task
            behind.join(PATIENCE_SECONDS)

        with ledger.held() as release:
            asyncio.run(both(release))
        assert len(told) == 1


def test_an_inbox_that_failed_takes_nothing_more() -> None:
    inbox = Inbox(2)
    inbox.fail(WriterFailed())
    with pytest.raises(Stopping):
        inbox.hand(Arrived([]))


def test_a_caller_that_went_away_with_its_event_loop_hurts_nobody(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())

        async def ask_and_leave() -> None:
            task = asyncio.ensure_future(ledger.service.writer.submit(asked(put_in(1))))
            while ledger.service.writer.queued < 1:
                await asyncio.sleep(0)
            task.cancel()

        with ledger.held():
            asyncio.run(ask_and_leave())
        assert ledger.ask(put_in(2)).version == 3


OPEN_IT = """
import sys
from pathlib import Path
from shared.runtime.database import DataInUse
from shared.runtime.sqlite import SqliteDatabase
try:
    SqliteDatabase(Path(sys.argv[1]), 1)
except DataInUse:
    sys.exit(3)
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    def other_process() -> int:
        command = [sys.executable, "-c", OPEN_IT, str(tmp_path / "ledger.db")]
        return subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode

    with running(tmp_path) as ledger:
        assert other_process() == 3
        assert ledger.ask(open_till()).version == 1
    assert other_process() == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_service_of_this_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path), pytest.raises(DataInUse):
        service_of(tmp_path).open()


KEEP_PUTTING_IN = """
import os, sys
from itertools import count
from pathlib import Path
from tests.runtime.running import asked, open_till, put_in, running
from tests.support.databases import named
with named(sys.argv[2]), running(Path(sys.argv[1])) as ledger:
    ledger.ask(open_till())
    for number in count(1):
        keys = [f"{os.getpid()}-{number}-{part}" for part in "abc"]
        outcomes = ledger.together(*(asked(put_in(number), key) for key in keys))
        sys.stdout.write(f"recorded {outcomes[-1].version}\\n")
        sys.stdout.flush()
"""


def killed_while_working(folder: Path) -> int:
    """The last version that a process acknowledged before it was killed."""
    url = databases.url_of(folder, "ledger") or ""
    command = [sys.executable, "-c", KEEP_PUTTING_IN, str(folder), url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as working:
        assert working.stdout is not None
        said = [working.stdout.readline() for _ in range(6)]
        working.kill()
        said += working.stdout.readlines()
    return max(int(version) for version in re.findall("recorded ([0-9]+)", "".join(said)))


def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    for _ in range(2):
        acknowledged = killed_while_working(tmp_path)
        with running(tmp_path) as ledger:
            versions = [line.version for line in ledger.lines() if line.stream == "till-a"]
            assert versions == [*range(1, len(versions) + 1)]
            assert len(versions) >= acknowledged > 1
            held = ledger.state("till-a").held_cents
            assert ledger.sql("SELECT held_cents FROM till_list") == [(held,)]
            rebuilt = ledger.rebuild()
            assert rebuilt.digest_before == rebuilt.digest_after
