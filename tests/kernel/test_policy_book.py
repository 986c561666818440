"""A policy version, once published, is found by date and never moves."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.policy_book import NoPolicyInForce, Pinned, PolicyBook


@dataclass(frozen=True)
class Publication:
    """What PolicyPublished of any service has."""

    programme: str
    version: str
    parameters: int
    effective_from: date
    effective_to: date | None = None


def day(number: int) -> date:
    return date(2020, 4, 1) + timedelta(days=number)


def book(*publications: Publication) -> PolicyBook[int]:
    found = PolicyBook[int]()
    for publication in publications:
        found = found.with_published(publication)
    return found


V1 = Publication("scale-ai", "v1", 40, day(0))
V2 = Publication("scale-ai", "v2", 100, day(10), day(20))
BOOK = book(V1, V2, Publication("digital", "v1", 60, day(0)))


@pytest.mark.parametrize(
    ("on", "version"), [(0, "v1"), (9, "v1"), (10, "v2"), (19, "v2"), (20, "v1"), (9999, "v1")]
)
def test_the_version_in_force_begins_with_its_first_day_and_ends_before_its_last(
    on: int, version: str
) -> None:
    assert BOOK.in_force("scale-ai", day(on)).version == version


def test_no_policy_is_in_force_before_the_first_or_in_another_programme() -> None:
    for programme, on in (("scale-ai", day(-1)), ("other", day(0)), ("digital", day(-1))):
        with pytest.raises(NoPolicyInForce) as caught:
            BOOK.in_force(programme, on)
        assert caught.value.facts == {"programme": programme}
        assert caught.value.rule == "X7"


def test_where_two_are_in_force_the_one_published_later_counts() -> None:
    earlier_date = Publication("scale-ai", "v3", 50, day(-5))
    assert BOOK.with_published(earlier_date).in_force("scale-ai", day(15)).version == "v3"


def test_a_pinned_version_is_found_by_name_whatever_was_published_since() -> None:
    pinned = BOOK.in_force("scale-ai", day(12))
    later = BOOK.with_published(Publication("scale-ai", "v3", 1, day(0)))
    assert later.version("scale-ai", "v2") == pinned == Pinned("v2", 100, day(10), day(20))
    for programme, version in (("scale-ai", "v9"), ("digital", "v2"), ("other", "v1")):
        with pytest.raises(NoPolicyInForce):
            later.version(programme, version)


def test_a_version_is_taken_within_its_programme_only() -> None:
    assert BOOK.has("scale-ai", "v2")
    assert not BOOK.has("digital", "v2")
    assert not BOOK.has("other", "v1")


def test_publishing_leaves_the_book_before_as_it_was() -> None:
    before = book(V1)
    before.with_published(V2)
    assert before == book(V1)
    assert PolicyBook[int]() == book()


PUBLICATIONS = st.lists(
    st.tuples(st.integers(0, 30), st.none() | st.integers(0, 30)), max_size=6
).map(
    lambda spans: [
        Publication("p", f"v{n}", n, day(begin), None if end is None else day(end))
        for n, (begin, end) in enumerate(spans)
    ]
)


@given(PUBLICATIONS, st.integers(-2, 32))
def test_the_book_agrees_with_a_search_of_the_publications(
    publications: list[Publication], on: int
) -> None:
    expected = [
        p.version
        for p in publications
        if p.effective_from <= day(on) and (not p.effective_to or day(on) < p.effective_to)
    ]
    try:
        found = [book(*publications).in_force("p", day(on)).version]
    except NoPolicyInForce:
        found = []
    assert found == expected[-1:]
