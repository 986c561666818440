"""P8: rebuild of all projections of a running service, beside a bare scan and beside a follower."""

import asyncio
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from benchmarks.office import CLERK, OFFICE
from benchmarks.peers import PeerOffice, open_follower, open_office
from benchmarks.rounds import Result, Size, compared, in_turns, rate
from benchmarks.running import note, running
from benchmarks.samples import cost
from shared.runtime.journal import read_event
from shared.runtime.service import Service

PROJECTS = 1_000
AT_ONCE = 50
SCAN = "SELECT type, schema, body FROM journal ORDER BY position"


async def fill(service: Service, events: int) -> None:
    """So many costs, many in each command: only the journal matters here."""
    for start in range(0, events // AT_ONCE):
        file = start % PROJECTS
        await note(
            service,
            [cost(place * PROJECTS + file, PROJECTS) for place in range(start, start + AT_ONCE)],
        )


def scan(path: Path) -> int:
    """Read every row with the bare driver and decode it with the same models as the rebuild."""
    connection = sqlite.connect(str(path))
    connection.execute("PRAGMA cache_size=-16384").fetchall()
    read = 0
    for type_, schema, body in connection.execute(SCAN):
        read_event(OFFICE, type_, schema, body)
        read += 1
    connection.close()
    return read


def run(folder: Path, size: Size) -> list[Result]:
    """P8, both."""
    peer = _filled_peer(folder, size.followed)
    followers = iter(range(size.rounds + 1))

    def followed() -> int:
        follower = open_follower(folder, peer, f"follower-{next(followers)}")
        follower.pull_and_process(peer.name)
        follower.close()
        return size.followed

    with asyncio.Runner() as runner:
        service_running = running(folder, PROJECTS)
        service = runner.run(service_running.__aenter__())
        runner.run(fill(service, size.events))

        def rebuilt() -> int:
            done = runner.run(service.rebuild(CLERK, "measured"))
            assert done.digest_before == done.digest_after
            return done.events

        found = in_turns(
            size.rounds,
            {
                "ours": rate(rebuilt),
                "scan": rate(lambda: scan(folder / "office.db")),
                "follower": rate(followed),
            },
        )
        runner.run(service_running.__aexit__(None, None, None))
    peer.close()
    scanned = "bare scan of the same rows, same pydantic models"
    follows = "eventsourcing 9.5.6 ProcessApplication, the same two tables, SQLite WAL FULL"
    return [
        compared("P8 rebuild beside a scan", found["ours"], found["scan"], scanned, goal=0.35),
        compared(
            "P8 rebuild beside a follower", found["ours"], found["follower"], follows, goal=10
        ),
    ]


def _filled_peer(folder: Path, events: int) -> PeerOffice:
    peer = open_office(folder)
    files = [peer.open_file("Essais") for _ in range(10)]
    for number in range(events - len(files)):
        made = cost(number, PROJECTS).model_dump(mode="json")
        peer.note_cost(files[number % len(files)], made)
    return peer
