"""The numbered SQL files of the journal's own tables, applied once each, in order."""

import re
from importlib import resources

from sqlalchemy import Connection, inspect

from shared.runtime.database import FutureSchema

STEPS = "CREATE TABLE IF NOT EXISTS schema_step (number BIGINT NOT NULL PRIMARY KEY);"


def missing_steps(connection: Connection) -> dict[int, str]:
    """The scripts that this database has not seen yet, by number, in order.

    Raises FutureSchema when it has seen one that this release does not know.
    """
    done: set[int] = set()
    if inspect(connection).has_table("schema_step"):
        done = set(connection.exec_driver_sql("SELECT number FROM schema_step").scalars())
    folder = resources.files("shared.runtime") / "schema"
    steps = {int(file.name[:4]): file for file in folder.iterdir() if file.name.endswith(".sql")}
    if not done <= steps.keys():
        raise FutureSchema
    return {number: steps[number].read_text("utf-8") for number in sorted(steps.keys() - done)}


def apply_steps(connection: Connection) -> None:
    """Apply what is missing. Raises FutureSchema."""
    missing = missing_steps(connection)
    connection.exec_driver_sql(_for_dialect(STEPS, connection.dialect.name))
    for number, script in missing.items():
        for statement in statements(script):
            connection.exec_driver_sql(_for_dialect(statement, connection.dialect.name))
        connection.exec_driver_sql(f"INSERT INTO schema_step VALUES ({number})")


def statements(script: str) -> list[str]:
    """The statements of a script whose comments have lines of their own."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [part.strip() + ";" for part in "\n".join(lines).split(";") if part.strip()]


def _for_dialect(statement: str, dialect: str) -> str:
    """The same statement for each database.

    SQLite's 64-bit integers are INTEGER and its tables STRICT; PostgreSQL compares text as SQLite
    does, by bytes, whatever the language of the server.
    """
    if not statement.startswith(("CREATE TABLE", "ALTER TABLE")):
        return statement
    if dialect == "postgresql":
        return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', statement)
    return re.sub(r"\);$", ") STRICT;", statement.replace("BIGINT", "INTEGER"))
