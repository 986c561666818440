"""A service in a process of its own, without a broker: it works, and says who is missing."""

import json
from pathlib import Path

import httpx
import pytest

from tests.main.system import clean_environment, python, running, until

LISTENS_TO = {
    "intake": {"evaluation", "membership"},
    "evaluation": {"intake", "membership"},
    "membership": {"evaluation"},
    "reimbursement": {"evaluation", "intake", "membership"},
    "audit": {"evaluation", "intake", "membership", "reimbursement"},
}


@pytest.mark.parametrize("service", LISTENS_TO)
def test_a_service_alone_runs_without_peers_and_says_so(tmp_path: Path, service: str) -> None:
    command = python("-m", f"services.{service}.workers")
    place = {"GRANTLINE_PORT": "0", "GRANTLINE_DATA": str(tmp_path)}
    with running(command, tmp_path, "/readyz", place) as system:
        state = httpx.get(f"{system.url}/readyz").json()
        assert state["status"] == "ready"
        said, _, names = state["checks"]["peers"].partition(" without ")
        assert said == "ok,"
        assert set(names.split(", ")) == LISTENS_TO[service]
        assert (tmp_path / f"{service}.db").exists()


def test_a_service_alone_takes_commands(tmp_path: Path) -> None:
    command = python("-m", "services.membership.workers")
    place = {"GRANTLINE_PORT": "0", "GRANTLINE_DATA": str(tmp_path)}
    with (
        running(command, tmp_path, "/readyz", place) as system,
        system.client("programme_officer") as http,
    ):
        headers = {"Idempotency-Key": "k-1"}
        made = http.post("/v1/organisations", json={"name": "Boréal"}, headers=headers)
        assert made.status_code == 201
        path = f"/v1/organisations/{made.json()['organisation_id']}"
        assert http.get(path).json()["name"] == "Boréal"


def test_a_service_alone_that_cannot_begin_says_why(tmp_path: Path) -> None:
    command = python("-m", "services.intake.workers")
    place = {"GRANTLINE_PORT": "0", "GRANTLINE_DATA": str(tmp_path)}
    with running(command, tmp_path, "/readyz", place):
        second = tmp_path / "second"
        second.mkdir()
        with pytest.raises(AssertionError) as ended, running(command, second, "/readyz", place):
            until(lambda: False, "a second service on one folder")
    last = json.loads(str(ended.value).splitlines()[-1].partition("assert")[0])
    assert (last["event"], last["error"]) == ("not-started", "data-in-use")


def test_the_environment_of_a_test_is_nobodys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANTLINE_PORT", "1")
    assert "GRANTLINE_PORT" not in clean_environment()
