"""Facts are frozen and strict; names are for ever; old shapes are brought forward; streams."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.kernel.events import Event, Heard, by_wire_type, wire_type
from shared.kernel.money import Cents, Ratio
from shared.kernel.streams import category, subject_of
from shared.kernel.upcasting import upcast

HEX = "0198f1ce9a7b7c3d8e4f5a6b7c8d9e0f"


class LanternLit(Event, name="LanternLit", schema=3):
    """A lantern was lit."""

    lantern: str
    cost_cents: Cents
    share: Ratio
    lit_on: date
    size: Decimal


class LitElsewhere(Heard, origin="harbour", name="LanternLit", schema=2):
    """A lantern was lit in the harbour."""

    lantern: str


LIT = '{"lantern":"l-1","cost_cents":5,"share":"1/3","lit_on":"2025-06-30","size":"1.50"}'


def test_an_event_is_written_in_integers_and_texts_and_read_back() -> None:
    lit = LanternLit.model_validate_json(LIT)
    assert lit.model_dump_json() == LIT
    assert LanternLit.model_validate_json(lit.model_dump_json()) == lit


@pytest.mark.parametrize(
    "changes",
    [
        {"more": 1}, {"lantern": None}, {"lantern": 1}, {"cost_cents": "5"}, {"cost_cents": 5.0},
        {"cost_cents": True}, {"share": 0.5}, {"share": "-1/2"}, {"lit_on": "2025-06-31"},
        {"lit_on": 1}, {"size": "NaN"}, {"size": "Infinity"}, {"lit_on": "2025-06-30T00:00:00Z"},
    ],
)  # fmt: skip
def test_an_event_takes_no_unknown_field_and_guesses_no_type(changes: dict[str, Any]) -> None:
    good = {"lantern": "l", "cost_cents": 5, "share": "1/3", "lit_on": date(2025, 6, 30)}
    assert LanternLit.model_validate({**good, "size": Decimal(1)}).cost_cents == 5
    with pytest.raises(ValidationError) as caught:
        LanternLit.model_validate({**good, "size": Decimal(1), **changes})
    assert "input_value" not in str(caught.value)


def test_an_event_never_changes() -> None:
    lit = LanternLit.model_validate_json(LIT)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(lit, "lantern", "l-2")  # noqa: B010 - what the type checker forbids anyway
    heard = LitElsewhere(lantern="l")
    with pytest.raises(ValidationError, match="frozen"):
        setattr(heard, "lantern", "m")  # noqa: B010


def test_a_heard_event_takes_the_fields_it_uses_and_no_others() -> None:
    assert LitElsewhere.model_validate_json(LIT) == LitElsewhere(lantern="l-1")
    with pytest.raises(ValidationError):
        LitElsewhere.model_validate_json('{"lantern":1}')


def test_a_renamed_class_keeps_its_event_name() -> None:
    assert (LitElsewhere.origin, LitElsewhere.event_name) == ("harbour", "LanternLit")
    assert wire_type("intake", "LanternLit", 3) == "grantline.intake.LanternLit.v3"


def test_every_schema_version_up_to_the_newest_is_known_by_its_wire_type() -> None:
    known = by_wire_type("intake", [LanternLit], [LitElsewhere])
    assert dict(known) == {
        "grantline.intake.LanternLit.v1": LanternLit,
        "grantline.intake.LanternLit.v2": LanternLit,
        "grantline.intake.LanternLit.v3": LanternLit,
        "grantline.harbour.LanternLit.v1": LitElsewhere,
        "grantline.harbour.LanternLit.v2": LitElsewhere,
    }


def test_two_events_of_one_name_are_a_fault_of_ours() -> None:
    class Another(Event, name="LanternLit"):
        """Another event under a name that is taken."""

    with pytest.raises(ValueError, match="LanternLit"):
        by_wire_type("intake", [LanternLit, Another])
    assert by_wire_type("intake", [LanternLit, LanternLit])


# Old shapes


def _renamed(body: dict[str, Any]) -> dict[str, Any]:
    return {"lantern" if name == "lamp" else name: value for name, value in body.items()}


STEPS = {
    ("LanternLit", 1): lambda body: {**body, "cost_cents": 0},
    ("LanternLit", 2): _renamed,
}


def test_an_old_body_is_brought_forward_step_by_step_and_is_not_touched() -> None:
    old = {"lamp": "l-1"}
    assert upcast(old, "LanternLit", 1, 3, STEPS) == {"lantern": "l-1", "cost_cents": 0}
    assert upcast(old, "LanternLit", 2, 3, STEPS) == {"lantern": "l-1"}
    assert upcast(old, "LanternLit", 3, 3, STEPS) is old
    assert old == {"lamp": "l-1"}


@pytest.mark.parametrize(("name", "schema"), [("LanternLit", 4), ("LanternLit", 0), ("Other", 1)])
def test_a_future_version_or_a_missing_step_is_noticed(name: str, schema: int) -> None:
    with pytest.raises(LookupError):
        upcast({}, name, schema, 3, STEPS)


# Names of streams


@pytest.mark.parametrize(
    ("stream", "kind", "subject"),
    [
        (f"proposal-prj_{HEX}", "proposal", f"prj_{HEX}"),
        (f"organisation-org_{HEX}", "organisation", f"org_{HEX}"),
        (f"claim-prj_{HEX}.org_{HEX}.2020-21Q1", "claim", f"prj_{HEX}"),
        ("envelope-scale-ai.2020", "envelope", "envelope-scale-ai.2020"),
        ("policy-intake", "policy", "policy-intake"),
        ("operations-audit", "operations", "operations-audit"),
        ("nothing", "nothing", "nothing"),
    ],
)
def test_category_and_subject_follow_from_the_name_alone(
    stream: str, kind: str, subject: str
) -> None:
    assert category(stream) == kind
    assert subject_of(stream) == subject


def test_a_civil_date_is_no_instant() -> None:
    with pytest.raises(ValidationError):
        LanternLit.model_validate_json(LIT.replace("2025-06-30", "2025-06-30T00:00:00"))
