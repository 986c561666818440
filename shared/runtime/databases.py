"""Which database a service has: PostgreSQL where the settings name one, else a SQLite file."""

from shared.runtime.database import Database
from shared.runtime.settings import Settings
from shared.runtime.sqlite import SqliteDatabase


def opened(settings: Settings, service: str) -> Database:
    """The service's database, open, its schema applied.

    Raises DataInUse, FutureSchema, SchemaMissing or DatabaseAway.
    """
    if settings.postgres is None:
        return SqliteDatabase(settings.data / f"{service}.db", settings.readers_max)
    from shared.runtime.postgres import PostgresDatabase  # Its driver is an extra.

    return PostgresDatabase(settings.postgres, service, settings.readers_max)
