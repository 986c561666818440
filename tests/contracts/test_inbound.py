"""What a service reads of another's events, the other really says, and may add to."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from shared.kernel.canonical import canonical
from shared.kernel.events import Event, Heard
from tests.contracts.samples import golden_file
from tests.support.catalogue import events, every_heard, service_names

each_heard = pytest.mark.parametrize(
    ("reader", "heard"),
    every_heard(),
    ids=lambda value: value if isinstance(value, str) else f"{value.origin}.{value.event_name}",
)


def said_by_the_owner(heard: type[Heard]) -> type[Event]:
    """The owner's event of that name."""
    named = [event for event in events()[heard.origin] if event.event_name == heard.event_name]
    assert named, f"{heard.origin} says no {heard.event_name}"
    return named[0]


def golden_of(heard: type[Heard]) -> Any:
    """The owner's golden sample of the version that the reader reads."""
    file = golden_file(heard.origin, said_by_the_owner(heard), heard.schema_version)
    return json.loads(file.read_text(encoding="utf-8"))


def with_additions(value: Any, written: Any) -> Any:
    """The same data as a later owner may send it: every record in it has a field more."""
    if isinstance(value, BaseModel):
        known = {name: with_additions(getattr(value, name), item) for name, item in written.items()}
        return {**known, "later_field": "x"}
    if isinstance(value, tuple | list):
        return [with_additions(item, other) for item, other in zip(value, written, strict=True)]
    return written


def missing_from(read: Any, said: Any, path: str = "") -> list[str]:
    """Places that the reader has and the owner does not say."""
    if isinstance(read, dict) and isinstance(said, dict):
        return [
            place
            for name, item in read.items()
            for place in (
                missing_from(item, said[name], f"{path}/{name}")
                if name in said
                else [f"{path}/{name}"]
            )
        ]
    if isinstance(read, list) and isinstance(said, list):
        return [
            place
            for number, (item, other) in enumerate(zip(read, said, strict=True))
            for place in missing_from(item, other, f"{path}/{number}")
        ]
    return []


@each_heard
def test_a_service_reads_only_what_another_one_says(reader: str, heard: type[Heard]) -> None:
    assert heard.origin in service_names()
    assert heard.origin != reader, "its own events a service reads as events"
    newest = said_by_the_owner(heard).schema_version
    assert heard.schema_version == newest, "whoever reads an older shape parks the newer one"


@each_heard
def test_the_reader_understands_the_owners_golden_sample(reader: str, heard: type[Heard]) -> None:
    heard.model_validate_json(canonical(golden_of(heard)))


@each_heard
def test_every_field_that_is_read_is_a_field_that_is_said(reader: str, heard: type[Heard]) -> None:
    said = golden_of(heard)
    read = heard.model_validate_json(canonical(said)).model_dump(mode="json")
    assert missing_from(read, said) == []


@each_heard
def test_an_owner_may_add_fields_without_asking(reader: str, heard: type[Heard]) -> None:
    said = said_by_the_owner(heard).model_validate_json(canonical(golden_of(heard)))
    later = with_additions(said, said.model_dump(mode="json"))
    heard.model_validate_json(canonical(later))
