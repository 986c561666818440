"""Histories: whole, in order, byte for byte, as known then, and read from their own rows alone."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from services.audit.history import (
    Wanted,
    history,
    history_query,
    streams_query,
    told_of,
    told_query,
)
from shared.kernel.envelope import open_sealed
from shared.kernel.periods import end_of_day
from shared.runtime.reading import Point
from tests.audit.owners import LEAD, OTHER_PROJECT, PARTNER, PROJECT, SECOND, START, TODAY, Owners
from tests.audit.story import Story
from tests.support.running import Running, running

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Audit with one project's story and, between its events, another project's."""
    story = Story()
    story.say("intake", "ProposalDrafted", f"proposal-{OTHER_PROJECT}", {"title": "Other"})
    story.whole()
    story.say("intake", "ProposalWithdrawn", f"proposal-{OTHER_PROJECT}", {})
    with running(tmp_path_factory.mktemp("history"), "audit", story.said, now=TODAY) as found:
        yield found


def ids(here: Running, subject: str, wanted: Wanted, after: int = 0) -> list[str]:
    """The ids that a history shows."""
    with here.service.snapshot() as snapshot:
        found = history(snapshot.connection, subject, wanted, after=after, limit=10_000)
    return [open_sealed(stored.sealed).event_id for stored in found]


def test_a_projects_history_holds_what_is_about_it_and_what_names_it(here: Running) -> None:
    found = ids(here, PROJECT, Wanted())
    about = {stored.sealed.envelope for stored in here.stored()}
    assert len(about) > len(found)
    naming = [
        open_sealed(stored.sealed).event_id
        for stored in here.stored()
        if PROJECT in stored.sealed.envelope or PROJECT in stored.sealed.body
    ]
    assert found == naming == here.history(PROJECT)


def test_an_organisations_history_goes_across_projects_and_services(here: Running) -> None:
    origins = {name.partition("-")[0] for name in ids(here, LEAD, Wanted())}
    assert origins == {"intake", "evaluation", "membership", "reimbursement"}
    assert ids(here, PARTNER, Wanted()) != []


def test_a_history_is_filtered_by_type_and_origin(here: Running) -> None:
    by_name = ids(here, PROJECT, Wanted(types=("ProjectApproved",)))
    whole = ids(here, PROJECT, Wanted(types=("grantline.evaluation.ProjectApproved.v1",)))
    assert by_name == whole != []
    both = ids(here, PROJECT, Wanted(types=("ProjectApproved", "ClaimFiled")))
    assert len(both) == 2
    assert ids(here, PROJECT, Wanted(types=("ClaimFiled",), origin="intake")) == []
    members = ids(here, PROJECT, Wanted(origin="membership"))
    assert {name.partition("-")[0] for name in members} == {"membership"}


def test_after_a_position_the_rest_follows(here: Running) -> None:
    everything = ids(here, PROJECT, Wanted())
    with here.service.snapshot() as snapshot:
        first = history(snapshot.connection, PROJECT, Wanted(), after=0, limit=5)
    assert ids(here, PROJECT, Wanted(), after=first[-1].position) == everything[5:]


def test_as_known_at_an_instant_includes_it_to_the_microsecond(tmp_path: Path) -> None:
    story = Story()
    story.drafted()
    with running(tmp_path, "audit", story.said, now=TODAY) as here:

        def known(instant: datetime) -> list[str]:
            return ids(here, PROJECT, Wanted(point=Point(known_at=instant)))

        assert known(START + SECOND - MICROSECOND) == []
        assert known(START + SECOND) == ["intake-1"]
        assert known(START + 2 * SECOND - MICROSECOND) == ["intake-1"]
        assert known(START + 2 * SECOND) == ["intake-1", "intake-2"]


def test_as_of_a_day_ends_with_that_day_in_toronto(tmp_path: Path) -> None:
    owners, day = Owners(), date(2020, 7, 20)
    stream = f"proposal-{PROJECT}"
    owners.say("intake", "ProposalDrafted", stream, {}, effective=end_of_day(day) - MICROSECOND)
    owners.say("intake", "SectionRevised", stream, {}, effective=end_of_day(day))
    with running(tmp_path, "audit", owners.said, now=TODAY) as here:

        def true_by(last: date) -> list[str]:
            return ids(here, PROJECT, Wanted(point=Point(as_of=last)))

        assert true_by(day - timedelta(days=1)) == []
        assert true_by(day) == ["intake-1"]
        assert true_by(day + timedelta(days=1)) == ["intake-1", "intake-2"]


def test_both_axes_limit_together(here: Running) -> None:
    point = Point(known_at=START + 10 * SECOND, as_of=date(2020, 5, 4))
    with here.service.snapshot() as snapshot:
        told = list(told_of(snapshot.connection, PROJECT, point))
    assert told
    assert all(event.recorded_at <= START + 10 * SECOND for event in told)


FAR = Point(known_at=START, as_of=date(2020, 5, 4))
QUERIES = {
    "history": history_query(PROJECT, Wanted(point=FAR, types=("ClaimFiled",)), 3, 50),
    "replay": told_query(PROJECT, FAR),
    "parties": streams_query([f"organisation-{LEAD}"], FAR),
}


def steps_of(here: Running, query: Select[tuple[object, ...]]) -> list[str]:
    """How the database goes about a query."""
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with here.service.snapshot() as snapshot:
        plan = snapshot.connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}".replace("%", "%%")
        )
        return [str(row[3]) for row in plan]


@pytest.mark.parametrize("name", QUERIES)
def test_one_subject_is_read_by_indexes_and_no_other_row(here: Running, name: str) -> None:
    steps = steps_of(here, QUERIES[name])
    searched = [step for step in steps if step.startswith("SEARCH")]
    assert searched
    assert all("INDEX" in step or "PRIMARY KEY" in step for step in searched)
    assert not [step for step in steps if step.startswith("SCAN")], steps


def test_a_replay_fetches_its_own_rows_alone(here: Running) -> None:
    with here.service.snapshot() as snapshot:
        told = list(told_of(snapshot.connection, PROJECT, Point()))
    assert len(told) == len(here.history(PROJECT)) < len(here.stored())
    assert all(PROJECT in event.stream or PROJECT in event.body for event in told)
