"""P4: one command without HTTP, beside a cached command of `eventsourcing` on the same database.

The peer has one caller, for it takes one command after the other whoever calls. Ours is measured
with 64 callers, which is what its writer is built for and what the goal speaks of; and with one
caller, who pays a whole commit and two changes of thread for each command.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count

from benchmarks.office import CostNoted
from benchmarks.peers import PeerOffice, open_office
from benchmarks.rounds import Against, Result, Size, compared, in_turns, rate
from benchmarks.running import note_each, running
from benchmarks.samples import cost
from benchmarks.site import Kind, Site

PROJECTS = 100
IN_FLIGHT = 64
GOALS: dict[Kind, float] = {"SQLite": 2.0, "PostgreSQL": 4.0}
_NUMBERS: Iterator[int] = count()


def run(site: Site, size: Size) -> list[Result]:
    """P4, both ways on both databases."""
    return [result for kind in GOALS for result in _measured(site, size, kind)]


def _measured(site: Site, size: Size, kind: Kind) -> list[Result]:
    with asyncio.Runner() as runner, Peer(site, kind) as peer:
        service_running = running(site.place(kind), PROJECTS)
        service = runner.run(service_running.__aenter__())

        def ours(number: int, in_flight: int) -> Callable[[], float]:
            def measured() -> float:
                costs = _costs(number)
                return rate(lambda: runner.run(note_each(service, costs, in_flight)))()

            return measured

        name = f"P4 command, no HTTP, {kind}"
        contenders = {
            "64": ours(size.commands * 2, IN_FLIGHT),
            "peer": lambda: peer.rate(size.commands),
            "1": ours(size.commands // 5, 1),
        }
        found = in_turns(name, size.rounds, contenders)
        runner.run(service_running.__aexit__(None, None, None))
    what = f"eventsourcing 9.5.6, cached aggregate, {kind}, durable commits, one caller"
    return [
        compared(f"{name}, {name_of} in flight", found[name_of], found["peer"], against)
        for name_of, against in (
            ("64", Against(other_is=what, goal=GOALS[kind])),
            ("1", Against(other_is=what, goal=None)),
        )
    ]


def _costs(number: int) -> list[CostNoted]:
    return [cost(next(_NUMBERS), PROJECTS) for _ in range(number)]


class Peer:
    """The peer's office with as many files as ours."""

    def __init__(self, site: Site, kind: Kind) -> None:
        self._office: PeerOffice = open_office(site.place(kind))
        self._files = [self._office.open_file("Essais") for _ in range(PROJECTS)]

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self._office.close()

    def rate(self, number: int) -> float:
        """One round: commands a second, made beforehand."""
        costs = [
            (place % PROJECTS, made.model_dump(mode="json"))
            for place, made in enumerate(_costs(number))
        ]

        def work() -> int:
            for file, made in costs:
                self._office.note_cost(self._files[file], made)
            return number

        return rate(work)()
