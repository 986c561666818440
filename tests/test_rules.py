"""Every rule is written down once, known wherever it is named, and protected by a test."""

import ast
import csv
import re

import pytest

from tests import rules
from tests.rules import COLUMNS, RULES, Rule
from tests.support.catalogue import refusals


def rule(name: str, section: str = "5", by: str = "") -> Rule:
    return Rule(name, section, by.split(), "A rule.")


def test_the_list_of_rules_is_whole_and_in_order() -> None:
    with RULES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    found = rules.read_rules()
    assert len(found) == len(rows) - 1, "one id is there twice"
    places = [
        (each.section, re.sub(r"\d", "", each.id), int(re.sub(r"\D", "", each.id)))
        for each in found.values()
    ]
    assert places == sorted(places)
    assert {each.section for each in found.values()} == set(rules.AREAS)
    for each in found.values():
        assert re.fullmatch(r"[A-Z][^\n]{10,110}\.", each.sentence), each
        assert set(each.enforced_by) <= found.keys(), each


@pytest.mark.parametrize(
    ("letter", "count"), [("S", 35), ("X", 12), ("I", 13), ("M", 14), ("R", 25), ("W", 4)]
)
def test_no_number_is_left_out(letter: str, count: int) -> None:
    found = [name for name in rules.read_rules() if name[0] == letter]
    assert found == [rules.spelled(letter, str(number)) for number in range(1, count + 1)]


def test_e_0_to_e_11_are_there() -> None:
    assert [name for name in rules.read_rules() if name[0] == "E"] == [
        f"E-{number}" for number in range(12)
    ]


def test_every_refusal_names_a_rule_that_is_written_down() -> None:
    known = rules.read_rules().keys()
    assert {each.rule for each in refusals() if each.rule} <= known


def test_every_rule_that_a_test_names_is_written_down() -> None:
    assert rules.protected().keys() <= rules.read_rules().keys()


def test_every_rule_of_the_required_sections_is_protected() -> None:
    assert [each.id for each in rules.missing(rules.read_rules(), rules.protected())] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def test_e6_reviews_stay_unseen(): ...", {"E-6"}),
        ("def test_i9_i10_versions(): ...", {"I-9", "I-10"}),
        ("def test_x11_once(): ...", {"X11"}),
        ("def test_c035_not_applicable(): ...", set()),
        ("def test_the_e6_in_the_middle(): ...", set()),
        ('def test_it():\n    """As E-6 and (S15) say, not C-035 or X-ray."""', {"E-6", "S15"}),
        ('def test_it():\n    """Invariant I14 of another list."""', set()),
        ("def test_it():\n    asked.then_refused(Stale)", {"X1"}),
        ('def test_it():\n    assert code == "stale"', {"X1"}),
        ('def test_it():\n    assert problem["rule"] == "R-7"', {"R-7"}),
        ('def test_it():\n    assert text == "no R-7 in it"', set()),
    ],
)
def test_a_test_protects_what_it_names_or_wants_refused(text: str, found: set[str]) -> None:
    [test] = ast.parse(text).body
    assert isinstance(test, ast.FunctionDef)
    assert rules.protected_by(test, {"Stale": "X1", "stale": "X1"}) == found


def test_a_rule_is_missing_unless_a_test_or_all_that_enforce_it_have_one() -> None:
    listed = [
        rule("S1", "3", by="I-1 R-1"), rule("S2", "3", by="I-1"), rule("S3", "3"),
        rule("I-1"), rule("I-2"), rule("R-1", "8"),
    ]  # fmt: skip
    known = {each.id: each for each in listed}
    found = rules.missing(known, {"I-1": ["a::test_it"]})
    assert [each.id for each in found] == ["S1", "S3", "I-2", "R-1"]
    text = "\n".join(rules.report(known, {"I-1": ["tests/a.py::test_i1_it_holds"]}))
    assert "I-1  A rule.\n    It holds (a.py)\n" in text
    assert "I-2  A rule.\n    NO TEST\n" in text
    assert text.endswith("without a test: S1, S3, I-2, R-1")


def test_it_fails_where_a_rule_has_no_test_and_lists_a_folder_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"I-2": rule("I-2")}
    monkeypatch.setattr(rules, "read_rules", lambda: known)
    monkeypatch.setattr(rules, "protected", dict)
    assert rules.main(None) == 1
    monkeypatch.setattr(rules, "protected", lambda: {"I-2": ["tests/a.py::test_it"]})
    assert rules.main(None) == 0
    assert rules.main("tests/nowhere") == 2
    capsys.readouterr()
    assert rules.main("tests/kernel") == 0
    assert "- Parts add up lie within a cent" in capsys.readouterr().out
