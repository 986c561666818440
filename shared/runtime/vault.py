"""The vault: confidential content outside of all events, sealed by a key of its subject (X8).

An event carries a reference and a keyed hash. The subject's data key is wrapped by the service's
master key; each content is sealed by a key derived from the data key and the reference, with
AES-GCM. Destroying the data key erases everything that it sealed and breaks no proof.
"""

import hmac
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)
from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, insert, select

from shared.kernel.refusals import NotFound

KEY_FILE = "vault.key"
_BYTES = 32
_METADATA = MetaData()
KEYS = Table(
    "vault_key",
    _METADATA,
    Column("subject", Text, primary_key=True),
    Column("wrapped", Text, nullable=False),
)
CONTENT = Table(
    "vault_content",
    _METADATA,
    Column("reference", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("sealed", Text, nullable=False),
)


class VaultFault(RuntimeError):
    """Content or key is missing or does not fit, and nothing was erased: no "not found"."""


class Erased(NotFound):
    """This content was erased; its key is destroyed and nobody can read it any more."""

    rule = "X8"
    french = "Ce contenu a été effacé; sa clé est détruite et plus personne ne peut le lire."


@dataclass(frozen=True, slots=True)
class Kept:
    """What an event carries of content: where it is, and what proves it."""

    reference: str
    keyed_hash: str


@dataclass(frozen=True, slots=True)
class Vault:
    """One service's vault; the connection says in which transaction it works."""

    master: bytes

    @classmethod
    def of(cls, service: str, folder: Path, given: str | None = None) -> "Vault":
        """The vault by the master key that is given, else by the one in the data folder.

        Raises ValueError for a key that is not 32 bytes in hex.
        """
        secret = _key_in(folder) if given is None else bytes.fromhex(given)
        if len(secret) != _BYTES:
            raise ValueError("the vault's master key is 32 bytes in hex")
        return cls(_derived(secret, f"service:{service}"))

    def keep(self, connection: Connection, subject: str, reference: str, content: str) -> Kept:
        """Seal content under its subject's key, which is made where there is none."""
        data_key = self._data_key(connection, subject)
        if data_key is None:
            data_key = AESGCM.generate_key(_BYTES * 8)
            wrapped = aes_key_wrap(self.master, data_key).hex()
            connection.execute(insert(KEYS).values(subject=subject, wrapped=wrapped))
        sealed = _cipher(data_key, reference).encrypt(_ONCE, content.encode(), subject.encode())
        row = {"reference": reference, "subject": subject, "sealed": sealed.hex()}
        connection.execute(insert(CONTENT).values(row))
        return Kept(reference, _keyed_hash(data_key, content))

    def read(
        self, connection: Connection, subject: str, kept: Kept, *, erased: bool = False
    ) -> str:
        """The content of a reference, checked against its keyed hash.

        `erased` says whether an event tells of the erasure: then Erased. Without such an event a
        missing key is a fault, as is whatever does not fit (VaultFault): a read fails loudly.
        """
        if erased:
            raise Erased
        data_key = self._data_key(connection, subject)
        query = select(CONTENT.c.sealed).where(
            CONTENT.c.reference == kept.reference, CONTENT.c.subject == subject
        )
        sealed = connection.execute(query).scalar_one_or_none()
        if data_key is None or sealed is None:
            raise VaultFault("a key or a content is missing, and no event tells of its erasure")
        try:
            found = _cipher(data_key, kept.reference).decrypt(
                _ONCE, bytes.fromhex(sealed), subject.encode()
            )
        except InvalidTag:
            raise VaultFault("a content does not fit its key") from None
        content = found.decode()
        if not hmac.compare_digest(_keyed_hash(data_key, content), kept.keyed_hash):
            raise VaultFault("a content is not the one that its event tells of")
        return content

    def discard(self, connection: Connection, reference: str) -> None:
        """Take out content that no event tells of after all."""
        connection.execute(delete(CONTENT).where(CONTENT.c.reference == reference))

    def forget(self, connection: Connection, subject: str) -> None:
        """Destroy a subject's key and what it sealed; the event that tells of it comes first."""
        connection.execute(delete(KEYS).where(KEYS.c.subject == subject))
        connection.execute(delete(CONTENT).where(CONTENT.c.subject == subject))

    def subjects(self, connection: Connection) -> Sequence[str]:
        """Whose keys are there, in order."""
        return list(connection.execute(select(KEYS.c.subject).order_by(KEYS.c.subject)).scalars())

    def fingerprint(self, of: str) -> str:
        """A request's fingerprint that tells nobody what was in it."""
        return hmac.new(_derived(self.master, "fingerprint"), of.encode(), sha256).hexdigest()

    def _data_key(self, connection: Connection, subject: str) -> bytes | None:
        wrapped = connection.execute(
            select(KEYS.c.wrapped).where(KEYS.c.subject == subject)
        ).scalar_one_or_none()
        if wrapped is None:
            return None
        try:
            return aes_key_unwrap(self.master, bytes.fromhex(wrapped))
        except InvalidUnwrap:
            raise VaultFault("a key was wrapped by another master key") from None


_ONCE = bytes(12)
"""Each derived key seals one content and no other, so its nonce may always be the same."""


def _cipher(data_key: bytes, reference: str) -> AESGCM:
    return AESGCM(_derived(data_key, f"content:{reference}"))


def _keyed_hash(data_key: bytes, content: str) -> str:
    return hmac.new(_derived(data_key, "keyed-hash"), content.encode(), sha256).hexdigest()


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _BYTES, b"grantline-vault", purpose.encode()).derive(key)


def _key_in(folder: Path) -> bytes:
    """The master key of this data folder, made at the first start, readable by its owner alone."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{KEY_FILE}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(AESGCM.generate_key(_BYTES * 8).hex())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # Another process was first, and its key is the one.
            os.link(draft, path)
        draft.unlink()
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
