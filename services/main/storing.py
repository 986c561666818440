"""The commands that take a backup of the whole system and put it back in an empty place."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from services.main.asking import (
    CONFLICT,
    FAILED,
    HERE,
    UNAVAILABLE,
    Data,
    Json,
    Url,
    fail,
    found,
    run,
)
from services.main.checkup import SERVICES
from services.main.reach import DEFAULT_URL, issuer_of, reach, refusal_code
from shared.kernel.refusals import Refusal
from shared.runtime.backups import BackupBroken
from shared.runtime.restoring import PlaceNotEmpty, restore
from shared.runtime.settings import Settings


def take_backup(
    folder: Annotated[Path, typer.Argument(help="Where the backup goes: new, or empty.")],
    reason: Annotated[str, typer.Option(help="Recorded with the backup.")] = "Asked for by hand.",
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Copy the journals of all services into a folder, while the system runs or from its files.

    The key that signs tokens is not in it: keys are kept apart from data.

    Example: grantline backup backups/2020-08-01
    """
    if folder.exists() and any(folder.iterdir()):
        fail(CONFLICT, PlaceNotEmpty.english())

    async def ask() -> list[dict[str, Any]]:
        """Receivers first: what they know, their owners' parts have as well."""
        made = []
        async with reach(url, data, "operator") as client:
            for name in reversed(SERVICES):
                headers = {"Idempotency-Key": issuer_of(data).new_id()}
                path = f"/{name}/v1/backups"
                made.append(
                    found(await client.post(path, json={"reason": reason}, headers=headers))
                )
        return made

    made = run(ask())
    settings = Settings.from_environment(data=data)
    _collect(made, settings.backups or data / "backups", folder)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "services": made}))
        return
    for part in made:
        typer.echo(_line(part["service"], part["position"], part["sha256"]))


def _collect(made: Sequence[dict[str, Any]], kept: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for part in made:
        here = kept / part["backup"]
        if not here.is_dir():
            fail(UNAVAILABLE, f"backup {part['backup']} was made on another machine; it is there")
        for file in sorted(here.iterdir()):
            shutil.move(file, folder / file.name)
        here.rmdir()


def put_back(
    folder: Annotated[Path, typer.Argument(help="A folder that `grantline backup` has filled.")],
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Check a backup event by event and put it where there is nothing; start it with `up`.

    With GRANTLINE_POSTGRES it goes into databases that are prepared and empty. Where one service
    was backed up later than another it may know more than that one now: that is said, and the exit
    code is 1; `grantline reconcile` then shows the streams.

    Example: grantline restore backups/2020-08-01 --data .grantline-restored
    """
    try:
        restored = restore(folder, Settings.from_environment(data=data))
    except BackupBroken as broken:
        fail(FAILED, f"{broken.english()} ({broken.facts.get('file')})")
    except Refusal as refusal:
        fail(refusal_code(refusal), refusal.english())
    services = [manifest.model_dump() for manifest in restored.manifests]
    ahead = [asdict(each) for each in restored.ahead]
    if as_json:
        typer.echo(json.dumps({"services": services, "ahead": ahead}))
    else:
        for part in services:
            typer.echo(_line(part["service"], part["position"], part["sha256"]))
        for each in restored.ahead:
            typer.echo(
                f"{each.receiver} knows {each.events} events more of {each.owner} than it has now"
            )
    if ahead:
        raise typer.Exit(FAILED)


def _line(service: str, position: int, digest: str) -> str:
    return f"{service:<14} {position:>9}  {digest}"
