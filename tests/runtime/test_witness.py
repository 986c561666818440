"""The witness keeps every event of all services, causes before their effects."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.kernel.envelope import Sealed
from tests.runtime.running import Running, open_till, put_in, running
from tests.support.ledger import MIRROR, WITNESS

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def said(tmp_path: Path) -> tuple[Sequence[Sealed], Sequence[Sealed]]:
    """What the ledger and the mirror say: five events, and four that they caused."""
    with running(tmp_path / "l") as ledger, running(tmp_path / "m", MIRROR) as mirror:
        ledger.together(open_till("a"), put_in(600_000), put_in(1), put_in(2), put_in(3))
        mirror.receive(ledger.sealed())
        return ledger.sealed(), mirror.sealed()


def in_causal_order(witness: Running) -> bool:
    """Each event stands behind its cause and behind its stream's predecessor."""
    position = {line.event_id: line.position for line in witness.lines()}
    versions: dict[str, int] = {}
    for line in witness.lines():
        cause = json.loads(line.envelope).get("causationid")
        if cause is not None and position[cause] >= line.position:
            return False
        if line.version != versions.get(line.stream, 0) + 1:
            return False
        versions[line.stream] = line.version
    return True


def test_an_effect_waits_for_its_cause(
    tmp_path: Path, said: tuple[Sequence[Sealed], Sequence[Sealed]]
) -> None:
    ledger, mirror = said
    with running(tmp_path / "w", WITNESS) as witness:
        witness.receive(mirror)
        assert witness.lines() == []
        assert witness.service.writer.waiting == 4
        assert witness.service.writer.marks.reached == {"mirror": 4}
        with witness.service.snapshot() as state:
            assert state.marks["mirror"] == 0
        witness.receive(ledger)
        assert len(witness.lines()) == 9
        assert in_causal_order(witness)
        with witness.service.snapshot() as state:
            assert state.marks == {"witness": 0, "ledger": 5, "mirror": 4}


def test_whoever_does_not_witness_does_not_wait_for_causes(
    tmp_path: Path, said: tuple[Sequence[Sealed], Sequence[Sealed]]
) -> None:
    with running(tmp_path / "m2", MIRROR) as mirror:
        mirror.receive(said[0][:2])
        assert mirror.service.writer.waiting == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_chains_of_waits_are_released_in_any_order_of_arrival_over_restarts(
    tmp_path: Path, said: tuple[Sequence[Sealed], Sequence[Sealed]]
) -> None:
    events = [*said[0], *said[1]]
    chance = random.Random(7)
    for number in range(8):
        shuffled = chance.sample(events, len(events))
        folder = tmp_path / str(number)
        left = list(shuffled)
        while left:
            with running(folder, WITNESS) as witness:
                taken = chance.randrange(1, 5)
                witness.receive(left[:taken])
                waits = witness.sql("SELECT count(*) FROM waiting")
                assert waits == [(witness.service.writer.waiting,)]
                assert in_causal_order(witness)
                del left[:taken]
        with running(folder, WITNESS) as witness:
            assert witness.service.writer.waiting == 0
            assert {line.hash for line in witness.lines()} == {event.hash for event in events}
            assert in_causal_order(witness)


def test_the_longest_chain_backwards_is_released_by_its_first_link(
    tmp_path: Path, said: tuple[Sequence[Sealed], Sequence[Sealed]]
) -> None:
    ledger, mirror = said
    with running(tmp_path / "w", WITNESS) as witness:
        for sealed in [*reversed(mirror), *reversed(ledger[1:])]:
            witness.receive([sealed])
        assert witness.lines() == []
    with running(tmp_path / "w", WITNESS) as witness:
        witness.receive(ledger[:1])
        assert len(witness.lines()) == 9
        assert in_causal_order(witness)
        assert len(witness.commits) == 1


def test_the_witness_takes_events_of_types_that_nobody_here_reads(
    tmp_path: Path, said: tuple[Sequence[Sealed], Sequence[Sealed]]
) -> None:
    with running(tmp_path / "w", WITNESS) as witness:
        witness.receive(said[0])
        for line, sealed in zip(witness.lines(), said[0], strict=True):
            assert (line.envelope, line.body, line.hash) == (
                sealed.envelope,
                sealed.body,
                sealed.hash,
            )
