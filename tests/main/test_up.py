"""All services in one process: reachable, watched, stopped, killed, and started again."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.main.system import (
    GRANTLINE,
    NOBODY,
    PATIENCE_SECONDS,
    System,
    clean_environment,
    grantline,
    in_a_process,
    until,
    up,
)

SERVICES = ("intake", "evaluation", "membership", "reimbursement", "audit")
STOP_SECONDS_MAX = 10.0


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with up(tmp_path_factory.mktemp("up") / "data") as running:
        yield running


def register(http: httpx.Client, number: int, run: str) -> httpx.Response:
    """An organisation, under a key that tells the run and the number."""
    body = {"name": f"Société {run} nº {number}", "kind": "SME", "country": "CA"}
    headers = {"Idempotency-Key": f"{run}-{number}"}
    return http.post("/membership/v1/organisations", json=body, headers=headers)


def registered(system: System, run: str, service: str = "membership") -> list[str]:
    """The names of a run's organisations as the journal of their owner or of audit has them."""
    found: list[str] = []
    with system.client("auditor") as http:
        path = f"/{service}/v1/events?type=OrganisationRegistered&limit=200"
        while batch := (page := http.get(path)).json():
            found += [event["data"]["name"] for event in batch]
            path = page.links["next"]["url"]
    return sorted(name for name in found if f" {run} " in name)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("path", ["livez", "readyz", "openapi.json", "asyncapi.json", "docs"])
def test_every_service_answers_under_its_name(system: System, service: str, path: str) -> None:
    assert httpx.get(f"{system.url}/{service}/{path}").status_code == 200


def test_nothing_is_missing_in_a_complete_system(system: System) -> None:
    checks = httpx.get(f"{system.url}/audit/readyz").json()["checks"]
    assert set(checks.values()) == {"ok"}


def test_the_front_page_leads_to_every_service(system: System) -> None:
    page = httpx.get(f"{system.url}/")
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == "default-src 'self'"
    assert all(f"/{service}/docs" in page.text for service in SERVICES)


def test_a_second_start_on_the_same_folder_is_refused(system: System) -> None:
    said = in_a_process("up", "--port", "0", "--data", str(system.data))
    assert (said.code, said.out) == (5, "")
    assert said.err.splitlines()[-1].startswith("grantline: Another process has this data folder")
    assert "Traceback" not in said.err
    assert grantline("demo", "--port", "0", "--data", str(system.data)).code == 4


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("history", f"prj_{0:032x}"), 3),
        (("history", f"org_{0:032x}"), 3),
        (("history", "../../readyz"), 3),
        (("rebuild", "nothing"), 3),
        (("history", f"prj_{0:032x}", "--known-at", "yesterday"), 2),
    ],
)
def test_what_the_system_refuses_has_its_exit_code(
    system: System, words: tuple[str, ...], code: int
) -> None:
    said = system.ask(*words, "--json")
    assert (said.code, said.out) == (code, "")


def test_a_running_system_rebuilds_on_demand(system: System) -> None:
    with system.client("programme_officer") as http:
        assert register(http, 1, "rebuilt").status_code == 201
    for service in ("membership", "audit"):
        said = system.ask("rebuild", service, "--reason", "The monthly comparison.", "--json")
        assert (said.code, said.document["equal"]) == (0, True)
    path = "/audit/v1/events?type=ProjectionsRebuilt&limit=200"
    with system.client("auditor") as http:
        until(lambda: len(http.get(path).json()) == 2, "both rebuilds in the history")
        noted = http.get(path).json()
    assert {event["data"]["reason"] for event in noted} == {"The monthly comparison."}


@pytest.mark.parametrize("as_json", [True, False])
def test_events_are_printed_as_they_are_recorded(system: System, as_json: bool) -> None:
    run = f"tailed{int(as_json)}"
    words = [GRANTLINE, "tail", "--service", "membership", "--type", "OrganisationRegistered"]
    words += ["--url", system.url, "--data", str(system.data), *(["--json"] if as_json else [])]
    with (
        subprocess.Popen(
            words, env=clean_environment(), stdout=subprocess.PIPE, encoding="utf-8"
        ) as tail,
        system.client("programme_officer") as http,
    ):
        assert tail.stdout is not None
        seen: list[str] = []
        reading = threading.Thread(target=_collect, args=(tail.stdout, seen))
        reading.start()
        numbers = iter(range(1, 10_000))
        until(
            lambda: register(http, next(numbers), run).status_code == 201 and len(seen) >= 2,
            "two events in the tail",
        )
        tail.terminate()
        reading.join(PATIENCE_SECONDS)
    if as_json:
        first = json.loads(seen[0])
        assert first["type"] == "grantline.membership.OrganisationRegistered.v1"
        assert f" {run} " in first["data"]["name"]
    else:
        assert seen[0].split()[1:3] == ["membership", "OrganisationRegistered"]


def _collect(stream: Any, seen: list[str]) -> None:
    seen.extend(iter(stream.readline, ""))


def test_a_stop_ends_live_streams_with_a_goodbye_in_time(tmp_path: Path) -> None:
    with up(tmp_path / "data") as system, system.client("operator") as http:
        with http.stream("GET", "/audit/v1/events/stream") as answer:
            lines = answer.iter_lines()
            assert next(lines) == ": open"
            asked = monotonic()
            system.process.send_signal(signal.SIGTERM)
            last = [line for line in lines if line]
        code = system.process.wait(PATIENCE_SECONDS)
        assert monotonic() - asked < STOP_SECONDS_MAX
    assert last[-2] == "event: bye"
    assert last[-1].startswith("data: ")
    assert code in (0, -signal.SIGTERM)


def test_a_killed_system_has_everything_that_it_acknowledged_and_nothing_twice(
    tmp_path: Path,
) -> None:
    """Keys make it safe to ask again for whatever was not answered, or was (X4)."""
    data, total = tmp_path / "data", 150
    with up(data) as system, system.client("programme_officer") as http:
        acknowledged: list[int] = []
        asking = threading.Thread(target=_until_it_dies, args=(http, total, acknowledged))
        asking.start()
        until(lambda: len(acknowledged) >= 40, "forty answers")
        system.kill()
        asking.join(PATIENCE_SECONDS)
    assert 40 <= len(acknowledged) < total
    with up(data) as system, system.client("programme_officer") as http:
        there = registered(system, "killed")
        assert {f"Société killed nº {number}" for number in acknowledged} <= set(there)
        assert len(there) in (len(acknowledged), len(acknowledged) + 1)
        answers = [register(http, number, "killed") for number in range(total)]
        assert {answer.status_code for answer in answers} == {201}
        hits = [answer.headers.get("idempotency-hit") == "true" for answer in answers]
        assert sum(hits) == len(there)
        expected = sorted(f"Société killed nº {number}" for number in range(total))
        assert registered(system, "killed") == expected
        until(lambda: registered(system, "killed", "audit") == expected, "all of them in audit")
        for service in ("membership", "audit"):
            assert system.ask("rebuild", service, "--json").document["equal"] is True
    healthy = grantline("doctor", "--json", "--url", NOBODY, "--data", str(data))
    assert healthy.code == 0


def _until_it_dies(http: httpx.Client, total: int, acknowledged: list[int]) -> None:
    for number in range(total):
        try:
            answer = register(http, number, "killed")
        except httpx.TransportError:
            return
        assert answer.status_code == 201
        acknowledged.append(number)
