"""No pattern of the kernel takes a trailing line break or another script's digits for its own."""

import ast
import re
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

import shared.kernel

SOURCES = sorted(Path(shared.kernel.__file__).parent.glob("*.py"))


def called(source: Path, name: str) -> list[ast.Call]:
    """All calls `….name(…)` in a file."""
    return [
        node
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
    ]


def test_what_makes_these_traps() -> None:
    assert re.match(r"^[0-9]+$", "1\n")
    assert re.fullmatch(r"\d", "٣")
    assert int("٣") == int(" +3\n") == int("0_3") == 3


def test_the_model_layer_ends_a_pattern_at_the_end() -> None:
    digits = TypeAdapter[str](Annotated[str, Field(pattern=r"^[0-9]+$")])
    assert digits.validate_python("1") == "1"
    with pytest.raises(ValidationError):
        digits.validate_python("1\n")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_patterns_of_ours_need_no_end_and_name_their_digits(source: Path) -> None:
    for call in called(source, "compile"):
        written = ast.unparse(call)
        assert not re.search(r"\$|\\\\[dwsDWS]", written), written


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_whole_text_is_matched_and_never_its_beginning(source: Path) -> None:
    assert not called(source, "match")
