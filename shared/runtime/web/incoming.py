"""Headers of a request, each read once and strictly; duplicates are no valid value of any."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.kernel.commands import Actor
from shared.kernel.periods import parse_instant
from shared.kernel.refusals import Fault
from shared.runtime.web.answers import BadHeader, NotStaff

SCOPE_KEY = "grantline.incoming"
"""Where the gate leaves what it found in the ASGI scope."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")
_ETAG = re.compile(r'"(0|[1-9][0-9]{0,17})"')
_INSTANT = re.compile(
    r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_ORGANISATION = re.compile(r"org_[0-9a-f]{32}")
_MARK = re.compile(r"([a-z]{1,40})=([0-9]{1,18})")
_WAIT = re.compile(r"wait=([0-9]{1,6})")
_LANGUAGE = re.compile(r"(en|fr|\*)(?:-[A-Za-z0-9-]{1,20})?(?:;q=([01](?:\.[0-9]{1,3})?))?")


@dataclass(slots=True)
class Incoming:
    """What the gate knows of a request before its route is looked at."""

    headers: Mapping[bytes, str]
    """By lower-case name; what was sent twice is joined by a line feed, which fits no header."""
    trace_id: str
    actor: Actor | None = None

    @property
    def caller(self) -> Actor:
        """The person behind the request; every route below the prefix has one."""
        assert self.actor is not None, "the gate lets nobody without a token pass"
        return self.actor


def incoming_of(scope: Mapping[str, Any]) -> Incoming:
    """What the gate left in this scope."""
    found: Incoming = scope[SCOPE_KEY]
    return found


def route_path(scope: Mapping[str, Any]) -> str:
    """The path below the point where the application is mounted: what its routes see."""
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    below = root and (path == root or path.startswith(f"{root}/"))
    return path[len(root) :] if below else path


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, str]:
    """All headers by name, the values as text."""
    found: dict[bytes, str] = {}
    for name, value in raw:
        text = value.decode("latin-1")
        found[name] = f"{found[name]}\n{text}" if name in found else text
    return found


def trace_of(headers: Mapping[bytes, str]) -> str | None:
    """The trace id of a W3C `traceparent`, if there is a valid one."""
    found = _TRACEPARENT.fullmatch(headers.get(b"traceparent", ""))
    return found[1] if found else None


def bearer(headers: Mapping[bytes, str]) -> str | None:
    """The token of an `Authorization: Bearer` header, if there is exactly one."""
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token and "\n" not in token else None


def idempotency_key(headers: Mapping[bytes, str]) -> str:
    """The key of this attempt, 1 to 200 printable characters. Raises BadHeader."""
    key = headers.get(b"idempotency-key")
    if key is None:
        raise _bad("Idempotency-Key", "missing")
    if not _KEY.fullmatch(key):
        raise _bad("Idempotency-Key", "key")
    return key


def if_match(headers: Mapping[bytes, str]) -> int | None:
    """The version that the caller decided upon, from one strong entity tag. Raises BadHeader."""
    text = headers.get(b"if-match")
    if text is None:
        return None
    found = _ETAG.fullmatch(text)
    if not found:
        raise _bad("If-Match", "entity-tag")
    return int(found[1])


def effective_at(headers: Mapping[bytes, str]) -> datetime | None:
    """When it is true in business, UTC: an RFC 3339 instant with offset. Raises BadHeader."""
    text = headers.get(b"effective-at")
    if text is None:
        return None
    if not _INSTANT.fullmatch(text):
        raise _bad("Effective-At", "instant")
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise _bad("Effective-At", "instant") from None


def on_behalf_of(headers: Mapping[bytes, str], actor: Actor) -> str | None:
    """The organisation that staff acts for (I-13). Raises BadHeader or NotStaff."""
    text = headers.get(b"on-behalf-of")
    if text is None:
        return None
    if not _ORGANISATION.fullmatch(text):
        raise _bad("On-Behalf-Of", "pattern")
    if not actor.is_staff:
        raise NotStaff
    return text


def wanted_marks(headers: Mapping[bytes, str]) -> Mapping[str, int]:
    """By origin, the sequence that the answer must have seen. Raises BadHeader."""
    text = headers.get(b"min-event-position")
    if text is None:
        return {}
    wanted: dict[str, int] = {}
    for part in re.split(r"[,\n]", text):
        found = _MARK.fullmatch(part.strip())
        if not found:
            raise _bad("Min-Event-Position", "position")
        wanted[found[1]] = max(wanted.get(found[1], 0), int(found[2]))
    return wanted


def positions(marks: Mapping[str, int]) -> str:
    """Sequences by origin, as headers carry them: `intake=1042, membership=3`."""
    return ", ".join(f"{origin}={marks[origin]}" for origin in sorted(marks))


def wait_seconds(headers: Mapping[bytes, str], longest: float) -> float:
    """How long the caller would wait (`Prefer: wait=2`); other preferences are none of ours."""
    for part in re.split(r"[,;\n]", headers.get(b"prefer", "")):
        found = _WAIT.fullmatch(part.strip())
        if found:
            return min(float(found[1]), longest)
    return 0.0


def language(headers: Mapping[bytes, str]) -> str | None:
    """`en` or `fr` as `Accept-Language` prefers, else `en`; nothing without the header."""
    text = headers.get(b"accept-language")
    if text is None:
        return None
    weights: dict[str, float] = {}
    for part in re.split(r"[,\n]", text[:400]):
        found = _LANGUAGE.fullmatch(part.strip().replace(" ", ""))
        if found:
            weights.setdefault(found[1], float(found[2] or 1))
    anything = weights.get("*", 0)
    return "fr" if weights.get("fr", anything) > weights.get("en", anything) else "en"


def _bad(name: str, code: str) -> BadHeader:
    return BadHeader(Fault(f"header: {name}", code))
