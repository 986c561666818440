"""Everything that an operator may set, read once from `GRANTLINE_…` variables.

Each limit has its reason beside it; a variable that nobody knows stops the start.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "GRANTLINE_"
OUTSIDE = frozenset({"GRANTLINE_URL", "GRANTLINE_TOKEN"})
"""Variables of the command line, not of a service."""


class UnknownSetting(ValueError):
    """An environment variable begins with GRANTLINE_ but names no setting; correct its name."""


class Settings(BaseSettings):
    """One frozen object, passed to whoever needs it; nothing reads the environment later."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data: Path = Field(Path(".grantline"), description="Folder of the journals and the local key.")
    postgres: str | None = Field(
        None,
        pattern=r"^postgresql://.*\{service\}",
        repr=False,
        description="URL of the databases, with {service} in it; SQLite in the folder if empty.",
    )
    kafka: str | None = Field(
        None, description="Bootstrap servers of the broker; no peers if empty."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; loopback unless said.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the front door.")
    issuer: str = Field("grantline-local", description="Who issues the tokens.")
    audience: str = Field("grantline", description="Whom the tokens are for.")
    log_level: str = Field("info", description="debug, info, warning or error.")

    vault_key: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{64}$",
        repr=False,
        description="Master key of the vaults, 32 bytes in hex; made in the data folder if empty.",
    )
    backups: Path | None = Field(
        None, description="Folder of the backups; `backups` in the data folder if empty."
    )
    timers_daily: bool = Field(
        False, description="Whether timers run by themselves, soon after each midnight in Toronto."
    )
    queue_items_max: int = Field(
        4096, ge=1, description="Items waiting for the writer; more are told to come back (503)."
    )
    group_items_max: int = Field(
        128, ge=1, description="Items of one transaction: fsync is shared, latency stays small."
    )
    streams_cached_max: int = Field(
        20_000, ge=1, description="Folded states in memory; any can be folded again."
    )
    rows_cached_max: int = Field(
        20_000, ge=1, description="Projection rows in memory between groups."
    )
    relay_batch_max: int = Field(500, ge=1, description="Events handed to the transport at once.")
    relay_lease_seconds: float = Field(
        25, gt=0, description="A relay without a sign of life for so long loses its turn."
    )
    receive_batch_max: int = Field(256, ge=1, description="Foreign events taken at once.")
    rebuild_chunk_events: int = Field(
        2_000, ge=1, description="Events between two turns of the writer during a rebuild."
    )
    readers_max: int = Field(8, ge=1, description="Connections that read at the same time.")
    body_bytes_max: int = Field(262_144, ge=1024, description="A form of 256 KiB has 5,000 lines.")
    page_size_default: int = Field(50, ge=1, description="Rows of a page when nothing is asked.")
    page_size_max: int = Field(200, ge=1, description="Rows of the largest page.")
    wait_seconds_max: float = Field(5, gt=0, description="Longest wait for a projection.")
    stop_seconds_max: float = Field(10, gt=0, description="A graceful stop ends within this.")

    @classmethod
    def from_environment(cls, **overrides: object) -> "Settings":
        """Read the environment; overrides win. Raises UnknownSetting or ValidationError."""
        known = {PREFIX + name.upper() for name in cls.model_fields} | OUTSIDE
        for name in os.environ:
            if name.startswith(PREFIX) and name not in known:
                raise UnknownSetting(f"{name} is not a setting of Grantline")
        return cls(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
