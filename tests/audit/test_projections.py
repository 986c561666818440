"""The lists of projects and organisations: what they show, and that they count every event."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.periods import to_micros
from tests.audit.owners import LEAD, PARTNER, PROJECT, TODAY, Owners
from tests.audit.story import TITLE, Story
from tests.support.running import Running, running


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Running]:
    """Audit with one project's whole story."""
    with running(tmp_path, "audit", Story().whole().said, now=TODAY) as found:
        yield found


def project(here: Running) -> dict[str, Any]:
    """The only row of the list of projects."""
    (row,) = here.rows("project_list", "position")
    return row


def test_a_project_is_listed_with_its_stage_and_its_figures(whole: Running) -> None:
    row = project(whole)
    assert (row["programme"], row["title"], row["stage"]) == ("scale-ai", TITLE, "active")
    assert (row["lead_organisation_id"], row["lead_name"]) == (LEAD, "Lead inc.")
    assert (row["participants"], row["claims_filed"], row["payments_confirmed"]) == (2, 1, 2)
    assert (row["ceiling_cents"], row["paid_cents"]) == (2_700_000, 270_000)


def test_the_count_of_events_is_the_length_of_the_history(whole: Running) -> None:
    assert project(whole)["events"] == len(whole.history(PROJECT))
    for row in whole.rows("organisation_list", "position"):
        assert row["events"] == len(whole.history(row["organisation_id"]))


def test_the_last_event_is_the_latest_one_recorded(whole: Running) -> None:
    row = project(whole)
    assert row["last_position"] == whole.stored()[-1].position
    assert row["last_recorded_at"] == to_micros(Story().whole().now)


def test_an_organisation_is_listed_with_its_status(whole: Running) -> None:
    rows = {row["organisation_id"]: row for row in whole.rows("organisation_list", "position")}
    lead, partner = rows[LEAD], rows[PARTNER]
    assert (lead["name"], lead["kind"], lead["status"]) == ("Lead inc.", "SME", "active")
    assert (lead["member_since"], lead["projects"]) == ("2020-06-05", 1)
    assert (partner["name"], partner["status"], partner["projects"]) == ("Partner ltée", None, 1)


def test_m12_an_organisation_is_listed_with_the_status_of_the_latest_day(tmp_path: Path) -> None:
    story = Story()
    story.membership("OrganisationRegistered", name="Lead inc.")
    story.membership("MemberAdmitted", admitted_on="2024-02-29", covered_until="2025-02-28")
    story.membership("MembershipRenewed", effective_on="2026-02-28")
    # The year between is taken back later: it says nothing of the days after it.
    story.membership("GracePeriodStarted", effective_on="2025-02-28")
    story.membership("MembershipLapsed", effective_on="2025-04-29")
    with running(tmp_path, "audit", story.said, now=TODAY) as here:
        [row] = here.rows("organisation_list", "position")
        assert row["status"] == "active"
        listed = here.by("auditor").get("/v1/organisations").json()["items"]
        assert "timeline" not in listed[0]


def test_a_registered_name_is_the_one_that_counts(tmp_path: Path) -> None:
    story = Story()
    story.drafted()
    story.membership("OrganisationRegistered", PARTNER, **{"name": "Partner Ltd."})
    story.intake("ParticipantInvited", organisation_id=PARTNER, name="partner")
    with running(tmp_path, "audit", story.said, now=TODAY) as here:
        rows = {row["organisation_id"]: row for row in here.rows("organisation_list", "position")}
        assert rows[PARTNER]["name"] == "Partner Ltd."


def test_a_removed_participant_is_a_party_no_more(tmp_path: Path) -> None:
    story = Story()
    story.drafted()
    story.intake("ParticipantRemoved", organisation_id=PARTNER)
    story.intake("ParticipantRemoved", organisation_id=PARTNER)
    with running(tmp_path, "audit", story.said, now=TODAY) as here:
        assert project(here)["participants"] == 1
        parties = [row["organisation_id"] for row in here.rows("party_list", "position")]
        assert parties == [LEAD]


@pytest.mark.parametrize("data", ["not json", "[]", "{}", '{"title":7,"lead_name":[]}'])
def test_what_cannot_be_read_is_listed_all_the_same(tmp_path: Path, data: str) -> None:
    owners = Owners()
    owners.say("intake", "ProposalDrafted", f"proposal-{PROJECT}", data)
    owners.say("intake", "ProposalCarvedInStone", f"proposal-{PROJECT}", data)
    owners.say("membership", "OrganisationRegistered", f"organisation-{LEAD}", data)
    owners.say("membership", "OrganisationNameTaken", "name-abc", {"organisation_id": PARTNER})
    with running(tmp_path, "audit", owners.said, now=TODAY) as here:
        row = project(here)
        assert (row["title"], row["stage"], row["events"]) == (None, "draft", 2)
        assert len(here.rows("organisation_list", "position")) == 2


def test_the_lists_are_the_same_whichever_service_was_heard_first(tmp_path: Path) -> None:
    said = Story().whole().said
    origins = sorted(said, key=lambda sealed: '"/grantline/evaluation"' in sealed.envelope)
    with (
        running(tmp_path / "one", "audit", said, now=TODAY) as one,
        running(tmp_path / "two", "audit", origins, now=TODAY) as two,
    ):
        for here in (one, two):
            assert len(here.stored()) == len(said)
        left, right = project(one), project(two)
        for row in (left, right):
            del row["last_position"]
        assert left == right
