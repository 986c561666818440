"""The recorded decisions: each is in its form and names checks that exist; some are here."""

import re
import sqlite3
import tomllib
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.support.catalogue import ROOT, module, service_names
from tests.support.sources import sources

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
SCHEMA = sorted((ROOT / "shared" / "runtime" / "schema").glob("*.sql"))
PARTS = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
WRITERS = {"sqlite.py", "postgres.py", "copying.py"}
"""What is put back goes to a place that nobody has open."""


def part(text: str, title: str) -> str:
    """One section of a decision."""
    found = re.search(rf"^## {title}\n\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found[1].strip()


def names_of_tests() -> set[str]:
    """Every test there is."""
    return {
        function.name
        for file in sources("tests")
        for function in file.functions
        if function.name.startswith("test_")
    }


def names_of_contracts() -> set[str]:
    """Every import contract there is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_one_sentence_with_its_reasons(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.match(rf"# {int(file.name[:4])}\. .+\n\n\*\*Status:\*\* \w+\n\*\*Date:\*\* 20", text)
    sections = {title: part(text, title) for title in PARTS}
    assert len(re.findall(r"[.!?](?:\s|$)", sections["Context"])) <= 4
    assert re.fullmatch(r"\*\*[^*]+\.\*\*", sections["Decision"])


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_names_checks_that_exist(file: Path) -> None:
    checks = re.findall(r"`([^`]+)`", part(file.read_text(encoding="utf-8"), "Enforced by"))
    assert checks
    assert set(checks) <= names_of_tests() | names_of_contracts()


def test_every_decision_is_in_the_list() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in DECISIONS] == re.findall(r"\]\((\d{4}-[a-z-]+\.md)\)", listed)


def folds() -> Iterator[tuple[str, Any]]:
    """The state before anything happened, of every category of stream."""
    for service in service_names():
        app = module(service, "app")
        if app is not None:
            yield from app.DOMAIN.folds.items()


def test_state_is_frozen_and_no_model() -> None:
    for category, fold in folds():
        assert is_dataclass(fold.initial), category
        assert type(fold.initial).__dict__["__dataclass_params__"].frozen, category
        assert not isinstance(fold.initial, BaseModel), category


def calls(*names: str) -> Iterator[str]:
    """The files of the services and the runtime in which a method of that name is called."""
    called = re.compile(rf"\.({'|'.join(names)})\(")
    for file in sources("services", "shared"):
        if called.search(file.text):
            yield file.name


def test_nobody_but_the_writer_opens_a_writing_transaction() -> None:
    allowed = {f"shared/runtime/{name}" for name in WRITERS}
    assert set(calls("begin")) <= allowed


def test_there_are_no_savepoints() -> None:
    assert list(calls("begin_nested")) == []
    assert not any("SAVEPOINT" in file.text for file in sources("services", "shared"))


@pytest.fixture
def journal() -> Iterator[sqlite3.Connection]:
    """An empty journal in memory."""
    connection = sqlite3.connect(":memory:")
    for file in SCHEMA:
        connection.executescript(file.read_text(encoding="utf-8"))
    yield connection
    connection.close()


def record(journal: sqlite3.Connection, **changes: object) -> None:
    """Put one row into the journal: an own first event, but for these changes."""
    row: dict[str, object] = {
        "position": 1, "origin": "intake", "sequence": 1, "event_id": "1", "stream": "proposal-1",
        "version": 1, "type": "t", "schema": 1, "subject": "s", "recorded_at": 1,
        "effective_at": 1, "received_at": None, "envelope": "{}", "body": "{}", "prevhash": "0",
        "hash": "1",
    }  # fmt: skip
    row.update(changes)
    marks = ", ".join("?" for _ in row)
    journal.execute(f"INSERT INTO journal ({', '.join(row)}) VALUES ({marks})", [*row.values()])


def test_own_and_received_events_share_one_order_and_come_once(
    journal: sqlite3.Connection,
) -> None:
    record(journal)
    heard = {"origin": "evaluation", "stream": "evaluation-1", "received_at": 2}
    record(journal, position=2, event_id="2", **heard)
    for again in (
        {"position": 2, "event_id": "3", "stream": "other", "sequence": 3},
        {"position": 3, "event_id": "2", "stream": "other", "sequence": 3},
        {"position": 3, "event_id": "3", "sequence": 3},
        {"position": 3, "event_id": "3", "stream": "other"},
    ):
        with pytest.raises(sqlite3.IntegrityError):
            record(journal, **{**heard, **again})


def test_positions_come_from_one_head_row(journal: sqlite3.Connection) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in SCHEMA).upper()
    assert not re.search(r"AUTOINCREMENT|SERIAL|IDENTITY|NEXTVAL|CREATE SEQUENCE", text)
    assert journal.execute("SELECT position, sequence FROM journal_head").fetchall() == [(0, 0)]
    with pytest.raises(sqlite3.IntegrityError):
        journal.execute("INSERT INTO journal_head VALUES (2, 0, 0, 0, 0, 0)")


def test_no_read_model_has_a_migration(journal: sqlite3.Connection) -> None:
    assert not list((ROOT / "services").rglob("*.sql"))
    assert not list((ROOT / "services").rglob("migrations"))
    tables = {
        name for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    assert tables == {
        "journal", "event_subject", "journal_head", "mark", "waiting", "answer", "projection",
        "parked", "paused", "vault_key", "vault_content",
    }  # fmt: skip
