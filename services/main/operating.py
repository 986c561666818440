"""The commands by which an operator looks after a running system."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from services.main.asking import FAILED, HERE, Data, Json, Url, found, run
from services.main.checkup import SERVICES
from services.main.reach import DEFAULT_URL, issuer_of, reach
from services.main.reconciling import reconciled

parked = typer.Typer(help="Messages that could not be taken in.", no_args_is_help=True)
Service = Annotated[str, typer.Option(help="The service that keeps it.")]
Reason = Annotated[str, typer.Option(help="Recorded with what is done.")]
Person = Annotated[str, typer.Option(help="Who does it.")]


@parked.command("list")
def list_parked(
    service: Annotated[str | None, typer.Option(help="Only of this service.")] = None,
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """What is parked, in the order in which it came.

    Example: grantline parked list --service audit
    """

    async def read() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        async with reach(url, data, "operator") as client:
            for name in [service] if service else SERVICES:
                path: str | None = f"/{name}/v1/parked?limit=200"
                while path:
                    page = found(await client.get(path))
                    rows += [{"service": name, **row} for row in page["items"]]
                    path = page["next"]
        return rows

    rows = run(read())
    if as_json:
        typer.echo(json.dumps({"items": rows}))
        return
    for row in rows:
        told = (
            row["service"],
            row["id"],
            row["state"],
            row["reason"],
            row["subject"],
            row["place"],
        )
        typer.echo("  ".join(told))


@parked.command()
def retry(
    parked_id: Annotated[str, typer.Argument(help="As the list names it.")],
    service: Service,
    reason: Reason,
    subject: Annotated[bool, typer.Option(help="All of its subject, in order.")] = False,
    url: Url = DEFAULT_URL,
    data: Data = HERE,
) -> None:
    """Try a parked message again.

    Example: grantline parked retry 0199… --service audit --reason "release 1.2 reads it"
    """
    body = {"reason": reason, "scope": "subject" if subject else "one"}
    path = f"/{service}/v1/parked/{parked_id}/retry"
    came_of = _operate(path, body, (url, data, "command-line"))
    if came_of["state"] != "taken":
        raise typer.Exit(FAILED)


@parked.command()
def skip(
    parked_id: Annotated[str, typer.Argument(help="As the list names it.")],
    service: Service,
    reason: Reason,
    person: Person,
    url: Url = DEFAULT_URL,
    data: Data = HERE,
) -> None:
    """Give a parked message up: one person proposes it, a second one confirms.

    Example: grantline parked skip 0199… --service audit --reason "a test" --person operator-2
    """
    _operate(f"/{service}/v1/parked/{parked_id}/skip", {"reason": reason}, (url, data, person))


def reconcile(
    reason: Reason = "Asked for by hand.",
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Compare what owners said with what receivers hold, and publish again what is missing.

    Example: grantline reconcile --json
    """

    async def ask() -> Any:
        async with reach(url, data, "operator") as client:
            return await reconciled(client, reason, issuer_of(data).new_id)

    compared = run(ask())
    if as_json:
        typer.echo(json.dumps({"compared": [asdict(each) for each in compared]}))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for each in compared:
            verdict = "CONTRADICTION" if not each.sound else "missing" if each.missing else "same"
            console.print(f"{each.owner:<14} {each.receiver:<14} {each.streams:>8}  {verdict}")
    if not all(each.sound for each in compared):
        raise typer.Exit(FAILED)


def _operate(path: str, body: dict[str, Any], at: tuple[str, Path, str]) -> Any:
    url, data, person = at

    async def ask() -> Any:
        async with reach(url, data, "operator", person=person) as client:
            headers = {"Idempotency-Key": issuer_of(data).new_id()}
            return found(await client.post(path, json=body, headers=headers))

    came_of = run(ask())
    typer.echo(json.dumps(came_of))
    return came_of
