"""The whole distributed system on one machine: started, used, stopped, killed, started again."""

import faulthandler
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from services.main.reach import issuer_of
from shared.runtime.database import DataInUse
from tests.main.system import (
    GRANTLINE,
    PATIENCE_SECONDS,
    Said,
    System,
    in_a_process,
    running,
    until,
)

SERVICES = ("intake", "evaluation", "membership", "reimbursement", "audit")
EARLY = "2018-04-01T17:00:00Z"


@contextmanager
def stack(data: Path) -> Iterator[System]:
    """A stack in this folder, ready; stopped in order at the end unless the test has ended it."""
    command = [GRANTLINE, "up", "--stack", "wheels", "--port", "0", "--data", str(data)]
    with running(command, data, "/audit/readyz") as system:
        try:
            yield system
        finally:
            stop(system)


def stop(system: System) -> int:
    """Ask it to stop, and wait for its end."""
    if system.process.poll() is None:
        system.process.send_signal(signal.SIGTERM)
    return system.process.wait(PATIENCE_SECONDS)


def parts(system: System) -> dict[int, psutil.Process]:
    """All processes that it has started."""
    family = psutil.Process(system.process.pid).children(recursive=True)
    return {process.pid: process for process in family}


def alive(processes: Mapping[int, psutil.Process]) -> list[int]:
    """Those that still run; one that nobody has counted yet does not."""
    return [pid for pid, process in processes.items() if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def propose(system: System, run: str) -> str:
    """A draft proposal through the front door, of an organisation registered there."""
    with system.client("programme_officer") as officer:
        body = {"name": f"Boréal {run}", "kind": "SME", "country": "CA"}
        made = _command(officer, "/membership/v1/organisations", body, run)
        organisation = made["organisation_id"]
        policy: dict[str, Any] = {
            "programme": "ngen", "version": "ngen-1", "parameters": {},
            "effective_from": "2018-04-01", "effective_to": None, "reason": "The usual rules.",
        }  # fmt: skip
        _command(officer, "/intake/v1/policies", policy, "once")
    token = issuer_of(system.data).issue("applicant", "applicant-1", organisation)
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=system.url, headers=headers, timeout=60) as applicant:
        draft = {
            "programme": "ngen", "title": "A mill", "lead_organisation_id": organisation,
            "lead_name": body["name"], "sector": "Manufacturing", "planned_start": "2021-01-01",
        }  # fmt: skip
        project: str = _command(applicant, "/intake/v1/proposals", draft, run)["project_id"]
        return project


