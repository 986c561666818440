"""P8: rebuild of all projections of a running service, beside a bare scan and beside a follower.

The scan reads the same rows with the bare driver and decodes each body with the same models. The
follower is the peer's way to a new read model: its ProcessApplication reads the log from the
beginning into the same two tables.
"""

import asyncio
from collections.abc import Callable
from itertools import count

from benchmarks.bare import Driver, driver
from benchmarks.office import CLERK, OFFICE
from benchmarks.peers import PeerOffice, filled, open_follower
from benchmarks.rounds import Against, Result, Size, compared, in_turns, rate
from benchmarks.running import PROJECTS, fill, running
from benchmarks.site import Kind, Site
from shared.runtime.journal import read_event

KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")


def scan(bare: Driver) -> int:
    """Read every row with the bare driver and decode it with the same models as the rebuild."""
    read = 0
    for type_, schema, body in bare.scan():
        read_event(OFFICE, type_, schema, body)
        read += 1
    return read


def following(site: Site, kind: Kind, peer: PeerOffice, events: int) -> Callable[[], float]:
    """The rate of a follower that reads the peer's log from the beginning."""
    places = (site.place(kind) for _ in count())

    def followed() -> float:
        follower = open_follower(next(places), peer)

        def work() -> int:
            follower.pull_and_process(peer.name)
            return events

        found = rate(work)()
        follower.close()
        return found

    return followed


def run(site: Site, size: Size) -> list[Result]:
    """P8 on both databases."""
    return [result for kind in KINDS for result in _measured(site, size, kind)]


def _measured(site: Site, size: Size, kind: Kind) -> list[Result]:
    peer = filled(site.place(kind), size.followed, PROJECTS)
    place = site.place(kind)
    name = f"P8 rebuild, {kind}"
    with asyncio.Runner() as runner:
        service_running = running(place, PROJECTS)
        service = runner.run(service_running.__aenter__())
        runner.run(fill(service, size.events))

        def rebuilt() -> int:
            done = runner.run(service.rebuild(CLERK, "measured"))
            assert done.digest_before == done.digest_after
            return done.events

        with driver(place) as bare:
            contenders = {
                "ours": rate(rebuilt),
                "scan": rate(lambda: scan(bare)),
                "follower": following(site, kind, peer, size.followed),
            }
            found = in_turns(name, size.rounds, contenders)
        runner.run(service_running.__aexit__(None, None, None))
    peer.close()
    scanned = Against(other_is="bare scan of the same rows, same pydantic models", goal=0.35)
    what = f"eventsourcing 9.5.6 ProcessApplication, the same two tables, {kind}"
    return [
        compared(f"{name}, beside a scan", found["ours"], found["scan"], scanned),
        compared(
            f"{name}, beside a follower",
            found["ours"],
            found["follower"],
            Against(other_is=what, goal=10),
        ),
    ]
