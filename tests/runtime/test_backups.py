"""Backups (I14): a prefix of the journal, whole and checked, put back where nothing is."""

import json
import shutil
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
import pytest

from shared.kernel.canonical import canonical
from shared.kernel.envelope import seal
from shared.runtime import backups
from shared.runtime.backups import (
    BackupBroken,
    Manifest,
    NoBackup,
    digest_of,
    heads_of,
    manifests_in,
)
from shared.runtime.database import DataInUse
from shared.runtime.items import Key, KeyReused
from shared.runtime.restoring import Ahead, PlaceNotEmpty, ahead_of, check, restore
from shared.runtime.settings import Settings
from shared.runtime.vault import VaultFault
from tests.runtime.running import Running, open_till, put_in, running
from tests.support import databases
from tests.support.ledger import CLERK, MIRROR

pytestmark = pytest.mark.usefixtures("database")


def back_up(ledger: Running, key: str = "", reason: str = "before the move") -> dict[str, Any]:
    key = key or ledger.service.ids.uuid7()
    asked = Key(name=key, fingerprint=reason, correlation_id=key)
    found: dict[str, Any] = json.loads(ledger.service._backups.make(CLERK, reason, asked).body)
    return found


def folder_of(data: Path, made: dict[str, Any]) -> Path:
    return data / "backups" / str(made["backup"])


def settings_of(folder: Path, service: str = "ledger") -> Settings:
    return Settings(data=folder, postgres=databases.url_of(folder, service))


def restored(tmp_path: Path, made: dict[str, Any]) -> Path:
    """Where the backup is now."""
    there = tmp_path / "there"
    restore(folder_of(tmp_path, made), settings_of(there))
    return there


def test_a_backup_is_recorded_with_its_position_digest_who_and_why(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        with ledger.service.snapshot() as state:
            _, until_then = heads_of(state.connection, 1)
        made = back_up(ledger)
        file = folder_of(tmp_path, made) / "ledger.db"
        assert (made["position"], made["sequence"], made["streams"]) == (2, 2, 2)
        assert (made["sha256"], made["bytes"]) == (digest_of(file), file.stat().st_size)
        [line] = [line for line in ledger.lines() if ".BackupMade." in line.type]
        assert line.stream == "operations-ledger"
        assert json.loads(line.body) == {
            "backup": made["backup"], "position": 1, "digest": until_then,
            "made_by": CLERK.person, "reason": "before the move",
        }  # fmt: skip
        assert sorted(path.name for path in file.parent.iterdir()) == ["ledger.db", "ledger.json"]
        assert manifests_in(file.parent) == [Manifest(**made)]


def test_x4_a_backup_is_made_once_for_each_key(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        first = back_up(ledger, key="k")
        assert back_up(ledger, key="k") == first
        with pytest.raises(KeyReused):
            back_up(ledger, key="k", reason="another")
        assert len(list((tmp_path / "backups").iterdir())) == 1
        assert ledger.names().count("BackupMade") == 1


def test_what_is_put_back_is_the_same_and_goes_on(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till("é"))
        ledger.ask(put_in(5, "é", note="\\u2028 → ±"), key="k")
        made, before = back_up(ledger), ledger.lines()
        ledger.ask(put_in(7, "é"))
    with running(restored(tmp_path, made)) as ledger:
        assert ledger.lines() == before
        assert ledger.sql("SELECT till, held_cents FROM till_list") == [("é", 5)]
        rebuilt = ledger.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after
        again = ledger.ask(put_in(5, "é", note="\\u2028 → ±"), key="k")
        assert again.repeated, "the answers of keys are in it"
        assert ledger.ask(put_in(1, "é")).version == 3


def test_a_backup_under_writes_is_a_prefix(tmp_path: Path) -> None:
    """Ten backups while others write; each is what the journal was at one position."""
    stop = threading.Event()
    with running(tmp_path) as ledger:
        ledger.ask(open_till())

        def write() -> None:
            cents = 1
            while not stop.is_set():
                ledger.ask(put_in(cents))
                cents += 1

        writing = threading.Thread(target=write)
        writing.start()
        try:
            made = [back_up(ledger) for _ in range(10)]
        finally:
            stop.set()
            writing.join()
        lines = ledger.lines()
    positions = [each["position"] for each in made]
    assert positions == sorted(set(positions))
    for number, each in enumerate(made):
        check(folder_of(tmp_path, each) / "ledger.db", Manifest(**each))
        if number in (0, 9):
            there = tmp_path / f"there-{number}"
            restore(folder_of(tmp_path, each), settings_of(there))
            with running(there) as ledger:
                assert ledger.lines() == lines[: each["position"]]
                rebuilt = ledger.rebuild()
                assert rebuilt.digest_before == rebuilt.digest_after


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder of a backup."""
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(put_in(5))
        return folder_of(tmp_path, back_up(ledger))


def rewritten(folder: Path, statement: str) -> None:
    """Somebody changes the file, and its manifest accordingly."""
    path = folder / "ledger.db"
    connection = sqlite.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    manifest = folder / "ledger.json"
    changed = {**json.loads(manifest.read_text()), "sha256": digest_of(path),
               "bytes": path.stat().st_size}  # fmt: skip
    manifest.write_text(canonical(changed))


@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE journal SET body = '{"cents":9,"note":"","till":"a"}' WHERE position = 2""",
        "UPDATE journal SET position = 30 WHERE position = 2",
        "UPDATE journal SET sequence = 7 WHERE position = 2",
        "UPDATE journal SET event_id = 'x' WHERE position = 2",
        "UPDATE journal SET version = 3 WHERE position = 2",
        "UPDATE journal SET stream = 'till-b' WHERE position = 2",
        "DELETE FROM journal WHERE position = 3",
        "DELETE FROM journal WHERE position = 1",
        "UPDATE journal_head SET position = 1",
        "UPDATE journal_head SET sequence = 9",
        "DROP TABLE journal_head",
    ],
)
def test_a_journal_that_was_tampered_with_is_refused_and_puts_nothing(
    tmp_path: Path, made: Path, statement: str
) -> None:
    rewritten(made, statement)
    with pytest.raises(BackupBroken) as refused:
        restore(made, settings_of(tmp_path / "there"))
    assert refused.value.facts == {"file": "ledger.db"}
    assert not list((tmp_path / "there").glob("*"))