def _command(http: httpx.Client, path: str, body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """What was answered, asked again with the same key for as long as the service is away."""
    headers = {"idempotency-key": key, "effective-at": EARLY}
    answers: list[httpx.Response] = []

    def answered() -> bool:
        answers.append(http.post(path, json=body, headers=headers))
        return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

    until(answered, f"an answer to {path}")
    assert answers[-1].is_success, answers[-1].text
    found: Mapping[str, Any] = answers[-1].json()
    return found


def history(system: System, project: str) -> list[str]:
    """The types of a project's events, as audit tells them."""
    said = system.ask("history", project, "--json")
    return [event["type"] for event in said.document["events"]] if said.code == 0 else []


@dataclass(frozen=True)
class Lived:
    """What was seen of a stack that was started, used and stopped."""

    data: Path
    ready: Mapping[str, Mapping[str, Any]]
    project: str
    heard: list[str]
    parts: Mapping[int, psutil.Process]
    code: int


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not one of pytest's: each run of it takes away every other user's way to all of them."""
    with tempfile.TemporaryDirectory(prefix="grantline-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def lived(folder: Path) -> Lived:
    faulthandler.cancel_dump_traceback_later()  # A busy machine starts a stack slowly.
    data = folder / "lived"
    with stack(data) as system:
        ready = {name: httpx.get(f"{system.url}/{name}/readyz").json() for name in SERVICES}
        project = propose(system, "first")
        until(lambda: history(system, project) != [], "the proposal in audit's history")
        heard = history(system, project)
        started = parts(system)
        code = stop(system)
    return Lived(data, ready, project, heard, started, code)


def test_every_service_is_ready_and_misses_no_peer(lived: Lived) -> None:
    assert {each["status"] for each in lived.ready.values()} == {"ready"}
    assert {each["checks"]["peers"] for each in lived.ready.values()} == {"ok"}


def test_each_service_is_a_process_of_its_own_beside_two_servers(lived: Lived) -> None:
    assert len(lived.parts) > len(SERVICES) + 2  # PostgreSQL has several.


def test_a_proposal_through_the_front_door_reaches_audit(lived: Lived) -> None:
    assert lived.heard[0] == "grantline.intake.ProposalDrafted.v1"


def test_a_stop_leaves_no_process(lived: Lived) -> None:
    assert lived.code in (0, -signal.SIGTERM)
    assert alive(lived.parts) == []


@dataclass(frozen=True)
class Killed:
    """What was seen of a stack that went on with the data, and was killed."""

    heard: list[str]
    second: Said
    left: Mapping[int, psutil.Process]
    survivors: list[int]


@pytest.fixture(scope="module")
def killed(lived: Lived) -> Killed:
    faulthandler.cancel_dump_traceback_later()
    with stack(lived.data) as system:
        heard = history(system, lived.project)
        second = in_a_process("up", "--stack", "wheels", "--port", "0", "--data", str(lived.data))
        left = parts(system)
        system.kill()
        return Killed(heard, second, left, alive(left))


@pytest.fixture(scope="module")
def shared(lived: Lived, killed: Killed) -> Iterator[System]:
    """The stack after the killed one."""
    faulthandler.cancel_dump_traceback_later()
    assert killed.survivors != []
    with stack(lived.data) as system:
        following = parts(system)
        yield system
    assert alive(following) == []


def test_the_next_start_finds_the_data(lived: Lived, killed: Killed) -> None:
    assert killed.heard == lived.heard


def test_a_second_start_on_the_same_folder_is_refused(killed: Killed) -> None:
    assert killed.second.code == 5
    assert killed.second.err.splitlines()[-1] == f"grantline: {DataInUse.english()}"


def test_a_start_ends_what_a_killed_one_left(lived: Lived, killed: Killed, shared: System) -> None:
    assert alive(killed.left) == []
    assert history(shared, lived.project) == lived.heard


@pytest.mark.parametrize("words", ["services.audit.workers", "kafka.Kafka", "bin/postgres"])
def test_what_dies_is_started_again(shared: System, words: str) -> None:
    dead = part(shared, words)
    assert dead is not None
    dead.kill()
    until(lambda: (new := part(shared, words)) is not None and new.pid != dead.pid, "another one")
    project = propose(shared, f"after {words}")
    until(lambda: history(shared, project) != [], "the proposal in audit's history")


def part(system: System, words: str) -> psutil.Process | None:
    """The process of the stack that runs this."""
    for process in psutil.Process(system.process.pid).children():
        try:
            if words in " ".join(process.cmdline()):
                return process
        except psutil.NoSuchProcess:  # Dead, and not counted yet.
            continue
    return None


def test_the_demo_plays_the_same_figures_on_a_stack(folder: Path) -> None:
    faulthandler.cancel_dump_traceback_later()  # It takes minutes.
    words = ["demo", "--stack", "wheels", "--exit", "--json", "--port", "0", "--data"]
    said = in_a_process(*words, str(folder / "played"), seconds=900)
    assert said.code == 0, said.err
    expected = {
        "projects": 61, "submitted": 61, "eligible": 33, "ineligible": 28, "approved": 16,
        "paid_cents": 7_605_150_000, "published_cents": 7_605_150_000, "mismatches": [],
    }  # fmt: skip
    assert expected.items() <= said.document.items()
