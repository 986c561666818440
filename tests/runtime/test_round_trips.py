"""What a group asks of PostgreSQL: as much as one command does, however many it holds."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from shared.runtime.items import Answer
from tests.runtime.running import Running, open_till, put_in, running
from tests.support.ledger import MIRROR

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


def statements_of(here: Running, number: int, first: int) -> list[str]:
    """What one group of so many deposits into tills of their own asks of the database."""
    engine = here.service.writer.run(lambda connection: connection.engine)
    seen: list[str] = []

    def note(*about: Any) -> None:
        seen.append(" ".join(about[2].split()[:3]))

    deposits = [put_in(1, str(till), note="n") for till in range(first, first + number)]
    event.listen(engine, "before_cursor_execute", note)
    try:
        outcomes = here.together(*deposits)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert [type(outcome) for outcome in outcomes] == [Answer] * number
    return seen[seen.index("BEGIN", 1) :]  # After the task that kept the writer busy.


@pytest.mark.parametrize("streams_cached_max", [64, 20_000])
def test_a_group_makes_as_many_round_trips_as_one_command(
    tmp_path: Path, streams_cached_max: int
) -> None:
    with running(tmp_path, streams_cached_max=streams_cached_max) as ledger:
        ledger.together(*(open_till(str(till)) for till in range(130)))
        one = statements_of(ledger, 1, 0)
        many = statements_of(ledger, 64, 1)
        assert sorted(one) == sorted(many)
        assert len(one) <= 9
        loaded = ["SELECT journal.stream, journal.version,"] if streams_cached_max < 65 else []
        assert [part for part in one if part.startswith(("BEGIN", "SELECT"))] == [
            "BEGIN",
            "SELECT journal_head.position, journal_head.sequence,",
            "SELECT answer.actor, answer.key,",
            *loaded,
        ]


def test_received_events_are_taken_in_with_as_few_round_trips(tmp_path: Path) -> None:
    with running(tmp_path) as ledger, running(tmp_path, MIRROR) as mirror:
        ledger.together(*(open_till(str(till)) for till in range(66)))
        events = ledger.sealed()
        counts = []
        engine = mirror.service.writer.run(lambda connection: connection.engine)
        for part in (events[:2], events[2:]):
            seen: list[str] = []

            def note(*about: Any, seen: list[str] = seen) -> None:
                seen.append(" ".join(about[2].split()[:3]))

            event.listen(engine, "before_cursor_execute", note)
            mirror.receive(part)
            event.remove(engine, "before_cursor_execute", note)
            counts.append(sorted(seen))
        assert counts[0] == counts[1]
