"""Where the services of a test keep their journals: files, or databases of a real PostgreSQL.

A test names folders; on PostgreSQL each service of each folder has a database of its own, made when
it is first asked for, with the rights that a service has in production.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from shared.runtime.postgres import prepare_database
from tests.support.catalogue import ROOT
from tests.support.servers import postgres_server

ROLE = "grantline_test"
TEMPLATE = "grantline_template"
GRANTS = (ROOT / "deploy" / "grants.sql").read_text(encoding="utf-8")

_in_use: set[str] | None = None
"""The databases of the running test, if it runs on PostgreSQL."""
_named: str | None = None
"""The databases that another process has made for this one."""


def url_of(folder: Path, service: str) -> str | None:
    """The setting that names the databases of this folder, this service's being there; or none."""
    if _in_use is None:
        return _named
    if (name := database_of(folder, service)) not in _in_use:
        _create(name)
        _in_use.add(name)
    url = postgres_server().url(database_of(folder, "{service}"))
    return url.replace("postgres@", f"{ROLE}@", 1)


def database_of(folder: Path, service: str) -> str:
    """The name of the database that a service of this folder has."""
    return f"t_{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}_{service}"


def owner_of(folder: Path, service: str) -> str:
    """The address of the same database for the owner of its tables."""
    return postgres_server().url(database_of(folder, service))


@contextmanager
def on_postgresql() -> Iterator[None]:
    """Services opened here have their journals on PostgreSQL, until the end."""
    global _in_use
    made: set[str] = set()
    _in_use = made
    try:
        yield
    finally:
        _in_use = None
        for name in made:
            run("DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def named(url: str) -> Iterator[None]:
    """In another process of the same test: these databases, or files if it is empty."""
    global _named
    _named = url or None
    try:
        yield
    finally:
        _named = None


@contextmanager
def idle_in_transaction(url: str | None, service: str) -> Iterator[None]:
    """Somebody has a transaction open who writes nothing; with files there is nobody else."""
    if url is None:
        yield
        return
    with psycopg.connect(url.replace("{service}", service)) as connection:
        connection.execute("SELECT position FROM journal_head")
        yield


def run(statement: str, *names: str, database: str = "postgres") -> None:
    """One statement of the superuser, outside of any transaction, with these names in it."""
    with psycopg.connect(postgres_server().url(database), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _create(name: str) -> None:
    _template()
    run("CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
    run("GRANT CREATE ON DATABASE {} TO {}", name, ROLE)  # A template hands on all but this.


@cache
def _template() -> None:
    """A prepared database, once for the run, which survives whatever is killed but the machine."""
    run("ALTER SYSTEM SET fsync = off")
    run("SELECT pg_reload_conf()")
    run("CREATE ROLE {} LOGIN", ROLE)
    postgres_server().create_database(TEMPLATE)
    prepare_database(postgres_server().url(TEMPLATE), ROLE, GRANTS)
