"""G3: the memory that a rebuild needs, for a large journal beside a smaller one.

A process of its own opens the service and rebuilds all projections; what counts is the most that it
ever had in memory (`ru_maxrss`). Called with a place; prints MiB.
"""

import asyncio
import json
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from benchmarks.growing import Grown
from benchmarks.office import CLERK, create
from benchmarks.rounds import Result, Size, say
from benchmarks.site import Kind, Place, Site
from shared.runtime.serving import write_logs
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport

KINDS: tuple[Kind, ...] = ("SQLite", "PostgreSQL")
MORE_MIB_MAX = 32
KIB_PER_MIB = 1024


def run(site: Site, size: Size) -> list[Result]:
    """G3 on both databases: one rebuild each, for memory does not depend on who else is busy."""
    return [_measured(site, size, kind) for kind in KINDS]


def _measured(site: Site, size: Size, kind: Kind) -> Result:
    name = f"G3 memory of a rebuild of {size.large:,} events, {kind}"
    large, small = (_needed(site.place(kind), events) for events in (size.large, size.memory))
    say(f"{name}: {large:,.1f} MiB, {small:,.1f} for {size.memory:,} events")
    return Result(
        name=name,
        ours=large,
        other=small,
        other_is=f"the same with {size.memory:,} events; the ratio is MiB more",
        ratio=large - small,
        goal=MORE_MIB_MAX,
        better="lower",
        spread=(large - small, large - small),
        unit="MiB",
    )


def _needed(place: Place, events: int) -> float:
    with closing(Grown(place, events).ours):
        pass
    command = [sys.executable, "-m", "benchmarks.remembering"]
    asked = json.dumps([place.kind, str(place.folder), place.postgres])
    said = subprocess.run(command, input=asked.encode(), stdout=subprocess.PIPE, check=True)
    return float(said.stdout)


def rebuild(place: Place) -> float:
    """Rebuild here; returns the most memory that this process ever had, in MiB."""
    service = create(place.settings(), LocalTransport())
    service.open()
    service.writer.start()
    asyncio.run(service.rebuild(CLERK, "measured"))
    service.close()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB


if __name__ == "__main__":
    write_logs(Settings(log_level="warning"))
    kind, folder, postgres = json.loads(sys.stdin.read())
    sys.stdout.write(str(rebuild(Place(kind, Path(folder), postgres))))
