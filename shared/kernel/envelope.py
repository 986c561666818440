"""Who said what, when, why and after what: the CloudEvents attributes of every event.

The canonical envelope holds all attributes but `hash` (which covers it) and `traceparent` (which
may change on the way); absent ones are omitted. Stored text is hashed and sent, never re-encoded.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.canonical import canonical, read_json
from shared.kernel.chain import event_hash
from shared.kernel.periods import parse_instant
from shared.kernel.refusals import Malformed
from shared.kernel.streams import subject_of

_TYPE = re.compile(r"grantline\.([a-z]+)\.([A-Za-z]+)\.v([1-9][0-9]{0,3})")
INTEGERS = frozenset({"streamversion", "originsequence"})
REQUIRED = (
    "specversion", "id", "source", "type", "subject", "time", "recordedtime", "datacontenttype",
    "dataschema", "dataclassification", "partitionkey", "correlationid", "stream",
    "streamversion", "originsequence", "actor", "commandid", "prevhash",
)  # fmt: skip
OPTIONAL = ("causationid", "onbehalfof", "policyversion")


class BrokenEvent(Malformed):
    """This is not an event as its owner sealed it: attributes, hash or order do not fit."""

    french = "Ceci n'est pas un événement tel que scellé : attributs, empreinte ou ordre."


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event as it is stored and as it travels: two texts and the hash over both."""

    envelope: str
    body: str
    hash: str

    def cloud_event(self) -> str:
        """The event as CloudEvents JSON, made of the stored texts without decoding them."""
        return f'{self.envelope[:-1]},"hash":"{self.hash}","data":{self.body}}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The attributes of one event, read back from its sealed form."""

    event_id: str
    origin: str
    type: str
    schema: int
    stream: str
    version: int
    sequence: int
    subject: str
    recorded_at: datetime
    effective_at: datetime
    actor: str
    correlation_id: str
    causation_id: str | None
    command_id: str
    prevhash: str


def seal(envelope: dict[str, Any], body: str) -> Sealed:
    """Close an event: canonical envelope, body as it is, and their hash."""
    text = canonical(envelope)
    return Sealed(text, body, event_hash(text.encode(), body.encode()))


def open_sealed(sealed: Sealed) -> Envelope:
    """Check a received event's hash and attributes, and read them.

    Raises BrokenEvent. The body stays sealed: whether it can be read is its reader's question.
    """
    try:
        if event_hash(sealed.envelope.encode(), sealed.body.encode()) != sealed.hash:
            raise BrokenEvent
        found = read_json(sealed.envelope.encode())
        return read_attributes(found)
    except (Malformed, ValueError, KeyError, TypeError, AttributeError):
        raise BrokenEvent from None


def read_attributes(found: dict[str, Any]) -> Envelope:
    """The attributes of a canonical envelope. Raises ValueError, KeyError or TypeError."""
    named = _TYPE.fullmatch(found["type"])
    allowed = {*REQUIRED, *OPTIONAL}
    if not named or found["source"] != f"/grantline/{named[1]}" or not allowed >= found.keys():
        raise ValueError("not one of our types")
    if any(name not in found for name in REQUIRED):
        raise ValueError("an attribute is missing")
    for name, value in found.items():
        if not isinstance(value, int if name in INTEGERS else str) or isinstance(value, bool):
            raise TypeError(name)
    if found["subject"] != subject_of(found["stream"]) or found["streamversion"] < 1:
        raise ValueError("the subject follows from the stream")
    return Envelope(
        event_id=found["id"],
        origin=named[1],
        type=found["type"],
        schema=int(named[3]),
        stream=found["stream"],
        version=found["streamversion"],
        sequence=found["originsequence"],
        subject=found["subject"],
        recorded_at=parse_instant(found["recordedtime"]),
        effective_at=parse_instant(found["time"]),
        actor=found["actor"],
        correlation_id=found["correlationid"],
        causation_id=found.get("causationid"),
        command_id=found["commandid"],
        prevhash=found["prevhash"],
    )
