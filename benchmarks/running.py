"""Our service running in this process without HTTP, and commands for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from benchmarks.office import CLERK, CostNoted, NoteCosts, OpenFile, create
from benchmarks.samples import project
from shared.kernel.shown import shown
from shared.runtime.items import Asked
from shared.runtime.service import Service
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport

_KEYS = count()


@asynccontextmanager
async def running(folder: Path, projects: int) -> AsyncIterator[Service]:
    """The service with its files open, and its relay, as in production."""
    transport = LocalTransport()
    service = create(Settings(data=folder), transport)
    service.open()
    transport.join(service.name, service.snapshot)
    service.start()
    try:
        await asyncio.gather(*(_open(service, number) for number in range(projects)))
        yield service
    finally:
        service.stop_listening()
        service.close()


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
        for cost in todo:
            await note(service, (cost,))

    await asyncio.gather(*(caller() for _ in range(in_flight)))
    return len(costs)
