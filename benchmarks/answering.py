"""P2 and P3: commands over HTTP on 32 connections, beside a FastAPI route that does nothing."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import httpx

from benchmarks.office import PERSON, ROLES
from benchmarks.rounds import Result, Size, compared, in_turns
from benchmarks.samples import project, request_body
from shared.runtime.clock import SystemClock
from shared.runtime.new_ids import Ids
from shared.runtime.web.tokens import LocalIssuer

CONNECTIONS = 32
START_SECONDS_MAX = 30
LOOPBACK = "127.0.0.1"


@contextmanager
def served(which: str, folder: Path) -> Iterator[int]:
    """A server in a process of its own; yields its port."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
    environment = {**os.environ, "GRANTLINE_DATA": str(folder), "GRANTLINE_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "benchmarks.served", which, str(port)]
    server = subprocess.Popen(command, env=environment)
    try:
        _wait_for(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    """Return once somebody listens there."""
    until = monotonic() + START_SECONDS_MAX
    while monotonic() < until and server.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex((LOOPBACK, port)) == 0:
                return
        sleep(0.05)
    raise TimeoutError("the server does not listen")


class Caller:
    """Asks one server with the load client."""

    def __init__(self, port: int, token: str, requests: int) -> None:
        self._asked = {
            "port": port,
            "token": token,
            "requests": requests,
            "paths": [f"/v1/files/{project(number)}/costs" for number in range(CONNECTIONS)],
            "body": request_body(1).decode(),
        }
        self._runs = count()
        self.p99: list[float] = []

    def rate(self) -> float:
        """One round: requests a second; the slowest hundredth is noted."""
        asked = {**self._asked, "run": f"run-{next(self._runs)}"}
        command = [sys.executable, "-m", "benchmarks.load"]
        said = subprocess.run(
            command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True
        )
        answer = json.loads(said.stdout)
        self.p99.append(answer["p99"])
        return float(answer["rate"])


def _token(folder: Path) -> str:
    clock = SystemClock()
    issuer = LocalIssuer.open(folder, clock.now, Ids.system(clock.now).uuid7)
    return issuer.issue(ROLES, PERSON)


def _open_files(port: int, token: str) -> None:
    with httpx.Client(base_url=f"http://{LOOPBACK}:{port}") as http:
        for number in range(CONNECTIONS):
            headers = {"authorization": f"Bearer {token}", "idempotency-key": f"open-{number}"}
            path = f"/v1/files/{project(number)}"
            http.post(path, json={"title": "Essais"}, headers=headers).raise_for_status()


def run(folder: Path, size: Size) -> list[Result]:
    """P2 and P3."""
    with ExitStack() as both:
        token = _token(folder)
        port = both.enter_context(served("ours", folder))
        _open_files(port, token)
        ours = Caller(port, token, size.requests)
        other = Caller(both.enter_context(served("no-op", folder)), token, size.requests)
        found = in_turns(size.rounds, {"ours": ours.rate, "no-op": other.rate})
    what = "FastAPI no-op (async), same 1 KiB form, same client, uvicorn"
    rates = compared(
        "P2 command over HTTP, 32 connections", found["ours"], found["no-op"], what, goal=0.50
    )
    return [rates, _p99(ours.p99[1:], other.p99[1:], what)]


def _p99(ours: list[float], other: list[float], what: str) -> Result:
    ratios = [mine / theirs for mine, theirs in zip(ours, other, strict=True)]
    return Result(
        name="P3 its p99",
        ours=median(ours),
        other=median(other),
        other_is=what,
        ratio=median(ratios),
        goal=3.0,
        better="lower",
        spread=(min(ratios), max(ratios)),
        unit="milliseconds",
    )
