"""What all commands share: options, exit codes, and how an answer or a failure is told."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx
import structlog
import typer

from services.main.reach import Unreachable, refusal_code
from shared.kernel.refusals import Refusal

OK, FAILED, USAGE, NOT_FOUND, CONFLICT, UNAVAILABLE = range(6)

Url = Annotated[
    str, typer.Option(envvar="GRANTLINE_URL", help="Where the system is.", show_default=True)
]
Data = Annotated[Path, typer.Option(envvar="GRANTLINE_DATA", help="The data folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
HERE = Path(".grantline")


def found(answer: httpx.Response) -> Any:
    """The answer's document; else its problem on standard error and the exit code for it."""
    if answer.is_error:
        problem = answer.json() if answer.content else {"status": answer.status_code}
        codes = {400: USAGE, 404: NOT_FOUND, 409: CONFLICT, 412: CONFLICT, 503: UNAVAILABLE}
        typer.echo(json.dumps(problem), err=True)
        raise typer.Exit(codes.get(answer.status_code, FAILED))
    return answer.json()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Do this; what cannot be done is said in one sentence, with the exit code for it."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        return asyncio.run(work)
    except Unreachable as nobody:
        fail(UNAVAILABLE, " ".join((nobody.__doc__ or "").split()))
    except httpx.TransportError as broken:
        fail(UNAVAILABLE, f"the connection ended ({type(broken).__name__}); try again")
    except Refusal as refusal:
        fail(refusal_code(refusal), refusal.english())


def fail(code: int, why: str) -> NoReturn:
    """Say why on standard error, and end with this code."""
    typer.echo(f"grantline: {why}", err=True)
    raise typer.Exit(code)
