"""What a new stack needs before its services start: a database and a role each, and the topics."""

import sys
from pathlib import Path
from typing import LiteralString

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.main.checkup import SERVICES
from services.main.reach import issuer_of
from shared.kernel.refusals import Refusal
from shared.runtime.kafka import TopicWrong, make_topics, wrong_topics
from shared.runtime.postgres import prepare_database
from shared.runtime.serving import UNAVAILABLE, write_logs
from shared.runtime.settings import Settings
from shared.runtime.topics import wanted_topics

log = structlog.get_logger()

GRANTS_FILE = Path(__file__).parents[3] / "deploy" / "grants.sql"


def prepare(postgres: str, kafka: str) -> None:
    """Make what is missing; change nothing that is there.

    `postgres` is the template of the databases' addresses, as their owner. Raises DatabaseAway,
    BrokerAway, FutureSchema for a database of a newer release, or TopicWrong for a topic that is
    not as it must be.
    """
    grants = GRANTS_FILE.read_text("utf-8")
    for service in SERVICES:
        address = postgres.format(service=service)
        role = _make_database(address)
        prepare_database(address, role, grants)
    topics = wanted_topics()
    make_topics(kafka, topics)
    if wrong := wrong_topics(kafka, topics):
        log.error("topics-wrong", events=wrong)
        raise TopicWrong(wrong=wrong)


def _make_database(address: str) -> str:
    """Make the database of this address, and a role of the same name, which is returned."""
    name = str(conninfo_to_dict(address)["dbname"])
    with psycopg.connect(make_conninfo(address, dbname="postgres"), autocommit=True) as connection:
        if _missing(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if _missing(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
    return name


def _missing(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is None


def main() -> None:
    """Prepare what the environment names, before the services of a stack out of images start."""
    settings = Settings.from_environment()
    write_logs(settings)
    assert settings.postgres is not None, "GRANTLINE_POSTGRES names the databases, as their owner"
    assert settings.kafka is not None, "GRANTLINE_KAFKA names the broker"
    issuer_of(settings.data)  # Makes the key, so that five processes do not race for it.
    try:
        prepare(settings.postgres, settings.kafka)
    except Refusal as refusal:
        log.error("not-prepared", error=refusal.code())
        sys.exit(UNAVAILABLE)


if __name__ == "__main__":
    main()
