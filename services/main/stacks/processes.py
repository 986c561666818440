"""One process of a stack: started with its pid on file, watched, stopped in time, found again."""

import contextlib
import json
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from shared.kernel.refusals import Unavailable
from shared.runtime.clock import SystemClock

POLL_SECONDS = 0.02
_BELOW_EPHEMERAL = 12_000, 20_000
"""Where our ports begin, and how many there are."""


class NotReady(Unavailable):
    """A part of the stack did not start; its log, below the data folder's `stack`, says why."""

    french = "Une partie n'a pas démarré; son journal, sous `stack` du dossier, dit pourquoi."

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said
        """The end of its log."""

    def __str__(self) -> str:
        return f"{self.code()}: {self.said}"


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and what runs it."""

    words: Sequence[str]
    environment: Mapping[str, str] | None = None
    """Ours if it is None."""
    user: str | None = None
    """A user for a program that refuses to be root."""
    stop: signal.Signals = signal.SIGTERM
    """The signal that it stops at, orderly."""


class Child:
    """A process in a session of its own: Ctrl-C in a terminal reaches us, and we stop it in order.

    `folder` holds its log and the file with its pid. What a crash of ours left running is found
    there at the next start, checked to be ours, and stopped.
    """

    def __init__(self, folder: Path, command: Command) -> None:
        self.folder = folder
        self.log = folder / "log.txt"
        self._command = command
        self._file = folder / "process.json"
        self._process: psutil.Process | None = None

    def start(self) -> None:
        """Run it, after stopping what an earlier one of this folder left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clean()
        with self.log.open("ab") as log:
            self._process = psutil.Popen(
                self._command.words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._command.environment,
                start_new_session=True,
                **identity_of(self._command.user),
            )
        self._note(self._process)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and _runs(self._process)

    @property
    def pid(self) -> int:
        """Its process id, while it runs."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    def pids(self) -> list[int]:
        """The ids of the process and of all that it started."""
        return [process.pid for process in self._family()]

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for what shows that it works. Raises NotReady."""
        end = SystemClock().monotonic() + seconds
        while not ready():
            if not self.running or SystemClock().monotonic() > end:
                raise NotReady(self.tail())
            time.sleep(POLL_SECONDS)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-2000:] if self.log.exists() else ""

    def clean(self) -> None:
        """Stop what a crash of ours left running."""
        if self._process is None:
            self._process = self._left()
        self.stop()

    def leave(self) -> None:
        """Ask it to stop, without waiting."""
        if self._process is not None:
            self._signal(self._command.stop, [self._process])

    def stop(self, seconds: float = 20) -> None:
        """Ask it to stop; after this many seconds, kill it. Nothing if it does not run."""
        if self._process is None:
            return
        self.resume()
        self.leave()
        _, left = psutil.wait_procs([self._process], timeout=seconds)
        if any(_runs(process) for process in left):
            self.kill()
        self._forget()

    def kill(self) -> None:
        """SIGKILL for it and all that it started, and wait until they are gone."""
        if self._process is None:
            return
        self._signal(signal.SIGSTOP, [self._process])  # It starts no further ones meanwhile.
        family = self._family()
        self._signal(signal.SIGKILL, family)
        end = SystemClock().monotonic() + 10
        while any(_runs(process) for process in family):
            if SystemClock().monotonic() > end:
                raise NotReady(f"{self._command.words[0]} survives SIGKILL")
            time.sleep(POLL_SECONDS)
        psutil.wait_procs([self._process], timeout=1)  # Takes its exit code from the system.
        self._forget()

    def pause(self) -> None:
        """SIGSTOP for it and all that it started."""
        self._signal(signal.SIGSTOP, self._family())

    def resume(self) -> None:
        """SIGCONT for it and all that it started."""
        self._signal(signal.SIGCONT, self._family())

    def _family(self) -> list[psutil.Process]:
        if self._process is None or not _runs(self._process):
            return []
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    @staticmethod
    def _signal(number: signal.Signals, processes: Sequence[psutil.Process]) -> None:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _note(self, process: psutil.Process) -> None:
        noted = {
            "pid": process.pid,
            "created": process.create_time(),
            "words": list(self._command.words),
        }
        self._file.write_text(json.dumps(noted), "utf-8")

    def _forget(self) -> None:
        self._process = None
        self._file.unlink(missing_ok=True)

    def _left(self) -> psutil.Process | None:
        """The process on file, if that pid is still the same process: pids are used again."""
        try:
            noted = json.loads(self._file.read_text("utf-8"))
            process = psutil.Process(noted["pid"])
            same = abs(process.create_time() - noted["created"]) < 1
            return process if same and process.cmdline() == noted["words"] else None
        except (FileNotFoundError, json.JSONDecodeError, psutil.Error):
            return None


def free_port() -> int:
    """A port that nobody listens on, and that no outgoing connection gets from the system.

    Those from 32768 up are: a client that keeps connecting to a stopped server's port there may in
    the end be connected to itself, and the server can't have its port again.
    """
    first, count = _BELOW_EPHEMERAL
    while True:
        with socket.socket() as chosen, socket.socket() as tried:
            chosen.bind(("127.0.0.1", 0))
            port: int = first + chosen.getsockname()[1] % count
            with contextlib.suppress(OSError):
                tried.bind(("127.0.0.1", port))
                return port


def _runs(process: psutil.Process) -> bool:
    """A dead one whose exit code nobody took yet does not run."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def identity_of(user: str | None) -> dict[str, Any]:
    """What makes a new process run as this user; nothing where we are not root."""
    if user is None or os.geteuid() != 0:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
