"""Every refusal has a stable code, a status and a sentence in both languages."""

from collections.abc import Iterator

import pytest

from shared.kernel import canonical, envelope, policy_book, refusals
from shared.kernel.refusals import (
    EffectiveBeforeBeginning,
    Fault,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Refusal,
    SamePerson,
    Stale,
    Unavailable,
)

KERNEL = {module.__name__ for module in (canonical, envelope, policy_book, refusals)}


def tree(root: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


OURS = [refusal for refusal in tree() if refusal.__module__ in KERNEL]


def test_each_branch_of_the_tree_has_its_status() -> None:
    branches = (Refusal, NotFound, Forbidden, Invalid, Malformed, Stale, Unavailable)
    assert [branch.status for branch in branches] == [409, 404, 403, 422, 400, 412, 503]


def test_codes_are_stable_and_taken_once() -> None:
    assert {refusal.code() for refusal in OURS} == {
        "refusal", "not-found", "forbidden", "invalid", "malformed", "stale", "unavailable",
        "effective-before-beginning", "same-person", "not-json", "duplicate-key", "broken-event",
        "no-policy-in-force", "not-on-behalf", "policy-ends-before-it-begins",
        "policy-version-taken", "nul-in-text",
    }  # fmt: skip
    assert len({refusal.code() for refusal in OURS}) == len(OURS)


@pytest.mark.parametrize("refusal", OURS)
def test_each_speaks_english_and_french_of_its_own(refusal: type[Refusal]) -> None:
    assert "french" in vars(refusal)
    for sentence in (refusal.english(), refusal.french):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "\n" not in sentence
    assert refusal.english() != refusal.french


def test_rules_are_named_where_a_rule_refuses() -> None:
    assert (EffectiveBeforeBeginning.rule, SamePerson.rule, Stale.rule) == ("X5", "X6", "X1")
    assert NotFound.rule is None


def test_a_refusal_says_its_code_and_keeps_facts_and_faults() -> None:
    refusal = Invalid(Fault("/lines/3/amount", "money"), missing=["budget"])
    assert str(refusal) == "invalid"
    assert list(refusal.faults) == [Fault("/lines/3/amount", "money")]
    assert refusal.facts == {"missing": ["budget"]}
    assert not Invalid().faults
    assert not Invalid().facts