def test_an_event_that_was_written_anew_is_given_away_by_the_next_one(
    tmp_path: Path, made: Path
) -> None:
    """Its own seal fits, and the last event of its stream is what it was."""
    path = made / "ledger.db"
    query = "SELECT envelope, body, hash FROM journal WHERE stream = 'till-a' AND version = 1"
    with closing(sqlite.connect(path)) as connection:
        [row] = connection.execute(query).fetchall()
    forged = seal({**json.loads(row[0]), "actor": "somebody-else"}, row[1])
    rewritten(
        made,
        f"UPDATE journal SET envelope = '{forged.envelope}', hash = '{forged.hash}' "
        "WHERE stream = 'till-a' AND version = 1",
    )
    with pytest.raises(BackupBroken):
        restore(made, settings_of(tmp_path / "there"))


def test_a_file_that_is_not_the_one_of_its_manifest_is_refused(tmp_path: Path, made: Path) -> None:
    path = made / "ledger.db"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(BackupBroken):
        restore(made, settings_of(tmp_path / "there"))
    path.write_bytes(raw[:-1])
    with pytest.raises(BackupBroken):
        restore(made, settings_of(tmp_path / "there"))
    path.unlink()
    with pytest.raises(NoBackup):
        restore(made, settings_of(tmp_path / "there"))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2}, {"service": "mirror"}, {"position": "1"}, {"more": 1},
        {"heads": "0" * 64}, {"streams": 9}, {"backup": "another"},
    ],
)  # fmt: skip
def test_a_manifest_that_says_something_else_is_refused(
    tmp_path: Path, made: Path, change: dict[str, Any]
) -> None:
    manifest = made / "ledger.json"
    manifest.write_text(canonical({**json.loads(manifest.read_text()), **change}))
    with pytest.raises(BackupBroken):
        restore(made, settings_of(tmp_path / "there"))
    manifest.write_text("{")
    with pytest.raises(BackupBroken):
        manifests_in(made)


def test_a_backup_that_was_not_finished_is_none(tmp_path: Path) -> None:
    """Whoever dies while it is written leaves no manifest; asked again it is written."""
    with running(tmp_path) as ledger:
        ledger.ask(open_till())

        def die(*_: object) -> None:
            raise RuntimeError("the power went off")

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(backups, "described", die)
            with pytest.raises(RuntimeError):
                back_up(ledger, key="k")
        [folder] = (tmp_path / "backups").iterdir()
        with pytest.raises(NoBackup):
            restore(folder, settings_of(tmp_path / "there"))
        made = back_up(ledger, key="k")
        assert (folder_of(tmp_path, made), ledger.names().count("BackupMade")) == (folder, 1)
        check(folder / "ledger.db", Manifest(**made))
    with pytest.raises(NoBackup):
        restore(tmp_path / "nowhere", settings_of(tmp_path / "there"))


