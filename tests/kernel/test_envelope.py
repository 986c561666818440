"""A sealed event is what its owner sealed, to the bit, or it is broken."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.canonical import canonical
from shared.kernel.chain import NO_HASH, event_hash
from shared.kernel.envelope import (
    INTEGERS,
    OPTIONAL,
    REQUIRED,
    BrokenEvent,
    Sealed,
    open_sealed,
    read_attributes,
    seal,
)

PROJECT = "prj_0198f1ce9a7b7c3d8e4f5a6b7c8d9e0f"
FIRST: dict[str, Any] = {
    "specversion": "1.0",
    "id": "0198f1ce-9a7b-7c3d-8e4f-5a6b7c8d9e0f",
    "source": "/grantline/intake",
    "type": "grantline.intake.ProposalSubmitted.v3",
    "subject": PROJECT,
    "time": "2025-06-30T12:00:00.000000Z",
    "recordedtime": "2025-07-01T03:30:00.000001Z",
    "datacontenttype": "application/json",
    "dataschema": "/schemas/ProposalSubmitted.v3.json",
    "dataclassification": "internal",
    "partitionkey": PROJECT,
    "correlationid": "0198f1ce-9a7b-7c3d-8e4f-5a6b7c8d9e01",
    "stream": f"proposal-{PROJECT}",
    "streamversion": 1,
    "originsequence": 1042,
    "actor": "applicant-1",
    "commandid": "0198f1ce-9a7b-7c3d-8e4f-5a6b7c8d9e02",
    "prevhash": NO_HASH,
}
BODY = '{"title":"Résolu – « 4.0 »"}'


def changed(**changes: Any) -> Sealed:
    """The first event with other attributes (None leaves one out), under a hash that fits."""
    return seal({k: v for k, v in {**FIRST, **changes}.items() if v is not None}, BODY)


# The hash, computed independently


def test_known_answers_of_the_hash() -> None:
    assert event_hash(b"", b"") == sha256(bytes(8)).hexdigest()
    assert event_hash(b"{}", b'{"a":1}') == sha256(bytes([0] * 7 + [2]) + b'{}{"a":1}').hexdigest()
    assert event_hash(b"{}", b'{"a":1}') == KNOWN
    long = sha256(b"\x00\x00\x00\x00\x00\x01\x00\x01")
    long.update(b"e" * 65_537)
    long.update(b"b")
    assert event_hash(b"e" * 65_537, b"b") == long.hexdigest()


KNOWN = "1896c0399b13a0d64e87501bde80b3d32adb901f9ee2e1b7df69b6d600fa2fa5"


@given(st.binary(max_size=20), st.binary(max_size=20), st.integers(0, 20))
def test_the_border_between_envelope_and_body_is_hashed(one: bytes, two: bytes, cut: int) -> None:
    both = one + two
    other = (both[:cut], both[cut:])
    assert (event_hash(one, two) == event_hash(*other)) == ((one, two) == other)


def test_a_chain_links_each_event_to_the_one_before_it() -> None:
    first = changed()
    second = changed(streamversion=2, originsequence=1043, prevhash=first.hash)
    assert open_sealed(second).prevhash == first.hash
    assert open_sealed(first).prevhash == NO_HASH == "0" * 64


# Sealed and opened


def test_an_event_is_read_back_as_it_was_sealed() -> None:
    sealed = changed(causationid="0198f1ce-9a7b-7c3d-8e4f-5a6b7c8d9e03")
    opened = open_sealed(sealed)
    assert sealed.envelope == canonical(json.loads(sealed.envelope))
    assert sealed.body is BODY
    assert (opened.origin, opened.type, opened.schema) == ("intake", FIRST["type"], 3)
    assert (opened.stream, opened.version, opened.sequence) == (FIRST["stream"], 1, 1042)
    assert opened.recorded_at == datetime(2025, 7, 1, 3, 30, 0, 1, tzinfo=UTC)
    assert opened.effective_at == datetime(2025, 6, 30, 12, tzinfo=UTC)
    assert opened.causation_id == "0198f1ce-9a7b-7c3d-8e4f-5a6b7c8d9e03"
    assert open_sealed(changed()).causation_id is None


def test_every_flipped_bit_of_envelope_body_or_hash_is_noticed() -> None:
    sealed = changed(causationid="c", onbehalfof="o", policyversion="p")
    for part in ("envelope", "body", "hash"):
        raw = bytearray(getattr(sealed, part).encode())
        for bit in range(len(raw) * 8):
            raw[bit // 8] ^= 1 << bit % 8
            forged = replace(sealed, **{part: raw.decode("utf-8", "surrogateescape")})
            with pytest.raises(BrokenEvent):
                open_sealed(forged)
            raw[bit // 8] ^= 1 << bit % 8


def test_cut_lengthened_or_shifted_texts_are_noticed() -> None:
    sealed = changed()
    whole = sealed.envelope + sealed.body
    for cut in range(len(whole)):
        if cut != len(sealed.envelope):
            with pytest.raises(BrokenEvent):
                open_sealed(Sealed(whole[:cut], whole[cut:], sealed.hash))
    for forged in (Sealed("", "", sealed.hash), replace(sealed, body=BODY + " ")):
        with pytest.raises(BrokenEvent):
            open_sealed(forged)


@pytest.mark.parametrize("name", REQUIRED)
def test_no_attribute_may_be_missing(name: str) -> None:
    with pytest.raises(BrokenEvent):
        open_sealed(changed(**{name: None}))


@pytest.mark.parametrize("name", OPTIONAL)
def test_some_attributes_may_be_there(name: str) -> None:
    assert open_sealed(changed(**{name: "x"})).event_id == FIRST["id"]


ALL = (*REQUIRED, *OPTIONAL)
NEVER: tuple[Any, ...] = (True, [], {}, "", "a\x00", "\ud800")
NO_COUNTS: tuple[Any, ...] = ("1", 0, -1, 2**53 + 1, 10**30)
HOSTILE: list[tuple[str, Any]] = [
    *((name, value) for name in ALL for value in NEVER),
    *((name, 1) for name in ALL if name not in INTEGERS),
    *((name, value) for name in sorted(INTEGERS) for value in NO_COUNTS),
    *((name, "x" * 513) for name in ("id", "actor", "correlationid", "onbehalfof", "commandid")),
    ("more", "x"), ("hash", "0" * 64), ("traceparent", "00-0-0-00"), ("specversion", "1.1"),
    ("type", "grantline.intake.ProposalSubmitted"), ("type", "grantline.intake.Proposal.v0"),
    ("type", "grantline.intake.Proposal.v٣"), ("type", FIRST["type"] + "\n"),
    ("type", "grantline.audit.ProposalSubmitted.v3"), ("source", "/grantline/audit"),
    ("subject", "prj_other"), ("stream", "proposal-prj_other"), ("streamversion", 2),
    ("prevhash", "1" * 64), ("prevhash", "0" * 64 + "\n"), ("prevhash", "0" * 63),
    ("time", "2025-06-30T12:00:00"), ("time", "yesterday"),
    ("recordedtime", "9999-12-31T23:59:59-14:00"),
    ("time", "0001-01-01T00:00:00+14:00"), ("recordedtime", "2025-02-30T00:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), HOSTILE)
def test_a_hostile_attribute_is_broken_even_under_a_hash_that_fits(name: str, value: Any) -> None:
    envelope = canonical({**FIRST, name: value})
    digest = event_hash(envelope.encode("utf-8", "surrogatepass"), BODY.encode())
    with pytest.raises(BrokenEvent):
        open_sealed(Sealed(envelope, BODY, digest))


@pytest.mark.parametrize(
    "envelope",
    [
        "", "[]", "null", "1", '"x"', "{}", "[" * 100_000, "not json", '{"id":1,"id":2}',
        canonical(FIRST) + " ", " " + canonical(FIRST), json.dumps(FIRST),
        json.dumps(FIRST, indent=1),
        canonical(FIRST).replace("applicant", "\\u0061pplicant"),
        canonical(FIRST).replace('"streamversion":1', '"streamversion":1.0'),
        canonical(FIRST).replace('"streamversion":1', f'"streamversion":{"1" * 5000}'),
    ],
)  # fmt: skip
def test_another_spelling_is_broken_even_under_a_hash_that_fits(envelope: str) -> None:
    with pytest.raises(BrokenEvent):
        open_sealed(Sealed(envelope, BODY, event_hash(envelope.encode(), BODY.encode())))


def test_the_second_event_names_a_predecessor() -> None:
    with pytest.raises(ValueError, match="first"):
        read_attributes({**FIRST, "streamversion": 2})
    assert read_attributes({**FIRST, "streamversion": 2, "prevhash": "1" * 64}).version == 2


# As others read it


def test_the_cloud_event_holds_the_stored_texts_and_is_read_by_the_cloudevents_sdk() -> None:
    sealed = changed(policyversion="scale-ai.v1")
    text = sealed.cloud_event()
    event = JSONFormat().read(CloudEvent, text)
    assert event.get_data() == json.loads(BODY)
    assert event.get_subject() == PROJECT
    assert event.get_extension("originsequence") == 1042
    assert event.get_extension("hash") == sealed.hash
    assert event.get_time() == datetime(2025, 6, 30, 12, tzinfo=UTC)
    told = json.loads(text)
    assert told.pop("data") == json.loads(BODY)
    assert told.pop("hash") == sealed.hash
    assert canonical(told) == sealed.envelope


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.integers(1, 2**53))
def test_whatever_is_printable_survives_sealing(actor: str, sequence: int) -> None:
    sealed = changed(actor=actor, originsequence=sequence)
    if not actor or not actor.isprintable():
        with pytest.raises(BrokenEvent):
            open_sealed(sealed)
        return
    opened = open_sealed(sealed)
    assert (opened.actor, opened.sequence) == (actor, sequence)
    assert json.loads(sealed.cloud_event())["actor"] == actor
