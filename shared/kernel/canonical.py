"""One byte form for everything that is hashed, and a reader that takes nothing else for JSON."""

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.kernel.refusals import Malformed

DEPTH_MAX = 20
"""How deep a body may nest; deeper ones are an attack on the parser, not a form."""
DIGITS_MAX = 40
"""Longer numbers stay decimals: no quadratic conversion of a 5,000-digit integer."""

canonical: Callable[[Any], str] = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
"""Canonical JSON: sorted keys, no spaces, real characters, integers and strings only by contract.

For those values, with ASCII keys and integers of at most 53 bits, this is RFC 8785, which the tests
use as an oracle. (Beyond ASCII the RFC orders keys by UTF-16 units; our keys never go there.)"""


class NotJson(Malformed):
    """The body is not well-formed JSON: check quotes, commas, numbers and encoding."""

    french = "Le corps n'est pas du JSON bien formé : vérifiez guillemets, virgules et nombres."


class DuplicateKey(Malformed):
    """The body names one key twice in the same object; keep one."""

    french = "Le corps nomme deux fois la même clé dans un objet; gardez-en une."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= DIGITS_MAX else Decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # A JSON number all the same, with an exponent beyond all exponents.
        return Decimal("Infinity")


def _no_constant(_: str) -> Any:
    raise NotJson


_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_no_constant,
).decode

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def has_nul(text: str) -> bool:
    """Whether canonical JSON holds U+0000, which PostgreSQL keeps in no text, so neither do we."""
    return "\\u0000" in text and _NUL.search(text) is not None


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return bool(level)


def read_json(raw: bytes) -> Any:
    """Read strictly: exact decimals, no duplicate keys, no NaN, no lone surrogates, bounded depth.

    Raises NotJson or DuplicateKey; the message never holds the input.
    """
    try:
        value = _decode(raw.decode("utf-8"))
        if raw.count(b"[") + raw.count(b"{") > DEPTH_MAX and _too_deep([value]):
            raise NotJson
        if _SURROGATE.search(raw):
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError):
        raise NotJson from None
    return value
