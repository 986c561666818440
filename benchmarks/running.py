"""Our service running in this process without HTTP, and commands for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

from benchmarks.office import CLERK, CostNoted, NoteCosts, OpenFile, create
from benchmarks.samples import cost, project
from benchmarks.site import Place
from shared.kernel.shown import shown
from shared.runtime.items import Asked
from shared.runtime.service import Service
from shared.runtime.transport import LocalTransport

PROJECTS = 1_000
"""Files of an office that is filled."""
AT_ONCE = 50
"""Costs of one command where only the journal matters."""
_KEYS = count()


@asynccontextmanager
async def running(place: Place, projects: int) -> AsyncIterator[Service]:
    """The service with its files open, and its relay, as in production."""
    transport = LocalTransport()
    service = create(place.settings(), transport)
    service.open()
    transport.join(service.name, service.snapshot)
    service.start()
    try:
        await open_files(service, projects)
        yield service
    finally:
        service.stop_listening()
        service.close()


async def open_files(service: Service, projects: int) -> None:
    """Open the files of so many projects."""
    await asyncio.gather(*(_open(service, number) for number in range(projects)))


async def fill(service: Service, events: int) -> None:
    """So many costs, many in each command: only the journal matters."""
    for start in range(0, events // AT_ONCE):
        file = start % PROJECTS
        places = range(start, start + AT_ONCE)
        await note(service, [cost(place * PROJECTS + file, PROJECTS) for place in places])


async def _open(service: Service, number: int) -> None:
    now = service.clock.now()
    named = {"project_id": project(number), "title": "Essais"}
    await submit(service, OpenFile(**named, by=CLERK, now=now, effective_at=now))


async def submit(service: Service, command: OpenFile | NoteCosts) -> None:
    """One command under a new idempotency key, as the web layer hands it over."""
    key = f"key-{next(_KEYS)}"
    await service.writer.submit(
        Asked(
            command=command,
            key=key,
            fingerprint=key,
            status=201,
            show=shown,
            correlation_id="0" * 32,
        )
    )


async def note(service: Service, costs: Sequence[CostNoted]) -> None:
    """Note costs of one project."""
    now = service.clock.now()
    await submit(
        service,
        NoteCosts(
            project_id=costs[0].project_id,
            costs=tuple(costs),
            by=CLERK,
            now=now,
            effective_at=now,
        ),
    )


async def note_each(service: Service, costs: Sequence[CostNoted], in_flight: int) -> int:
    """One command for each cost, so many at the same time; returns how many."""
    todo = iter(costs)

    async def caller() -> None:
        for each in todo:
            await note(service, (each,))

    await asyncio.gather(*(caller() for _ in range(in_flight)))
    return len(costs)
