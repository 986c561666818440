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

EMPTIED = """
DO $$
DECLARE
    found text;
BEGIN
    ASSERT (SELECT bool_and(tableowner = 'postgres') FROM pg_tables WHERE schemaname = 'public');
    ASSERT (SELECT max(number) < 1000 FROM schema_step);
    FOR found IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^g[0-9]+$' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', found);
    END LOOP;
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('schema_step', 'journal_head') LOOP
        EXECUTE format('DELETE FROM %I', found);
    END LOOP;
    UPDATE journal_head SET (position, sequence, recorded_at, relayed, turn) = (0, 0, 0, 0, 0);
END
$$
"""
"""As if it had just been made, of whatever a service leaves behind."""

_clean: list[str] = []
"""Databases that are empty again: making one costs more than emptying it."""
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


def address_of(folder: Path) -> str:
    """The address of the ledger's database of this folder, for a test that runs on PostgreSQL."""
    url = url_of(folder, "ledger")
    assert url is not None
    return url


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
            _take_back(name)


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
        made = sql.SQL(statement).format(*map(sql.Identifier, names)) if names else statement
        connection.execute(made)


def _take_back(name: str) -> None:
    """Empty a database and keep it for another test; one that was changed or is in use goes."""
    clean = f"clean_{len(_clean)}"
    try:
        run(EMPTIED, database=name)
        run("ALTER DATABASE {} RENAME TO {}", name, clean)
    except psycopg.Error:
        run("DROP DATABASE {} WITH (FORCE)", name)
    else:
        _clean.append(clean)


def _create(name: str) -> None:
    _template()
    if _clean:
        run("ALTER DATABASE {} RENAME TO {}", _clean.pop(), name)
        return
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
