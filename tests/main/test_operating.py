"""The operator's commands, on the folder of a system that is not running."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from services.main.embedded import embedded_fleet
from services.main.staging import FolderOfAnotherKind
from shared.kernel.envelope import Sealed
from shared.runtime.settings import Settings
from tests.main.system import NOBODY, Said, grantline
from tests.support.neighbours import Neighbours, message_of
from tests.support.running import NOW

STREAM = "proposal-prj_" + "0" * 31 + "1"


@pytest.fixture
def said() -> Sequence[Sealed]:
    """Two events of one proposal."""
    pen = Neighbours()
    return [pen.say("intake", "Noted", STREAM, {"n": n}, recorded_at=NOW) for n in range(2)]


@pytest.fixture
def data(tmp_path: Path, said: Sequence[Sealed]) -> Path:
    """A system whose audit could not take in the first of them."""
    deliver(tmp_path, replace(said[0], body="{}"), said[1])
    return tmp_path


def deliver(data: Path, *events: Sealed) -> None:
    fleet = embedded_fleet(Settings(data=data))
    fleet.open()
    try:
        audit = fleet.services[-1]
        audit.writer.receive([message_of(event) for event in events])
    finally:
        fleet.close()


def ask(data: Path, *words: str) -> Said:
    return grantline(*words, "--data", str(data), "--url", NOBODY)


def states(data: Path) -> list[str]:
    items = ask(data, "parked", "list", "--json").document["items"]
    return [row["state"] for row in items]


def first(data: Path) -> str:
    parked_id: str = ask(data, "parked", "list", "--json").document["items"][0]["id"]
    return parked_id


def test_parked_messages_are_listed_for_people_and_for_machines(data: Path) -> None:
    assert states(data) == ["parked", "behind"]
    told = ask(data, "parked", "list", "--service", "audit")
    assert "broken-event" in told.out
    assert told.out.count("\n") == 2
    assert ask(data, "parked", "list", "--service", "intake").out == ""


def test_a_retry_that_changes_nothing_is_a_check_that_failed(data: Path) -> None:
    about = ("--service", "audit", "--reason", "again")
    assert ask(data, "parked", "retry", first(data), *about).code == 1
    assert ask(data, "parked", "retry", "no-such", *about).code == 3


def test_x6_two_persons_skip_and_what_was_behind_goes_on(data: Path) -> None:
    words = ("parked", "skip", first(data), "--service", "audit", "--reason", "garbage")
    assert ask(data, *words, "--person", "operator-1").code == 0
    assert ask(data, *words, "--person", "operator-1").code == 4
    assert ask(data, *words, "--person", "operator-2").code == 0
    assert states(data) == ["skipped"]


def test_reconcile_compares_every_owner_with_each_of_its_receivers(data: Path) -> None:
    told = ask(data, "reconcile", "--json")
    pairs = [(each["owner"], each["receiver"]) for each in told.document["compared"]]
    owners = [owner for owner, receiver in pairs if receiver == "audit"]
    assert owners == ["intake", "evaluation", "membership", "reimbursement"]
    assert ("evaluation", "intake") in pairs
    assert told.code == 0


def test_reconcile_finds_what_a_receiver_has_and_its_owner_has_not(
    data: Path, said: Sequence[Sealed]
) -> None:
    deliver(data, *said)
    told = ask(data, "reconcile", "--json")
    assert told.code == 1
    [worse] = [each for each in told.document["compared"] if each["ahead"]]
    assert (worse["owner"], worse["receiver"], worse["ahead"]) == ("intake", "audit", 1)
    assert "CONTRADICTION" in ask(data, "reconcile").out


def test_a_folder_is_started_as_what_it_holds(data: Path) -> None:
    told = grantline("up", "--port", "0", "--data", str(data), "--stack", "wheels")
    assert told.code == 4
    assert told.err == f"grantline: {FolderOfAnotherKind().english()}\n"
