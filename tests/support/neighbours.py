"""The other services' pens: events sealed as their owners seal them, one stream after another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from shared.kernel.canonical import canonical
from shared.kernel.chain import NO_HASH
from shared.kernel.envelope import Sealed, seal
from shared.kernel.events import wire_type
from shared.kernel.periods import rfc3339
from shared.kernel.streams import subject_of
from shared.runtime.delivery import Delivery

_PLACES = count(1)


def message_of(sealed: Sealed) -> Delivery:
    """An event as a message, under its key, each time found at another place."""
    subject = re.search(r'"subject":"([^"]+)"', sealed.envelope)
    event_id = re.search(r'"id":"([^"]+)"', sealed.envelope)
    assert subject is not None
    assert event_id is not None
    place = f"test@{next(_PLACES)}"
    return Delivery("ledger", subject[1], place, sealed, event_id=event_id[1])


@dataclass
class Neighbours:
    """What the other services said so far; their events have ids such as `intake-1` if unnamed."""

    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By stream, its version and last hash."""
    sequences: dict[str, int] = field(default_factory=dict)
    """By origin, how much it has said."""

    def say(
        self,
        origin: str,
        name: str,
        stream: str,
        data: Mapping[str, Any] | str,
        *,
        recorded_at: datetime,
        **more: str,
    ) -> Sealed:
        """The next event of a stream; a text as data is taken as it is.

        `more` are attributes of the envelope, such as another `time`, a `causationid` or an `id`
        that is a UUID, as policies need it that follow the event up.
        """
        version, prevhash = self.heads.get(stream, (0, NO_HASH))
        sequence = self.sequences.get(origin, 0) + 1
        event_id = more.get("id", f"{origin}-{sequence}")
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
            "recordedtime": rfc3339(recorded_at),
            "source": f"/grantline/{origin}",
            "specversion": "1.0",
            "stream": stream,
            "streamversion": version + 1,
            "subject": subject_of(stream),
            "time": rfc3339(recorded_at),
            "type": wire_type(origin, name, 1),
            **more,
        }
        sealed = seal(attributes, data if isinstance(data, str) else canonical(data))
        self.heads[stream] = version + 1, sealed.hash
        self.sequences[origin] = sequence
        return sealed
