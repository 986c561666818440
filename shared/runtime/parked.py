"""What could not be taken in: kept with its reason, in the database of the service it came to."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, bindparam, column, delete, insert, select, table
from sqlalchemy.engine.interfaces import Dialect

from shared.kernel.envelope import Sealed
from shared.kernel.periods import from_micros, rfc3339
from shared.kernel.refusals import NotFound, Refusal
from shared.runtime.database import Prepared
from shared.runtime.delivery import Delivery

State: TypeAlias = Literal["parked", "behind", "skipped"]
"""At fault itself · waiting behind one that is · given up by two persons."""

COLUMNS = (
    "parked_id", "place", "origin", "subject", "event_id", "sequence", "state", "reason",
    "attempts", "parked_at", "envelope", "body", "hash", "raw",
)  # fmt: skip
PARKED = table("parked", *map(column, COLUMNS))
PAUSED = table("paused", column("consumer"))


class ParkedMissing(NotFound):
    """No such message is parked here; list those that are."""

    french = "Aucun message de ce nom n'est mis de côté ici; consultez la liste."


class MessageNotKept(Refusal):
    """The message was too large to keep; have it published again, or skip it."""

    french = "Le message était trop volumineux pour être gardé; faites-le publier de nouveau."


class Parked(NamedTuple):
    """One message that was not taken in, in the order of its columns."""

    parked_id: str
    place: str
    """Where it came from: topic/partition@offset, or origin@sequence."""
    origin: str
    subject: str
    event_id: str
    """The id that it claims; empty where it claims none."""
    sequence: int | None
    """Its owner's sequence where its seal is whole; nothing else is believed."""
    state: State
    reason: str
    attempts: int
    parked_at: int
    """Microseconds."""
    envelope: str | None
    body: str | None
    hash: str | None
    raw: str | None
    """What is no event: headers and value in base64, as canonical JSON; absent if too large."""

    @property
    def delivery(self) -> Delivery:
        """The message as it arrived."""
        sealed = None
        if self.envelope is not None and self.body is not None and self.hash is not None:
            sealed = Sealed(self.envelope, self.body, self.hash)
        return Delivery(
            self.origin, self.subject, self.place, sealed, self.event_id, self.reason, self.raw
        )


class ParkedRows:
    """Reads and writes parked messages on the writer's connection, inside its transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._insert = Prepared(insert(PARKED), dialect)
        self._delete = Prepared(
            delete(PARKED).where(PARKED.c.parked_id == bindparam("old")), dialect
        )
        self._pause = Prepared(insert(PAUSED), dialect)
        self._resume = Prepared(
            delete(PAUSED).where(PAUSED.c.consumer == bindparam("old")), dialect
        )

    def write(
        self, connection: Connection, parks: dict[str, Parked | None], paused: dict[str, bool]
    ) -> None:
        """Replace or take away parked messages, and note what is paused."""
        self._delete.many(connection, [(parked_id,) for parked_id in parks])
        self._insert.many(connection, [row for row in parks.values() if row])
        self._resume.many(connection, [(consumer,) for consumer in paused])
        self._pause.many(connection, [(name,) for name, now in paused.items() if now])


def of_subject(connection: Connection, subject: str) -> list[Parked]:
    """What is parked of one subject, in the order in which it came."""
    query = select(*PARKED.c).where(PARKED.c.subject == subject).order_by(PARKED.c.parked_id)
    return [Parked(*row) for row in connection.execute(query)]


def subjects(connection: Connection) -> frozenset[str]:
    """The subjects of which anything is parked or was skipped."""
    return frozenset(connection.execute(select(PARKED.c.subject).distinct()).scalars())


def one(connection: Connection, parked_id: str) -> Parked | None:
    """One parked message."""
    found = connection.execute(select(*PARKED.c).where(PARKED.c.parked_id == parked_id)).first()
    return None if found is None else Parked(*found)


def paused(connection: Connection) -> frozenset[str]:
    """The consumers that are paused."""
    return frozenset(connection.execute(select(PAUSED.c.consumer)).scalars())


def shown_parked(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an operator sees: where it came from and why it waits, never its content (X9)."""
    hidden = ("envelope", "body", "raw", "hash")
    shown = {name: value for name, value in row.items() if name not in hidden}
    return {
        "id": shown.pop("parked_id"),
        **shown,
        "event_id": row["event_id"] or None,
        "parked_at": rfc3339(from_micros(row["parked_at"])),
    }
