"""The vault: content sealed by its subject's key, proven by its hash, gone with its key (X8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, update

from shared.runtime.vault import CONTENT, KEY_FILE, KEYS, Erased, Kept, Vault, VaultFault

MASTER = "ab" * 32
FIRST, SECOND = "vault_" + "1" * 32, "vault_" + "2" * 32


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        KEYS.create(connection)
        CONTENT.create(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.of("reimbursement", tmp_path, MASTER)


def stored(connection: Connection) -> str:
    return repr(connection.exec_driver_sql("SELECT * FROM vault_content").all())


def test_x8_what_is_kept_is_read_again_and_nowhere_in_clear(
    connection: Connection, vault: Vault
) -> None:
    kept = vault.keep(connection, "payee-1", FIRST, "1234567")
    assert vault.read(connection, "payee-1", kept) == "1234567"
    assert "1234567" not in stored(connection) + kept.keyed_hash
    assert b"1234567".hex() not in stored(connection)


def test_x8_the_same_content_has_one_hash_of_one_subject_and_another_of_another(
    connection: Connection, vault: Vault
) -> None:
    one = vault.keep(connection, "payee-1", FIRST, "1234567")
    same = vault.keep(connection, "payee-1", SECOND, "1234567")
    other = vault.keep(connection, "payee-2", "vault_" + "3" * 32, "1234567")
    assert one.keyed_hash == same.keyed_hash != other.keyed_hash
    assert vault.subjects(connection) == ["payee-1", "payee-2"]


def test_x8_an_erased_subject_is_gone_and_an_old_reference_never_opens_new_data(
    connection: Connection, vault: Vault
) -> None:
    kept = vault.keep(connection, "payee-1", FIRST, "1234567")
    vault.forget(connection, "payee-1")
    with pytest.raises(Erased):
        vault.read(connection, "payee-1", kept, erased=True)
    again = vault.keep(connection, "payee-1", SECOND, "1234567")
    assert again.keyed_hash != kept.keyed_hash
    assert vault.read(connection, "payee-1", again) == "1234567"
    with pytest.raises(VaultFault):
        vault.read(connection, "payee-1", kept)


def test_x8_a_missing_key_without_an_erasure_is_a_fault(
    connection: Connection, vault: Vault
) -> None:
    kept = vault.keep(connection, "payee-1", FIRST, "1234567")
    vault.forget(connection, "payee-1")
    with pytest.raises(VaultFault, match="no event tells"):
        vault.read(connection, "payee-1", kept)


def test_x8_what_was_tampered_with_is_a_fault(connection: Connection, vault: Vault) -> None:
    kept = vault.keep(connection, "payee-1", FIRST, "1234567")
    other = vault.keep(connection, "payee-1", SECOND, "7654321")
    with pytest.raises(VaultFault, match="not the one"):
        vault.read(connection, "payee-1", Kept(SECOND, kept.keyed_hash))
    connection.execute(
        update(CONTENT).where(CONTENT.c.reference == SECOND).values(sealed="00" * 40)
    )
    with pytest.raises(VaultFault, match="does not fit"):
        vault.read(connection, "payee-1", other)


def test_x8_another_master_key_opens_nothing(
    connection: Connection, vault: Vault, tmp_path: Path
) -> None:
    kept = vault.keep(connection, "payee-1", FIRST, "1234567")
    for stranger in (
        Vault.of("reimbursement", tmp_path, "cd" * 32),
        Vault.of("intake", tmp_path, MASTER),
    ):
        with pytest.raises(VaultFault, match="another master key"):
            stranger.read(connection, "payee-1", kept)


def test_the_master_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = Vault.of("reimbursement", tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert Vault.of("reimbursement", tmp_path) == made
    with pytest.raises(ValueError, match="32 bytes"):
        Vault.of("reimbursement", tmp_path, "ab")


def test_a_fingerprint_tells_nothing_without_the_key(vault: Vault, tmp_path: Path) -> None:
    assert vault.fingerprint("a") == vault.fingerprint("a") != vault.fingerprint("b")
    assert vault.fingerprint("a") != Vault.of("intake", tmp_path, MASTER).fingerprint("a")
