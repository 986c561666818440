"""Putting a backup back: checked event by event first, then into a place where nothing is."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from shared.kernel.chain import NO_HASH
from shared.kernel.envelope import BrokenEvent, Sealed, open_sealed
from shared.kernel.events import wire_type
from shared.kernel.operations import BackupMade
from shared.kernel.refusals import Refusal
from shared.runtime.backups import (
    BackupBroken,
    Manifest,
    NoBackup,
    digest_of,
    heads_of,
    manifests_in,
    put,
)
from shared.runtime.copying import ROWS_AT_ONCE, copy_tables, opened_file
from shared.runtime.databases import opened
from shared.runtime.journal import HEAD, JOURNAL
from shared.runtime.locking import exclusive
from shared.runtime.settings import Settings


class PlaceNotEmpty(Refusal):
    """There is something already where the backup is to go; name an empty place."""

    french = "Il y a déjà quelque chose à cet endroit; nommez un endroit vide."


@dataclass(frozen=True, slots=True)
class Ahead:
    """A restored service that knows more of a neighbour than the neighbour, restored, itself."""

    receiver: str
    owner: str
    events: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifests: Sequence[Manifest]
    ahead: Sequence[Ahead]
    """Empty where the parts of the backup fit together; `grantline reconcile` shows the streams."""


def restore(folder: Path, settings: Settings) -> Restored:
    """Check every part of a backup, then put all of them where the settings say.

    Raises NoBackup, BackupBroken, PlaceNotEmpty, or DataInUse where a system runs.
    """
    manifests = manifests_in(folder)
    if settings.postgres is None:
        _require_empty(settings.data)
    for manifest in manifests:
        check(folder / manifest.file, manifest)
    if settings.postgres is None:
        _into_folder(folder, settings.data, manifests)
    else:
        _into_databases(folder, settings, manifests)
    return Restored(manifests, ahead_of(manifests))


def ahead_of(manifests: Sequence[Manifest]) -> list[Ahead]:
    """Who has taken in what its owner no longer has."""
    said = {manifest.service: manifest.sequence for manifest in manifests}
    return [
        Ahead(manifest.service, owner, reached - said[owner])
        for manifest in manifests
        for owner, reached in sorted(manifest.marks.items())
        if owner in said and reached > said[owner]
    ]


def check(path: Path, manifest: Manifest) -> None:
    """See that a file is the one of its manifest, and that its journal is whole.

    Every seal, every link to the event before, every position and sequence. Raises NoBackup where
    the file is missing, else BackupBroken.
    """
    if not path.is_file():
        raise NoBackup(file=path.name)
    same = path.stat().st_size == manifest.bytes and digest_of(path) == manifest.sha256
    try:
        if not same or not _is_whole(path, manifest):
            raise BackupBroken(file=path.name)
    except (DatabaseError, BrokenEvent):
        raise BackupBroken(file=path.name) from None


def _is_whole(path: Path, manifest: Manifest) -> bool:
    with opened_file(path) as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        head = connection.execute(select(HEAD.c.position, HEAD.c.sequence)).one()
        wanted = (manifest.position, manifest.sequence)
        return (
            sound
            and tuple(head) == wanted
            and _ends_of_journal(connection, manifest.service) == wanted
            and heads_of(connection, manifest.position) == (manifest.streams, manifest.heads)
            and _is_on_record(connection, manifest)
        )


def _is_on_record(connection: Connection, manifest: Manifest) -> bool:
    """Whether the journal itself tells of this backup, and what it held then is still the same."""
    named = wire_type(manifest.service, BackupMade.event_name, BackupMade.schema_version)
    for body in connection.execute(select(JOURNAL.c.body).where(JOURNAL.c.type == named)).scalars():
        event = BackupMade.model_validate_json(body)
        if event.backup == manifest.backup:
            return heads_of(connection, event.position)[1] == event.digest
    return False


def _ends_of_journal(connection: Connection, service: str) -> tuple[int, int]:
    """The last position and own sequence, all before them being there and linked."""
    query = select(*JOURNAL.c).order_by(JOURNAL.c.position)
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    position = sequence = 0
    heads: dict[str, tuple[int, str]] = {}
    for row in found:
        position += 1
        sequence += row.origin == service
        envelope = open_sealed(Sealed(row.envelope, row.body, row.hash))
        version, link = heads.get(envelope.stream, (0, NO_HASH))
        told = (envelope.event_id, envelope.origin, envelope.sequence, envelope.stream)
        if (
            row.position != position
            or (row.origin == service and row.sequence != sequence)
            or told != (row.event_id, row.origin, row.sequence, row.stream)
            or (envelope.version, row.version) != (version + 1, version + 1)
            or envelope.prevhash != link
        ):
            raise BrokenEvent
        heads[envelope.stream] = envelope.version, row.hash
    return position, sequence


def _require_empty(data: Path) -> None:
    for lock in sorted(data.glob("*.lock")):
        exclusive(lock).close()
    if data.exists() and any(data.iterdir()):
        raise PlaceNotEmpty


def _into_folder(folder: Path, data: Path, manifests: Sequence[Manifest]) -> None:
    data.mkdir(parents=True, exist_ok=True)
    for manifest in manifests:
        part = data / f"{manifest.service}.part"
        shutil.copyfile(folder / manifest.file, part)
        if digest_of(part) != manifest.sha256:
            raise BackupBroken(file=manifest.file)
        put(part, data / manifest.file)


def _into_databases(folder: Path, settings: Settings, manifests: Sequence[Manifest]) -> None:
    """One database after the other, each in one transaction, all seen to be empty before."""
    databases = []
    try:
        for manifest in manifests:
            databases.append(database := opened(settings, manifest.service))
            with database.snapshot() as connection:
                if connection.execute(select(HEAD.c.turn)).scalar_one():
                    raise PlaceNotEmpty
        for database, manifest in zip(databases, manifests, strict=True):
            with opened_file(folder / manifest.file) as source, database.writing() as target:
                copy_tables(source, target)
    finally:
        for database in databases:
            database.close()
