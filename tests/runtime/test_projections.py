"""Read models live: whole rows, one meaning in memory and on disk, the same when built again."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table

from shared.runtime.projections import (
    Projection,
    Recorded,
    Rows,
    integer,
    json_text,
    key,
    table,
    text,
)
from tests.runtime.running import Running, open_till, put_in, reserve, running
from tests.support.ledger import (
    MIRROR,
    NOTES,
    TILL_LIST,
    TILLS,
    WITNESS,
    DepositMirrored,
    MoneyPutIn,
    MoneyPutInHeard,
    TillOpened,
)
from tests.support.rows import no_rows

pytestmark = pytest.mark.usefixtures("database")

BOOK = table("book", key("till"), json_text("notes"), integer("times"), text("last"))
SEEN = table("seen", key("till"), key("cents"))


def keep_book(rows: Rows, recorded: Recorded) -> None:
    """Rows that come, change, go and come back, lists, and a table of nothing but keys."""
    match recorded.event:
        case TillOpened(till=till):
            rows.put("book", till=till, notes=[], times=0)
        case MoneyPutIn(till=till, cents=cents, note=note):
            rows.put("seen", till=till, cents=str(cents))
            row = rows.get("book", till) or {"notes": ["again"], "times": 0}
            notes = [*row["notes"], {"note": note, "cents": cents}][-3:]
            if cents % 5 == 0:
                rows.remove("book", till)
                rows.remove("seen", till, str(cents - 1))
            else:
                rows.put("book", till=till, notes=notes, times=row["times"] + 1, last=note)
        case _:
            pass


BOOKS = Projection("book", revision=1, tables=(BOOK, SEEN), apply=keep_book)


def histories(here: Running, chance: random.Random, rounds: int) -> None:
    """Something happens, in groups of any size; some of it is refused."""
    for _ in range(rounds):
        tills = [chance.choice("abcd") for _ in range(chance.randrange(1, 12))]
        here.together(
            *(
                chance.choice(
                    [
                        open_till(till),
                        put_in(chance.randrange(1, 40), till, chance.choice(["", "né", "x'\""])),
                        put_in(chance.randrange(1, 40), till),
                        reserve(chance.randrange(1, 90_000), till),
                    ]
                )
                for till in tills
            )
        )


def contents(here: Running) -> list[Any]:
    tables = ("till_list", "note_list", "book", "seen")
    return [sorted(here.sql(f"SELECT * FROM {name}"), key=str) for name in tables]


@pytest.mark.parametrize("seed", range(4))
def test_x2_what_is_built_again_is_what_was_live_for_any_history(tmp_path: Path, seed: int) -> None:
    how: dict[str, Any] = {
        "projections": (TILL_LIST, BOOKS),
        "rows_cached_max": 1 if seed % 2 else 20_000,
        "rebuild_chunk_events": 3,
    }
    chance = random.Random(seed)
    digests = set()
    for _ in range(2):
        with running(tmp_path, **how) as ledger:
            histories(ledger, chance, 8)
            live = contents(ledger)
            rebuilt = ledger.rebuild()
            assert rebuilt.digest_before == rebuilt.digest_after
            assert contents(ledger) == live
            digests.add(rebuilt.digest_after)
    with running(tmp_path, **how) as ledger:
        assert contents(ledger) == live
        assert ledger.rebuild().digest_after == rebuilt.digest_after
    assert len(digests) == 2


def test_a_restart_in_between_changes_no_row(tmp_path: Path) -> None:
    ends = []
    for folder, stops in ((tmp_path / "a", 1), (tmp_path / "b", 6)):
        chance = random.Random(99)
        for _ in range(stops):
            with running(folder, projections=(TILL_LIST, BOOKS)) as ledger:
                histories(ledger, chance, 6 // stops)
                end = contents(ledger)
        ends.append(end)
    assert ends[0] == ends[1]


def test_a_row_is_whole_at_once_and_not_only_after_a_restart() -> None:
    rows = no_rows((BOOKS,))
    rows.put("book", till="a", notes=[])
    assert rows.get("book", "a") == {"till": "a", "notes": [], "times": None, "last": None}
    rows.change("book", "a", times=1)
    assert (rows.get("book", "a") or {})["times"] == 1


def test_a_column_that_does_not_exist_is_a_fault() -> None:
    rows = no_rows((BOOKS,))
    with pytest.raises(AssertionError, match="no such column"):
        rows.put("book", till="a", tiems=1)
    rows.put("book", till="a")
    with pytest.raises(AssertionError, match="no such column"):
        rows.change("book", "a", tiems=1)


def test_a_row_that_is_not_there_cannot_be_changed_but_removed() -> None:
    rows = no_rows((BOOKS,))
    with pytest.raises(AssertionError, match="no row"):
        rows.change("book", "a", times=1)
    rows.put("book", till="a")
    rows.remove("book", "a")
    rows.remove("book", "b")
    assert rows.get("book", "a") is None


def test_a_layer_above_is_kept_or_leaves_no_trace() -> None:
    ground = no_rows((BOOKS,))
    ground.put("book", till="a", times=1)
    above = Rows(ground)
    above.change("book", "a", times=2)
    above.put("book", till="b")
    assert ((ground.get("book", "a") or {})["times"], ground.get("book", "b")) == (1, None)
    ground.keep(above)
    assert ((ground.get("book", "a") or {})["times"], ground.get("book", "b")) != (1, None)


def stumble(rows: Rows, recorded: Recorded) -> None:
    """A projection with a bug."""
    if isinstance(recorded.event, MoneyPutIn) and recorded.event.cents == 13:
        raise ZeroDivisionError


def test_a_projection_that_fails_costs_its_own_item_only(tmp_path: Path) -> None:
    failing = Projection("none", revision=1, tables=(), apply=stumble)
    with running(tmp_path, projections=(TILL_LIST, failing)) as ledger:
        outcomes = ledger.together(open_till(), put_in(13), put_in(1))
        assert isinstance(outcomes[1], ZeroDivisionError)
        assert ledger.sql("SELECT held_cents FROM till_list") == [(1,)]
        assert len(ledger.lines()) == 2


MIRRORED = table("mirrored", key("till"), integer("heard"), integer("said"), text("actor"))


def show_mirrored(rows: Rows, recorded: Recorded) -> None:
    """Heard and own events side by side."""
    match recorded.event:
        case MoneyPutInHeard(till=till) | DepositMirrored(till=till):
            row = rows.get("mirrored", till) or {"heard": 0, "said": 0}
            heard, said = row["heard"], row["said"]
            if recorded.origin == "ledger":
                heard += 1
            else:
                said += 1
            rows.put("mirrored", till=till, heard=heard, said=said, actor=recorded.actor)
        case _:
            raise AssertionError("events that nobody here reads are not shown")


COUNTED = table("counted", key("type"), integer("times"), text("body"))


def count_types(rows: Rows, recorded: Recorded) -> None:
    """Every event, read or not."""
    times = (rows.get("counted", recorded.type) or {"times": 0})["times"]
    rows.put("counted", type=recorded.type, times=times + 1, body=recorded.body)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Running]:
    """A ledger with three deposits."""
    with running(tmp_path / "ledger") as here:
        here.together(open_till("é"), put_in(1, "é"), put_in(2, "é"), put_in(600_000, "é"))
        yield here


def test_a_projection_sees_what_is_heard_and_what_follows_from_it(
    tmp_path: Path, ledger: Running
) -> None:
    projection = Projection("mirrored", revision=1, tables=(MIRRORED,), apply=show_only_known)
    with running(tmp_path, MIRROR, projections=(projection,)) as mirror:
        mirror.receive(ledger.sealed())
        assert mirror.sql("SELECT * FROM mirrored") == [("é", 3, 2, "clerk")]
        rebuilt = mirror.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after


def show_only_known(rows: Rows, recorded: Recorded) -> None:
    """Operations are events too; everything else is known here."""
    if not recorded.stream.startswith("operations-"):
        show_mirrored(rows, recorded)


def test_a_projection_of_everything_sees_sealed_events_too(tmp_path: Path, ledger: Running) -> None:
    every = Projection("counted", revision=1, tables=(COUNTED,), apply=count_types, everything=True)
    with running(tmp_path, WITNESS, projections=(every,)) as witness:
        witness.receive(ledger.sealed())
        assert witness.sql("SELECT type, times FROM counted ORDER BY type") == [
            ("grantline.ledger.MoneyPutIn.v1", 3),
            ("grantline.ledger.TillOpened.v1", 1),
        ]
        rebuilt = witness.rebuild()
        assert rebuilt.digest_before == rebuilt.digest_after


def wider(original: Table, name: str) -> Table:
    columns = [column._copy() for column in original.columns]
    return table(original.name, *columns, text(name))


def show_doubled(rows: Rows, recorded: Recorded) -> None:
    """The next release's view: everything doubled, in one more column."""
    match recorded.event:
        case TillOpened(till=till):
            rows.put("till_list", till=till, held_cents=0, unit="half a cent")
        case MoneyPutIn(till=till, cents=cents):
            held = (rows.get("till_list", till) or {})["held_cents"]
            rows.change("till_list", till, held_cents=held + 2 * cents)
        case _:
            pass


