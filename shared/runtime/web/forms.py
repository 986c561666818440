"""Bodies of requests: strict models, read exactly, with every fault named and none echoed."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError, SchemaValidator, core_schema

from shared.kernel.canonical import DIGITS_MAX, read_json
from shared.kernel.identifiers import Line

_DIGITS = bytes.maketrans(b"123456789E", b"000000000e")
_LONG = b"0" * (DIGITS_MAX + 1)

_TEXTS = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "datetime": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
        r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
    ),
    "decimal": re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"),
}
"""The only spellings: no seconds since 1970, no instant without offset, no 1E+1000000."""


class Form(BaseModel):
    """The body of a command: unknown fields and guessed types are refused.

    Dates are ISO strings, lists may fill tuples, decimals may be numbers or strings (read exactly);
    `"1"` is no integer and `true` is no number.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class ReasonForm(Form):
    """Why it is done; recorded with who did it."""

    reason: Line


F = TypeVar("F", bound=Form)


def reader_of(form: type[F]) -> Callable[[bytes], F]:
    """A function that reads this form from the bytes of a body.

    It raises NotJson or DuplicateKey for what is no JSON, ValidationError for what is no such form.
    """
    # Models inside would bring their own compiled validators along; a rebuild does without, too.
    schema = _spelled(form.__pydantic_core_schema__)
    validator = SchemaValidator(schema, {"hide_input_in_errors": True}, _use_prebuilt=False)
    validate = validator.validate_json

    def read(raw: bytes) -> F:
        value = read_json(raw)
        if _holds_decimals(raw):
            return _read_exact(form, validator, value)
        found: F = validate(raw)
        return found

    return read


def _holds_decimals(raw: bytes) -> bool:
    """Whether well-formed JSON has a number that is no plain integer, outside of all strings."""
    if b'\\"' in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = b"".join(raw.split(b'"')[::2]).translate(_DIGITS)
    return b"." in outside or b"0e" in outside or _LONG in outside


def _read_exact(form: type[F], validator: SchemaValidator, value: Any) -> F:
    """Read a body with its decimals as strings, which no validator rounds.

    Then once more with some number in their places: a text must not have taken one of the strings.
    """
    found: F = validator.validate_json(json.dumps(value, ensure_ascii=False, default=str))
    try:
        validator.validate_json(json.dumps(value, default=lambda _: 0.5))
    except ValidationError as faults:
        lines = [_without_input(fault) for fault in faults.errors() if _number_for_text(fault)]
        if lines:
            raise ValidationError.from_exception_data(
                form.__name__, lines, input_type="json", hide_input=True
            ) from None
    return found


def _number_for_text(fault: Mapping[str, Any]) -> bool:
    return fault["type"] in ("string_type", "literal_error", "enum") and isinstance(
        fault["input"], float
    )


def _without_input(fault: Mapping[str, Any]) -> Any:
    return {"type": "string_type", "loc": fault["loc"], "input": None}


def _spelled(schema: Any) -> Any:
    """A copy of a core schema in which dates, instants and decimals take only their spellings.

    Without it a date may be given as seconds, even inside a string.
    """
    if isinstance(schema, list | tuple):
        return type(schema)(_spelled(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    copy = {
        name: part if name in ("metadata", "serialization", "default") else _spelled(part)
        for name, part in schema.items()
    }
    kind = copy.get("type")
    if not isinstance(kind, str) or kind not in _TEXTS:
        return copy
    # What the check lets through is a text (or a whole number): reading it is no guess any more.
    reads = {**copy, "strict": False}
    return core_schema.no_info_before_validator_function(_only(kind), reads)


def _only(kind: str) -> Callable[[Any], Any]:
    spelled = _TEXTS[kind].fullmatch
    numbers = (int, float) if kind == "decimal" else ()

    def check(value: Any) -> Any:
        if isinstance(value, str):
            if spelled(value):
                return value
        elif isinstance(value, numbers) and not isinstance(value, bool):
            return value
        raise PydanticCustomError(kind, "not spelled as this must be")

    return check
