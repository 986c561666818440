"""Services together: everything arrives, once and in order, whatever stops in between."""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from shared.kernel.envelope import Sealed
from shared.kernel.refusals import Unavailable
from shared.runtime import messaging
from shared.runtime.delivery import Delivery
from shared.runtime.messaging import Subscriber
from shared.runtime.service import Service
from shared.runtime.serving import Fleet
from shared.runtime.transport import LocalTransport, Unsent
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    asked,
    fail_once_at_commit,
    open_till,
    put_in,
    running,
    service_of,
    until,
)
from tests.support.ledger import LEDGER, MIRROR, WITNESS
from tests.support.neighbours import message_of


class Spy(LocalTransport):
    """Notes what is published, and fails as long as told."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[int] = []
        self.failure: Exception | None = None

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        if self.failure is not None:
            raise self.failure
        events = unsent()
        if origin == "ledger":
            self.sent += [sequence for sequence, _ in events]
        return super().publish(origin, events[-1][0], unsent)


@contextmanager
def together(
    folder: Path, transport: LocalTransport | None = None, **limits: Any
) -> Iterator[tuple[Running, ...]]:
    """Ledger, mirror and witness over one transport."""
    transport = transport or LocalTransport()
    services = [
        service_of(folder, domain, transport=transport, **limits)
        for domain in (LEDGER, MIRROR, WITNESS)
    ]
    fleet = Fleet(services, transport)
    fleet.open()
    try:
        yield tuple(map(Running, services))
    finally:
        fleet.close()


def lag(service: Service) -> int:
    gauges = service.gauges()
    return (
        gauges["relay_backlog_events"] + gauges["subscriber_lag_events"] + gauges["waiting_events"]
    )


def settled(everybody: Sequence[Running]) -> bool:
    """Nothing is on its way any more."""
    return not any(lag(here.service) for here in everybody)


def test_everything_arrives_once_and_in_order(tmp_path: Path) -> None:
    with together(tmp_path, receive_batch_max=3, relay_batch_max=2) as everybody:
        ledger, mirror, witness = everybody
        ledger.together(*(open_till(till) for till in "abc"))
        for cents in range(1, 11):
            ledger.together(*(put_in(cents, till) for till in "abc"))
        mirror.until(lambda: sum(mirror.state(f"mirror-{till}").times for till in "abc") == 30)
        until(lambda: settled(everybody))
        for till in "abc":
            assert mirror.state(f"mirror-{till}").cents == 55
        foreign = [line for line in mirror.lines() if line.origin == "ledger"]
        assert [line.hash for line in foreign] == [line.hash for line in ledger.lines()]
        assert len(witness.lines()) == 33 + 30
        for here in (mirror, witness):
            by_stream: dict[str, int] = {}
            for line in here.lines():
                assert line.version == by_stream.get(line.stream, 0) + 1
                by_stream[line.stream] = line.version


def test_the_marks_say_how_far_each_origin_is_folded_in(tmp_path: Path) -> None:
    with together(tmp_path) as everybody:
        ledger, _, witness = everybody
        ledger.together(open_till(), put_in(1), put_in(2))
        witness.until(lambda: len(witness.lines()) == 5)
        with witness.service.snapshot() as state:
            assert state.marks == {"witness": 0, "ledger": 3, "mirror": 2}


@pytest.mark.parametrize("batch", [1, 3, 256])
@pytest.mark.parametrize("stopped_at", [0, 1, 2])
def test_c_027_stopping_in_the_middle_of_a_batch_loses_nothing(
    tmp_path: Path, batch: int, stopped_at: int
) -> None:
    with together(tmp_path, receive_batch_max=batch) as everybody:
        ledger, mirror, _ = everybody
        ledger.ask(open_till())
        mirror.until(lambda: mirror.service.writer.marks.reached == {"ledger": 1})
        with mirror.held() as release:
            ledger.together(*(put_in(10_010 * number) for number in range(1, 11)))
            until(lambda: mirror.service.writer.queued == 1)
            stopping = threading.Thread(target=mirror.service.stop_listening)
            if stopped_at == 0:
                stopping.start()
            release()
            if stopped_at == 1:
                stopping.start()
            if stopped_at == 2:
                mirror.until(lambda: mirror.state("mirror-a").times > 0)
                stopping.start()
            stopping.join(PATIENCE_SECONDS)
            assert not stopping.is_alive()
        taken = mirror.service.writer.marks.reached["ledger"]
        assert mirror.state("mirror-a").times == taken - 1 <= 10
        assert taken > 1
    with together(tmp_path, receive_batch_max=batch) as everybody:
        mirror = everybody[1]
        mirror.until(lambda: mirror.state("mirror-a").times == 10)
        until(lambda: settled(everybody))
        assert (mirror.state("mirror-a").cents, mirror.state("mirror-a").times) == (550_550, 10)


def test_the_event_loop_may_be_the_one_that_stops_everything(tmp_path: Path) -> None:
    transport = LocalTransport()
    services = [service_of(tmp_path, domain, transport=transport) for domain in (LEDGER, MIRROR)]
    fleet = Fleet(services, transport)

    async def serve_and_stop() -> None:
        fleet.open()
        for number in range(1, 40):
            asks = [open_till(f"till-{number}"), put_in(number, f"till-{number}")]
            await asyncio.gather(*(services[0].writer.submit(asked(ask)) for ask in asks))
        fleet.close()

    stopping = threading.Thread(target=lambda: asyncio.run(serve_and_stop()), daemon=True)
    stopping.start()
    stopping.join(PATIENCE_SECONDS)
    assert not stopping.is_alive()


def test_idle_threads_stop_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messaging, "POLL_SECONDS", 1_000.0)
    with together(tmp_path) as everybody:
        everybody[0].ask(open_till())
        until(lambda: settled(everybody))


def test_a_subscription_that_is_woken_returns_nothing_at_once() -> None:
    subscription = LocalTransport().subscribe("mirror", frozenset({"ledger"}), dict)
    subscription.poll(10, 0)
    polling = threading.Thread(target=subscription.poll, args=(10, 1_000.0))
    polling.start()
    subscription.wake()
    polling.join(PATIENCE_SECONDS)
    assert not polling.is_alive()
    subscription.close()


def test_the_relay_goes_on_where_it_was(tmp_path: Path) -> None:
    spy = Spy()
    with together(tmp_path, spy) as everybody:
        everybody[0].together(open_till(), put_in(1))
        until(lambda: settled(everybody))
    with together(tmp_path, spy) as everybody:
        assert everybody[0].service.writer.relayed == 2
        everybody[0].ask(put_in(2))
        until(lambda: settled(everybody))
        assert spy.sent == [1, 2, 3]


def test_a_relay_that_lost_its_cursor_sends_again_and_nobody_counts_twice(
    tmp_path: Path,
) -> None:
    spy = Spy()
    with together(tmp_path, spy) as everybody:
        everybody[0].together(open_till(), put_in(1), put_in(2))
        until(lambda: settled(everybody))
    with running(tmp_path) as ledger:
        ledger.service.writer.run(
            lambda connection: connection.exec_driver_sql("UPDATE journal_head SET relayed = 0")
        )
    with together(tmp_path, spy, relay_batch_max=2) as everybody:
        until(lambda: everybody[0].service.gauges()["relay_backlog_events"] == 0)
        until(lambda: settled(everybody))
        assert spy.sent == [1, 2, 3, 1, 2, 3]
        assert everybody[1].state("mirror-a").times == 2


class Silent(Unavailable):
    """The broker does not answer; try again."""

    french = "Le courtier ne répond pas; réessayez."


@pytest.mark.parametrize(
    ("failure", "told"), [(Silent(), "silent"), (OSError("a bug or a broken line"), "OSError")]
)
def test_a_transport_that_fails_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str
) -> None:
    monkeypatch.setattr(messaging, "RETRY_SECONDS", 0.005)
    spy = Spy()
    with together(tmp_path, spy) as everybody:
        ledger, mirror, _ = everybody
        spy.failure = failure
        ledger.together(open_till(), put_in(1))
        until(lambda: ledger.service.health()["relay"] == told)
        assert mirror.lines() == []
        spy.failure = None
        mirror.until(lambda: mirror.state("mirror-a").times == 1)
        until(lambda: ledger.service.health()["relay"] == "ok")
        until(lambda: settled(everybody))
        assert spy.sent == [1, 2]


def test_the_cursor_is_stored_when_all_is_quiet_and_a_failure_then_costs_nothing(
    tmp_path: Path,
) -> None:
    failure = OperationalError("COMMIT", None, Exception("database or disk is full"))
    with running(tmp_path) as ledger:
        ledger.together(open_till(), put_in(1))
        with fail_once_at_commit(ledger, failure):
            ledger.service.writer.note_relayed(2)
            until(lambda: ledger.sql("SELECT relayed FROM journal_head") == [(2,)])
        assert ledger.service.writer.failure is None
        assert ledger.ask(put_in(1)).version == 3


class Given:
    """A subscription that delivers exactly these batches."""

    def __init__(self, *batches: Sequence[Sealed]) -> None:
        self._batches = [[message_of(sealed) for sealed in batch] for batch in batches]
        self.settled = 0
        self.closed = False
        self._woken = threading.Event()

    def poll(self, limit: int, seconds: float) -> Sequence[Delivery]:
        if not self._batches:
            self._woken.wait(seconds)
            return []
        return self._batches[0]

    def settle(self) -> None:
        if self._batches:
            self.settled += 1
            del self._batches[0]

    def hold(self, seconds: float) -> None:
        self._woken.wait(seconds)

    def lag(self) -> Mapping[str, int]:
        return {"ledger": len(self._batches)}

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def deposits(tmp_path: Path) -> Sequence[Sealed]:
    """What a ledger said: a till and three deposits."""
    with running(tmp_path / "ledger") as ledger:
        ledger.together(open_till(), put_in(1), put_in(2), put_in(3))
        return ledger.sealed()


def test_a_broken_event_neither_stops_the_subscriber_nor_what_is_behind_it(
    tmp_path: Path, deposits: Sequence[Sealed]
) -> None:
    first, second, third, fourth = deposits
    broken = Sealed(second.envelope, second.body, third.hash)
    given = Given([first], [broken], [third, fourth], [second])
    with running(tmp_path, MIRROR) as mirror:
        subscriber = Subscriber("mirror", mirror.service.writer, given, 10)
        subscriber.start()
        mirror.until(lambda: mirror.state("mirror-a").times == 3)
        until(lambda: given.settled >= 4)
        subscriber.stop()
        assert (subscriber.failure, given.closed) == (None, True)
        assert mirror.service.writer.marks.reached == {"ledger": 4}
        assert mirror.parked() == []


@pytest.mark.parametrize(
    "failure",
    [OperationalError("COMMIT", None, Exception("database or disk is full")), KeyError("nobody")],
    ids=["of the database", "that nobody foresaw"],
)
def test_i1_a_failure_is_told_and_the_same_batch_tried_again(
    tmp_path: Path,
    deposits: Sequence[Sealed],
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
) -> None:
    monkeypatch.setattr(messaging, "RETRY_SECONDS", 0.0)
    given = Given(deposits[:2], deposits[2:])
    with running(tmp_path, MIRROR) as mirror:
        subscriber = Subscriber("mirror", mirror.service.writer, given, 10)
        with fail_once_at_commit(mirror, failure):
            subscriber.start()
            mirror.until(lambda: mirror.state("mirror-a").times == 3)
        until(lambda: given.settled >= 2)
        subscriber.stop()
        assert subscriber.failure is None


def test_a_subscriber_ends_with_its_writer(tmp_path: Path, deposits: Sequence[Sealed]) -> None:
    given = Given(deposits)
    with running(tmp_path, MIRROR) as mirror:
        mirror.service.writer.stop()
        subscriber = Subscriber("mirror", mirror.service.writer, given, 10)
        subscriber.start()
        subscriber.stop()
        assert (subscriber.failure, given.settled) == (None, 0)


def test_a_neighbour_that_is_not_here_is_waited_for(tmp_path: Path) -> None:
    transport = LocalTransport()
    alone = service_of(tmp_path / "m", MIRROR, transport=transport)
    fleet = Fleet([alone], transport)
    fleet.open()
    mirror = Running(alone)
    try:
        assert alone.health()["peers"] == "ok, without ledger"
        with running(tmp_path / "l", transport=transport) as ledger:
            ledger.together(open_till(), put_in(5))
            transport.join("ledger", ledger.service.snapshot)
            mirror.until(lambda: mirror.state("mirror-a").times == 1)
            assert alone.health()["peers"] == "ok"
            transport.leave("ledger")
        assert alone.health()["peers"] == "ok, without ledger"
    finally:
        fleet.close()
    assert transport.origins() == frozenset(), "nobody reads a journal that is closed"
