"""Events as records of a topic: CloudEvents in binary mode, and what comes instead of events.

The value is the stored body, byte for byte; headers carry the attributes, from which a receiver
rebuilds the envelope, byte for byte, and checks its hash.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import structlog

from shared.kernel.canonical import canonical
from shared.kernel.envelope import INTEGERS, OPTIONAL, REQUIRED, Sealed
from shared.runtime.delivery import Delivery
from shared.runtime.topics import service_of

log = structlog.get_logger()

EVENT_BYTES_MAX = 1_048_576
"""A longer message is no event of ours: a body has at most 256 KiB."""
_CONTENT_TYPE = "content-type"
_NEEDED = frozenset({*REQUIRED, "hash"})
_NAMES = {
    _CONTENT_TYPE: "datacontenttype",
    **{f"ce_{name}": name for name in (*REQUIRED, *OPTIONAL, "hash")},
}
"""By header, the attribute that it carries."""


def headers_of(sealed: Sealed) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The key of a message and its headers, by the Kafka binding of CloudEvents 1.0."""
    attributes = json.loads(sealed.envelope)
    content_type = attributes.pop("datacontenttype")
    headers = [(f"ce_{name}", str(value).encode()) for name, value in attributes.items()]
    headers.append(("ce_hash", sealed.hash.encode()))
    headers.append((_CONTENT_TYPE, content_type.encode()))
    return attributes["subject"].encode(), headers


def delivery_of(record: Any) -> Delivery | None:
    """A record as a message; nothing for a tombstone, which is noted and says nothing."""
    place = f"{record.topic}/{record.partition}@{record.offset}"
    if record.value is None:
        log.warning("tombstone-ignored", stream=place)
        return None
    claimed = _texts(record.headers)
    origin, subject = service_of(record.topic), _printable(record.key)
    event_id = claimed.get("id", "") if claimed.get("id", "").isprintable() else ""
    reason, sealed = _sealed(claimed, record)
    raw = None if sealed else _raw(record)
    return Delivery(origin, subject, place, sealed, event_id, reason, raw)


def _sealed(claimed: Mapping[str, str], record: Any) -> tuple[str, Sealed | None]:
    """The event that a record holds, rebuilt from its parts; else why there is none."""
    if len(record.value) > EVENT_BYTES_MAX:
        return "too-large", None
    if not claimed.keys() >= _NEEDED:
        return "broken-header", None
    attributes: dict[str, Any] = {name: text for name, text in claimed.items() if name != "hash"}
    for name in INTEGERS:
        if not (claimed[name].isascii() and claimed[name].isdecimal()):
            return "broken-header", None
        attributes[name] = int(claimed[name][:20])
    try:
        body = record.value.decode()
        envelope = canonical(attributes)
    except ValueError:
        return "broken-body", None
    if "\x00" in body or not claimed["hash"].isprintable():  # No database keeps these as text.
        return "broken-body", None
    return "", Sealed(envelope, body, claimed["hash"])


def _texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """The attributes in the headers that we know; others, and what is no text, are left out."""
    found: dict[str, str] = {}
    for header, value in headers:
        name = _NAMES.get(header)
        if name is not None and value is not None:
            try:
                found[name] = value.decode()
            except UnicodeDecodeError:
                continue
    return found


def _printable(key: bytes | None) -> str:
    text = (key or b"").decode(errors="replace")
    if text.isprintable():
        return text[:512]
    return "".join(each if each.isprintable() else "\ufffd" for each in text)[:512]


def _raw(record: Any) -> str:
    """What came instead of an event, for a person to look at; of a large value only the hash."""
    headers = [[name, _base64(value)] for name, value in record.headers]
    told: dict[str, Any] = {"headers": headers, "key": _base64(record.key)}
    if len(record.value) <= EVENT_BYTES_MAX:
        told["value"] = _base64(record.value)
    else:
        told |= {"bytes": len(record.value), "sha256": sha256(record.value).hexdigest()}
    return canonical(told)


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()
