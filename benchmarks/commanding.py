"""P4: one command without HTTP, beside a cached command of `eventsourcing`.

The peer has one caller, for it takes one command after the other whoever calls. Ours is measured
with 64 callers, which is what its writer is built for and what the goal speaks of; and with one
caller, who pays a whole fsync and two changes of thread for each command.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.office import CostNoted
from benchmarks.peers import PeerOffice, open_office
from benchmarks.rounds import Result, Size, compared, in_turns, rate
from benchmarks.running import note_each, running
from benchmarks.samples import cost

PROJECTS = 100
IN_FLIGHT = 64
_NUMBERS: Iterator[int] = count()


def _costs(number: int) -> list[CostNoted]:
    return [cost(next(_NUMBERS), PROJECTS) for _ in range(number)]


def run(folder: Path, size: Size) -> list[Result]:
    """P4, both ways."""
    peer = open_office(folder)
    files = [peer.open_file("Essais") for _ in range(PROJECTS)]
    with asyncio.Runner() as runner:
        service_running = running(folder, PROJECTS)
        service = runner.run(service_running.__aenter__())

        def ours(number: int, in_flight: int) -> Callable[[], float]:
            def measured() -> float:
                costs = _costs(number)
                return rate(lambda: runner.run(note_each(service, costs, in_flight)))()

            return measured

        found = in_turns(
            size.rounds,
            {
                "64": ours(size.commands * 2, IN_FLIGHT),
                "peer": lambda: _peer_rate(peer, files, size.commands),
                "1": ours(size.commands // 5, 1),
            },
        )
        runner.run(service_running.__aexit__(None, None, None))
    peer.close()
    what = "eventsourcing 9.5.6, cached aggregate, SQLite WAL FULL, one caller"
    return [
        compared("P4 command, no HTTP, 64 in flight", found["64"], found["peer"], what, goal=2.0),
        compared("P4 command, no HTTP, one caller", found["1"], found["peer"], what, goal=None),
    ]


def _peer_rate(peer: PeerOffice, files: list[Any], number: int) -> float:
    costs = [
        (place % PROJECTS, made.model_dump(mode="json"))
        for place, made in enumerate(_costs(number))
    ]

    def work() -> int:
        for file, made in costs:
            peer.note_cost(files[file], made)
        return number

    return rate(work)()
