"""Servers to be asked over HTTP, each in a process of its own, and the load that asks them."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import httpx

from benchmarks.office import PERSON, ROLES
from benchmarks.samples import project, request_body
from benchmarks.site import Place
from shared.runtime.clock import SystemClock
from shared.runtime.new_ids import Ids
from shared.runtime.web.tokens import LocalIssuer

START_SECONDS_MAX = 60
LOOPBACK = "127.0.0.1"


@contextmanager
def served(which: str, place: Place) -> Iterator[int]:
    """A server in a process of its own; yields its port."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
    environment = {**os.environ, "GRANTLINE_DATA": str(place.folder)}
    environment["GRANTLINE_LOG_LEVEL"] = "warning"
    if place.postgres is not None:
        environment["GRANTLINE_POSTGRES"] = place.postgres
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many requests in a round, over so many connections, each with a project of its own."""

    token: str
    connections: int
    requests: int


class Caller:
    """Asks servers with the load client, their connections in turns."""

    def __init__(self, ports: Sequence[int], load: Load) -> None:
        self._asked = {
            "ports": list(ports),
            "token": load.token,
            "requests": load.requests,
            "paths": [f"/v1/files/{project(number)}/costs" for number in range(load.connections)],
            "body": request_body(1).decode(),
        }
        self._name = f"{ports[0]}-{len(ports)}"
        self._runs = count()
        self.p99: list[float] = []
        """Of each round, the uncounted first one included, in milliseconds."""

    def rate(self) -> float:
        """One round: requests a second; the slowest hundredth is noted."""
        asked = {**self._asked, "run": f"{self._name}-{next(self._runs)}"}
        command = [sys.executable, "-m", "benchmarks.load"]
        said = subprocess.run(
            command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True
        )
        answer = json.loads(said.stdout)
        self.p99.append(answer["p99"])
        return float(answer["rate"])


def token_of(folder: Path) -> str:
    """A token of the local issuer of a folder."""
    clock = SystemClock()
    issuer = LocalIssuer.open(folder, clock.now, Ids.system(clock.now).uuid7)
    return issuer.issue(ROLES, PERSON)


def open_files(ports: Sequence[int], token: str, files: int) -> None:
    """Open the files of so many projects."""
    with httpx.Client(base_url=f"http://{LOOPBACK}:{ports[0]}", trust_env=False) as http:
        for number in range(files):
            headers = {"authorization": f"Bearer {token}", "idempotency-key": f"open-{number}"}
            path = f"/v1/files/{project(number)}"
            http.post(path, json={"title": "Essais"}, headers=headers).raise_for_status()
