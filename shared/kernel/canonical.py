"""One byte form for everything that is hashed, and a reader that takes nothing else for JSON."""

import json
from collections.abc import Callable
from decimal import Decimal
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

For those values this is RFC 8785, which the tests use as an oracle."""


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


def _no_constant(_: str) -> Any:
    raise NotJson


_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=Decimal,
    parse_int=_integer,
    parse_constant=_no_constant,
).decode


def _too_deep(raw: bytes) -> bool:
    return (raw.count(b"[") + raw.count(b"{")) > DEPTH_MAX and _depth(raw) > DEPTH_MAX


def _depth(raw: bytes) -> int:
    depth = deepest = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def read_json(raw: bytes) -> Any:
    """Read strictly: exact decimals, no duplicate keys, no NaN, no lone surrogates, bounded depth.

    Raises NotJson or DuplicateKey; the message never holds the input.
    """
    if _too_deep(raw):
        raise NotJson
    try:
        value = _decode(raw.decode("utf-8"))
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, ArithmeticError, RecursionError):
        raise NotJson from None
    return value
