"""Commands that cannot be done say so in one line and an exit code, and never as a traceback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.main.system import NOBODY, grantline

PROJECT = f"prj_{0:032x}"


@contextmanager
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",),
        ("up", "--no-such-option"),
        ("up", "--port", "70000"),
        ("history",),
        ("token",),
        ("token", "--role", "king"),
        ("token", "--role", "auditor", "--ttl", "0"),
    ],
    ids=" ".join,
)
def test_what_is_no_command_is_a_fault_of_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = grantline(*words, GRANTLINE_DATA=str(tmp_path / "data"))
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err
    assert not (tmp_path / "data").exists()


def test_a_setting_that_nobody_knows_stops_the_start(tmp_path: Path) -> None:
    said = grantline("up", "--port", "0", "--data", str(tmp_path), GRANTLINE_POTR="1")
    assert (said.code, said.out) == (2, "")
    assert said.err == "grantline: GRANTLINE_POTR is not a setting of Grantline\n"


def test_a_setting_that_cannot_be_stops_the_start_and_is_not_repeated(tmp_path: Path) -> None:
    said = grantline("up", "--data", str(tmp_path), GRANTLINE_READERS_MAX="a-secret-word")
    assert said.code == 2
    assert said.err.startswith("grantline: GRANTLINE_READERS_MAX: ")
    assert said.err.count("\n") == 1
    assert "a-secret-word" not in said.err


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_port_in_use_is_said_and_nothing_is_made(tmp_path: Path, command: str) -> None:
    data = tmp_path / "data"
    with taken_port() as port:
        said = grantline(command, "--port", str(port), "--data", str(data))
    assert (said.code, said.out) == (5, "")
    assert said.err.splitlines()[-1] == (
        "grantline: Something else listens on that port; stop it, or name another port."
    )
    assert not list(data.glob("*.db"))


@pytest.mark.parametrize(
    "words", [("history", PROJECT), ("tail",), ("rebuild", "intake")], ids=" ".join
)
def test_where_nothing_runs_and_nothing_was_it_is_unavailable(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    said = grantline(*words, "--url", NOBODY, "--data", str(tmp_path / "data"))
    assert (said.code, said.out) == (5, "")
    assert said.err.splitlines()[-1].startswith("grantline: No system answers")
    assert not (tmp_path / "data").exists()


def test_there_is_nothing_to_watch_in_a_folder_that_nobody_runs(tmp_path: Path) -> None:
    (tmp_path / "audit.db").touch()
    said = grantline("tail", "--url", NOBODY, "--data", str(tmp_path))
    assert (said.code, said.out) == (5, "")
    assert said.err.startswith("grantline: No system answers, so nothing can be watched")


def test_a_healthy_machine_without_a_system_passes_its_check_up(tmp_path: Path) -> None:
    said = grantline("doctor", "--json", "--url", NOBODY, "--data", str(tmp_path / "data"))
    assert said.code == 0
    findings = {one["check"]: one for one in said.document["findings"]}
    assert findings["journal audit"]["detail"] == "not made yet"
    assert findings["system"]["detail"] == f"none runs at {NOBODY}"
    assert not (tmp_path / "data").exists()


def test_a_damaged_journal_fails_its_check_up(tmp_path: Path) -> None:
    (tmp_path / "audit.db").write_bytes(b"no database at all" * 500)
    said = grantline("doctor", "--json", "--url", NOBODY, "--data", str(tmp_path))
    assert said.code == 1
    [found] = [one for one in said.document["findings"] if not one["ok"]]
    assert found["check"] == "journal audit"


def test_every_command_shows_an_example() -> None:
    listed = grantline("--help", COLUMNS="200").out
    for command in ("up", "demo", "history", "tail", "rebuild", "token", "doctor"):
        assert command in listed
        said = grantline(command, "--help", COLUMNS="200")
        assert (said.code, f"Example: grantline {command}" in said.out) == (0, True)
