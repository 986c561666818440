"""What `grantline doctor` looks at, each with what to do when it is wrong."""

import sys
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import pysqlite3.dbapi2 as sqlite
from sqlalchemy.exc import DatabaseError

from shared.kernel.refusals import Refusal
from shared.runtime.sqlite import SQLITE_FIXED, SqliteDatabase

SERVICES = ("intake", "evaluation", "membership", "reimbursement", "audit")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it holds, and what was seen or should be done."""

    check: str
    ok: bool
    detail: str


async def examine(url: str, data: Path) -> list[Finding]:
    """All checks of this machine, the data folder and, if it answers, the running system."""
    return [_python(), _sqlite(), _zone(), *_folder(data), *await _running(url)]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), f"{version}; 3.11 or later is needed")


def _sqlite() -> Finding:
    needed = ".".join(map(str, SQLITE_FIXED))
    fixed = sqlite.sqlite_version_info >= SQLITE_FIXED
    return Finding("sqlite", fixed, f"{sqlite.sqlite_version}; {needed} or later is needed")


def _zone() -> Finding:
    try:
        return Finding("time zone", True, str(ZoneInfo("America/Toronto")))
    except ZoneInfoNotFoundError:
        return Finding("time zone", False, "America/Toronto is unknown; install tzdata")


def _folder(data: Path) -> list[Finding]:
    found = []
    for name in SERVICES:
        path = data / f"{name}.db"
        if not path.exists():
            found.append(Finding(f"journal {name}", True, "not made yet"))
            continue
        try:
            found.append(_journal(name, path))
        except Refusal as busy:
            found.append(Finding(f"journal {name}", True, f"not looked at: {busy.english()}"))
        except DatabaseError:
            why = "it cannot be read as a database; restore it from a backup"
            found.append(Finding(f"journal {name}", False, why))
    return found


def _journal(name: str, path: Path) -> Finding:
    database = SqliteDatabase(path, readers_max=1)
    try:
        with database.snapshot() as connection:
            position, counted = connection.exec_driver_sql(
                "SELECT position, (SELECT count(*) FROM journal) FROM journal_head"
            ).one()
            verdict = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
    finally:
        database.close()
    whole = position == counted and verdict == "ok"
    return Finding(f"journal {name}", whole, f"{counted} events to position {position}, {verdict}")


async def _running(url: str) -> list[Finding]:
    found = []
    async with httpx.AsyncClient(timeout=2) as client:
        for name in SERVICES:
            try:
                answer = await client.get(f"{url}/{name}/readyz")
            except httpx.TransportError:
                return [Finding("system", True, f"none runs at {url}")]
            found.append(Finding(f"service {name}", answer.is_success, answer.text[:200]))
    return found
