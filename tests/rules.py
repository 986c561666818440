"""Prints each rule with the tests that protect it: `python -m tests.rules`, 1 if one has none.

A test protects a rule that its name begins with (`test_e6_…`), that its docstring or its file's
names (`E-6`), or whose refusal it asks for. With a folder (`python -m tests.rules tests/kernel`)
all tests below it are printed as sentences.
"""

import ast
import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.support.catalogue import ROOT, refusals
from tests.support.sources import Function, Source, sources

RULES = ROOT / "docs" / "rules.csv"
COLUMNS = ["id", "section", "enforced_by", "sentence"]
ABOUT_RULES = "tests/test_rules.py"
"""It names rules to try this file, and protects none of them."""
AREAS = {
    "3": "The programme's rules",
    "4": "Rules that hold everywhere",
    "5": "Intake",
    "6": "Evaluation",
    "7": "Membership",
    "8": "Reimbursement",
    "9": "Work that crosses services",
}
_IN_NAME = re.compile(r"^test_((?:[sxiemrw]\d{1,2}_)+)")
_IN_TEXT = re.compile(r"\b([SX]|[IEMRW](?=-))-?([0-9]{1,2})\b")
_DASHED = frozenset("IEMRW")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in one sentence."""

    id: str
    section: str
    enforced_by: Sequence[str]
    """Other rules that say it in detail: together they stand for it."""
    sentence: str


def read_rules() -> Mapping[str, Rule]:
    """All rules by id, in their order."""
    with RULES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["id"]: Rule(
            id=row["id"],
            section=row["section"],
            enforced_by=row["enforced_by"].split(),
            sentence=row["sentence"],
        )
        for row in rows
    }


def spelled(letter: str, number: str) -> str:
    """The id as it is written: `E-6`, `X11`."""
    return f"{letter.upper()}{'-' if letter.upper() in _DASHED else ''}{int(number)}"


def named_in(text: str) -> set[str]:
    """The rules that a text names."""
    return {spelled(*found) for found in _IN_TEXT.findall(text)}


def refused() -> Mapping[str, str]:
    """By class name and by code of a refusal, the rule that it enforces."""
    ruled = [refusal for refusal in refusals() if refusal.rule]
    names = {refusal.__name__: str(refusal.rule) for refusal in ruled}
    return names | {refusal.code(): str(refusal.rule) for refusal in ruled}


def tests_of(file: Source) -> Iterator[Function]:
    """The tests of one file, in their order."""
    for node in ast.iter_child_nodes(file.tree):
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for test in inside:
            if isinstance(test, Function) and test.name.startswith("test_"):
                yield test


def protected_by(test: Function, ruled: Mapping[str, str]) -> set[str]:
    """The rules that a test names, or whose refusal it asks for."""
    found = named_in(ast.get_docstring(test) or "")
    if begins := _IN_NAME.match(test.name):
        found |= {spelled(part[0], part[1:]) for part in begins[1].strip("_").split("_")}
    for node in ast.walk(test):
        match node:
            case ast.Name(id=name) if name in ruled:
                found.add(ruled[name])
            case ast.Constant(value=str(text)) if text in ruled:
                found.add(ruled[text])
            case ast.Constant(value=str(text)) if _IN_TEXT.fullmatch(text):
                found |= named_in(text)
            case _:
                pass
    return found


def protected(folder: str = "tests") -> Mapping[str, list[str]]:
    """By rule, the tests that protect it, each as `file::test`, in the order of files."""
    ruled = refused()
    found: dict[str, list[str]] = {}
    for file in sources(folder):
        if file.name == ABOUT_RULES:
            continue
        of_file = named_in(ast.get_docstring(file.tree) or "")
        for test in tests_of(file):
            for rule in sorted(of_file | protected_by(test, ruled)):
                found.setdefault(rule, []).append(f"{file.name}::{test.name}")
    return found


def missing(rules: Mapping[str, Rule], tests: Mapping[str, list[str]]) -> list[Rule]:
    """The rules that nothing protects."""
    return [rule for rule in rules.values() if not is_protected(rule, rules, tests)]


def is_protected(rule: Rule, rules: Mapping[str, Rule], tests: Mapping[str, list[str]]) -> bool:
    """Whether a test names this rule, or every rule that enforces it is protected."""
    if rule.id in tests or not rule.enforced_by:
        return rule.id in tests
    return all(is_protected(rules[by], rules, tests) for by in rule.enforced_by)


def report(rules: Mapping[str, Rule], tests: Mapping[str, list[str]]) -> Iterator[str]:
    """The rules by section, each with its tests as sentences."""
    yield "# The rules, and the tests that protect them"
    for section, area in AREAS.items():
        yield f"\n## {section}. {area}"
        for rule in rules.values():
            if rule.section == section:
                yield f"\n{rule.id}  {rule.sentence}"
                yield from _reasons(rule, rules, tests)
    named = ", ".join(rule.id for rule in missing(rules, tests))
    yield f"\n{len(rules)} rules; without a test: {named or 'none'}"


def _reasons(
    rule: Rule, rules: Mapping[str, Rule], tests: Mapping[str, list[str]]
) -> Iterable[str]:
    if rule.enforced_by:
        yield f"    by {', '.join(rule.enforced_by)}"
    for test in tests.get(rule.id, ()):
        file, _, name = test.partition("::")
        yield f"    {sentence(name)} ({file.removeprefix('tests/')})"
    if not is_protected(rule, rules, tests):
        yield "    NO TEST"


def sentence(name: str) -> str:
    """`test_e6_a_claim_is_filed_once` → `A claim is filed once`."""
    words = (_IN_NAME.sub("", name) or name).removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:]


def document(folder: str) -> str:
    """Everything below a folder as one Markdown document, a heading for each file."""
    parts = ["# The rules, as the tests prove them"]
    for file in sources(folder):
        proved = [f"- {sentence(test.name)}." for test in tests_of(file)]
        if proved:
            about = (ast.get_docstring(file.tree) or "").split("\n")[0]
            parts.append(
                "\n".join([f"## {file.name.removeprefix('tests/')}\n\n{about}\n", *proved])
            )
    return "\n\n".join(parts) + "\n"


def main(folder: str | None) -> int:
    """Print; returns the exit code."""
    if folder is None:
        rules, tests = read_rules(), protected()
        sys.stdout.write("\n".join(report(rules, tests)) + "\n")
        return 1 if missing(rules, tests) else 0
    if not (ROOT / folder).is_dir():
        sys.stderr.write(f"no such folder: {folder}\n")
        return 2
    sys.stdout.write(document(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
