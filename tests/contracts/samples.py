"""A sample of any event, made from its schema: the same one in every run."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from shared.kernel.canonical import canonical
from shared.kernel.events import Event
from shared.kernel.schemas import schema_of
from tests.support.catalogue import ROOT

GOLDEN = ROOT / "tests" / "contracts" / "golden"
FIRST_DAY = date(2020, 7, 20)
NUMBER = f"{'0' * 31}1"
IDENTIFIER = re.compile(r"\^([a-z]+_)\[0-9a-f\]\{32\}\$")
TEXTS = ("sample", "1", "QC", "2020-21Q1", "a" * 64, f"prj_{NUMBER}.org_{NUMBER}.2020-21Q1")
"""What the patterns of our identifiers, rates and labels are tried with, in this order."""
FIELDS: Mapping[str, Any] = {"criterion_weights": {"impact": 100}, "overhead_pct": "1/10"}
"""Fields whose values answer to a rule that no schema can say."""
WORDS = "Système d'étable intelligente"
DAYS_OF_A_BEGINNING = re.compile(r"(from|start|starts_on|began)$")


class NoSample(ValueError):
    """Nothing that is known fits this schema: add a text to `TEXTS`."""


def golden_file(owner: str, event: type[Event], schema: int) -> Path:
    """Where the sample of one schema version of an event is kept."""
    return GOLDEN / f"{owner}.{event.event_name}.v{schema}.json"


def sample_body(event: type[Event]) -> str:
    """A canonical body that the event accepts, with every optional part there."""
    schema = schema_of(event)
    return canonical(_Sampler(schema.get("$defs", {})).value(schema, event.event_name))


class _Sampler:
    """Walks one schema; lists and mappings get one item, alternatives their first that is one."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def value(self, schema: Mapping[str, Any], name: str) -> Any:
        """An example for this part of the schema, which the name of its field may shape."""
        if name in FIELDS:
            return FIELDS[name]
        if "$ref" in schema:
            return self.value(self._definitions[schema["$ref"].rpartition("/")[2]], name)
        given = _given(schema)
        if given is not None:
            return given
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self.value(self._best(schema[several]), name)
        return self._typed(schema, name)

    @staticmethod
    def _best(choices: list[dict[str, Any]]) -> dict[str, Any]:
        return next(choice for choice in choices if choice.get("type") != "null")

    def _typed(self, schema: Mapping[str, Any], name: str) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                items = schema.get("prefixItems") or [schema.get("items", {})]
                return [self.value(item, name) for item in items]
            case "integer":
                return _whole(schema)
            case "boolean":
                return True
            case "string":
                return _text(schema, name)
            case "null":
                return None
            case other:
                raise NoSample(f"{name}: {other}")

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if "properties" in schema:
            return {name: self.value(part, name) for name, part in schema["properties"].items()}
        values = schema.get("additionalProperties")
        for pattern, part in schema.get("patternProperties", {}).items():
            return {_text({"pattern": pattern}, "key"): self.value(part, "value")}
        if not isinstance(values, dict):
            return {}
        key = self.value({"type": "string", **schema.get("propertyNames", {})}, "key")
        return {key: self.value(values, "value")}


def _given(schema: Mapping[str, Any]) -> Any:
    """What the schema itself offers as a value."""
    first = [*schema.get("examples", ()), schema.get("default"), schema.get("const")]
    return next((value for value in [*first, *schema.get("enum", ())] if value is not None), None)


def _whole(schema: Mapping[str, Any]) -> int:
    least = max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1, 1)
    most = schema.get("maximum", least)
    return int(min(least, most))


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") == "date":
        day = FIRST_DAY if DAYS_OF_A_BEGINNING.search(name) else FIRST_DAY + timedelta(days=364)
        return day.isoformat()
    if schema.get("format") == "date-time":
        return f"{FIRST_DAY.isoformat()}T13:00:00.000000Z"
    if name.endswith(("_by", "person", "certifier")):
        return "officer-1"
    if "pattern" in schema:
        return _fitting(schema, name)
    return WORDS[: schema.get("maxLength", len(WORDS))].ljust(schema.get("minLength", 0), "é")


def _fitting(schema: Mapping[str, Any], name: str) -> str:
    """An identifier of that kind, else the first known text of that shape."""
    identifier = IDENTIFIER.fullmatch(schema["pattern"])
    if identifier:
        return identifier[1] + NUMBER
    pattern = re.compile(schema["pattern"])
    for text in TEXTS:
        if pattern.search(text) and len(text) <= schema.get("maxLength", len(text)):
            return text
    raise NoSample(f"{name}: {schema['pattern']}")
