"""The system as its users meet it: the command line and the services in processes of their own."""

import io
import json
import os
import re
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
import structlog

from services.main.cli import main
from services.main.reach import issuer_of

GRANTLINE = str(Path(sysconfig.get_path("scripts")) / "grantline")
NOBODY = "http://127.0.0.1:1"
"""Where nothing listens."""
PATIENCE_SECONDS = 120.0
"""How long a test waits for what must come; a busy machine starts slowly."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


def clean_environment(**changes: str) -> dict[str, str]:
    """This environment without anybody's own settings."""
    kept = {name: value for name, value in os.environ.items() if "GRANTLINE_" not in name}
    return {**kept, **changes}


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that nothing announces."""
    end = monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not condition():
        assert monotonic() < end, f"it never came: {what}"
        pause.wait(0.02)


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def grantline(*words: str, **environment: str) -> Said:
    """The command line to its end, inside this process: starting Python takes longer than most."""
    out, err = io.StringIO(), io.StringIO()
    switching = sys.getswitchinterval()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["grantline", *words])
        patch.setattr(os, "environ", clean_environment(**environment))
        with pytest.raises(SystemExit) as ended:
            main()
    structlog.reset_defaults()
    sys.setswitchinterval(switching)
    code = ended.value.code
    return Said(
        code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue()
    )


def in_a_process(*words: str, seconds: float = 300, **environment: str) -> Said:
    """The command line to its end, as it is installed."""
    ran = subprocess.run(
        [GRANTLINE, *words],
        env=clean_environment(**environment),
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    return Said(ran.returncode, ran.stdout, ran.stderr)


@dataclass(frozen=True)
class System:
    """A running process that listens."""

    process: subprocess.Popen[bytes]
    url: str
    data: Path
    log: Path

    def ask(self, *words: str) -> Said:
        """A command of the command line, about this system."""
        return grantline(*words, "--url", self.url, "--data", str(self.data))

    @contextmanager
    def client(self, role: str) -> Iterator[httpx.Client]:
        """Somebody with this role, over the network."""
        token = issuer_of(self.data).issue(role, f"{role}-1")
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=60) as http:
            yield http

    def kill(self) -> None:
        """End it without a word, as a power failure would."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def up(data: Path, ready: str = "/audit/readyz") -> Iterator[System]:
    """All five services in a process of their own, ready to answer; killed at the end."""
    command = [GRANTLINE, "up", "--port", "0", "--data", str(data)]
    with running(command, data, ready) as system:
        yield system


@contextmanager
def running(
    command: Sequence[str], data: Path, ready: str, environment: Mapping[str, str] | None = None
) -> Iterator[System]:
    """A command that listens and says where, ready to answer; killed at the end."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "log.txt"
    with log.open("wb") as told:
        process = subprocess.Popen(
            command, env=clean_environment(**(environment or {})), stdout=told, stderr=told
        )
    try:
        url = _told_address(process, log)
        until(lambda: _answers(process, log, url + ready), f"an answer from {url}{ready}")
        yield System(process, url, data, log)
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def _told_address(process: subprocess.Popen[bytes], log: Path) -> str:
    until(
        lambda: _alive(process, log) and _ADDRESS.search(log.read_text()) is not None, "an address"
    )
    found = _ADDRESS.search(log.read_text())
    assert found is not None
    return found[0]


def _alive(process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    return True


def _answers(process: subprocess.Popen[bytes], log: Path, url: str) -> bool:
    _alive(process, log)
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


def python(*words: str) -> list[str]:
    """A command that this very Python runs."""
    return [sys.executable, *words]
