"""Two processes of one service on PostgreSQL: each shows the journal, whoever wrote to it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.runtime.clock import SetClock
from tests.runtime.running import NOW, Running, open_till, put_in, running
from tests.support.databases import on_postgresql
from tests.support.figures import Shown, shown


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Running, Running]]:
    """One that works and one that is idle, with one clock."""
    clock = SetClock(NOW)
    with (
        on_postgresql(),
        running(tmp_path, clock=clock) as one,
        running(tmp_path, clock=clock) as other,
    ):
        yield one, other


def figures(here: Running) -> Shown:
    return shown(here.service.figures())


def test_an_idle_process_shows_what_another_wrote_and_sent(two: tuple[Running, Running]) -> None:
    working, idle = two
    clock = working.service.clock
    assert isinstance(clock, SetClock)
    working.ask(open_till())
    working.ask(put_in(1))
    clock.advance(timedelta(seconds=400))
    seen = figures(idle)
    assert seen.value("grantline_journal_position") == 2
    assert seen.value("grantline_outbox_unpublished") == 2
    assert round(seen.value("grantline_outbox_oldest_seconds")) == 400
    assert seen.value("grantline_relay_progress_timestamp_seconds") == NOW.timestamp()
    working.service.writer.note_relayed(2)
    working.ask(put_in(2))
    seen = figures(idle)
    assert seen.value("grantline_outbox_unpublished") == 1
    progress = (NOW + timedelta(seconds=400)).timestamp()
    assert seen.value("grantline_relay_progress_timestamp_seconds") == progress
    assert set(seen.samples["grantline_events_appended_total"].values()) == {0}


def test_progress_of_another_is_noted_once(two: tuple[Running, Running]) -> None:
    working, idle = two
    clock = working.service.clock
    assert isinstance(clock, SetClock)
    working.ask(open_till())
    working.service.writer.note_relayed(1)
    working.ask(put_in(1))
    figures(idle)
    clock.advance(timedelta(seconds=400))
    noted = figures(idle).value("grantline_relay_progress_timestamp_seconds")
    assert noted == NOW.timestamp()
