"""Counts, ages and lags of a running service, each at the moment when it means something."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from shared.kernel.operations import PauseConsumer
from shared.runtime.clock import SetClock
from shared.runtime.database import DatabaseAway
from shared.runtime.rebuild import Rebuild
from shared.runtime.tally import Lag, Spread, class_of
from shared.runtime.topics import group_of
from shared.runtime.transport import LocalTransport
from tests.runtime.running import (
    NOW,
    Running,
    asked,
    fail_once_at_commit,
    open_till,
    put_in,
    running,
    who,
)
from tests.support.figures import Shown, shown
from tests.support.ledger import MIRROR, TillMissing

pytestmark = pytest.mark.usefixtures("database")


def figures(here: Running) -> Shown:
    return shown(here.service.figures())


def clock_of(here: Running) -> SetClock:
    clock = here.service.clock
    assert isinstance(clock, SetClock)
    return clock


def test_a_bound_belongs_to_its_own_bucket() -> None:
    spread = Spread((1, 2.5))
    for value in (0.5, 1, 1.5, 2.5, 3):
        spread.observe(value)
    assert spread.buckets() == [("1.0", 2), ("2.5", 4), ("+Inf", 5)]
    assert spread.total == 8.5


# The writer.


def test_a_group_is_one_commit_of_many_commands(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.together(*(put_in(1) for _ in range(5)), put_in(1, "none"))
        seen = figures(ledger)
    assert seen.value("grantline_group_items_count") == 2
    assert seen.value("grantline_group_items_sum") == 7
    assert seen.nonzero("grantline_commands_total") == {
        ("OpenTill", "accepted"): 1, ("PutIn", "accepted"): 5, ("PutIn", "refused"): 1,
    }  # fmt: skip
    assert seen.samples["grantline_command_rejected_total"] == {(TillMissing.code(),): 1}


def test_a_group_that_failed_counts_once_and_its_items_by_their_own_fate(tmp_path: Path) -> None:
    full = OperationalError("COMMIT", None, Exception("database or disk is full"))
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with fail_once_at_commit(ledger, full, after=1):
            ledger.together(put_in(1), put_in(2))
        with fail_once_at_commit(ledger, full), suppress(OperationalError):
            ledger.ask(put_in(3))
        seen = figures(ledger)
    assert seen.value("grantline_commits_failed_total") == 2
    assert seen.nonzero("grantline_commands_total") == {
        ("OpenTill", "accepted"): 1, ("PutIn", "accepted"): 2, ("PutIn", "failed"): 1,
    }  # fmt: skip
    assert seen.nonzero("grantline_events_appended_total") == {
        ("grantline.ledger.TillOpened.v1",): 1, ("grantline.ledger.MoneyPutIn.v1",): 2,
    }  # fmt: skip


def test_a_store_that_is_away_refuses_no_command(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        tally = ledger.service.writer.tally
        tally.came_to(asked(open_till()), DatabaseAway())
        seen = figures(ledger)
    assert seen.nonzero("grantline_commands_total") == {("OpenTill", "failed"): 1}
    assert "grantline_command_rejected_total" not in seen.samples


def test_the_queue_is_seen_while_the_writer_is_busy(tmp_path: Path) -> None:
    async def asking(release: Callable[[], None]) -> Shown:
        waiting = asyncio.ensure_future(ledger.service.writer.submit(asked(open_till())))
        while not ledger.service.writer.queued:
            await asyncio.sleep(0)
        seen = figures(ledger)
        release()
        await waiting
        return seen

    with running(tmp_path, queue_items_max=9) as ledger, ledger.held() as release:
        seen = asyncio.run(asking(release))
    assert seen.value("grantline_writer_queue_items") == 1
    assert seen.value("grantline_writer_queue_items_max") == 9


def test_events_of_others_are_counted_by_origin_once(tmp_path: Path) -> None:
    with running(tmp_path / "ledger") as ledger:
        ledger.ask(open_till())
        ledger.ask(put_in(5))
        said = ledger.sealed()
    with running(tmp_path / "mirror", MIRROR) as mirror:
        clock_of(mirror).advance(timedelta(seconds=40))
        mirror.receive(said)
        mirror.receive(said)
        seen = figures(mirror)
    assert seen.value("grantline_events_received_total", "ledger") == 2
    late = (NOW + timedelta(seconds=40)).timestamp()
    assert seen.value("grantline_subscriber_progress_timestamp_seconds") == late
    assert seen.value("grantline_relay_progress_timestamp_seconds") == NOW.timestamp()


# What was not sent.


def test_the_age_of_what_is_unsent_is_that_of_its_oldest_event(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        clock = clock_of(ledger)
        assert backlog(ledger) == (0, 0)
        ledger.ask(open_till())
        clock.advance(timedelta(seconds=50))
        ledger.ask(put_in(1))
        clock.advance(timedelta(seconds=20))
        assert backlog(ledger) == (2, 70)
        ledger.service.writer.note_relayed(1)
        assert backlog(ledger) == (1, 20)
        for _ in range(2):
            ledger.service.writer.note_relayed(2)
            clock.advance(timedelta(days=1))
        assert backlog(ledger) == (0, 0)
        seen = figures(ledger)
    assert seen.value("grantline_events_relayed_total") == 2
    progress = (NOW + timedelta(seconds=70)).timestamp()
    assert seen.value("grantline_relay_progress_timestamp_seconds") == progress


def backlog(here: Running) -> tuple[float, float]:
    """How many events are unsent, and the age of the oldest in whole seconds."""
    seen = figures(here)
    oldest = seen.value("grantline_outbox_oldest_seconds")
    return seen.value("grantline_outbox_unpublished"), round(oldest)


# Lag.


@dataclass
class Behind:
    """A subscription that says how far it is behind."""

    events: dict[str, int] = field(default_factory=dict)

    def lag(self) -> Mapping[str, int]:
        return self.events


@dataclass
class InPartitions(Behind):
    """One that reads partitions."""

    def partitions(self) -> Mapping[tuple[str, int], int]:
        return {("grantline.ledger.events.v1", 3): 7, ("grantline.ledger.events.v1", 0): 0}

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass


class InATopic(LocalTransport):
    """A transport whose subscriptions read partitions."""

    def subscribe(self, *_: Any) -> Any:
        return InPartitions({"ledger": 7})


def lagging(**events: int) -> tuple[Lag, Behind, SetClock]:
    clock = SetClock(NOW)
    behind: Any = Behind(events)
    return Lag(behind, clock), behind, clock


def test_a_quiet_day_makes_no_lag() -> None:
    lag, behind, clock = lagging(intake=0)
    clock.advance(timedelta(days=1))
    assert lag.look() == {"intake": 0}
    clock.advance(timedelta(seconds=2))
    behind.events["intake"] = 1
    assert lag.seconds("intake", NOW) == 2


def test_somebody_always_busy_is_as_late_as_the_last_that_came() -> None:
    lag, _, clock = lagging(intake=0)
    lag.look()
    clock.advance(timedelta(hours=1))
    assert lag.seconds("intake", clock.now() - timedelta(seconds=3)) == 3


def test_after_a_start_the_journal_knows_how_late_it_is() -> None:
    lag, _, clock = lagging(intake=9)
    assert lag.seconds("intake", NOW - timedelta(days=1)) == 86_400
    clock.advance(timedelta(seconds=30))
    assert lag.seconds("intake", None) == 30


def test_a_neighbour_whose_clock_is_ahead_makes_no_negative_lag() -> None:
    lag, _, _ = lagging(intake=1)
    assert lag.seconds("intake", NOW + timedelta(seconds=5)) == 0


def test_a_consumer_that_stands_still_shows_events_and_seconds(tmp_path: Path) -> None:
    transport = LocalTransport()
    with (
        running(tmp_path / "l", transport=transport) as ledger,
        running(tmp_path / "m", MIRROR, transport=transport) as mirror,
    ):
        transport.join("ledger", ledger.service.snapshot)
        assert lag_of(mirror) == (0, 0)
        ledger.ask(open_till())
        ledger.ask(put_in(1))
        transport.publish("ledger", 2, list)
        clock_of(mirror).advance(timedelta(seconds=90))
        assert lag_of(mirror) == (2, 90)
        mirror.receive(ledger.sealed())
        assert lag_of(mirror) == (0, 0)


def lag_of(here: Running) -> tuple[float, float]:
    """How far the ledger's events are behind, in events and seconds."""
    seen = figures(here)
    seconds = seen.value("grantline_projection_lag_seconds", "ledger")
    return seen.value("grantline_projection_lag_events", "ledger"), seconds


