"""Who said what, when, why and after what: the CloudEvents attributes of every event.

The canonical envelope holds all attributes but `hash` (which covers it) and `traceparent` (which
may change on the way); absent ones are omitted. Stored text is hashed and sent, never re-encoded.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.canonical import canonical, has_nul
from shared.kernel.chain import NO_HASH, event_hash
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
_REQUIRED = frozenset(REQUIRED)
_ALLOWED = _REQUIRED | set(OPTIONAL)
_HASH = re.compile(r"[0-9a-f]{64}")
_COUNT_MAX = 2**53
_LENGTH_MAX = 512
"""No attribute is longer, so that each fits into a header and an index of either database."""


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
    """Check a received event's hash, spelling and attributes, and read them.

    Raises BrokenEvent. The body stays sealed: whether it can be read is its reader's question.
    """
    try:
        if event_hash(sealed.envelope.encode(), sealed.body.encode()) != sealed.hash:
            raise BrokenEvent
        found = json.loads(sealed.envelope)  # What is no strict JSON is not its own canonical form.
        if canonical(found) != sealed.envelope or has_nul(sealed.body):
            raise BrokenEvent
        return read_attributes(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BrokenEvent from None


def read_attributes(found: dict[str, Any]) -> Envelope:
    """The attributes of a canonical envelope. Raises ValueError, TypeError or AttributeError."""
    if not _REQUIRED <= found.keys() <= _ALLOWED:
        raise ValueError("an attribute is missing or unknown")
    for name in INTEGERS:
        if type(found[name]) is not int or not 1 <= found[name] <= _COUNT_MAX:
            raise ValueError(name)
    texts = [value for name, value in found.items() if name not in INTEGERS]
    if not all(texts) or not "".join(texts).isprintable() or max(map(len, texts)) > _LENGTH_MAX:
        raise ValueError("an attribute is no text of a line")
    named = _TYPE.fullmatch(found["type"])
    if not named or found["source"] != f"/grantline/{named[1]}" or found["specversion"] != "1.0":
        raise ValueError("not one of our types")
    _check_place(found)
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


def _check_place(found: dict[str, Any]) -> None:
    if found["subject"] != subject_of(found["stream"]):
        raise ValueError("the subject follows from the stream")
    if not _HASH.fullmatch(found["prevhash"]):
        raise ValueError("the predecessor is named by its hash")
    if (found["streamversion"] == 1) != (found["prevhash"] == NO_HASH):
        raise ValueError("the first event of a stream, and no other, has no predecessor")
