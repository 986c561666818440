"""Whatever arrives in whatever order, in the history every cause stands before its effect."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.canonical import read_json
from shared.kernel.envelope import Sealed
from tests.audit.owners import LEAD, PROJECT, TODAY, Owners
from tests.audit.story import Story
from tests.support.running import Running, running

FOLDERS = count(1)


def caused() -> Owners:
    """A proposal is submitted, a review is opened because of it, a candidacy because of that."""
    owners = Owners()
    body = {"project_id": PROJECT}
    first = owners.say("intake", "ProposalSubmitted", f"proposal-{PROJECT}", body)
    stream = f"evaluation-{PROJECT}"
    second = owners.say("evaluation", "EligibilityReviewOpened", stream, body, cause=first)
    owners.say("evaluation", "EligibilityAssessed", stream, body)
    named = {"organisation_id": LEAD, **body}
    owners.say("membership", "CandidacyOpened", f"organisation-{LEAD}", named, cause=second)
    return owners


def assert_causal(here: Running) -> None:
    """Every cause and every predecessor in a stream stands before the event that needs it."""
    journaled: set[str] = set()
    versions: dict[str, int] = {}
    for stored in here.stored():
        envelope = read_json(stored.sealed.envelope.encode())
        assert envelope.get("causationid") is None or envelope["causationid"] in journaled
        assert envelope["streamversion"] == versions.get(envelope["stream"], 0) + 1
        versions[envelope["stream"]] = envelope["streamversion"]
        journaled.add(envelope["id"])


def test_an_effect_that_arrives_before_its_cause_waits_for_it(tmp_path: Path) -> None:
    submitted, opened, assessed, candidacy = caused().said
    with running(tmp_path, "audit", now=TODAY) as here:
        here.receive(candidacy, opened, assessed)
        assert here.journal() == []
        assert here.service.gauges()["waiting_events"] == 3
        here.receive(submitted)
        assert set(here.journal()[:2]) == {"intake-1", "evaluation-1"}
        assert len(here.journal()) == 4
        assert_causal(here)
        assert here.service.gauges()["waiting_events"] == 0


def test_an_event_waits_for_its_predecessor_in_the_stream(tmp_path: Path) -> None:
    story = Story()
    story.drafted()
    drafted, invited = story.said
    with running(tmp_path, "audit", now=TODAY) as here:
        here.receive(invited)
        assert here.journal() == []
        here.receive(drafted)
        assert here.journal() == ["intake-1", "intake-2"]


def test_what_waits_is_in_no_list_and_in_no_position(tmp_path: Path) -> None:
    opened = caused().said[1]
    with running(tmp_path, "audit", now=TODAY) as here:
        here.receive(opened)
        assert here.rows("project_list", "position") == []
        with here.service.snapshot() as snapshot:
            assert snapshot.marks["evaluation"] == 0


def test_what_waits_is_released_after_a_restart(tmp_path: Path) -> None:
    submitted, opened, *_ = caused().said
    with running(tmp_path, "audit", now=TODAY) as here:
        here.receive(opened)
    with running(tmp_path, "audit", now=TODAY) as here:
        here.receive(submitted)
        assert here.journal() == ["intake-1", "evaluation-1"]


def test_the_same_event_twice_is_there_once(tmp_path: Path) -> None:
    said = caused().said
    with running(tmp_path, "audit", said, now=TODAY) as here:
        once = here.stored()
        rows = here.rows("project_list", "position")
        here.receive(*said, *reversed(said))
        assert here.stored() == once
        assert here.rows("project_list", "position") == rows


@st.composite
def arrivals(draw: st.DrawFn, said: Sequence[Sealed]) -> list[Sealed]:
    """All events in any order, some of them more than once."""
    order = draw(st.permutations(said))
    again = draw(st.lists(st.sampled_from(said), max_size=5))
    places = draw(st.lists(st.integers(0, len(order)), min_size=5, max_size=5))
    found = list(order)
    for event, place in zip(again, places, strict=False):
        found.insert(place, event)
    return found


STORY = Story()
STORY.eligible(STORY.submitted())
STORY.evaluation("DetailedProposalAccepted", STORY.intake("DetailedProposalOpened"))
STORY.membership("CandidacyOpened", project_id=PROJECT, opened_on="2020-06-01")


@settings(max_examples=40)
@given(said=arrivals(STORY.said), parts=st.integers(1, 4))
def test_any_arrival_gives_a_history_in_which_causes_come_first(
    tmp_path_factory: pytest.TempPathFactory, said: list[Sealed], parts: int
) -> None:
    with running(tmp_path_factory.mktemp(f"arrival-{next(FOLDERS)}-"), "audit", now=TODAY) as here:
        for start in range(0, len(said), parts):
            here.receive(*said[start : start + parts])
        assert_causal(here)
        assert len(here.stored()) == len(STORY.said)
        (row,) = here.rows("project_list", "position")
        assert (row["stage"], row["events"]) == ("assigning", len(STORY.said))