def test_a_subscriber_that_finds_nothing_notes_that_it_misses_nothing(tmp_path: Path) -> None:
    transport = LocalTransport()
    with (
        running(tmp_path / "l", transport=transport) as ledger,
        running(tmp_path / "m", MIRROR, transport=transport) as mirror,
    ):
        transport.join("ledger", ledger.service.snapshot)
        ledger.ask(open_till())
        mirror.receive(ledger.sealed())
        subscriber = mirror.service._subscriber
        assert subscriber is not None
        clock_of(mirror).advance(timedelta(days=1))
        assert subscriber.step(0) == 0
        clock_of(mirror).advance(timedelta(seconds=3))
        ledger.ask(put_in(1))
        transport.publish("ledger", 2, list)
        assert lag_of(mirror) == (1, 3)


def test_partitions_are_shown_as_watchers_of_brokers_know_them(tmp_path: Path) -> None:
    with running(tmp_path, MIRROR, transport=InATopic()) as mirror:
        seen = figures(mirror)
    assert seen.samples["kafka_consumergroup_lag"] == {
        ("grantline.mirror", "3", "grantline.ledger.events.v1"): 7,
        ("grantline.mirror", "0", "grantline.ledger.events.v1"): 0,
    }
    assert seen.value("grantline_projection_lag_events", "ledger") == 7


