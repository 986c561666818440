"""What is on disk after a commit: numbers without gaps, bytes under their hash, chained streams."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from shared.kernel.canonical import canonical, read_json
from shared.kernel.chain import NO_HASH, event_hash
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Domain, Fold, Said
from shared.kernel.envelope import open_sealed
from shared.kernel.events import Event
from shared.kernel.periods import to_micros
from shared.runtime.clock import SetClock
from shared.runtime.database import FutureSchema
from tests.runtime.running import NOW, later, open_till, put_in, reserve, running, who
from tests.support.ledger import MIRROR

pytestmark = pytest.mark.usefixtures("database")

PROJECT = "prj_" + "0" * 31 + "1"
PARTNER = "org_" + "0" * 31 + "a"


def test_positions_and_own_sequences_follow_the_commits_without_a_gap(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till("a"), put_in(5, "nowhere"), open_till("b"))
        ledger.ask(reserve(7, "b"))
        ledger.together(put_in(1), put_in(2), put_in(3, "nowhere"), put_in(4))
        lines = ledger.lines()
        assert [line.position for line in lines] == [*range(1, 8)]
        assert [line.sequence for line in lines] == [*range(1, 8)]
        assert {line.origin for line in lines} == {"ledger"}
        assert ledger.commits == [2, 4, 7]


def test_a_received_event_takes_a_position_and_no_sequence_of_ours(tmp_path: Path) -> None:
    with running(tmp_path / "l") as ledger, running(tmp_path / "m", MIRROR) as mirror:
        ledger.ask(open_till())
        ledger.ask(put_in(5))
        mirror.receive(ledger.sealed())
        lines = mirror.lines()
        assert [line.position for line in lines] == [1, 2, 3]
        assert [(line.origin, line.sequence) for line in lines] == [
            ("ledger", 1),
            ("ledger", 2),
            ("mirror", 1),
        ]
        assert [line.received_at for line in lines] == [to_micros(NOW), to_micros(NOW), None]


def test_the_hash_covers_the_stored_bytes_and_names_the_predecessor(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till("é"))
        ledger.ask(put_in(5, "é", note="Énergie « é »"))
        ledger.together(open_till("b"), reserve(5, "é"), reserve(6, "b"))
        previous: dict[str, str] = defaultdict(lambda: NO_HASH)
        versions: dict[str, int] = defaultdict(int)
        for line in ledger.lines():
            assert line.hash == event_hash(line.envelope.encode(), line.body.encode())
            envelope = read_json(line.envelope.encode())
            assert canonical(envelope) == line.envelope
            assert canonical(read_json(line.body.encode())) == line.body
            assert line.prevhash == previous[line.stream] == envelope["prevhash"]
            versions[line.stream] += 1
            assert line.version == versions[line.stream] == envelope["streamversion"]
            assert envelope["originsequence"] == line.sequence
            assert envelope["id"] == line.event_id
            previous[line.stream] = line.hash
        assert versions == {"till-é": 3, "till-b": 2, "purse-main": 2}


def test_every_stored_event_can_be_opened_as_a_receiver_does(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till(), key="k-1")
        [sealed] = ledger.sealed()
        envelope = open_sealed(sealed)
        assert (envelope.origin, envelope.sequence, envelope.version) == ("ledger", 1, 1)
        assert (envelope.actor, envelope.command_id) == ("clerk", "k-1")
        assert (envelope.correlation_id, envelope.causation_id) == ("of-k-1", None)
        assert envelope.effective_at == envelope.recorded_at == NOW


@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-1), timedelta(microseconds=1)])
def test_recorded_instants_and_event_ids_grow_whatever_the_clock_does(
    tmp_path: Path, step: timedelta
) -> None:
    clock = SetClock(NOW)
    with running(tmp_path, clock=clock) as ledger:
        ledger.ask(open_till())
        for cents in range(1, 6):
            clock.advance(step)
            ledger.together(put_in(cents), put_in(cents))
    with running(tmp_path, clock=SetClock(NOW - timedelta(days=1))) as ledger:
        ledger.ask(put_in(6))
        lines = ledger.lines()
        instants = [line.recorded_at for line in lines]
        assert instants == sorted(set(instants))
        ids = [line.event_id for line in lines]
        assert ids == sorted(set(ids))
        assert len(ids) == 12


def test_a_clock_that_jumps_ahead_is_believed(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    with running(tmp_path, clock=clock) as ledger:
        ledger.ask(open_till())
        clock.advance(timedelta(days=2))
        ledger.ask(put_in(1))
        first, second = ledger.lines()
        assert second.recorded_at - first.recorded_at == 2 * 86_400 * 1_000_000


class Paired(Event, name="Paired"):
    """A project and an organisation were named together."""

    project_id: str
    organisation_id: str


class Pair(Command):
    """Name both."""


def pair(_: Pair, pairs: int) -> Said:
    """Both are named."""
    return [Paired(project_id=PROJECT, organisation_id=PARTNER)]


PAIRS = Domain(
    service="pairs",
    events=(Paired,),
    folds={"pair": Fold(0, lambda count, _: count + 1)},
    deciders={Pair: Decider(pair, pairs=lambda ask, _: f"pair-{PROJECT}")},
)


def test_subjects_named_in_a_body_are_indexed_beside_the_streams_own(tmp_path: Path) -> None:
    with running(tmp_path, PAIRS) as pairs:
        pairs.ask(Pair(**who()))
        [line] = pairs.lines()
        assert line.subject == PROJECT
        assert pairs.sql("SELECT subject, event_id FROM event_subject") == [
            (PARTNER, line.event_id)
        ]
        with pairs.service.snapshot() as state:
            assert [stored.position for stored in state.history(PARTNER)] == [1]
            assert [stored.position for stored in state.history(PROJECT)] == [1]
            assert state.history("prj_" + "0" * 32) == []


def test_numbering_continues_after_a_restart(tmp_path: Path) -> None:
    for number in range(1, 4):
        with running(tmp_path) as ledger:
            ledger.ask(open_till(f"till-{number}"))
            last = ledger.lines()[-1]
            assert (last.position, last.sequence) == (number, number)


def test_schema_files_are_applied_once(tmp_path: Path) -> None:
    for _ in range(2):
        with running(tmp_path) as ledger:
            ledger.ask(open_till())
            steps = ledger.sql("SELECT number FROM schema_step ORDER BY number")
            assert steps[0] == (1,)
            assert steps == sorted(set(steps))
            assert ledger.sql("SELECT count(*) FROM journal_head") == [(1,)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.service.writer.run(
            lambda connection: connection.exec_driver_sql("INSERT INTO schema_step VALUES (9999)")
        )
    with pytest.raises(FutureSchema), running(tmp_path):
        pytest.fail("it was opened")
    with pytest.raises(FutureSchema), running(tmp_path):
        pytest.fail("the refusal kept the folder")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_journal_tables_are_strict(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        created = dict(ledger.sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        assert {"journal", "answer", "till_list__g1"} <= created.keys()
        assert all(sql.rstrip().endswith("STRICT") for sql in created.values())


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with running(tmp_path) as ledger, pytest.raises(Exception, match=r"read-?only"):
        ledger.sql("DELETE FROM journal")


def test_effective_instants_keep_their_order_in_the_stream_not_in_the_journal(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as ledger:
        ledger.ask(open_till())
        ledger.ask(put_in(1, at=later(50)))
        ledger.ask(put_in(2, at=later(10)))
        assert [line.effective_at - to_micros(NOW) for line in ledger.lines()] == [
            0,
            50_000_000,
            10_000_000,
        ]
