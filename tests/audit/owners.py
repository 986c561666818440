"""The other services' pens: events sealed as their owners seal them, one stream after another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.audit.inbound import Told
from shared.kernel.canonical import canonical
from shared.kernel.chain import NO_HASH
from shared.kernel.envelope import Sealed, open_sealed, seal
from shared.kernel.events import wire_type
from shared.kernel.periods import rfc3339
from shared.kernel.streams import subject_of

PROJECT = "prj_" + "1" * 32
OTHER_PROJECT = "prj_" + "2" * 32
LEAD = "org_" + "a" * 32
PARTNER = "org_" + "b" * 32
START = datetime(2020, 5, 4, 14, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class Owners:
    """What each service said so far; each event is recorded a second after the one before."""

    now: datetime = START
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
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
        version, prevhash = self.heads.get(stream, (0, NO_HASH))
        sequence = self.sequences.get(origin, 0) + 1
        event_id = f"{origin}-{sequence}"
        self.now += SECOND
        attributes = {
            "actor": "officer-1",
            "commandid": event_id,
            "correlationid": event_id,
            "dataclassification": "internal",
            "datacontenttype": "application/json",
            "dataschema": f"/schemas/{name}.v1.json",
            "id": event_id,
            "originsequence": sequence,
            "partitionkey": subject_of(stream),
            "prevhash": prevhash,
            "recordedtime": rfc3339(self.now),
            "source": f"/grantline/{origin}",
            "specversion": "1.0",
            "stream": stream,
            "streamversion": version + 1,
            "subject": subject_of(stream),
            "time": rfc3339(effective or self.now),
            "type": wire_type(origin, name, 1),
        }
        if cause is not None:
            attributes["causationid"] = cause
        sealed = seal(attributes, data if isinstance(data, str) else canonical(data))
        self.heads[stream] = version + 1, sealed.hash
        self.sequences[origin] = sequence
        self.said.append(sealed)
        return event_id

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