def test_nothing_is_put_where_something_is(tmp_path: Path, made: Path) -> None:
    with running(tmp_path / "there") as ledger:
        ledger.ask(open_till("b"))
        if ledger.service.settings.postgres is None:
            with pytest.raises(DataInUse):
                restore(made, ledger.service.settings)
    with pytest.raises(PlaceNotEmpty):
        restore(made, settings_of(tmp_path / "there"))
    with running(tmp_path / "there") as ledger:
        assert ledger.names() == ["TillOpened"]


def test_received_waiting_parked_and_paused_are_put_back_as_they_were(tmp_path: Path) -> None:
    with running(tmp_path / "l") as ledger, running(tmp_path, MIRROR) as mirror:
        ledger.ask(open_till())
        for cents in range(1, 5):
            ledger.ask(put_in(cents))
        said = ledger.sealed()
        mirror.receive([said[0], said[1], replace(said[2], body="{}"), said[3]])
        made = back_up(mirror)
        before = mirror.lines()[: made["position"]]
        parked, marks = mirror.parked(), mirror.service.writer.marks.reached
    there = tmp_path / "there"
    restore(folder_of(tmp_path, made), settings_of(there, "mirror"))
    with running(there, MIRROR) as mirror:
        assert mirror.lines() == before
        assert mirror.parked() == parked != []
        assert mirror.service.writer.marks.reached == marks
        mirror.receive(said)
        assert mirror.parked() == []


def test_x8_the_vault_is_put_back_sealed_and_is_read_with_its_key_alone(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        vault = ledger.service.vault
        kept = ledger.service.writer.run(
            lambda on: vault.keep(on, "payee-1", f"vault_{'1' * 32}", "1234567")
        )
        made = back_up(ledger)
    raw = (folder_of(tmp_path, made) / "ledger.db").read_bytes()
    assert b"1234567" not in raw
    there = restored(tmp_path, made)
    with running(there) as ledger:
        found = ledger.service.writer.run(lambda on: vault.read(on, "payee-1", kept))
        assert found == "1234567"
        with pytest.raises(VaultFault):
            ledger.service.writer.run(lambda on: ledger.service.vault.read(on, "payee-1", kept))


def test_who_knows_more_of_a_neighbour_than_it_has_itself_is_named() -> None:
    zero = "0" * 64
    about: dict[str, Any] = {
        "format": 1, "backup": "b", "recorded_at": "", "streams": 0, "heads": zero, "bytes": 0,
        "sha256": zero,
    }  # fmt: skip
    mirror = Manifest(
        service="mirror", position=9, sequence=3, marks={"ledger": 6, "other": 4}, **about
    )
    for sequence, found in ((6, []), (7, []), (4, [Ahead("mirror", "ledger", 2)])):
        ledger = Manifest(service="ledger", position=9, sequence=sequence, marks={}, **about)
        assert ahead_of([ledger, mirror]) == found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_of_files_is_put_into_databases_and_back(tmp_path: Path) -> None:
    """One format, whatever the journal was kept in."""
    with running(tmp_path) as ledger:
        ledger.ask(open_till("é"))
        ledger.ask(put_in(5, "é"))
        made, before = back_up(ledger), ledger.lines()
    with databases.on_postgresql():
        there = restored(tmp_path, made)
        with running(there) as ledger:
            assert ledger.lines() == before
            again, after = back_up(ledger), ledger.lines()
        folder = folder_of(there, again)
    shutil.copytree(folder, tmp_path / "copy")
    restore(tmp_path / "copy", settings_of(tmp_path / "back"))
    with running(tmp_path / "back") as ledger:
        assert ledger.lines() == after
        assert ledger.sql("SELECT held_cents FROM till_list") == [(5,)]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_role_that_may_only_add_can_be_backed_up_and_put_back(tmp_path: Path, made: Path) -> None:
    """No more rights are needed than a service has (`deploy/grants.sql`)."""
    there = tmp_path / "there"
    restore(made, settings_of(there))
    address = databases.address_of(there).replace("{service}", "ledger")
    with psycopg.connect(address) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM journal").fetchall()
        assert count == 3
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM journal")
