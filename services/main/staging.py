"""The demo's frame: a server with the system, and the external system that plays on it."""

import asyncio
import json
import sys
from enum import StrEnum
from pathlib import Path

from services.main.demo.playing import Summary
from services.main.embedded import embedded_fleet, front_door
from services.main.showing import Show
from shared.kernel.refusals import Refusal
from shared.runtime.clock import SystemClock
from shared.runtime.serving import Server, server
from shared.runtime.settings import Settings


class Kind(StrEnum):
    """How a distributed system is started on one machine."""

    WHEELS = "wheels"
    DOCKER = "docker"


class DemoNeedsEmptyFolder(Refusal):
    """The data folder already holds a system; name another with --data, or remove it."""

    french = "Le dossier de données contient déjà un système; nommez-en un autre avec --data."


class DemoFailed(Refusal):
    """The story could not be played to its end; the reason is above."""

    french = "L'histoire n'a pu être jouée jusqu'au bout; la raison est ci-dessus."


def opening(settings: Settings, kind: Kind | None) -> Server:
    """The server of a whole system, not running yet: of this process, or of many on a stack.

    Raises PortInUse.
    """
    if kind is None:
        fleet = embedded_fleet(settings)
        return server(front_door(fleet), fleet, settings)
    # Only here: a service's image has no servers out of wheels.
    from services.main.stacks.supervising import stack_server
    from services.main.stacks.wheels import WheelsStack

    return stack_server(WheelsStack(settings), settings)


def run_demo(settings: Settings, kind: Kind | None, show: Show, *, leave: bool) -> Summary | None:
    """Start the system, play, sum up; stay up unless told to leave. Nothing if it cannot start.

    Raises DemoNeedsEmptyFolder, DemoFailed, PortInUse or DataInUse.
    """
    if any(settings.data.glob("*.db")) or (settings.data / "stack").exists():
        raise DemoNeedsEmptyFolder
    running = opening(settings, kind)
    return asyncio.run(_demo(running, settings, show, leave=leave))


async def _demo(running: Server, settings: Settings, show: Show, *, leave: bool) -> Summary | None:
    clock = SystemClock()
    serving = asyncio.create_task(running.listen())
    while not running.started and not serving.done():
        await asyncio.sleep(0.01)
    if serving.done():
        await serving
        return None
    address = f"http://{settings.host}:{running.port}"
    begun = clock.monotonic()
    try:
        summary = await _played(address, settings.data)
        show.summary(summary, f"{clock.monotonic() - begun:.1f}", None if leave else address)
        if not leave:
            await serving
    finally:
        running.leave()
        await serving
    return summary


async def _played(address: str, data: Path) -> Summary:
    """Let the external system, a process of its own, play on this one. Raises DemoFailed."""
    external = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.main.demo", address, str(data),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        printed, _ = await external.communicate()
    finally:
        if external.returncode is None:
            external.terminate()
            await external.wait()
    if external.returncode != 0:
        raise DemoFailed
    return Summary(**json.loads(printed))
