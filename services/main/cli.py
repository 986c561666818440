"""The command `grantline`: start the system, play the demo, look at histories, rebuild."""

import asyncio
import json
import sys
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
from pydantic import ValidationError

from services.main.asking import (
    FAILED,
    HERE,
    OK,
    UNAVAILABLE,
    USAGE,
    Data,
    Json,
    Url,
    fail,
    found,
    run,
)
from services.main.checkup import examine
from services.main.operating import parked, reconcile
from services.main.reach import DEFAULT_URL, issuer_of, reach, refusal_code
from services.main.registering import import_register
from services.main.showing import Show
from services.main.staging import Kind, opening, run_demo
from services.main.storing import put_back, take_backup
from shared.kernel.refusals import Refusal
from shared.runtime.serving import write_logs
from shared.runtime.settings import PREFIX, Settings, UnknownSetting
from shared.runtime.web.tokens import ROLES

app = typer.Typer(
    help="Grants as events: run, watch and replay them.", no_args_is_help=True, add_completion=True
)
Port = Annotated[
    int, typer.Option(envvar="GRANTLINE_PORT", min=0, max=65535, help="Port of the front door.")
]
Stack = Annotated[
    Kind | None,
    typer.Option(help="A process a service on Kafka and PostgreSQL; one process if not given."),
]


@app.command()
def up(port: Port = 8000, data: Data = HERE, stack: Stack = None) -> None:
    """Start the five services, in one process or, with --stack, a process each.

    Example: grantline up --port 8000 --data .grantline --stack wheels
    """
    settings = Settings.from_environment(data=data, port=port)
    write_logs(settings)
    try:
        running = opening(settings, stack)
        address = f"http://{settings.host}:{running.port}/"
        typer.echo(f"Grantline: {address}  data: {settings.data}", err=True)
        asyncio.run(running.listen())
    except Refusal as refusal:
        fail(refusal_code(refusal), refusal.english())
    if not running.started:
        raise typer.Exit(UNAVAILABLE)


@app.command()
def demo(
    port: Port = 8000,
    data: Data = HERE,
    stack: Stack = None,
    leave: Annotated[bool, typer.Option("--exit", help="Stop after the summary.")] = False,
    as_json: Json = False,
) -> None:
    """Start the system and play the real portfolio of five clusters through REST.

    Example: grantline demo --exit --json
    """
    settings = Settings.from_environment(data=data, port=port)
    write_logs(settings)
    try:
        summary = run_demo(settings, stack, Show(as_json=as_json), leave=leave)
    except Refusal as refusal:
        fail(refusal_code(refusal), refusal.english())
    if summary is None:
        raise typer.Exit(UNAVAILABLE)
    if summary.mismatches:
        raise typer.Exit(FAILED)


@app.command()
def history(
    subject: Annotated[str, typer.Argument(help="A project (prj_…) or organisation (org_…).")],
    as_of: Annotated[str | None, typer.Option(help="Effective up to this civil day.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Recorded up to this instant.")] = None,
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Everything that happened to a project or organisation, in causal order.

    Example: grantline history prj_… --known-at 2020-08-01T00:00:00Z
    """
    kind = "organisations" if subject.startswith("org_") else "projects"
    asked = {"as_of": as_of, "known_at": known_at, "limit": 200}
    query = {name: value for name, value in asked.items() if value is not None}
    path: str | None = f"/audit/v1/{kind}/{quote(subject, safe='')}/history?{urlencode(query)}"

    async def read() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        following = path
        async with reach(url, data, "auditor") as client:
            while following:
                page = found(await client.get(following))
                events += page["events"]
                following = page["next"]
        return events

    Show(as_json=as_json).history(subject, run(read()))


@app.command()
def tail(
    service: Annotated[str | None, typer.Option(help="Only this service's events.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Only this type.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only this project.")] = None,
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Watch the events of all services as they are recorded; end with Ctrl-C.

    Example: grantline tail --service reimbursement --type PaymentConfirmed
    """
    query = {name: value for name, value in (("type", event_type), ("subject", subject)) if value}
    path = f"/{service or 'audit'}/v1/events/stream?{urlencode(query)}"
    show = Show(as_json=as_json)

    async def follow() -> None:
        async with (
            reach(url, data, "operator", running=True) as client,
            client.stream("GET", path) as answer,
        ):
            if answer.is_error:
                await answer.aread()
                found(answer)
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    show.event(json.loads(line.removeprefix("data: ")))

    try:
        run(follow())
    except KeyboardInterrupt:
        raise typer.Exit(OK) from None


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="Whose projections.")],
    reason: Annotated[str, typer.Option(help="Recorded with the rebuild.")] = "Asked for by hand.",
    url: Url = DEFAULT_URL,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Build a service's projections again beside the live ones, compare, and switch.

    Example: grantline rebuild reimbursement --json
    """

    async def ask() -> Any:
        async with reach(url, data, "operator") as client:
            headers = {"Idempotency-Key": issuer_of(data).new_id()}
            return found(
                await client.post(
                    f"/{service}/v1/rebuilds", json={"reason": reason}, headers=headers
                )
            )

    rebuilt = run(ask())
    Show(as_json=as_json).rebuilt(rebuilt)
    if not rebuilt["equal"]:
        raise typer.Exit(FAILED)


@app.command()
def token(
    role: Annotated[str, typer.Option(help="One of the system's roles.")],
    person: Annotated[str, typer.Option(help="Whom the token stands for.")] = "local-person",
    organisation: Annotated[str | None, typer.Option(help="The person's organisation.")] = None,
    ttl: Annotated[int, typer.Option(min=1, max=43_200, help="Seconds until it ends.")] = 3600,
    data: Data = HERE,
    as_json: Json = False,
) -> None:
    """Issue a bearer token with the data folder's local key.

    Example: grantline token --role auditor --json
    """
    if role not in ROLES:
        fail(USAGE, f"no such role; the roles are {', '.join(sorted(ROLES))}")
    issued = issuer_of(data).issue(role, person, organisation, timedelta(seconds=ttl))
    typer.echo(json.dumps({"token": issued}) if as_json else issued)


@app.command()
def doctor(data: Data = HERE, url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Check this machine and the data folder, and say what to do about what is wrong.

    Example: grantline doctor
    """
    findings = asyncio.run(examine(url, data))
    Show(as_json=as_json).findings(findings)
    if any(not finding.ok for finding in findings):
        raise typer.Exit(FAILED)


app.add_typer(parked, name="parked")
app.command()(reconcile)
app.command("import-register")(import_register)
app.command("backup")(take_backup)
app.command("restore")(put_back)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except UnknownSetting as unknown:
        typer.echo(f"grantline: {unknown}", err=True)
        sys.exit(USAGE)
    except ValidationError as faults:
        for fault in faults.errors(include_input=False):
            name = "_".join(map(str, fault["loc"])).upper()
            typer.echo(f"grantline: {PREFIX}{name}: {fault['msg']}", err=True)
        sys.exit(USAGE)
