"""How a state is shown: plain JSON values, money as amounts, rates as exact fractions."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from shared.kernel.canonical import canonical
from shared.kernel.money import money
from shared.kernel.periods import Quarter, rfc3339


def shown(value: Any) -> Any:
    """Any state, event or part of one as JSON values.

    A field named `…_cents` is shown as `…`, an amount with its currency (or several, by key or in
    order); private fields (those beginning with `_`) are left out; a key of several parts is joined
    with dots.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case Fraction() | Decimal() | Quarter():
            return str(value)
        case BaseModel():
            return _named({name: getattr(value, name) for name in type(value).model_fields})
        case Mapping():
            return _named({_key(key): item for key, item in value.items()})
        case frozenset() | set():
            return sorted((shown(item) for item in value), key=canonical)
        case tuple() | list():
            return [shown(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _named({field.name: getattr(value, field.name) for field in fields(value)})
        case _:
            raise TypeError(f"{type(value).__name__} has no form to be shown in")


def _named(items: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removesuffix("_cents"): _amounts(item) if name.endswith("_cents") else shown(item)
        for name, item in items.items()
        if not name.startswith("_")
    }


def _key(key: Any) -> str:
    return ".".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _amounts(value: Any) -> Any:
    match value:
        case int():
            return money(value)
        case Mapping():
            return {_key(key): _amounts(item) for key, item in value.items()}
        case tuple() | list():
            return [_amounts(item) for item in value]
        case _:
            return shown(value)
