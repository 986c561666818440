"""Processes of the toy ledger, each with a service on the same PostgreSQL, told what to do."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from shared.kernel.commands import Command
from shared.kernel.refusals import Refusal
from shared.runtime.transport import LocalTransport, Unsent
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    at_work,
    open_till,
    put_in,
)
from tests.support import databases

COMMANDS: dict[str, Callable[..., Command]] = {"open_till": open_till, "put_in": put_in}
FORKING = multiprocessing.get_context("forkserver")
"""A clean process that has imported everything once: each of ours is a copy of it."""
FORKING.set_forkserver_preload([__name__])


class Told(LocalTransport):
    """Tells the test what it sends."""

    def __init__(self, test: "Connection[Any, Any] | None" = None) -> None:
        super().__init__()
        self._test = test

    def publish(self, origin: str, last: int, unsent: Unsent) -> int:
        """Say and acknowledge each."""
        reached = 0
        for reached, _ in unsent():
            if self._test is not None:
                self._test.send({"sent": reached})
        return reached


@contextmanager
def opened(
    folder: Path, test: "Connection[Any, Any] | None" = None, **limits: Any
) -> Iterator[Running]:
    """A service with all its threads at work."""
    with at_work(folder, transport=Told(test), **limits) as here:
        yield here


def work(test: "Connection[Any, Any]", folder: Path, url: str, limits: dict[str, Any]) -> None:
    """Do what the test asks, for as long as it lives."""
    with databases.named(url), opened(folder, test, **limits) as here:
        test.send({"ready": True})
        number = 0
        while True:
            number += 1
            test.send(done(here, test.recv(), f"{os.getpid()}-{number}"))


def done(here: Running, ask: dict[str, Any], key: str) -> dict[str, Any]:
    """The version that came of it, or how it was refused."""
    try:
        answer = here.ask(COMMANDS[ask["do"]](*ask["about"]), key, ask.get("if_match"))
    except Refusal as refusal:
        return {"refused": refusal.code(), **refusal.facts}
    return {"version": answer.version}


class Process:
    """One of several processes of a service; killed at the latest with the test."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        url = databases.url_of(folder, "ledger")
        assert url is not None
        self._test, its = FORKING.Pipe()
        self._child = FORKING.Process(target=work, args=(its, folder, url, limits), daemon=True)
        self._child.start()
        its.close()
        self.sent: list[int] = []

    def __enter__(self) -> "Process":
        assert self.answer() == {"ready": True}
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.join(PATIENCE_SECONDS)
        self._child.close()
        self._test.close()

    def begin(self, what: str, *about: Any, **how: Any) -> None:
        """Ask, and do not wait."""
        self._test.send({"do": what, "about": about, **how})

    def answer(self) -> dict[str, Any]:
        """What came of it."""
        while "sent" in (said := self._said()):
            self.sent.append(said["sent"])
        return said

    def ask(self, what: str, *about: Any, **how: Any) -> dict[str, Any]:
        """Ask and wait."""
        self.begin(what, *about, **how)
        return self.answer()

    def sends(self, sequence: int) -> None:
        """Wait until it has sent this own event."""
        while sequence not in self.sent:
            self.sent.append(self._said()["sent"])

    def signal(self, number: signal.Signals) -> None:
        """SIGKILL, SIGSTOP or SIGCONT."""
        assert self._child.pid is not None
        os.kill(self._child.pid, number)

    def _said(self) -> dict[str, Any]:
        assert self._test.poll(PATIENCE_SECONDS), "it says nothing"
        said: dict[str, Any] = self._test.recv()
        return said
