"""Settings: read once, checked, frozen, and a misspelt one stops the start."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.runtime.settings import OUTSIDE, PREFIX, Settings, UnknownSetting


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that runs this."""
    for name in [*OUTSIDE, *(PREFIX + field.upper() for field in Settings.model_fields)]:
        monkeypatch.delenv(name, raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.from_environment()
    assert settings.host == "127.0.0.1"
    assert settings.data == Path(".grantline")


def test_a_variable_sets_and_an_override_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANTLINE_PORT", "9001")
    monkeypatch.setenv("GRANTLINE_GROUP_ITEMS_MAX", "7")
    settings = Settings.from_environment(port=9002, host=None)
    assert (settings.port, settings.group_items_max, settings.host) == (9002, 7, "127.0.0.1")


def test_a_variable_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANTLINE_GROUP_ITEM_MAX", "7")
    with pytest.raises(UnknownSetting, match="GRANTLINE_GROUP_ITEM_MAX"):
        Settings.from_environment()


@pytest.mark.parametrize("name", sorted(OUTSIDE))
def test_variables_of_the_command_line_are_known(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "anything")
    Settings.from_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "many"),
        ("QUEUE_ITEMS_MAX", "0"),
        ("STOP_SECONDS_MAX", "0"),
        ("BODY_BYTES_MAX", "12"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ValidationError):
        Settings.from_environment()


def test_settings_do_not_change_later(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.from_environment()
    monkeypatch.setenv("GRANTLINE_PORT", "9001")
    with pytest.raises(ValidationError):
        settings.port = 9001  # type: ignore[misc]
    assert settings.port == 8000


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())
