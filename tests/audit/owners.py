"""What the other services tell audit, a second apart, and the instants of its stories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.audit.inbound import Told
from shared.kernel.envelope import Sealed, open_sealed
from shared.kernel.periods import rfc3339
from tests.support.neighbours import Neighbours

PROJECT = "prj_" + "1" * 32
OTHER_PROJECT = "prj_" + "2" * 32
LEAD = "org_" + "a" * 32
PARTNER = "org_" + "b" * 32
START = datetime(2020, 5, 4, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TODAY = START.replace(month=12)
"""When audit is asked; everything was said long before."""


@dataclass
class Owners:
    """What each service said so far; each event is recorded a second after the one before."""

    now: datetime = START
    neighbours: Neighbours = field(default_factory=Neighbours)
    said: list[Sealed] = field(default_factory=list)

    def say(
        self,
        origin: str,
        name: str,
        stream: str,
        data: Mapping[str, Any] | str,
        *,
        effective: datetime | None = None,
        cause: str | None = None,
    ) -> str:
        """The next event of a stream; a text as data is taken as it is. Returns its id."""
        self.now += SECOND
        more = {"time": rfc3339(effective or self.now)}
        if cause is not None:
            more["causationid"] = cause
        sealed = self.neighbours.say(origin, name, stream, data, recorded_at=self.now, **more)
        self.said.append(sealed)
        return open_sealed(sealed).event_id

    @property
    def told(self) -> list[Told]:
        """Everything said, as audit reads it."""
        return [told_of(sealed) for sealed in self.said]


def told_of(sealed: Sealed) -> Told:
    """One event as audit reads it."""
    envelope = open_sealed(sealed)
    return Told(
        type=envelope.type,
        origin=envelope.origin,
        stream=envelope.stream,
        event_id=envelope.event_id,
        actor=envelope.actor,
        effective_at=envelope.effective_at,
        recorded_at=envelope.recorded_at,
        body=sealed.body,
    )
