"""Every event ever said can still be read, and is written as it always was."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.kernel.canonical import canonical, read_json
from shared.kernel.events import Event, body_of
from shared.kernel.schemas import schema_of
from shared.kernel.upcasting import upcast
from tests.contracts.make_golden import SCHEMAS, schema_file, schema_text
from tests.contracts.samples import GOLDEN, golden_file
from tests.support.catalogue import OPERATIONS_OWNER, events, every_event, module

NAME = re.compile(r"([a-z]+)\.([A-Za-z]+)\.v([1-9][0-9]*)\.json")
FILES = sorted(GOLDEN.glob("*"))
each_event = pytest.mark.parametrize(
    ("owner", "event"),
    every_event(),
    ids=lambda value: value if isinstance(value, str) else value.event_name,
)
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file: Path) -> tuple[str, type[Event], int, str]:
    """A golden file: its owner, its event class, its schema version and its body."""
    found = NAME.fullmatch(file.name)
    assert found, f"{file.name} is not named <service>.<Event>.v<schema>.json"
    owner, name, schema = found[1], found[2], int(found[3])
    named = [event for event in events().get(owner, ()) if event.event_name == name]
    assert named, f"{owner} no longer knows {name}: what was said once must be readable for ever"
    text = file.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    return owner, named[0], schema, text[:-1]


def present(value: Any) -> Any:
    """The data without fields that are absent: one that was added later is absent in the past."""
    if isinstance(value, list):
        return [present(item) for item in value]
    if isinstance(value, dict):
        return {name: present(item) for name, item in value.items() if item is not None}
    return value


@each_event
def test_every_version_of_every_event_has_a_golden_sample(owner: str, event: type[Event]) -> None:
    missing = [
        schema
        for schema in range(1, event.schema_version + 1)
        if not golden_file(owner, event, schema).exists()
    ]
    assert not missing, "run python -m tests.contracts.make_golden and commit what it adds"


@each_file
def test_every_golden_sample_is_read_by_todays_code_and_written_as_it_was(file: Path) -> None:
    owner, event, schema, body = read(file)
    assert canonical(read_json(body.encode())) == body
    if schema == event.schema_version:
        again = json.loads(body_of(event.model_validate_json(body)))
        assert canonical(present(again)) == canonical(present(json.loads(body)))
        return
    assert owner != OPERATIONS_OWNER, "events of operations have no upcasters yet"
    app = module(owner, "app")
    assert app is not None
    steps = app.DOMAIN.upcasters
    newest = upcast(read_json(body.encode()), event.event_name, schema, event.schema_version, steps)
    event.model_validate_json(canonical(newest))


@each_file
def test_a_body_with_an_unknown_field_is_refused_by_its_owner(file: Path) -> None:
    _, event, schema, body = read(file)
    if schema == event.schema_version:
        with pytest.raises(ValueError, match="Extra inputs"):
            event.model_validate_json(canonical({**json.loads(body), "unknown_field": 1}))


@each_event
def test_the_committed_schema_is_the_one_of_the_model(owner: str, event: type[Event]) -> None:
    file = schema_file(owner, event)
    assert file.exists(), "run python -m tests.contracts.make_golden and commit what it adds"
    assert file.read_text(encoding="utf-8") == schema_text(event)


@each_event
def test_the_golden_sample_fits_the_schema(owner: str, event: type[Event]) -> None:
    schema = schema_of(event)
    Draft202012Validator.check_schema(schema)
    sample = golden_file(owner, event, event.schema_version).read_text(encoding="utf-8")
    Draft202012Validator(schema).validate(json.loads(sample))


def test_no_schema_is_kept_of_an_event_that_nobody_says() -> None:
    said = {schema_file(owner, event) for owner, event in every_event()}
    newest = {(file.parent, file.name.partition(".")[0]) for file in said}
    strays = [
        file
        for file in SCHEMAS.glob("*/*.json")
        if (file.parent, file.name.partition(".")[0]) not in newest
    ]
    assert strays == []


@each_file
def test_numbers_in_events_are_whole(file: Path) -> None:
    json.loads(file.read_text(encoding="utf-8"), parse_float=pytest.fail)
