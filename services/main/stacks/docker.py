"""The distributed system out of images: `docker compose` starts it, the front door leads to it."""

import asyncio
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from services.main.checkup import SERVICES
from shared.kernel.refusals import Unavailable
from shared.runtime.settings import Settings
from shared.runtime.web.tokens import KEY_FILE

COMPOSE_FILE = Path(__file__).parents[3] / "docker-compose.yml"
STANDARD_ERROR = 2


class NoContainerEngine(Unavailable):
    """No container engine answers; start Docker, or use --stack wheels, which needs none."""

    french = "Aucun moteur de conteneurs ne répond; démarrez Docker ou utilisez --stack wheels."


class ImagesNotStarted(Unavailable):
    """docker compose could not start the stack; what it says above tells why."""

    french = "docker compose n'a pu démarrer le système; ce qu'il dit ci-dessus en donne la raison."


class DockerStack:
    """Containers, which the engine watches and starts again; their data are in its volumes."""

    def __init__(self, settings: Settings) -> None:
        stated: Mapping[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))["services"]
        self.addresses: Mapping[str, str] = {
            name: f"http://{stated[name]['ports'][0].rpartition(':')[0]}" for name in SERVICES
        }
        self._data = settings.data
        self._leaving = asyncio.Event()
        self._started = False
        self._first: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Build, start, and return when every service is healthy.

        Raises NoContainerEngine or ImagesNotStarted.
        """
        if shutil.which("docker") is None or await _run("docker", "info", quiet=True):
            raise NoContainerEngine
        self._started = True
        if await _run(*_compose("up", "--build", "--detach", "--wait")):
            raise ImagesNotStarted
        self._data.mkdir(parents=True, exist_ok=True)
        key = self._data / KEY_FILE  # The command line signs its tokens with the stack's key.
        if await _run(*_compose("cp", f"{SERVICES[0]}:/data/{KEY_FILE}", str(key))):
            raise ImagesNotStarted
        key.chmod(0o600)

    async def watch(self) -> None:
        """The engine starts again what ends; wait until told to leave."""
        await self._leaving.wait()

    def leave(self) -> None:
        """A stop was asked for: the services are told at once, what they run on after them."""
        if self._started and not self._leaving.is_set():
            self._first = subprocess.Popen(
                _compose("stop", *SERVICES), stdin=subprocess.DEVNULL, stdout=STANDARD_ERROR,
                start_new_session=True,
            )  # fmt: skip
        self._leaving.set()

    async def stop(self) -> None:
        """Stop all; containers and volumes stay for the next start."""
        if self._started:
            if self._first is not None:
                await asyncio.to_thread(self._first.wait)
            await _run(*_compose("stop"))


def _compose(*words: str) -> list[str]:
    return ["docker", "compose", "--file", str(COMPOSE_FILE), *words]


async def _run(*words: str, quiet: bool = False) -> int:
    """Its exit code; what it says goes to standard error, standard output is for results."""
    said = asyncio.subprocess.DEVNULL if quiet else STANDARD_ERROR
    running = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
    )
    return await running.wait()
