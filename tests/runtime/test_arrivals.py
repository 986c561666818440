"""Reading your own writes: whoever waits for a position is told when it is there."""

import asyncio
import threading
from pathlib import Path

from shared.runtime.arrivals import Arrivals, call_on
from tests.runtime.running import PATIENCE_SECONDS, asked, open_till, put_in, running
from tests.support.ledger import WITNESS


def test_a_position_that_is_reached_is_not_waited_for() -> None:
    arrivals = Arrivals()
    arrivals.reach(5)
    asyncio.run(arrivals.wait(4, PATIENCE_SECONDS))
    arrivals.reach(3)
    assert arrivals.position == 5


def test_waiting_ends_after_the_time_that_was_given() -> None:
    asyncio.run(Arrivals().wait(0, 0.001))


def test_an_idle_event_loop_is_woken_by_another_thread() -> None:
    arrivals = Arrivals()

    async def wait_alone() -> None:
        waiting = asyncio.ensure_future(arrivals.wait(0, PATIENCE_SECONDS))
        await asyncio.sleep(0)
        reaching = threading.Thread(target=arrivals.reach, args=(1,))
        async with asyncio.timeout(PATIENCE_SECONDS / 3):
            reaching.start()
            await waiting

    asyncio.run(wait_alone())


def test_nobody_misses_what_is_reached_while_they_begin_to_wait() -> None:
    arrivals = Arrivals()
    rounds = 2_000

    def reach_all() -> None:
        for position in range(1, rounds + 1):
            arrivals.reach(position)

    async def follow() -> None:
        seen = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while seen < rounds:
                await arrivals.wait(seen, PATIENCE_SECONDS)
                seen = arrivals.position

    reaching = threading.Thread(target=reach_all)
    reaching.start()
    asyncio.run(follow())
    reaching.join()


def test_waking_lets_everybody_look_again() -> None:
    arrivals = Arrivals()

    async def two_of_them() -> None:
        waiting = [asyncio.ensure_future(arrivals.wait(9, PATIENCE_SECONDS)) for _ in range(2)]
        await asyncio.sleep(0)
        arrivals.wake()
        async with asyncio.timeout(PATIENCE_SECONDS / 3):
            await asyncio.gather(*waiting)

    asyncio.run(two_of_them())


def test_a_closed_event_loop_is_left_alone() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    call_on(loop, lambda: None)


def test_an_answered_command_has_arrived(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:

        async def ask_and_read() -> None:
            submit = ledger.service.writer.submit
            await submit(asked(open_till()))
            for number in range(2, 20):
                await submit(asked(put_in(1)))
                assert ledger.service.arrivals.position == number
                await ledger.service.committed(number - 1, 0)
                assert ledger.sql("SELECT held_cents FROM till_list") == [(number - 1,)]

        asyncio.run(ask_and_read())


def test_a_service_that_only_listens_tells_who_waits(tmp_path: Path) -> None:
    with running(tmp_path / "l") as ledger, running(tmp_path / "w", WITNESS) as witness:
        ledger.ask(open_till())

        async def wait_for_it() -> None:
            waiting = asyncio.ensure_future(witness.service.committed(0, PATIENCE_SECONDS))
            await asyncio.sleep(0)
            receiving = threading.Thread(target=witness.receive, args=(ledger.sealed(),))
            receiving.start()
            async with asyncio.timeout(PATIENCE_SECONDS / 3):
                await waiting
            receiving.join()

        asyncio.run(wait_for_it())
        assert witness.service.arrivals.position == 1


def test_a_restarted_service_has_arrived_where_it_stopped(tmp_path: Path) -> None:
    for number in range(1, 3):
        with running(tmp_path) as ledger:
            assert ledger.service.arrivals.position == number - 1
            ledger.ask(open_till(f"till-{number}"))
