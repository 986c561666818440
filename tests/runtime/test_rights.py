"""Who prepares a PostgreSQL database, and what a service may do in it then."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from shared.runtime.database import FutureSchema, SchemaMissing
from shared.runtime.postgres import prepare_database
from shared.runtime.service import Service
from tests.runtime.running import (
    PATIENCE_SECONDS,
    Running,
    open_till,
    put_in,
    running,
    service_of,
)
from tests.support.databases import GRANTS, ROLE, address_of, database_of, owner_of, run

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


def opened_together(folder: Path, number: int) -> list[Service]:
    """So many processes' services, opened at the same moment."""
    barrier = threading.Barrier(number)

    def opened(_: int) -> Service:
        service = service_of(folder)
        barrier.wait(PATIENCE_SECONDS)
        service.open()
        return service

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(opened, range(number)))


def test_processes_that_start_together_apply_the_schema_and_build_the_views_once(
    tmp_path: Path,
) -> None:
    name = database_of(tmp_path, "ledger")
    address_of(tmp_path)
    run("DROP DATABASE {}", name)
    run("CREATE DATABASE {} OWNER {}", name, ROLE)
    run("ALTER SCHEMA public OWNER TO {}", ROLE, database=name)
    services = opened_together(tmp_path, 4)
    for service in services:
        service.writer.start()
    here = [Running(service) for service in services]
    try:
        assert [each.ask(open_till(str(n))).version for n, each in enumerate(here)] == [1] * 4
        assert here[0].sql("SELECT generation, count(*) FROM projection GROUP BY 1") == [(1, 1)]
        assert len(here[3].sql("SELECT till FROM till_list")) == 4
        assert here[0].read_model_tables() == {"till_list__g1", "note_list__g1"}
    finally:
        for service in services:
            service.close()


def test_a_database_that_nobody_prepared_is_refused(tmp_path: Path) -> None:
    address_of(tmp_path)
    name = database_of(tmp_path, "ledger")
    run("DROP DATABASE {}", name)
    run("CREATE DATABASE {}", name)
    with pytest.raises(SchemaMissing):
        service_of(tmp_path).open()
    prepare_database(owner_of(tmp_path, "ledger"), ROLE, GRANTS)
    prepare_database(owner_of(tmp_path, "ledger"), ROLE, GRANTS)
    with running(tmp_path) as ledger:
        assert ledger.ask(open_till()).version == 1


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
    run("INSERT INTO schema_step VALUES (9999)", database=database_of(tmp_path, "ledger"))
    with pytest.raises(FutureSchema):
        service_of(tmp_path).open()


FORBIDDEN = (
    "UPDATE journal SET body = '{}'",
    "UPDATE journal SET position = position + 1",
    "DELETE FROM journal",
    "TRUNCATE journal",
    "TRUNCATE journal CASCADE",
    "DROP TABLE journal",
    "ALTER TABLE journal ADD COLUMN note text",
    "ALTER TABLE journal DISABLE TRIGGER ALL",
    "ALTER TABLE journal OWNER TO CURRENT_USER",
    "DROP INDEX journal_by_stream",
    "CREATE RULE no_insert AS ON INSERT TO journal DO INSTEAD NOTHING",
    "CREATE TRIGGER t BEFORE INSERT ON journal EXECUTE FUNCTION lo_manage()",
    "CREATE TABLE public.mine (a text)",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "UPDATE event_subject SET subject = 's'",
    "DELETE FROM event_subject",
    "TRUNCATE event_subject",
    "UPDATE answer SET status = 500",
    "DELETE FROM answer",
    "TRUNCATE answer",
    "DELETE FROM journal_head",
    "INSERT INTO journal_head VALUES (1, 0, 0, 0, 0, 0)",
    "TRUNCATE journal_head",
    "DELETE FROM mark",
    "INSERT INTO schema_step VALUES (77)",
    "DELETE FROM schema_step",
    "COPY journal TO PROGRAM 'cat'",
)


def test_x1_a_services_role_can_add_to_the_journal_and_never_change_or_empty_it(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till(), put_in(5))
        before = ledger.lines()
        with psycopg.connect(
            address_of(tmp_path).replace("{service}", "ledger"), autocommit=True
        ) as connection:
            for statement in FORBIDDEN:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        assert ledger.lines() == before


def test_every_table_of_the_journal_has_its_rights_stated(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        tables = ledger.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            rights = f"SELECT has_table_privilege('{table}', 'SELECT')"
            assert ledger.sql(rights) == [(True,)], f"deploy/grants.sql does not name {table}"
            can = f"SELECT has_table_privilege('{table}', 'TRUNCATE')"
            assert ledger.sql(can) == [(False,)], table
