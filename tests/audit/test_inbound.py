"""What audit reads of others is what they say; what it cannot read stops it nowhere."""

import json
from typing import Any

import pytest

from services.audit.inbound import READS, Fields, Told
from services.audit.replay.project import replayed
from tests.audit.owners import PROJECT, START, Owners
from tests.contracts.samples import GOLDEN, golden_file
from tests.support.catalogue import events, every_event

ANYTHING: tuple[Any, ...] = (None, 7, "x", [], {}, [1, None, {}])
EACH_READ = [
    (origin, name, path)
    for origin, names in READS.items()
    for name, paths in names.items()
    for path in paths or ("project_id",)
]


def golden(origin: str, name: str) -> Any:
    """The owner's golden sample of an event's first version."""
    file = GOLDEN / f"{origin}.{name}.v1.json"
    assert file.exists(), f"{origin} says no {name}"
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("origin", "name", "path"), EACH_READ)
def test_every_field_that_audit_reads_is_a_field_that_is_said(
    origin: str, name: str, path: str
) -> None:
    first, _, second = path.partition("/")
    found = golden(origin, name)
    assert first in found
    assert not second or second in found[first][0]


def test_audit_reads_nothing_that_nobody_says() -> None:
    said = {(owner, event.event_name) for owner, event in every_event()}
    assert {(origin, name) for origin, names in READS.items() for name in names} <= said
    assert set(READS) <= set(events())


@pytest.mark.parametrize(
    ("owner", "event"),
    every_event(),
    ids=lambda value: value if isinstance(value, str) else value.event_name,
)
def test_the_golden_sample_of_every_event_is_replayed(owner: str, event: Any) -> None:
    body = golden_file(owner, event, event.schema_version).read_text(encoding="utf-8")
    told = told_of_type(f"grantline.{owner}.{event.event_name}.v1", body)
    project = replayed([told])
    assert project.events == 1
    assert (told.type in project.not_read) != told.known


def told_of_type(type_: str, body: str) -> Told:
    """An event of any type with any body."""
    return Told(
        type=type_,
        origin=type_.split(".")[1],
        stream=f"proposal-{PROJECT}",
        event_id="event-1",
        actor="officer-1",
        effective_at=START,
        recorded_at=START,
        body=body,
    )


def test_only_the_listed_fields_are_read() -> None:
    body = '{"organisation_id":"org_1","name":"Partner","secret":"x","project_id":"prj_1"}'
    told = told_of_type("grantline.intake.ParticipantInvited.v1", body)
    assert told.fields == Fields({"organisation_id": "org_1", "name": "Partner"})


@pytest.mark.parametrize(
    "body",
    ["", "[]", "7", "not json", "{", '{"name":1,"name":2}', '{"name":"\\ud800"}', "[" * 9_000],
)
def test_a_body_that_cannot_be_read_has_no_fields(body: str) -> None:
    assert told_of_type("grantline.intake.ParticipantInvited.v1", body).fields == Fields({})


@pytest.mark.parametrize("value", [None, True, 7.5, [], {}, "\0", "x" * 10_001, 10**20])
def test_a_value_that_is_no_text_is_not_there(value: Any) -> None:
    assert Fields({"name": value}).text("name") is None


@pytest.mark.parametrize("value", [None, True, "7", 7.5, [], {}, 10**20])
def test_a_value_that_is_no_amount_is_not_there(value: Any) -> None:
    assert Fields({"amount_cents": value}).whole("amount_cents") is None


def test_of_a_list_what_fits_is_read() -> None:
    mixed = Fields({"list": [1, "text", {"name": "x"}, None, []]})
    assert mixed.texts("list") == ("text",)
    assert mixed.items("list") == (Fields({"name": "x"}),)
    assert Fields({"list": "text"}).texts("list") == ()
    assert Fields({}).items("list") == ()
    assert (Fields({"late": True}).flag("late"), Fields({"late": 1}).flag("late")) == (True, None)


@pytest.mark.parametrize("origin", READS)
def test_no_value_of_any_field_stops_a_replay(origin: str) -> None:
    for name, paths in READS[origin].items():
        body = golden(origin, name)
        for field in {path.partition("/")[0] for path in paths}:
            for value in ANYTHING:
                owners = Owners()
                owners.say(origin, name, f"proposal-{PROJECT}", {**body, field: value})
                owners.say(origin, name, f"proposal-{PROJECT}", {})
                assert replayed(owners.told).events == 2
