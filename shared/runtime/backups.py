"""Backups: a service's journal as one SQLite file, wherever it was kept, and what is in it.

Read models are no part of a backup that matters: whoever opens it builds what is missing again.
The local key that signs tokens is none either: keys are kept apart from data.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, and_, func, select

from shared.kernel.canonical import canonical
from shared.kernel.commands import Actor
from shared.kernel.events import Fact
from shared.kernel.identifiers import Sha256
from shared.kernel.operations import BackupMade, RecordOperation
from shared.kernel.periods import from_micros, rfc3339
from shared.kernel.refusals import NotFound, Refusal
from shared.runtime.copying import opened_file
from shared.runtime.database import Database
from shared.runtime.items import Answer, Key
from shared.runtime.journal import HEAD, JOURNAL, MARK
from shared.runtime.new_ids import Ids
from shared.runtime.once import Once

FORMAT = 1


class NoBackup(NotFound):
    """There is no whole backup in this folder; name one that `grantline backup` has made."""

    french = "Ce dossier ne contient aucune sauvegarde complète; nommez-en un autre."


class BackupBroken(Refusal):
    """A file of this backup is not what its manifest says, or contradicts itself; use another."""

    french = (
        "Un fichier de cette sauvegarde ne correspond pas à son manifeste; utilisez-en une autre."
    )


class Manifest(Fact):
    """What one service's part of a backup holds, to be checked before it is believed."""

    format: int
    service: str
    backup: str
    """The id of the backup, which is the name of its folder."""
    position: int
    """The journal's last position."""
    sequence: int
    """The last own sequence."""
    recorded_at: str
    """When the last own event was recorded; everything later is not in it."""
    marks: dict[str, int]
    """By foreign origin, the sequence up to which everything had arrived."""
    streams: int
    heads: Sha256
    """Over every stream with the version and hash of its last event."""
    bytes: int
    sha256: Sha256
    """Of the file."""

    @property
    def file(self) -> str:
        """The name of the file beside this manifest."""
        return f"{self.service}.db"


class Backups:
    """Makes the backups of one service, in a thread that waits."""

    def __init__(
        self,
        service: str,
        database: Database,
        once: Once,
        folder: Path,
        outside: tuple[Callable[[], datetime], Ids],
    ) -> None:
        self._service = service
        self._database = database
        self._once = once
        self._folder = folder
        self._now, self._ids = outside

    def make(self, by: Actor, reason: str, key: Key) -> Answer:
        """Record a backup and write it into a folder of its own, once for each key.

        Commands go on meanwhile; what is written is one state of the journal, with that record.
        Raises KeyReused before anything is done.
        """
        answer = self._once.answered(by, key) or self._record(by, reason, key)
        manifest = self._written(json.loads(answer.body)["backup"])
        return replace(answer, body=canonical(manifest.model_dump()).encode())

    def _record(self, by: Actor, reason: str, key: Key) -> Answer:
        with self._database.snapshot() as connection:
            position = connection.execute(select(HEAD.c.position)).scalar_one()
            _, digest = heads_of(connection, position)
        event = BackupMade(
            backup=self._ids.uuid7(),
            position=position,
            digest=digest,
            made_by=by.person,
            reason=reason,
        )
        now = self._now()
        command = RecordOperation(
            service=self._service, event=event, by=by, now=now, effective_at=now
        )
        return self._once.ask(command, key, lambda _: {"backup": event.backup})

    def _written(self, backup: str) -> Manifest:
        """Write it, unless that was done; who failed in the middle asks again with the same key."""
        folder = self._folder / backup
        if (folder / f"{self._service}.json").exists():
            return read_manifest(folder / f"{self._service}.json")
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{self._service}.part"
        part.unlink(missing_ok=True)
        self._database.back_up(part)
        manifest = described(part, self._service, backup)
        put(part, folder / manifest.file)
        text = folder / f"{self._service}.json.part"
        text.write_text(canonical(manifest.model_dump()) + "\n", encoding="utf-8")
        put(text, folder / f"{self._service}.json")
        return manifest


def put(part: Path, there: Path) -> None:
    """Let a file appear under its name once all of it is on the disk."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(there)
    folder = os.open(there.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def described(path: Path, service: str, backup: str) -> Manifest:
    """What a file holds."""
    with opened_file(path) as connection:
        head = connection.execute(
            select(HEAD.c.position, HEAD.c.sequence, HEAD.c.recorded_at)
        ).one()
        streams, heads = heads_of(connection, head.position)
        marks = dict(connection.execute(select(MARK.c.origin, MARK.c.sequence)).all())
    return Manifest(
        format=FORMAT,
        service=service,
        backup=backup,
        position=head.position,
        sequence=head.sequence,
        recorded_at=rfc3339(from_micros(head.recorded_at)),
        marks=marks,
        streams=streams,
        heads=heads,
        bytes=path.stat().st_size,
        sha256=digest_of(path),
    )


def heads_of(connection: Connection, until: int) -> tuple[int, str]:
    """How many streams there are up to a position, and one SHA-256 over their ends."""
    last = (
        select(JOURNAL.c.stream, func.max(JOURNAL.c.version).label("version"))
        .where(JOURNAL.c.position <= until)
        .group_by(JOURNAL.c.stream)
        .subquery()
    )
    same = and_(JOURNAL.c.stream == last.c.stream, JOURNAL.c.version == last.c.version)
    query = (
        select(JOURNAL.c.stream, JOURNAL.c.version, JOURNAL.c.hash)
        .join_from(last, JOURNAL, same)
        .order_by(JOURNAL.c.stream)
    )
    heads = [canonical([*row]) for row in connection.execute(query)]
    return len(heads), sha256("\n".join(heads).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def manifests_in(folder: Path) -> list[Manifest]:
    """The manifests in a folder, by service. Raises NoBackup, or BackupBroken for an odd one."""
    found = [read_manifest(path) for path in sorted(folder.glob("*.json"))]
    if not found:
        raise NoBackup
    return found


def read_manifest(path: Path) -> Manifest:
    """One manifest. Raises BackupBroken."""
    try:
        found = Manifest.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, ValueError):
        raise BackupBroken(file=path.name) from None
    if found.format != FORMAT or path.stem != found.service:
        raise BackupBroken(file=path.name)
    return found
