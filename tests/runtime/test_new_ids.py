"""Identifiers: UUIDv7 as others make and read it, ordered in time, the same under one seed."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import uuid_utils
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.periods import to_micros
from shared.runtime.clock import SetClock, SystemClock
from shared.runtime.new_ids import Ids, derived
from tests.runtime.running import NOW

INSTANTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2199, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)


@given(INSTANTS, st.integers(0, 2**32))
def test_version_variant_and_instant_are_what_another_library_reads(
    at: datetime, seed: int
) -> None:
    text = Ids.seeded(lambda: at, seed).uuid7()
    read = uuid_utils.UUID(text)
    assert str(read) == text
    assert (read.version, read.variant) == (7, uuid.RFC_4122)
    assert read.timestamp == to_micros(at) // 1000


def test_they_stand_in_time_between_those_of_another_library() -> None:
    before = uuid_utils.uuid7()
    mine = uuid_utils.UUID(Ids.system(SystemClock().now).uuid7())
    after = uuid_utils.uuid7()
    assert before.timestamp <= mine.timestamp <= after.timestamp
    assert {before.version, mine.version, after.version} == {7}
    assert before.variant == mine.variant == after.variant


@given(st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=50))
def test_later_ones_sort_after_earlier_ones_even_if_the_clock_goes_back(steps: list[int]) -> None:
    clock = SetClock(NOW)
    ids = Ids.seeded(clock.now, 1)
    made = []
    for step in steps:
        clock.advance(timedelta(microseconds=step))
        made += [ids.uuid7(), ids.new("prj").removeprefix("prj_")]
    plain = [text.replace("-", "") for text in made]
    assert plain == sorted(set(plain))


@given(INSTANTS)
def test_each_microsecond_sorts_after_the_one_before(at: datetime) -> None:
    ids = Ids.seeded(lambda: at, 3)
    micros = to_micros(at)
    made = [ids.uuid7_at(micros + step) for step in range(0, 2_050, 41)]
    assert made == sorted(set(made))


def test_one_seed_and_clock_make_the_same_identifiers() -> None:
    first, again, other = (Ids.seeded(lambda: NOW, seed) for seed in (5, 5, 6))
    made = [first.new("prj") for _ in range(5)]
    assert made == [again.new("prj") for _ in range(5)]
    assert made != [other.new("prj") for _ in range(5)]


def test_those_of_production_cannot_be_foretold() -> None:
    assert Ids.system(lambda: NOW).uuid7() != Ids.system(lambda: NOW).uuid7()


def test_identifiers_of_the_interface_have_their_prefix() -> None:
    ids = Ids.seeded(lambda: NOW, 1)
    assert re.fullmatch("prj_[0-9a-f]{32}", ids.new("prj"))
    assert re.fullmatch("org_[0-9a-f]{32}", ids.new("org"))


def test_a_policys_command_has_the_same_id_at_every_delivery() -> None:
    event_id = Ids.seeded(lambda: NOW, 1).uuid7()
    once = derived(event_id, "open_candidacies", 0)
    assert once == derived(event_id, "open_candidacies", 0)
    assert uuid_utils.UUID(once).version == 5
    assert once == str(uuid_utils.uuid5(uuid_utils.UUID(event_id), "open_candidacies/0"))
    others = {derived(event_id, "open_candidacies", 1), derived(event_id, "another", 0)}
    assert once not in others
    assert len(others) == 2
