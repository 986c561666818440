"""Whatever comes in, only the refusals that are meant for it go out."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from shared.kernel.commands import Actor
from shared.kernel.refusals import Malformed
from shared.runtime.web import incoming
from shared.runtime.web.answers import BadHeader, Unauthenticated
from shared.runtime.web.forms import reader_of
from shared.runtime.web.pages import BadCursor, Cursors
from shared.runtime.web.problems import form_refusal
from tests.web.boxes import FillForm, LinesForm
from tests.web.world import World

CURSORS = Cursors(b"s" * 32)
STAFF = Actor(person="p", roles=frozenset({"operator"}))
FIELDS = ("amount", "currency", "pieces", "filled_on", "weight", "note", "counts", "lines", "x")
READ = reader_of(FillForm)
READ_LINES = reader_of(LinesForm)

values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(max_size=5)
    | some.sampled_from(["CAD", "10.00", "2020-07-20"]),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.sampled_from(FIELDS) | some.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=15,
)


@given(some.binary(max_size=200))
def test_any_bytes_are_a_form_or_refused(raw: bytes) -> None:
    with suppress(Malformed, ValidationError):
        READ(raw)


@given(values)
def test_any_json_is_a_form_or_refused_at_places_that_exist(value: Any) -> None:
    raw = json.dumps(value).encode()
    for read in (READ, READ_LINES):
        try:
            read(raw)
        except ValidationError as faults:
            for fault in form_refusal(faults, raw).faults:
                assert_leads(fault.pointer, value, missing=fault.code == "missing")


def assert_leads(pointer: str, value: Any, *, missing: bool) -> None:
    parts = pointer.split("/")[1:]
    for index, part in enumerate(parts):
        if missing and index == len(parts) - 1:
            assert part not in value
            return
        value = value[int(part)] if isinstance(value, list) else value[part]


@given(some.dictionaries(some.sampled_from(["weight", "note"]), some.decimals(-9, 9, places=18)))
def test_decimals_are_read_to_the_digit_and_never_as_text(found: dict[str, Any]) -> None:
    fields = "".join(f',"{name}":{number:f}' for name, number in found.items())
    raw = f'{{"amount":{{"amount":1,"currency":"CAD"}}{fields}}}'.encode()
    if "note" in found:
        with pytest.raises(ValidationError):
            READ(raw)
    elif found:
        assert READ(raw).weight == found["weight"]


@given(some.text(max_size=60), some.text(max_size=20))
def test_any_cursor_is_refused(cursor: str, scope: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.open(scope, cursor)


@given(some.text(max_size=20), some.integers() | some.text(max_size=20))
def test_a_cursor_opens_in_its_scope_alone(scope: str, place: int | str) -> None:
    cursor = CURSORS.seal(scope, place)
    assert CURSORS.open(scope, cursor) == place
    with pytest.raises(BadCursor):
        CURSORS.open(scope + "x", cursor)
    with pytest.raises(BadCursor):
        Cursors(b"t" * 32).open(scope, cursor)


@given(some.text(max_size=60))
def test_any_header_is_read_or_refused(text: str) -> None:
    names = (
        b"idempotency-key", b"if-match", b"effective-at", b"on-behalf-of", b"min-event-position",
        b"prefer", b"accept-language", b"traceparent", b"authorization",
    )  # fmt: skip
    headers = dict.fromkeys(names, text)
    for read in (
        incoming.idempotency_key, incoming.if_match, incoming.effective_at, incoming.wanted_marks,
    ):  # fmt: skip
        with suppress(BadHeader):
            read(headers)
    with suppress(BadHeader):
        incoming.on_behalf_of(headers, STAFF)
    assert 0 <= incoming.wait_seconds(headers, 5) <= 5
    assert incoming.language(headers) in ("en", "fr")
    incoming.trace_of(headers)
    incoming.bearer(headers)


WORLD = World()


@given(some.text(max_size=60) | some.from_regex(r"[\w-]{1,20}\.[\w-]{1,20}\.[\w-]{1,20}"))
def test_any_text_is_no_token(token: str) -> None:
    with pytest.raises(Unauthenticated):
        WORLD.issuer.verifier().verify(token)