def test_another_revision_is_built_at_the_start_and_says_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as ledger:
        ledger.together(open_till(), put_in(5, note="first"))
    doubled = Projection(
        "till_list", revision=2, tables=(wider(TILLS, "unit"), NOTES), apply=show_doubled
    )
    with running(tmp_path, projections=(doubled,), rebuild_chunk_events=1) as ledger:
        rows = ledger.sql("SELECT till, held_cents, unit FROM till_list")
        assert rows == [("a", 10, "half a cent")]
        assert ledger.sql("SELECT * FROM note_list") == []
        assert len(ledger.lines()) == 2
        assert ledger.sql("SELECT name, revision FROM projection") == [("till_list", 2)]
        ledger.ask(put_in(1))
        assert ledger.sql("SELECT held_cents FROM till_list") == [(12,)]


def test_the_same_revision_is_not_built_again(tmp_path: Path) -> None:
    for _ in range(2):
        with running(tmp_path) as ledger:
            ledger.ask(open_till())
            assert ledger.sql("SELECT generation FROM projection") == [(1,)]


def test_projections_that_come_and_go_leave_no_tables_behind(tmp_path: Path) -> None:
    with running(tmp_path, projections=(TILL_LIST, BOOKS)) as ledger:
        ledger.together(open_till(), put_in(7))
    with running(tmp_path, projections=(BOOKS,)) as ledger:
        assert ledger.sql("SELECT times FROM book") == [(1,)]
        assert ledger.read_model_tables() == {"book__g2", "seen__g2"}
    with running(tmp_path, projections=(TILL_LIST, BOOKS)) as ledger:
        assert ledger.sql("SELECT held_cents FROM till_list") == [(7,)]
        tables = ("till_list", "note_list", "book", "seen")
        assert ledger.read_model_tables() == {f"{table}__g3" for table in tables}
