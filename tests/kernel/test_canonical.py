"""One byte form for hashing, and a reader that takes nothing else for JSON."""

import json
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.canonical import (
    DEPTH_MAX,
    DuplicateKey,
    NotJson,
    canonical,
    has_nul,
    read_json,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=0x7F))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(KEYS, children, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_our_values_are_written_as_rfc_8785_writes_them(value: Any) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)


@given(VALUES)
def test_what_is_written_is_read_back_and_written_the_same(value: Any) -> None:
    text = canonical(value)
    assert read_json(text.encode()) == value
    assert canonical(read_json(text.encode())) == text


@given(st.dictionaries(KEYS, st.integers(0, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


def test_the_form_is_compact_sorted_and_in_real_characters() -> None:
    value = {"b": [1, True, None], "a": 'Résolu \u2028\x00\x7f"\\/\n'}
    assert canonical(value) == '{"a":"Résolu \u2028\\u0000\x7f\\"\\\\/\\n","b":[1,true,null]}'


def test_what_has_no_exact_form_is_refused() -> None:
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            canonical(number)
    for value in (Decimal(1), b"", {1, 2}, object()):
        with pytest.raises(TypeError):
            canonical(value)


# The strict reader


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"nul", b"NaN", b"Infinity", b"-Infinity", b'{"a":NaN}', b"[1e]", b"01", b"+1",
        b".5", b"1.", b"-", b"0x10", b"1_000", "٣".encode(), "\uff11".encode(), b"True", b"'a'",
        b'{"a":1,}', b"[1,]", b"{a:1}", b'{"a"}', b"[1 2]", b'"a', b'"\\x"', b'"\\u12"', b'"\t"',
        b'"\x00"', b'"a\nb"', b"1 2", b"{} x", b"{}{}", b"{}\x00", b"\x00{}", b"[]]", b"]",
        b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-32"), b"\xff", b'"\xc3"',
        b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', "\xa01".encode(), b"\x0b1",
        b"// 1\n1", b"/* */1",
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJson):
        read_json(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'"\\ud800"', b'"\\uDfFf"', b'"\\udc00\\ud800"', b'{"\\ud800":1}', b'["a\\ud83d"]',
        b'"\\ud83d\\u0041"', b'{"a":{"b":["\\uDBFF"]}}', b'[1.5,"\\ud800"]',
    ],
)  # fmt: skip
def test_a_lone_surrogate_is_refused_wherever_it_stands(raw: bytes) -> None:
    with pytest.raises(NotJson):
        read_json(raw)


def test_an_escaped_pair_is_one_character_and_an_escaped_backslash_is_no_escape() -> None:
    assert read_json(b'"\\ud83d\\ude00 \\u00e9"') == "\U0001f600 é"
    assert read_json(rb'"\\ud800"') == r"\ud800"
    assert read_json(b'[1.5,"\\ud83d\\ude00"]') == [Decimal("1.5"), "\U0001f600"]


@pytest.mark.parametrize(
    "raw",
    [b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'[{"b":{"a":1,"c":2,"a":3}}]', b'{"":1,"":2}'],
)
def test_a_key_named_twice_is_refused(raw: bytes) -> None:
    with pytest.raises(DuplicateKey):
        read_json(raw)


def test_a_key_may_be_named_again_in_another_object() -> None:
    assert read_json(b'{"a":{"a":1},"A":[{"a":2},{"a":3}]}')["a"] == {"a": 1}


@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("inner", [b"1", b"[]", b"{}"])
def test_nesting_is_bounded(opened: bytes, inner: bytes, closed: bytes) -> None:
    here = 0 if inner == b"1" else 1
    fits = DEPTH_MAX - here
    assert read_json(opened * fits + inner + closed * fits) is not None
    for depth in (fits + 1, 500, 100_000):
        with pytest.raises(NotJson):
            read_json(opened * depth + inner + closed * depth)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b"]" * 100_000, b"[{" * 99])
def test_a_hundred_thousand_brackets_are_refused(raw: bytes) -> None:
    with pytest.raises(NotJson):
        read_json(raw)


def test_many_brackets_side_by_side_or_inside_texts_are_no_depth() -> None:
    assert read_json(b"[" + b",".join([b"{}"] * 500) + b"]") == [{}] * 500
    assert read_json(b'"' + b"[{" * 500 + b'"') == "[{" * 500
    assert read_json(b'["\\"[[[[[[[[[[[[[[[[[[[[[[[["]')[0].startswith('"[')


def test_numbers_are_exact_and_none_is_a_float() -> None:
    assert read_json(b"[1,-0,12345678901234567890]") == [1, 0, 12345678901234567890]
    assert str(read_json(b"0.1")) == "0.1"
    assert str(read_json(b"-0.0")) == "-0.0"
    assert str(read_json(b"1.10")) == "1.10"
    assert str(read_json(b"1e400")) == "1E+400"
    assert read_json(b"1e99999999999999999999") == Decimal("Infinity")


@pytest.mark.parametrize("digits", [41, 5_000, 250_000])
def test_a_very_long_integer_stays_a_decimal(digits: int) -> None:
    value = read_json(b"7" * digits)
    assert isinstance(value, Decimal)
    assert value.adjusted() == digits - 1


def test_a_refusal_holds_nothing_of_the_input() -> None:
    with pytest.raises(NotJson) as caught:
        read_json(b'{"sin":"046 454 286"')
    assert str(caught.value) == "not-json"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert caught.value.status == 400


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except (NotJson, DuplicateKey):
        return
    assert json.loads(raw) == json.loads(json.dumps(value, default=float))


@given(st.text('{}[]",:\\u0123456789abdD8eE+-. \ntrfalsn', max_size=40))
def test_what_the_reader_takes_the_standard_reader_takes_too(text: str) -> None:
    try:
        read_json(text.encode())
    except (NotJson, DuplicateKey):
        return
    json.loads(text)


@given(st.text('\x00\\u0"x', max_size=12))
def test_a_text_with_u_0000_is_found_in_its_canonical_form(text: str) -> None:
    for value in (text, {"a": [text]}, {text: 1}):
        assert has_nul(canonical(value)) is ("\x00" in text)
