"""What identifiers and short texts look like, and when two names are one."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.identifiers import (
    ClaimId,
    Line,
    OrganisationId,
    PersonId,
    ProjectId,
    Sha256,
    Slug,
    Text,
    same_name,
)
from shared.kernel.periods import QuarterLabel

HEX = "0198f1ce9a7b7c3d8e4f5a6b7c8d9e0f"
GOOD: list[tuple[Any, str]] = [
    (ProjectId, f"prj_{HEX}"),
    (OrganisationId, f"org_{HEX}"),
    (ClaimId, f"prj_{HEX}.org_{HEX}.2020-21Q1"),
    (PersonId, "officer-1"),
    (PersonId, "auth0|5f7c8ec7c33c6c004bbafe82"),
    (Slug, "scale-ai_2020.v1"),
    (Sha256, "0" * 64),
    (QuarterLabel, "2020-21Q1"),
]


@pytest.mark.parametrize(("kind", "name"), GOOD)
def test_a_name_is_taken_as_it_is_and_with_nothing_around_it(kind: Any, name: str) -> None:
    adapter = TypeAdapter[str](kind)
    assert adapter.validate_python(name) == name
    for around in ("{}\n", "\n{}", "{} ", " {}", "{}\x00", "{}\u200b", "\ufeff{}", ""):
        with pytest.raises(ValidationError):
            adapter.validate_python(around.format(name))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ProjectId, f"prj_{HEX.upper()}"), (ProjectId, f"prj_{HEX[:-1]}"),
        (ProjectId, f"org_{HEX}"),
        (ProjectId, f"prj_{HEX[:-1]}٣"), (OrganisationId, f"org_{HEX}0"), (OrganisationId, HEX),
        (ClaimId, f"prj_{HEX}.org_{HEX}.2020-21Q5"), (ClaimId, f"prj_{HEX}org_{HEX}.2020-21Q1"),
        (ClaimId, f"prj_{HEX}.org_{HEX}.٢٠٢٠-21Q1"), (Slug, "-a"), (Slug, "A"), (Slug, "a/b"),
        (Slug, "é"), (Slug, "a" * 65), (Sha256, "g" * 64), (Sha256, "A" * 64), (Sha256, "1" * 63),
        (PersonId, "a b"), (PersonId, "a\xa0b"), (PersonId, "\u043efficer-1"),
        (PersonId, "x" * 101),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_name_is_refused(kind: Any, name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[str](kind).validate_python(name)


# Texts

LINE, TEXT = TypeAdapter[str](Line), TypeAdapter[str](Text)


@pytest.mark.parametrize(
    "text",
    [
        "Société Énergétique du Fleuve inc.", "Socie\u0301te\u0301", "L’usine – « 4.0 »",
        "AI\xa0Port", "工場", "108 Mile Ranch│108 Mile Ranch", "Audet, \nQuébec", "a\tb",
        "-", ".", "🤖", "👩‍🔬",
        "O'Brien & \"Fils\" <ltée>",
    ],
)  # fmt: skip
def test_a_printable_text_keeps_its_spelling(text: str) -> None:
    assert LINE.validate_python(text) == text
    assert TEXT.validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n\t", "\xa0", "\u3000", "\u200b", "\ufeff", "a\x00", "a\x1b[31m", "a\rb",
        "a\x7f", "a\x85b", "a\x9bb", "a\u202eb", "a\u2066b", "a\u061cb", "a\u2028b",
        "a\ud800", "\udfff",
    ],
)  # fmt: skip
def test_a_text_that_is_empty_or_plays_tricks_is_refused_without_echo(text: str) -> None:
    for adapter in (LINE, TEXT):
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


def test_texts_have_a_length() -> None:
    for adapter, longest in ((LINE, 400), (TEXT, 10_000)):
        assert adapter.validate_python("é" * longest)
        with pytest.raises(ValidationError):
            adapter.validate_python("é" * (longest + 1))


@given(st.text(max_size=20))
def test_a_text_that_is_taken_can_be_stored(text: str) -> None:
    try:
        taken = LINE.validate_python(text)
    except ValidationError:
        return
    assert taken == text
    assert b"\x00" not in taken.encode()


# One name in two spellings (I-11, C-038)

LEAD = "Société Énergétique du Fleuve inc."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LEAD, unicodedata.normalize("NFD", LEAD)),
        (LEAD, "Société Énergétique du\xa0Fleuve INC."),
        (LEAD, unicodedata.normalize("NFD", "SOCIÉTÉ  énergétique du\xa0fleuve, INC")),
        ("\uff21\uff29 Port", "AI Port"),
        ("L'Usine", "L’USINE"),
        ("Rive-Nord", "Rive–Nord"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁbre", "FIBRE"),
        ("e\u200d\u0301", "é"),
    ],
)
def test_case_038_two_spellings_of_one_name(one: str, other: str) -> None:
    assert one != other
    assert same_name(one) == same_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Résolu", "Resolu"), ("AI Port", "AI Porto"), ("Usine 4", "Usine 40"), ("!!!", "???")],
)
def test_case_038_two_names(one: str, other: str) -> None:
    assert same_name(one) != same_name(other)


@given(st.text(max_size=12))
def test_the_form_of_a_name_is_its_own_form(name: str) -> None:
    assert same_name(same_name(name)) == same_name(name)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_composition_and_compatibility_forms_do_not_matter(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert same_name(unicodedata.normalize(form, name)) == same_name(name)