# What was set aside.


def test_parked_messages_are_shown_by_class_and_by_the_age_of_the_first(tmp_path: Path) -> None:
    with running(tmp_path / "ledger") as ledger:
        ledger.ask(open_till())
        ledger.together(put_in(1), put_in(2))
        first, second, third = ledger.sealed()
    forged = replace(second, body=second.body.replace("1", "9"))
    with running(tmp_path / "mirror", MIRROR) as mirror:
        assert figures(mirror).nonzero("grantline_parked_items") == {}
        mirror.receive([first, forged])
        clock_of(mirror).advance(timedelta(seconds=30))
        mirror.receive([third])
        seen = figures(mirror)
        assert seen.nonzero("grantline_parked_items") == {
            ("broken-event", group_of("mirror")): 1, ("behind", group_of("mirror")): 1,
        }  # fmt: skip
        assert seen.value("grantline_parked_oldest_seconds") == 30
        mirror.receive([second])
        seen = figures(mirror)
        assert seen.nonzero("grantline_parked_items") == {}
        assert seen.value("grantline_parked_oldest_seconds") == 0
        assert seen.samples["grantline_messages_parked_total"] == {("broken-event",): 1}
        assert seen.value("grantline_chain_mismatch_total") == 1


def test_the_faults_of_handlers_are_one_class() -> None:
    assert class_of("handler-failed-KeyError") == class_of("handler-failed-ValueError")
    assert class_of("diverged") == "diverged"


def test_a_paused_consumer_is_shown(tmp_path: Path) -> None:
    consumer = group_of("mirror")
    with running(tmp_path, MIRROR) as mirror:
        assert figures(mirror).value("grantline_consumer_paused", consumer) == 0
        pause = PauseConsumer(service="mirror", consumer=consumer, reason="a test", **who())
        mirror.ask(pause)
        assert figures(mirror).value("grantline_consumer_paused", consumer) == 1


def test_who_hears_nobody_shows_no_consumer(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        seen = figures(ledger)
    assert seen.families["grantline_consumer_paused"].samples == []
    assert seen.families["grantline_projection_lag_events"].samples == []


# Rebuilds.


def test_a_running_rebuild_is_seen_and_its_end_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, rebuild_chunk_events=1) as ledger:
        ledger.ask(open_till())
        ledger.ask(put_in(1))
        steps: list[tuple[float, float]] = []
        join = Rebuild._join

        def look(*about: Any) -> Any:
            clock_of(ledger).advance(timedelta(seconds=4))
            seen = figures(ledger)
            steps.append(
                (
                    seen.value("grantline_rebuild_running"),
                    seen.value("grantline_rebuild_progress_ratio"),
                )
            )
            return join(*about)

        monkeypatch.setattr(Rebuild, "_join", look)
        ledger.rebuild()
        seen = figures(ledger)
    assert steps == [(1, 1)]
    assert seen.nonzero("grantline_rebuilds_total") == {("equal",): 1}
    assert seen.value("grantline_rebuild_last_duration_seconds") == 4
    assert seen.value("grantline_rebuild_running") == 0


@pytest.mark.parametrize("outcome", ["different", "failed"])
def test_a_rebuild_that_came_to_nothing_good_is_counted_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    def compare(*_: Any) -> tuple[str, str, int]:
        if outcome == "failed":
            raise OperationalError("SELECT", None, Exception("gone"))
        return "a" * 64, "b" * 64, 1

    monkeypatch.setattr(Rebuild, "_compare", compare)
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with suppress(OperationalError):
            ledger.rebuild()
        assert figures(ledger).nonzero("grantline_rebuilds_total") == {(outcome,): 1}
