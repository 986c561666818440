"""`grantline backup` and `grantline restore`: the whole system, on files, and back."""

import json
from pathlib import Path

import pytest

from services.main.embedded import embedded_fleet
from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor
from shared.runtime.items import Key
from shared.runtime.settings import Settings
from tests.main.system import NOBODY, Said, grantline, until

SERVICES = ["audit", "reimbursement", "membership", "evaluation", "intake"]
OPERATOR = Actor(person="operator-1", roles=frozenset({"operator"}))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A system that has said something: its intake was backed up before."""
    folder = tmp_path / "data"
    fleet = embedded_fleet(Settings(data=folder))
    fleet.open()
    try:
        fleet.services[0]._backups.make(OPERATOR, "to begin with", Key.internal("k"))
    finally:
        fleet.close()
    return folder


def ask(data: Path, *words: str) -> Said:
    return grantline(*words, "--data", str(data), "--url", NOBODY)


def restore(folder: Path, there: Path, *words: str) -> Said:
    return grantline("restore", str(folder), "--data", str(there), *words)


def test_a_system_is_backed_up_and_put_back(data: Path, tmp_path: Path) -> None:
    folder, there = tmp_path / "backup", tmp_path / "there"
    told = ask(data, "backup", str(folder), "--reason", "the move", "--json")
    assert told.code == 0, told.err
    assert [part["service"] for part in told.document["services"]] == SERVICES
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.{kind}" for name in SERVICES for kind in ("db", "json")
    )
    assert [path.name for path in (data / "backups").iterdir()] != []
    back = restore(folder, there, "--json")
    assert (back.code, back.document["ahead"]) == (0, [])
    found = {part["service"]: part["position"] for part in back.document["services"]}
    assert found["intake"] >= 1
    assert sorted(path.name for path in there.iterdir()) == sorted(
        f"{name}.db" for name in SERVICES
    )
    rebuilt = ask(there, "rebuild", "intake", "--json")
    assert rebuilt.document["equal"] is True
    assert ask(there, "reconcile").code == 0


def test_a_backup_is_told_to_people_a_line_a_service(data: Path, tmp_path: Path) -> None:
    told = ask(data, "backup", str(tmp_path / "backup"))
    assert [line.split()[0] for line in told.out.splitlines()] == SERVICES
    back = restore(tmp_path / "backup", tmp_path / "there")
    assert [line.split()[0] for line in back.out.splitlines()] == sorted(SERVICES)


def test_a_folder_with_something_in_it_is_neither_filled_nor_restored_to(
    data: Path, tmp_path: Path
) -> None:
    assert ask(data, "backup", str(data)).code == 4
    folder = tmp_path / "backup"
    assert ask(data, "backup", str(folder)).code == 0
    told = restore(folder, data)
    assert (told.code, "already" in told.err) == (4, True)


def test_what_is_no_whole_backup_is_not_restored(data: Path, tmp_path: Path) -> None:
    assert restore(tmp_path / "nowhere", tmp_path / "there").code == 3
    folder = tmp_path / "backup"
    assert ask(data, "backup", str(folder)).code == 0
    (folder / "intake.db").write_bytes(b"SQLite format 3\0")
    told = restore(folder, tmp_path / "there")
    assert (told.code, "(intake.db)" in told.err) == (1, True)
    assert not (tmp_path / "there").exists()


def missing(data: Path) -> int:
    """How many streams any receiver lacks the end of."""
    compared = ask(data, "reconcile", "--json").document["compared"]
    return sum(each["missing"] for each in compared)


def test_a_neighbour_that_knows_more_is_named_and_reconcile_shows_it(
    data: Path, tmp_path: Path
) -> None:
    """Intake is put back to before what audit has heard of it."""
    old, new = tmp_path / "old", tmp_path / "new"
    assert ask(data, "backup", str(old)).code == 0
    assert ask(data, "rebuild", "intake").code == 0
    until(lambda: not missing(data), "audit has heard of it")
    assert ask(data, "backup", str(new)).code == 0
    for kind in ("db", "json"):
        (old / f"intake.{kind}").replace(new / f"intake.{kind}")
    there = tmp_path / "there"
    told = restore(new, there, "--json")
    assert told.code == 1
    ahead = {(each["receiver"], each["owner"]): each["events"] for each in told.document["ahead"]}
    assert ahead["audit", "intake"] >= 1
    compared = ask(there, "reconcile", "--json")
    assert compared.code == 1
    found = {(each["owner"], each["receiver"]): each for each in compared.document["compared"]}
    assert found["intake", "audit"]["ahead"] == 1
    assert "knows" in restore(new, tmp_path / "again").out


def test_a_manifest_of_another_release_is_refused(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert ask(data, "backup", str(folder)).code == 0
    manifest = folder / "audit.json"
    manifest.write_text(canonical({**json.loads(manifest.read_text()), "format": 2}))
    assert restore(folder, tmp_path / "there").code == 1
